"""Weighted sums of monomials, channel by channel, and their derivatives, in machine code.

    z[n, k, u] = sum over entries (k, l, v) of c[entry, u] V[n, l, u] V[n, v, u],

with V the slots of a point: V_0 = 1, then its variables x, then products of a slot and a variable, one after another.
The gradients gx and gc of <g, z>, and those of <ax, gx> + <ac, gc> that training on forces takes, run back through the
same tables without holding anything for each point. Further derivatives run on torch's own operations.

All three are operators of torch (`torch.ops.intertwine`), which captured programs hold. Where a program runs without
machine code, they are sums of torch's own that hold every entry of every point.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.func import vjp

from . import fused
from .one_by_one import one_by_one
from .team import even_shares, share_out

VECTOR_BYTES = 64
AREAS = {"values": 1, "gradients": 2, "second": 4}
"""How many numbers a kernel holds for each slot; its work grows alike."""
WORK_OF_AN_ENTRY = 4
"""Operations for each entry, channel and point that hold one number for each slot, about."""


def monomial_sums(x: Tensor, c: Tensor, product: Tensor, entry: Tensor, start: Tensor) -> Tensor:
    """z of points x (N, D, U) with coefficients c (E, U), both of one precision.

    Shapes: product (P, 2), a slot and a variable; entry (E, 2), l and v, in the order of k; start (K + 1,), the first
    entry of each k -> (N, K, U).
    """
    if torch.compiler.is_compiling():
        return torch.ops.intertwine.monomial_sums(x, c, product, entry, start)
    return _Values.apply(x, c, product, entry, start)  # type: ignore[no-any-return]


# --- the operators ----------------------------------------------------------------------------------------------------


@torch.library.custom_op("intertwine::monomial_sums", mutates_args=())
def _values(x: Tensor, c: Tensor, product: Tensor, entry: Tensor, start: Tensor) -> Tensor:
    """z, (N, K, U)."""
    if fused.compiles(x):
        return _kernel("values", [x, c], product, entry, start)[0]
    return _values_in_torch(x, c, product, entry, start)


@torch.library.custom_op("intertwine::monomial_gradients", mutates_args=())
def _gradients(g: Tensor, x: Tensor, c: Tensor, product: Tensor, entry: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of <g, z> with respect to x and c."""
    if fused.compiles(x):
        gx, gc = _kernel("gradients", [x, c, g], product, entry, start)
        return gx, gc
    return _gradients_in_torch(g, x, c, product, entry, start)


@torch.library.custom_op("intertwine::monomial_second", mutates_args=())
def _second(
    g: Tensor, x: Tensor, c: Tensor, ax: Tensor, ac: Tensor, product: Tensor, entry: Tensor, start: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of <ax, gx> + <ac, gc> with respect to g, x and c; those of ax and ac are the gradients again."""
    if fused.compiles(x):
        zg, sx, sc = _kernel("second", [x, c, g, ax, ac], product, entry, start)
        return zg, sx, sc
    return _second_in_torch(g, x, c, ax, ac, product, entry, start)


@_values.register_fake
def _(x: Tensor, c: Tensor, product: Tensor, entry: Tensor, start: Tensor) -> Tensor:
    return x.new_empty(x.shape[0], start.shape[0] - 1, x.shape[2])


@_gradients.register_fake
def _(g: Tensor, x: Tensor, c: Tensor, *tables: Tensor) -> tuple[Tensor, Tensor]:
    return x.new_empty(x.shape), c.new_empty(c.shape)


@_second.register_fake
def _(g: Tensor, x: Tensor, c: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return g.new_empty(g.shape), x.new_empty(x.shape), c.new_empty(c.shape)


# --- their derivatives, also for the transforms of `torch.func` -------------------------------------------------------


class _Derived(Function):
    """A function of tensors and, at the end, three tables."""

    generate_vmap_rule = True

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Any) -> None:
        ctx.save_for_backward(*inputs)


class _Values(_Derived):
    @staticmethod
    def forward(*inputs: Tensor) -> Tensor:
        return torch.ops.intertwine.monomial_sums(*inputs)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        return *_Gradients.apply(*slopes, *ctx.saved_tensors), None, None, None


class _Gradients(_Derived):
    @staticmethod
    def forward(*inputs: Tensor) -> tuple[Tensor, ...]:
        return torch.ops.intertwine.monomial_gradients(*inputs)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        g, x, c, *tables = ctx.saved_tensors
        return *_Second.apply(g, x, c, *slopes, *tables), None, None, None


class _Second(_Derived):
    @staticmethod
    def forward(*inputs: Tensor) -> tuple[Tensor, ...]:
        return torch.ops.intertwine.monomial_second(*inputs)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        *tensors, product, entry, start = ctx.saved_tensors
        found = vjp(lambda *given: _second_in_torch(*given, product, entry, start), *tensors)[1](slopes)
        return *found, None, None, None


def _register(name: str, operator: Callable[..., Any], function: type[_Derived]) -> None:
    torch.library.register_autograd(name, function.backward, setup_context=function.setup_context)
    torch.library.register_vmap(name, one_by_one(operator))


_register("intertwine::monomial_sums", _values, _Values)
_register("intertwine::monomial_gradients", _gradients, _Gradients)
_register("intertwine::monomial_second", _second, _Second)


# --- torch's own operations -------------------------------------------------------------------------------------------


def _values_in_torch(x: Tensor, c: Tensor, product: Tensor, entry: Tensor, start: Tensor) -> Tensor:
    slots = [torch.ones_like(x[:, 0]), *x.unbind(1)]
    for slot, variable in product.tolist():
        slots.append(slots[slot] * slots[variable])
    values = torch.stack(slots, 1)
    terms = c * values[:, entry[:, 0]] * values[:, entry[:, 1]]
    rows = torch.repeat_interleave(torch.arange(len(start) - 1, device=x.device), start.diff())
    return x.new_zeros(len(x), len(start) - 1, x.shape[2]).index_add(1, rows, terms)


def _gradients_in_torch(g: Tensor, x: Tensor, c: Tensor, *tables: Tensor) -> tuple[Tensor, Tensor]:
    return vjp(lambda x, c: _values_in_torch(x, c, *tables), x, c)[1](g)


def _second_in_torch(
    g: Tensor, x: Tensor, c: Tensor, ax: Tensor, ac: Tensor, *tables: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    return vjp(lambda g, x, c: _gradients_in_torch(g, x, c, *tables), g, x, c)[1]((ax, ac))


# --- machine code -----------------------------------------------------------------------------------------------------


def _kernel(kind: str, given: list[Tensor], product: Tensor, entry: Tensor, start: Tensor) -> list[Tensor]:
    """A kernel on all points, shared out to threads; given are x and c, and what the kind takes besides."""
    from .monomial_kernels import KERNELS, TILE

    x, c, *_ = given = [t.contiguous() for t in given]
    points, variables, channels = x.shape
    lanes = VECTOR_BYTES // x.itemsize
    kernel = KERNELS[kind](x.itemsize, channels % lanes > 0)
    written = [x.new_empty(points, len(start) - 1, channels)] if kind != "gradients" else []
    written += [torch.empty_like(x)] if kind != "values" else []
    scratch = AREAS[kind] * (1 + variables + len(product)) * TILE * lanes
    sums: dict[tuple[int, int], list[Tensor]] = {}

    def part(first: int, last: int) -> None:
        """Points first .. last - 1; what they add to derivatives by c stands apart from that of others."""
        sums[first, last] = [] if kind == "values" else [torch.zeros_like(c)]
        tensors = (product, entry, start, x.new_empty(scratch), *given, *written, *sums[first, last])
        kernel(first, last, channels, variables, len(product), len(start) - 1, *[t.data_ptr() for t in tensors])

    share_out(part, even_shares(points, WORK_OF_AN_ENTRY * AREAS[kind] * len(entry) * channels))
    parts = zip(*[sums[share] for share in sorted(sums)], strict=True)
    return [*written, *(torch.stack(part).sum(0) for part in parts)]
