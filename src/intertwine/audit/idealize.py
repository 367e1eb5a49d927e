"""The same network with one source of aliasing or another taken away.

Every operation on maps is replaced, as the model calls it, by its counterpart for continuous periodic signals:

- a stride: the layer with stride 1, then the ideal low-pass filter, then the samples;
- a nonlinearity: applied on a grid FINER times as fine, then the ideal low-pass filter;
- padding: the map goes on periodically;
- a flattening before a dense layer: every position gets the mean over positions.

The weights stay. With all four the network commutes with every cyclic shift, but for what the finer grid still folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .operations import Operation, Window, window
from .resampling import cyclic_pad, edge_pad, resize

SOURCES = ("stride", "nonlinearity", "padding", "dense")
FINER = 4
"""How much finer the grid is on which an ideal nonlinearity acts."""


class Idealizer:
    """Runs each operation with the sources named in `ideal` taken away, and notes which sources it met.

    A map that was padded by a function of its own carries that padding along (`_lefts`, `_sizes`, `_cyclic`), so that a
    layer which pads first and samples later is known for what it is.
    """

    def __init__(self, ideal: Sequence[str]):
        self.ideal, self.met = frozenset(ideal), set[str]()

    def __call__(self, operation: Operation) -> Any:
        if operation.kind == "window":
            return self._window(window(operation))
        if operation.kind == "nonlinearity":
            return self._nonlinearity(operation)
        if operation.kind == "pad":
            return self._pad(operation)
        if operation.kind == "flatten":
            self.met.add("dense")
            x = operation.input
            if "dense" in self.ideal:
                x = x.mean(tuple(range(2, x.ndim)), keepdim=True).expand(x.shape)
            return operation(x) if operation.function.__name__ == "flatten" else x.flatten(1)
        return operation.run()

    # --- the four sources -----------------------------------------------------------------------------------------

    def _nonlinearity(self, operation: Operation) -> Tensor:
        self.met.add("nonlinearity")
        x = operation.input
        if "nonlinearity" not in self.ideal:
            return _keep(x, operation.run())
        in_place = operation.function.__name__.endswith("_") or bool(operation.kwargs.get("inplace"))
        source, margins = _unpadded(x)
        result = resize(operation(resize(source, [FINER * n for n in source.shape[2:]])), source.shape[2:])
        result = cyclic_pad(result, margins)
        return _keep(x, x.copy_(result) if in_place else result)

    def _pad(self, operation: Operation) -> Tensor:
        """Note where the map lies within the padded one; continue it periodically where that is asked for."""
        x = operation.input
        given = dict(zip(("input", "pad", "mode", "value"), operation.args, strict=False)) | operation.kwargs
        flat = list(given["pad"])
        margins = [(0, 0)] * (x.ndim - 2)
        for axis in range(len(flat) // 2):
            margins[-1 - axis] = (flat[2 * axis], flat[2 * axis + 1])
        if len(flat) // 2 > x.ndim - 2:
            return operation.run()
        cyclic = given.get("mode", "constant") == "circular"
        if not cyclic:
            self.met.add("padding")
        if cyclic or "padding" in self.ideal:
            cyclic, padded = True, cyclic_pad(x, margins)
        else:
            padded = operation.run()
        return _note(padded, tuple(x.shape[2:]), tuple(before for before, _ in margins), cyclic)

    def _window(self, layer: Window) -> Tensor:
        x = layer.operation.input
        strided, padded = max(layer.stride) > 1, max(layer.padding) > 0
        self.met |= {name for name, here in (("stride", strided), ("padding", padded)) if here}
        if layer.kind == "max_pool":
            self.met.add("nonlinearity")
        finer = FINER if layer.kind == "max_pool" and "nonlinearity" in self.ideal else 1
        periodic = padded and "padding" in self.ideal
        if strided and "stride" in self.ideal:
            free = zip(x.shape[2:], layer.padding, layer.extent, layer.stride, strict=True)
            grid = [(n + 2 * p - e) // s + 1 for n, p, e, s in free]
            return resize(dense_map(layer, x, periodic=periodic or not padded, finer=finer), grid)
        if finer > 1:
            result = _finer_max(layer, x, periodic)
        elif periodic:
            result = layer.on(cyclic_pad(x, [(p, p) for p in layer.padding]), padding=0)
        else:
            result = layer.operation.run()
        return result if strided or padded else _keep(x, result)


def dense_map(layer: Window, x: Tensor, *, periodic: bool, finer: int = 1) -> Tensor:
    """What the layer makes of x with stride 1, as many samples as x has before any padding.

    Sample 0 is the layer's own. With `finer` (max-pooling) x is interpolated first and the window keeps its reach.
    """
    lefts, note = layer.padding, getattr(x, "_note", None)
    if note is not None and not any(layer.padding):
        sizes, lefts, cyclic = note
        if not cyclic:
            need = [n + e - 1 - have for n, e, have in zip(sizes, layer.extent, x.shape[2:], strict=True)]
            x = edge_pad(x, [(0, extra) for extra in need], None)
            return layer.on(_interpolated(x, finer), **_without_steps(layer, finer))
        x, periodic = _unpadded(x)[0], True
    margins = [(finer * left, finer * (e - 1 - left)) for left, e in zip(lefts, layer.extent, strict=True)]
    x = _interpolated(x, finer)
    x = cyclic_pad(x, margins) if periodic else edge_pad(x, margins, layer.fill)
    return layer.on(x, **_without_steps(layer, finer))


def _finer_max(layer: Window, x: Tensor, periodic: bool) -> Tensor:
    """Max-pooling of the interpolated map: windows of the same reach, at the same places."""
    source, margins = _unpadded(x)
    fine = cyclic_pad(_interpolated(source, FINER), [(FINER * a, FINER * b) for a, b in margins])
    own = [(FINER * p, FINER * p) for p in layer.padding]
    fine = cyclic_pad(fine, own) if periodic else edge_pad(fine, own, layer.fill)
    dense = layer.on(fine, **_without_steps(layer, FINER))
    return dense[(..., *[slice(None, None, FINER * s) for s in layer.stride])]


def _without_steps(layer: Window, finer: int) -> dict[str, Any]:
    """Changes that make a layer take every window of an input already padded, on a grid `finer` times as fine."""
    changes: dict[str, Any] = {"stride": 1, "padding": 0}
    if layer.kind != "conv":
        changes["ceil_mode"] = False
    if finer > 1:
        dilation = layer.parameters["dilation"]
        steps = dilation if isinstance(dilation, tuple | list) else [dilation] * layer.d
        changes["dilation"] = [finer * step for step in steps]
    return changes


def _interpolated(x: Tensor, finer: int) -> Tensor:
    return x if finer == 1 else resize(x, [finer * n for n in x.shape[2:]])


def _unpadded(x: Tensor) -> tuple[Tensor, list[tuple[int, int]]]:
    """The map within its periodic continuation, and how far that reaches; x itself where there is none."""
    note = getattr(x, "_note", None)
    if note is None or not note[2]:
        return x, [(0, 0)] * (x.ndim - 2)
    sizes, lefts, _ = note
    margins = [(left, have - n - left) for have, n, left in zip(x.shape[2:], sizes, lefts, strict=True)]
    for axis, (n, left) in enumerate(zip(sizes, lefts, strict=True), start=2):
        x = x.narrow(axis, left, n)
    return x, margins


def _note(x: Tensor, sizes: tuple[int, ...], lefts: tuple[int, ...], cyclic: bool) -> Tensor:
    x._note = (sizes, lefts, cyclic)  # type: ignore[attr-defined]
    return x


def _keep(x: Tensor, result: Tensor) -> Tensor:
    """Carry the note of a padded map on to what a layer with stride 1 or a nonlinearity makes of it."""
    note = getattr(x, "_note", None)
    if note is None or result is x:
        return result
    sizes, lefts, cyclic = note
    have = result.shape[2:]
    if all(h >= n + left * cyclic for h, n, left in zip(have, sizes, lefts, strict=True)) and tuple(have) != sizes:
        result._note = note  # type: ignore[attr-defined]
    return result
