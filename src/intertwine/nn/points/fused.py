"""The sums over neighbours as machine code: which inputs it serves, and what it is told.

Needs `llvmlite` (the extra `points`); without it `message` runs on the operations of torch alone.
"""

from __future__ import annotations

import importlib.util
import logging
from functools import lru_cache

import torch
from torch import Tensor

from . import team
from .plan import Tables, tables

VECTOR_BYTES = 64
LARGEST_BLOCK = 13
"""Rows of a block up to which they fit the registers of today's processors, or nearly."""


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether messages can be compiled here; where not, the log says so once."""
    found = importlib.util.find_spec("llvmlite") is not None
    if not found:
        logging.getLogger("intertwine").warning(
            "llvmlite is not installed: messages on points run on torch's own operations, several times slower; "
            "pip install 'intertwine[fast]'"
        )
    return found


def compiles(x: Tensor) -> bool:
    """Whether there is machine code for these numbers: float32 and float64 on the CPU."""
    return x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64) and available()


def serves(x: Tensor, code: str) -> bool:
    """Whether machine code takes these features: some channels, in blocks that fit the registers."""
    return x.shape[-1] > 0 and max(tables(code).dims, default=0) <= LARGEST_BLOCK and compiles(x)


def forward(x: list[Tensor], y: list[Tensor], w: list[Tensor], source: Tensor, starts: Tensor, code: str) -> Tensor:
    """The sum of terms of first order F(x, y, w), or of second, F(x', y, w) + F(x, y', w) + F(x, y, w')."""
    from .fused_kernels import forward_kernel

    plan, held = tables(code), _inputs(x, y, w)
    out = x[0].new_zeros(len(starts) - 1, plan.rows_out, x[0].shape[2])
    lookup = [starts, starts, source]
    kernel = forward_kernel(x[0].itemsize, x[0].shape[2] % (VECTOR_BYTES // x[0].itemsize) > 0, plan.dims, len(x))
    _run(kernel, plan, x[0], len(y), lookup, [*held, out])
    return out


def backward(
    g: Tensor,
    x: list[Tensor],
    y: list[Tensor],
    w: list[Tensor],
    target: Tensor,
    by_source: Tensor,
    outgoing: Tensor,
    code: str,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of <g, forward> with respect to x[0], y[0] and w[0]."""
    from .fused_kernels import backward_kernel

    plan, held, g = tables(code), _inputs(x, y, w), g.contiguous()
    gx, gy, gw = torch.zeros_like(held[0]), torch.empty_like(held[1]), torch.empty_like(held[2])
    lookup = [outgoing, by_source, target]
    kernel = backward_kernel(x[0].itemsize, x[0].shape[2] % (VECTOR_BYTES // x[0].itemsize) > 0, plan.dims, len(x))
    _run(kernel, plan, x[0], len(y), lookup, [*held, g, gx, gy, gw])
    return gx, gy, gw


def _inputs(x: list[Tensor], y: list[Tensor], w: list[Tensor]) -> list[Tensor]:
    """x0, y0, w0, x1, .. as they lie in memory."""
    return [tensor.contiguous() for triple in zip(x, y, w, strict=True) for tensor in triple]


def _run(
    kernel: team.Kernel, plan: Tables, like: Tensor, kinds: int, lookup: list[Tensor], tensors: list[Tensor]
) -> None:
    """The kernel on all nodes; every thread has room for matrices of so many kinds, and for their gradients."""
    channels, edges, nodes = like.shape[2], len(lookup[2]), len(lookup[0]) - 1
    if not edges:
        return
    threads = team.size(nodes, edges * channels * plan.entries // nodes)
    width = VECTOR_BYTES // like.itemsize
    rows = plan.entries * kinds + -(-plan.rows_y // width) * width
    room = (rows + plan.entries) * VECTOR_BYTES
    memory = torch.empty(threads * room, dtype=torch.uint8)
    sizes = [channels, plan.rows_in, plan.rows_y, plan.rows_out, len(plan.paths), len(plan.blocks), plan.entries]
    held = (*lookup, plan.blocks, plan.paths, plan.rows, plan.places, plan.values_in(like.dtype))
    scratch = memory.data_ptr()
    own = (scratch, scratch + rows * VECTOR_BYTES)
    addresses = [*(t.data_ptr() for t in held), *own, *(t.data_ptr() for t in tensors)]
    team.run(kernel, nodes, threads, [*sizes, *addresses], room)


def harmonics(x: Tensor, greatest: int, normalisation: str) -> Tensor:
    """Solid harmonics (n, rows) of points (n, 3)."""
    from .fused_harmonics import values_kernel

    rows = (greatest + 1) ** 2
    x, values = x.contiguous(), x.new_empty(len(x), rows)
    kernel, addresses = values_kernel(x.itemsize, greatest, normalisation), (x.data_ptr(), values.data_ptr())
    team.run(kernel, len(x), team.size(len(x), 16 * rows), addresses)
    return values


def harmonics_gradient(g: Tensor, x: Tensor, greatest: int, normalisation: str) -> Tensor:
    """The gradient of <g, harmonics>, (n, 3)."""
    from .fused_harmonics import gradient_kernel

    rows = (greatest + 1) ** 2
    g, x = g.contiguous(), x.contiguous()
    slope = torch.empty_like(x)
    kernel = gradient_kernel(x.itemsize, greatest, normalisation)
    addresses = (x.data_ptr(), g.data_ptr(), slope.data_ptr())
    team.run(kernel, len(x), team.size(len(x), 32 * rows), addresses)
    return slope
