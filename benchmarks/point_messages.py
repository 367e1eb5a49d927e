"""Sums of messages on graphs against e3nn: gather, tensor product with weights of each edge, sum over neighbours.

    python3 -m venv ../intertwine-e3nn
    ../intertwine-e3nn/bin/pip install torch==2.13.0 e3nn==0.6.0 llvmlite -e .
    ../intertwine-e3nn/bin/python -m benchmarks.point_messages            # --threads 2, --only S32, --memory

Milliseconds of one forward pass without gradients and of one forward and backward pass, the least of several, in one
process on the same numbers in float32: CPU time with one thread, wall time with more. `fused` is machine code,
`torch` the path of torch's own operations. With `--memory` every side has a fresh process, and the figure is what a
forward and backward pass adds to the peak. Exit status 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from benchmarks.measure import fresh_process, peak_gib, report, table

SHAPES = {"S32 2k": (2, 32, 100), "S32 20k": (2, 32, 1000), "S128 2k": (3, 128, 100), "S128 20k": (3, 128, 1000)}
"""Greatest degree, channels and nodes; every node has twenty neighbours."""
NEIGHBOURS = 20
BUDGET, WARM_UP = 3.0, 1
TARGETS = {"fused": (10.0, 8.0), "torch": (2.0, 2.0)}
MEMORY_TARGET = 3.0
MODULES = {"fused": "llvmlite", "torch": "torch", "e3nn": "e3nn"}


def problem(name: str) -> tuple[Any, Any, list[Any]]:
    """The plan, the edges and the inputs x, y, w."""
    import torch

    import intertwine as tw
    from intertwine.nn.points.plan import plan

    degree, channels, nodes = SHAPES[name]
    G, number = tw.SO(3), NEIGHBOURS * nodes
    terms = (G.trivial, *(G.irrep(l) for l in range(1, degree + 1)))
    p = plan(G.vector, terms, degree, terms)
    generator = torch.Generator().manual_seed(0)
    target = torch.arange(nodes).repeat_interleave(NEIGHBOURS)
    source = (target + torch.randint(1, min(nodes, 200), (number,), generator=generator)) % nodes
    shapes = (nodes, p.rows_in, channels), (number, p.rows_y), (number, len(p.paths), channels)
    return p, tw.nn.Edges.of(source, target, nodes), [torch.randn(shape, generator=generator) for shape in shapes]


def ours(name: str) -> tuple[Callable[..., Any], list[Any]]:
    """Our messages and their inputs."""
    from intertwine.nn.points.message import message

    p, edges, inputs = problem(name)
    return lambda x, y, w: message(x, y, w, edges, p), inputs


def theirs(name: str) -> tuple[Callable[..., Any], list[Any]]:
    """e3nn's `TensorProduct` between a gather and an `index_add_`."""
    import torch
    from e3nn import o3  # pyright: ignore[reportMissingImports]

    degree, channels, nodes = SHAPES[name]
    _, edges, (x, y, w) = problem(name)
    a = o3.Irreps("+".join(f"{channels}x{l}e" for l in range(degree + 1)))
    b = o3.Irreps("+".join(f"1x{l}e" for l in range(degree + 1)))
    every = range(degree + 1)
    paths = [(i, j, k) for k in every for i in every for j in every if abs(i - j) <= k <= i + j]
    steps = [(i, j, n, "uvu", True) for n, (i, j, _) in enumerate(paths)]
    out = o3.Irreps([(channels, (k, 1)) for *_, k in paths])
    product = o3.TensorProduct(a, b, out, steps, shared_weights=False, internal_weights=False)

    def messages(x: Any, y: Any, w: Any) -> Any:
        sent = product(x[edges.source], y, w)
        return torch.zeros(nodes, sent.shape[1]).index_add_(0, edges.target, sent)

    return messages, [x.flatten(1), y, w.flatten(1)]


@contextmanager
def side(name: str, route: str) -> Iterator[tuple[Callable[..., Any], list[Any]]]:
    """A function and its inputs; within, our messages run on the route asked for."""
    from intertwine.nn.points import fused

    serves = fused.serves if route == "fused" else lambda *_: False
    with patch.object(fused, "serves", serves):
        yield theirs(name) if route == "e3nn" else ours(name)


def training(function: Callable[..., Any], inputs: list[Any]) -> Callable[[], None]:
    """One forward and backward pass."""
    leaves = [t.clone().requires_grad_() for t in inputs]

    def step() -> None:
        for leaf in leaves:
            leaf.grad = None
        function(*leaves).sum().backward()

    return step


def milliseconds(function: Callable[[], Any], threads: int) -> float:
    """The least of several calls: CPU time in one thread, wall time in more."""
    clock = time.process_time if threads == 1 else time.perf_counter
    found: list[float] = []
    while len(found) < 40 and (len(found) <= WARM_UP or sum(found) < BUDGET):
        start = clock()
        function()
        found.append(clock() - start)
    return 1e3 * min(found[WARM_UP:])


def measured(name: str, route: str, threads: int) -> tuple[float, float]:
    """(forward, forward and backward) of one side."""
    import torch

    with side(name, route) as (function, inputs):
        with torch.no_grad():
            forward = milliseconds(lambda: function(*inputs), threads)
        return forward, milliseconds(training(function, inputs), threads)


def times(names: list[str], routes: list[str], threads: int) -> bool:
    """Print the table of times; whether all targets were reached."""
    import torch

    torch.set_num_threads(threads)
    rows, reached = [], True
    for name in names:
        found = {route: measured(name, route, threads) for route in routes}
        peer = found.get("e3nn")
        for route, figures in found.items():
            row = [name, route, *(f"{figure:.2f}" for figure in figures)]
            if peer and route in TARGETS:
                ratios = [theirs / mine for theirs, mine in zip(peer, figures, strict=True)]
                fine = all(ratio >= target for ratio, target in zip(ratios, TARGETS[route], strict=True))
                reached &= fine
                row += [*(f"{ratio:.1f}" for ratio in ratios), "reached" if fine else "missed"]
            rows.append(row + [""] * (7 - len(row)))
    header = ["shape", "side", "forward, ms", "with backward, ms", "ratio", "ratio", "target 10, 8; torch 2, 2"]
    print(table(header, rows))
    return reached


def memory(names: list[str], routes: list[str]) -> bool:
    """Print what a forward and backward pass adds to the peak of a fresh process; whether the target was reached."""
    rows, reached = [], True
    for name in names:
        found: dict[str, float] = {}
        for route in routes:
            answers = fresh_process("-m", "benchmarks.point_messages", "--peak", json.dumps([name, route]))
            found[route] = answers[0].get("MiB", float("nan"))
        for route, figure in found.items():
            ratio = found["e3nn"] / figure if route in TARGETS and "e3nn" in found else None
            reached &= ratio is None or ratio >= MEMORY_TARGET
            rows.append([name, route, f"{figure:.0f}", f"{ratio:.1f}" if ratio else ""])
    print(table(["shape", "side", "MiB", "e3nn / this, target 3"], rows))
    return reached


def peak(name: str, route: str) -> None:
    """Of this process, with a small problem first, so that code and caches do not count."""
    import torch

    torch.set_num_threads(1)
    small = name.replace("20k", "2k")
    with side(small, route) as (function, inputs):
        training(function, inputs)()
    with side(name, route) as (function, inputs):
        leaves = [t.requires_grad_() for t in inputs]
        before = peak_gib()
        torch.autograd.grad(function(*leaves).sum(), leaves)
    report({"MiB": 1024 * (peak_gib() - before)})


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default="", help="shapes whose name contains this")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        peak(*json.loads(options.peak))
        return 0
    names = [name for name in SHAPES if options.only in name]
    routes = [route for route, module in MODULES.items() if importlib.util.find_spec(module)]
    if options.memory:
        return int(not memory([name for name in names if "20k" in name], routes))
    return int(not times(names, routes, options.threads))


if __name__ == "__main__":
    sys.exit(main())
