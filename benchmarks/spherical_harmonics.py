"""`nn.spherical_harmonics` of 10,000 vectors against e3nn and sphericart.

    ../intertwine-e3nn/bin/pip install sphericart-torch==2.0.4            # beside e3nn, see `point_messages`
    ../intertwine-e3nn/bin/python -m benchmarks.spherical_harmonics

CPU milliseconds in float32 of one pass without gradients and of one with the gradient, the least of several, in one
process with one thread. Targets: with the gradient 4 times faster than e3nn and at most 1.5 times as long as
sphericart. Peers that are not installed are left out; exit status 1 where a target is missed.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.measure import cpu_seconds, table

VECTORS, REPEATS = 10_000, 15
DEGREES = (2, 3, 6, 11)
JUDGED = (6, 11)


def sides(degree: int) -> dict[str, Callable[[Any], Any]]:
    """The functions that are there."""
    import intertwine as tw

    found: dict[str, Callable[[Any], Any]] = {"ours": lambda v: tw.nn.spherical_harmonics(v, degree)}
    if importlib.util.find_spec("e3nn"):
        from e3nn import o3  # pyright: ignore[reportMissingImports]

        found["e3nn"] = lambda v: o3.spherical_harmonics(list(range(degree + 1)), v, True)
    if importlib.util.find_spec("sphericart"):
        from sphericart.torch import SphericalHarmonics  # pyright: ignore[reportMissingImports]

        found["sphericart"] = SphericalHarmonics(degree)
    return found


def milliseconds(function: Callable[[Any], Any], vectors: Any) -> tuple[float, float]:
    """(values, values and gradient)."""
    import torch

    leaf = vectors.clone().requires_grad_()
    g = torch.randn_like(function(vectors))

    def values() -> None:
        with torch.no_grad():
            function(vectors)

    def gradient() -> None:
        torch.autograd.grad(function(leaf), leaf, g)

    least = [min(cpu_seconds(step)[0] for _ in range(REPEATS)) for step in (values, gradient)]
    return 1e3 * least[0], 1e3 * least[1]


def main() -> int:
    """Measure all degrees and print them."""
    import torch

    torch.set_num_threads(1)
    vectors, rows, reached = torch.randn(VECTORS, 3), [], True
    for degree in DEGREES:
        found = {name: milliseconds(function, vectors) for name, function in sides(degree).items()}
        for name, figures in found.items():
            ratios = [figure / mine for figure, mine in zip(figures, found["ours"], strict=True)]
            rows.append([str(degree), name, *(f"{f:.2f}" for f in figures), *(f"{r:.1f}" for r in ratios)])
            if degree in JUDGED:
                reached &= ratios[1] >= {"ours": 1.0, "e3nn": 4.0, "sphericart": 1 / 1.5}[name]
    print(table(["degree", "side", "values, ms", "with gradient, ms", "by ours", "by ours"], rows))
    return int(not reached)


if __name__ == "__main__":
    sys.exit(main())
