"""The sums over neighbours as machine code: which inputs it serves, and how nodes are shared out to threads.

Needs `llvmlite` (the extra `points`); without it `message` runs on the operations of torch alone.
"""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor

from .plan import Tables, tables

LANES = 16
LARGEST_BLOCK = 13
"""Rows of a block up to which they fit the registers of today's processors, or nearly."""
EDGES_OF_A_THREAD = 256


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether messages can be compiled here; where not, the log says so once."""
    found = importlib.util.find_spec("llvmlite") is not None
    if not found:
        logging.getLogger("intertwine").info(
            "llvmlite is not installed: messages on points run on torch's own operations, several times slower; "
            "pip install 'intertwine[points]'"
        )
    return found


def serves(x: Tensor, code: str) -> bool:
    """Whether machine code takes these features: float32 and float64 on the CPU, in blocks that fit the registers."""
    if x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64):
        return False
    return max(tables(code).dims, default=0) <= LARGEST_BLOCK and available()


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
    _run(kernel, plan, x[0], len(y) + 2, lookup, [*held, g, gx, gy, gw])
    return gx, gy, gw


def _inputs(x: list[Tensor], y: list[Tensor], w: list[Tensor]) -> list[Tensor]:
    """x0, y0, w0, x1, .. as they lie in memory."""
    return [tensor.contiguous() for triple in zip(x, y, w, strict=True) for tensor in triple]


def _run(
    kernel: Callable[..., None], plan: Tables, like: Tensor, areas: int, lookup: list[Tensor], tensors: list[Tensor]
) -> None:
    """The kernel on all nodes, in parts of about as many edges for each thread."""
    channels, starts = like.shape[2], lookup[0]
    if not channels or not starts[-1]:
        return
    held = (*lookup, plan.blocks, plan.paths, plan.places, plan.values_in(like.dtype))
    sizes = [channels, plan.rows_in, plan.rows_y, plan.rows_out, len(plan.paths), len(plan.blocks), plan.entries]
    sizes.append(len(plan.places))
    addresses = [t.data_ptr() for t in held]
    last = [t.data_ptr() for t in tensors]

    def part(first: int, end: int) -> None:
        scratch = torch.empty((plan.entries * areas + plan.rows_y) * (64 // like.itemsize), dtype=like.dtype)
        kernel(first, end, *sizes, *addresses, scratch.data_ptr(), *last)

    bounds = _shares(starts, torch.get_num_threads())
    if len(bounds) == 2:
        part(*bounds)
        return
    pool = _pool(os.getpid(), torch.get_num_threads())
    for done in [pool.submit(part, *ends) for ends in pairwise(bounds)]:
        done.result()


def _shares(starts: Tensor, threads: int) -> list[int]:
    """Bounds between nodes so that parts have about as many edges; four parts a thread, so that no one waits long."""
    nodes, edges = len(starts) - 1, int(starts[-1])
    parts = min(4 * threads, edges // EDGES_OF_A_THREAD) if threads > 1 else 1
    if parts < 2:
        return [0, nodes]
    cuts = torch.arange(1, parts) * edges // parts
    return sorted({0, *torch.searchsorted(starts, cuts).tolist(), nodes})


@lru_cache(maxsize=4)
def _pool(process: int, threads: int) -> ThreadPoolExecutor:
    """Threads of this process: those of a parent do not survive a fork."""
    return ThreadPoolExecutor(threads, thread_name_prefix="intertwine")
