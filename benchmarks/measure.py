"""What every benchmark here measures with: CPU seconds, fresh processes, peak memory and one table."""

from __future__ import annotations

import gc
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

T = TypeVar("T")

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "TQDM_DISABLE": "1",
}
"""Environment of a measured process; with numpy >= 2 emlp dies in its progress bar, hence the last one."""


def cpu_seconds(function: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of this process spent in `function()`, all threads together, and its value; no collection inside."""
    gc.disable()
    try:
        start = time.process_time()
        value = function()
        return time.process_time() - start, value
    finally:
        gc.enable()


def repeated_cpu_seconds(function: Callable[[], Any], prepare: Callable[[], Any], budget: float = 3.0) -> float:
    """Median CPU seconds of at most a hundred calls, each after `prepare()`, that together stay below `budget`."""
    gc.collect()
    figures: list[float] = []
    while len(figures) < 100 and (not figures or sum(figures) + figures[-1] < budget):
        prepare()
        figures.append(cpu_seconds(function)[0])
    return median(figures)


def peak_gib() -> float:
    """Largest resident set of this process so far, in GiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**30 if sys.platform == "darwin" else peak / 2**20


def limit_cpu(seconds: float) -> None:
    """Let the kernel end this process once it has spent `seconds` more of CPU time."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))


def lift_cpu_limit() -> None:
    """Undo `limit_cpu`."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


def fresh_process(*arguments: str) -> list[dict[str, Any]]:
    """Run `python *arguments` single-threaded; its JSON lines as far as it got, then how it ended."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | ONE_THREAD,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [*lines, {"exit": done.returncode, "error": done.stderr.strip().splitlines()[-1:]}]


def report(figures: dict[str, Any]) -> None:
    """Print one JSON line for the parent process at once, so that a later time-out loses nothing."""
    print(json.dumps(figures), flush=True)


def machine() -> str:
    """One line on where the figures come from."""
    import torch

    where = f"{platform.machine()}, {os.cpu_count()} cores"
    return f"Python {platform.python_version()}, torch {torch.__version__}, {where}, one thread"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns are also aligned for a terminal."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines)


def seconds(value: float | None) -> str:
    """Three significant digits, or a dash."""
    return "-" if value is None else f"{value:.3g}"
