"""Weighted sums of monomials, channel by channel, and their derivatives, in machine code.

    z[n, k, u] = sum over entries (k, l, v) of c[entry, u] V[n, l, u] V[n, v, u],

with V the slots of a point: V_0 = 1, then its variables x, then products of a slot and a variable, one after another.
The gradients gx and gc of <g, z>, and those of <ax, gx> + <ac, gc> that training on forces takes, run back through the
same tables without holding anything for each point. Further derivatives run on torch's own operations.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from .one_by_one import one_by_one
from .team import even_shares, share_out

VECTOR_BYTES = 64
AREAS = {"values": 1, "gradients": 2, "second": 4}
"""How many numbers a kernel holds for each slot; its work grows alike."""
WORK_OF_AN_ENTRY = 4
"""Operations for each entry, channel and point that hold one number for each slot, about."""


def monomial_sums(x: Tensor, c: Tensor, product: Tensor, entry: Tensor, start: Tensor) -> Tensor:
    """z of points x (N, D, U) with coefficients c (E, U), both of one precision that `fused.compiles`.

    Shapes: product (P, 2), a slot and a variable; entry (E, 2), l and v, in the order of k; start (K + 1,), the first
    entry of each k -> (N, K, U).
    """
    return _Values.apply(x, c, product, entry, start)  # type: ignore[no-any-return]


# --- values, their gradients, and the gradients of those --------------------------------------------------------------


class _Derived(Function):
    """A function of tensors and, at the end, three tables."""

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Any) -> None:
        ctx.save_for_backward(*inputs)


class _Values(_Derived):
    """z of x and c."""

    @staticmethod
    def forward(x: Tensor, c: Tensor, *tables: Tensor) -> Tensor:
        return _kernel("values", [x, c], *tables)[0]

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        return *_Gradients.apply(*slopes, *ctx.saved_tensors), None, None, None


class _Gradients(_Derived):
    """Gradients of <g, z> with respect to x and c."""

    @staticmethod
    def forward(g: Tensor, x: Tensor, c: Tensor, *tables: Tensor) -> tuple[Tensor, ...]:
        return tuple(_kernel("gradients", [x, c, g], *tables))

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        g, x, c, *tables = ctx.saved_tensors
        return *_Second.apply(g, x, c, *slopes, *tables), None, None, None


class _Second(_Derived):
    """Gradients of <ax, gx> + <ac, gc> with respect to g, x and c; those of ax and ac are the gradients again."""

    @staticmethod
    def forward(g: Tensor, x: Tensor, c: Tensor, ax: Tensor, ac: Tensor, *tables: Tensor) -> tuple[Tensor, ...]:
        return tuple(_kernel("second", [x, c, g, ax, ac], *tables))

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        *tensors, product, entry, start = ctx.saved_tensors
        vjp = torch.func.vjp

        def values(x: Tensor, c: Tensor) -> Tensor:
            return _in_torch(x, c, product, entry, start)

        def gradients(g: Tensor, x: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
            return vjp(values, x, c)[1](g)

        def second(g: Tensor, x: Tensor, c: Tensor, ax: Tensor, ac: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            return vjp(gradients, g, x, c)[1]((ax, ac))

        return *vjp(second, *tensors)[1](slopes), None, None, None


def _in_torch(x: Tensor, c: Tensor, product: Tensor, entry: Tensor, start: Tensor) -> Tensor:
    """The same sums, differentiable any number of times; they hold every entry of every point."""
    slots = [torch.ones_like(x[:, 0]), *x.unbind(1)]
    for slot, variable in product.tolist():
        slots.append(slots[slot] * slots[variable])
    values = torch.stack(slots, 1)
    terms = c * values[:, entry[:, 0]] * values[:, entry[:, 1]]
    rows = torch.repeat_interleave(torch.arange(len(start) - 1, device=x.device), start.diff())
    return x.new_zeros(len(x), len(start) - 1, x.shape[2]).index_add(1, rows, terms)


for function in (_Values, _Gradients, _Second):
    function.vmap = staticmethod(one_by_one(function.apply))  # type: ignore[method-assign]


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
