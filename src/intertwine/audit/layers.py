"""What every layer does to the spectrum of its maps, and to their equation under shifts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from .idealize import Idealizer, dense_map
from .operations import Operation, Watch, window
from .resampling import above_nyquist, energy, move, varying
from .statistics import Estimate, ratio

KINDS = {"conv": "convolution", "max_pool": "max-pooling", "avg_pool": "mean pooling"}


@dataclass(frozen=True)
class LayerAliasing:
    """One operation on maps, in the order in which the model performs them."""

    name: str
    """The path of the module and the function, such as "layer1.0.conv1 conv2d"."""
    kind: str
    grid: tuple[int, ...]
    """The size of its output."""
    stride: tuple[int, ...]
    above: Estimate | None
    """The share of its output's energy (without the mean) at frequencies that the next stride on such a grid would
    fold; None where none follows."""
    folded: Estimate | None
    """The share that its own stride folds: of what it makes with stride 1, the part above the new Nyquist frequency."""
    own: Estimate | None
    """Its own error under shifts, |f(T z) - T f(z)|^2 / (2 |f(z) - mean|^2) on the maps z that it is given."""
    total: Estimate | None
    """The same from the model's input to this output."""


@dataclass
class _Row:
    """One operation's sums for each item, batch by batch."""

    name: str
    kind: str
    grid: tuple[int, ...]
    stride: tuple[int, ...]
    before: tuple[int, ...]
    """The size of its input, before any padding."""
    sums: dict[str, list[Tensor]] = field(default_factory=dict)

    def add(self, **values: Tensor) -> None:
        for name, value in values.items():
            self.sums.setdefault(name, []).append(value)


class Recorder:
    """Runs a model on maps and on shifted maps, and measures every operation on the way."""

    def __init__(self, model: Callable[..., Any], d: int):
        self.model, self.d, self.rows = model, d, list[_Row]()
        self._notes = Idealizer(())
        self._outputs: list[Tensor] = []
        self._offset, self._grid, self._next, self._first = torch.empty(0), (), 0, True

    def run(self, x: Tensor, moved: Tensor, offset: Tensor) -> None:
        """Add a batch: x and its shifted copy, (N, C, *grid), with the offsets (N, d) between them."""
        self._offset, self._grid, self._first = offset, tuple(x.shape[2:]), not self.rows
        self._next, self._outputs = 0, []
        with Watch(self.model, self.d, self._still).watching():
            self.model(x)
        self._add_spectra()
        self._next = 0
        with Watch(self.model, self.d, self._shifted).watching():
            self.model(moved)
        self._outputs = []

    def results(self, confidence: float, generator: torch.Generator) -> tuple[LayerAliasing, ...]:
        """The estimates for every operation."""

        def share(row: _Row, part: str, whole: str) -> Estimate | None:
            if part not in row.sums:
                return None
            above, below = torch.cat(row.sums[part]), torch.cat(row.sums[whole])
            return ratio(above, below, confidence, generator) if float(below.sum()) > 0 else None

        return tuple(
            LayerAliasing(
                name=row.name,
                kind=row.kind,
                grid=row.grid,
                stride=row.stride,
                above=share(row, "above", "energy"),
                folded=share(row, "folded", "dense"),
                own=share(row, "own", "twice"),
                total=share(row, "total", "twice"),
            )
            for row in self.rows
        )

    # --- the first pass -------------------------------------------------------------------------------------------

    def _still(self, operation: Operation) -> Any:
        if operation.kind in ("pad", "flatten"):
            moved = self._again(operation)
            return _remember(self._notes(operation), moved if operation.kind == "pad" else None)
        layer = window(operation) if operation.kind == "window" else None
        again, shifted = self._again(operation), self._apply_shifted(operation)
        dense = None
        if layer is not None and max(layer.stride) > 1:
            dense = dense_map(layer, operation.input, periodic=not any(layer.padding))
        result = self._notes(operation)
        if getattr(result, "_note", None) is not None:  # within a layer that pads, works, and samples: its end counts
            return _remember(result, again)
        if max(result.shape[2:]) > 1:
            row = self._row(operation, result, (1,) * self.d if layer is None else layer.stride)
            row.add(own=energy(shifted - move(result, self._offset, self._grid)))
            row.add(energy=energy(varying(result)), twice=2 * energy(varying(result)))
            if dense is not None and layer is not None:
                row.add(folded=above_nyquist(dense, layer.stride), dense=energy(varying(dense)))
            self._outputs.append(result.clone())
        return result

    def _apply_shifted(self, operation: Operation) -> Tensor:
        """The operation on its own input, shifted."""
        return self._again(operation)(self._offset)

    def _again(self, operation: Operation) -> Callable[[Tensor], Tensor]:
        """The operation as a function of the shift of what it works on, across a padding before it."""
        x = operation.input
        before = getattr(x, "_again", None)
        source = x.clone() if before is None else x
        return lambda offset: operation(before(offset) if before else move(source, offset, self._grid))

    def _row(self, operation: Operation, result: Tensor, stride: tuple[int, ...]) -> _Row:
        if self._first:
            kind = KINDS.get(operation.function.__name__[:-2], operation.kind)
            x = operation.input
            before = getattr(x, "_note", (tuple(x.shape[2:]),))[0]
            self.rows.append(_Row(operation.name, kind, tuple(result.shape[2:]), stride, before))
        row = self._expect(result)
        self._next += 1
        return row

    def _expect(self, result: Tensor) -> _Row:
        if self._next >= len(self.rows) or self.rows[self._next].grid != tuple(result.shape[2:]):
            raise IntertwineError(
                "the model performs other operations from one batch to the next, so that its layers cannot be compared"
            )
        return self.rows[self._next]

    def _add_spectra(self) -> None:
        """How much of each output the next stride to come on a grid of its size would fold."""
        coming: dict[tuple[int, ...], tuple[int, ...]] = {}
        for row, output in zip(reversed(self.rows), reversed(self._outputs), strict=True):
            if row.grid in coming:
                row.add(above=above_nyquist(output, coming[row.grid]))
            if max(row.stride) > 1:
                coming[row.before] = row.stride

    # --- the second pass ------------------------------------------------------------------------------------------

    def _shifted(self, operation: Operation) -> Any:
        result = self._notes(operation)
        counted = operation.kind not in ("pad", "flatten") and getattr(result, "_note", None) is None
        if counted and max(result.shape[2:]) > 1:
            row, still = self._expect(result), self._outputs[self._next]
            row.add(total=energy(result - move(still, self._offset, self._grid)))
            self._next += 1
        return result


def _remember(x: Any, again: Callable[[Tensor], Tensor] | None) -> Any:
    if again is not None:
        x._again = again
    return x
