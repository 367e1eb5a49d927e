"""The solver on problems that a dense null space cannot touch, each against a promise on time and memory.

    python -m benchmarks.solver_scale [--only NAME]

Each problem is solved from nothing in a fresh single-threaded process: `solve s` is the CPU time of building the
representations, the dimension and the factored basis; `matrix s` that of one equivariant matrix with random
coefficients. `peak GiB` is the process's largest resident set, torch itself included (about 0.3), after solving.
`residual` compares W rho(g) x with rho(g) W x at random elements g the solver never saw, relative to their size.
The exit status is 1 when a dimension is wrong or a target is missed.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import cpu_seconds, fresh_process, machine, peak_gib, report, seconds, table


@dataclass(frozen=True)
class Promise:
    """A problem V^p >> V^q, its dimension, and what we promise for it."""

    name: str
    orders: tuple[int, int]
    dim: int
    vector: Callable[[Any], Any]
    cpu: float
    gib: float | None = None


def symmetric_by_generators(tw: Any) -> Any:
    """S(10) as two permutations: the solver is not told that set partitions would do."""
    cycle, swap = [*range(1, 10), 0], [1, 0, *range(2, 10)]
    return tw.Group.from_permutations([cycle, swap]).vector


PROMISES = [
    Promise("S(10) T3>>T3", (3, 3), 203, lambda tw: tw.S(10).vector, 1.0),
    Promise("S(10) by generators T3>>T3", (3, 3), 203, symmetric_by_generators, 1.0),
    Promise("Rubik T2>>T2", (2, 2), 350, lambda tw: tw.Rubik().vector, 2.0, 1.0),
    Promise("Z(10000) regular", (1, 1), 10_000, lambda tw: tw.C(10_000).regular, 60.0, 12.0),
    Promise("S(10) by generators T4>>T4", (4, 4), 4140, symmetric_by_generators, 60.0, 12.0),
    Promise("O(1,3) T4>>T4", (4, 4), 105, lambda tw: tw.O(1, 3).vector, 0.5),
    Promise("SO(3) T6>>T6", (6, 6), 4213, lambda tw: tw.SO(3).vector, 2.0),
]
"""Dimensions: set partitions (Bell numbers of 6 and 8), orbits of the cube on four stickers, the group algebra,
pairings of 8 points, and the Riordan number of 12."""


def measure(promise: Promise) -> None:
    """Solve one problem in this process and report the figures."""
    import torch

    import intertwine as tw

    def solve() -> Any:
        v = promise.vector(tw)
        space = v ** promise.orders[0] >> v ** promise.orders[1]
        return space, space.dim

    wall = time.perf_counter()
    cpu, (space, dim) = cpu_seconds(solve)
    wall = time.perf_counter() - wall
    report({"dim": dim, "route": space.route, "cpu": cpu, "wall": wall, "gib": peak_gib()})
    coefficients = torch.randn(dim, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    matrix_cpu, matrix = cpu_seconds(lambda: space.matrix(coefficients))
    report({"matrix": matrix_cpu, "residual": equivariance(space, matrix)})


def equivariance(space: Any, matrix: Any) -> float:
    """Largest |W rho(g) x - rho(g) W x| over that of W x, for random x at random elements g."""
    import torch

    generator = torch.Generator().manual_seed(1)
    g = space.rho_in.group.sample(3, generator=generator)
    x = torch.randn(3, space.rho_in.dim, dtype=matrix.dtype, generator=generator)
    there = space.rho_in.apply(g, x) @ matrix.T
    back = space.rho_out.apply(g, x @ matrix.T)
    return float((there - back).abs().max() / (x @ matrix.T).abs().max())


def row(promise: Promise, figures: dict[str, Any]) -> list[str]:
    """One line of the table, the verdict last."""
    limits = f"{promise.cpu:g} s" + (f", {promise.gib:g} GiB" if promise.gib else "")
    if "cpu" not in figures:
        return [promise.name, str(promise.dim), *["-"] * 6, limits, f"FAILED {' '.join(figures['error'])}"]
    missed = [] if figures["dim"] == promise.dim else [f"DIMENSION {figures['dim']}"]
    missed += ["TIME"] if figures["cpu"] > promise.cpu else []
    missed += ["MEMORY"] if promise.gib and figures["gib"] > promise.gib else []
    missed += ["RESIDUAL"] if not figures.get("residual", 1.0) < 1e-10 else []
    return [
        promise.name,
        str(promise.dim),
        figures["route"],
        seconds(figures["cpu"]),
        seconds(figures["wall"]),
        seconds(figures.get("matrix")),
        f"{figures['gib']:.2f}",
        f"{figures['residual']:.0e}" if "residual" in figures else "-",
        limits,
        ", ".join(missed) or "ok",
    ]


HEADER = ["problem", "dim", "route", "solve s", "wall s", "matrix s", "peak GiB", "residual", "target", "verdict"]


def main() -> int:
    """Measure the chosen problems in fresh processes and print the table."""
    parser = argparse.ArgumentParser(description="The solver on large problems, against our targets.")
    parser.add_argument("--only", default="", metavar="PATTERN", help="problems whose name matches")
    parser.add_argument("--case", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case is not None:
        measure(PROMISES[options.case])
        return 0
    rows = []
    for number, promise in enumerate(PROMISES):
        if re.search(options.only, promise.name):
            print(f"{promise.name} ...", file=sys.stderr, flush=True)
            figures: dict[str, Any] = {}
            for line in fresh_process("-m", "benchmarks.solver_scale", "--case", str(number)):
                figures |= line
            rows.append(row(promise, figures))
    print(f"{machine()}; CPU seconds\n")
    print(table(HEADER, rows))
    return int(any(line[-1] != "ok" for line in rows))


if __name__ == "__main__":
    sys.exit(main())
