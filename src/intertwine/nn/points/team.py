"""Machine code on many things at once: threads draw shares of them until none are left.

`run` leaves that to the machine code itself; `share_out` calls a function of Python for each share.
"""

from __future__ import annotations

import ctypes
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise

import torch

Kernel = Callable[[int], None]
"""What `fused_code.compiled_for_team` makes: takes the address of the numbers that `run` writes, and returns when no
things are left."""
WORK_OF_A_THREAD, WORK_OF_A_SHARE = 4 * 10**6, 10**7
"""Multiplications below which handing work to another thread takes longer than doing it, by `run` and `share_out`."""
PROCESS = os.getpid()
"""Where this was imported: the threads of OpenMP do not survive a fork."""
SHARES = 8
"""Shares for each thread: those that are through early take more."""


def size(number: int, work: int) -> int:
    """How many threads are worth their while for so many things, each of so much work; at most as torch uses."""
    return max(1, min(torch.get_num_threads(), number, 1 + number * work // WORK_OF_A_THREAD))


def run(kernel: Kernel, number: int, threads: int, arguments: Sequence[int], room: int = 0) -> None:
    """The kernel on things 0 .. number - 1; its own memory of each thread is `room` bytes after that of another."""
    share = -(-number // (SHARES * threads)) if threads > 1 else number
    numbers = (ctypes.c_int64 * (5 + len(arguments)))(0, 0, number, share, room, *arguments)
    address = ctypes.addressof(numbers)
    parallel = _openmp() if os.getpid() == PROCESS else None
    if threads == 1:
        kernel(address)
    elif parallel is not None:
        parallel(kernel, ctypes.c_void_p(address), ctypes.c_uint(threads), ctypes.c_uint(0))
    else:
        _together(lambda: kernel(address), threads)


def share_out(part: Callable[[int, int], None], bounds: list[int]) -> None:
    """Run `part` on all shares, in as many threads as torch uses, this one among them."""
    shares = deque(pairwise(bounds))
    _together(lambda: _work(part, shares), min(torch.get_num_threads(), len(shares)))


def even_shares(number: int, work: int) -> list[int]:
    """Bounds of even shares of things, each of so much work; up to four for a thread."""
    threads = torch.get_num_threads()
    shares = max(1, min(4 * threads, number * work // WORK_OF_A_SHARE)) if threads > 1 else 1
    return [number * share // shares for share in range(shares + 1)]


def _work(part: Callable[[int, int], None], shares: deque[tuple[int, int]]) -> None:
    """Take shares until none are left; several threads draw from one queue."""
    with suppress(IndexError):
        while True:
            part(*shares.popleft())


def _together(work: Callable[[], None], threads: int) -> None:
    """In so many threads, this one among them; nobody waits for those that did not begin before all was done."""
    helpers = [_pool(os.getpid(), torch.get_num_threads()).submit(work) for _ in range(threads - 1)]
    work()
    for helper in helpers:
        if not helper.cancel():
            helper.result()


@lru_cache(maxsize=1)
def _openmp() -> Callable[..., None] | None:
    """What starts the threads that torch itself computes with, where that is OpenMP."""
    try:
        return ctypes.CDLL(None).GOMP_parallel
    except (OSError, TypeError, AttributeError):  # no such library, or no names of this process to be had
        return None


@lru_cache(maxsize=4)
def _pool(process: int, threads: int) -> ThreadPoolExecutor:
    """Threads of this process: those of a parent do not survive a fork."""
    return ThreadPoolExecutor(threads, thread_name_prefix="intertwine")
