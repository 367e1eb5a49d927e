"""The sums over neighbours as machine code: which inputs it serves, and how nodes are shared out to threads.

Needs `llvmlite` (the extra `points`); without it `message` runs on the operations of torch alone.
"""

from __future__ import annotations

import importlib.util
import logging
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor

from .plan import Tables, tables

LANES = 16
LARGEST_BLOCK = 13
"""Rows of a block up to which they fit the registers of today's processors, or nearly."""
WORK_OF_A_SHARE = 10**7
"""Multiplications below which handing work to another thread takes longer than doing it."""


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
    kernel = forward_kernel(x[0].itemsize, x[0].shape[2] % (64 // x[0].itemsize) > 0, plan.dims, len(x))
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
    kernel = backward_kernel(x[0].itemsize, x[0].shape[2] % (64 // x[0].itemsize) > 0, plan.dims, len(x))
    _run(kernel, plan, x[0], len(y), lookup, [*held, g, gx, gy, gw])
    return gx, gy, gw


def _inputs(x: list[Tensor], y: list[Tensor], w: list[Tensor]) -> list[Tensor]:
    """x0, y0, w0, x1, .. as they lie in memory."""
    return [tensor.contiguous() for triple in zip(x, y, w, strict=True) for tensor in triple]


def _run(
    kernel: Callable[..., None], plan: Tables, like: Tensor, areas: int, lookup: list[Tensor], tensors: list[Tensor]
) -> None:
    """The kernel on all nodes, in parts of about as many edges for each thread."""
    channels, starts = like.shape[2], lookup[0]
    if not starts[-1]:
        return
    held = (*lookup, plan.blocks, plan.paths, plan.rows, plan.places, plan.values_in(like.dtype))
    sizes = [channels, plan.rows_in, plan.rows_y, plan.rows_out, len(plan.paths), len(plan.blocks), plan.entries]
    addresses = [t.data_ptr() for t in held]
    last = [t.data_ptr() for t in tensors]

    def part(first: int, end: int) -> None:
        width = 64 // like.itemsize
        products = plan.entries * areas + -(-plan.rows_y // width) * width
        scratch = torch.empty((products + plan.entries) * width, dtype=like.dtype)
        room = scratch.data_ptr()
        kernel(first, end, *sizes, *addresses, room, room + products * 64, *last)

    share_out(part, _bounds(starts, channels * plan.entries))


def harmonics(x: Tensor, greatest: int, normalisation: str) -> Tensor:
    """Solid harmonics (n, rows) of points (n, 3)."""
    from .fused_harmonics import values_kernel

    rows = (greatest + 1) ** 2
    x, values = x.contiguous(), x.new_empty(len(x), rows)
    kernel, addresses = values_kernel(x.itemsize, greatest, normalisation), (x.data_ptr(), values.data_ptr())
    share_out(lambda first, last: kernel(first, last, rows, *addresses), even_shares(len(x), 16 * rows))
    return values


def harmonics_gradient(g: Tensor, x: Tensor, greatest: int, normalisation: str) -> Tensor:
    """The gradient of <g, harmonics>, (n, 3)."""
    from .fused_harmonics import gradient_kernel

    rows = (greatest + 1) ** 2
    g, x = g.contiguous(), x.contiguous()
    slope = torch.empty_like(x)
    kernel = gradient_kernel(x.itemsize, greatest, normalisation)
    addresses = (x.data_ptr(), g.data_ptr(), slope.data_ptr())
    share_out(lambda first, last: kernel(first, last, rows, *addresses), even_shares(len(x), 32 * rows))
    return slope


# --- threads ----------------------------------------------------------------------------------------------------------


def share_out(part: Callable[[int, int], None], bounds: list[int]) -> None:
    """Run `part` on all shares, in as many threads as torch uses, this one among them."""
    threads = torch.get_num_threads()
    shares = deque(pairwise(bounds))
    waiting = [_pool(os.getpid(), threads).submit(_work, part, shares) for _ in range(min(threads, len(shares)) - 1)]
    _work(part, shares)
    for helper in waiting:
        if not helper.cancel():
            helper.result()


def _work(part: Callable[[int, int], None], shares: deque[tuple[int, int]]) -> None:
    """Take shares until none are left; several threads draw from one queue."""
    with suppress(IndexError):
        while True:
            part(*shares.popleft())


def _bounds(starts: Tensor, work: int) -> list[int]:
    """Bounds between nodes so that shares have about as many edges, each of so much work."""
    cuts = torch.tensor(even_shares(int(starts[-1]), work)[1:-1], dtype=torch.int64)
    return sorted({0, *torch.searchsorted(starts, cuts).tolist(), len(starts) - 1})


def even_shares(number: int, work: int) -> list[int]:
    """Bounds of even shares of things, each of so much work; up to four for a thread."""
    threads = torch.get_num_threads()
    shares = max(1, min(4 * threads, number * work // WORK_OF_A_SHARE)) if threads > 1 else 1
    return [number * share // shares for share in range(shares + 1)]


@lru_cache(maxsize=4)
def _pool(process: int, threads: int) -> ThreadPoolExecutor:
    """Threads of this process: those of a parent do not survive a fork."""
    return ThreadPoolExecutor(threads, thread_name_prefix="intertwine")
