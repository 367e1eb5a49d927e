"""The equivariant Linear layer against torch's dense one of the same shape and against emlp's PyTorch front end.

    python -m benchmarks.linear_layer [--batch 256]

CPU milliseconds of one forward pass without gradients and of one forward and backward pass, the median of many taken
in turn, in one process with one thread. emlp's layer hands every call through numpy to JAX; where emlp is not
installed its columns stay empty.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from benchmarks.measure import ONE_THREAD, cpu_seconds, machine, table

REPEATS = 31
WARM_UP = 3
"""The first calls compile and allocate."""

Build = Callable[[Any], Any]

CASES: list[tuple[str, Build, Build]] = [
    (
        "SO(3): 32x1 + 16xV + 8xV*V",
        lambda tw: vectors(tw.SO(3).vector),
        lambda peer: vectors(peer.vector(peer.groups.SO(3))),
    ),
    ("S(10): 16x1 + 8xV + 2xV*V", lambda tw: sets(tw.S(10).vector), lambda peer: sets(peer.vector(peer.groups.S(10)))),
    ("Z(16): 16 x regular", lambda tw: 16 * tw.C(16).regular, lambda peer: 16 * peer.vector(peer.groups.Z(16))),
]
"""Name, our representation and emlp's; the layer maps it to itself."""


def vectors(v: Any) -> Any:
    """Scalars, vectors and matrices, in either library's words."""
    return 32 * v**0 + 16 * v + 8 * v**2


def sets(v: Any) -> Any:
    """Invariants, node features and edge features."""
    return 16 * v**0 + 8 * v + 2 * v**2


def layers(ours: Build, theirs: Build) -> dict[str, Any]:
    """The three layers of one case, torch's first."""
    import torch

    import intertwine as tw

    rep = ours(tw)
    built: dict[str, Any] = {"torch": torch.nn.Linear(rep.dim, rep.dim), "ours": tw.nn.Linear(rep, rep)}
    if importlib.util.find_spec("emlp"):
        from benchmarks import peer

        built["emlp"] = peer.linear(theirs(peer))
    return built


def milliseconds(built: dict[str, Any], batch: int) -> dict[str, tuple[float, float]]:
    """Median CPU time of (forward, forward and backward) of each layer, taken in turn."""
    import torch

    x = torch.randn(batch, built["torch"].in_features)

    def forward(layer: Any) -> None:
        with torch.no_grad():
            layer(x)

    def training(layer: Any) -> None:
        layer.zero_grad()
        layer(x).square().sum().backward()

    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in built}
    for _ in range(WARM_UP + REPEATS):
        for name, layer in built.items():
            pair = (cpu_seconds(partial(forward, layer))[0], cpu_seconds(partial(training, layer))[0])
            figures[name].append(pair)
    return {
        name: (1e3 * median(f for f, _ in pairs[WARM_UP:]), 1e3 * median(t for _, t in pairs[WARM_UP:]))
        for name, pairs in figures.items()
    }


def row(name: str, figures: dict[str, tuple[float, float]], index: int, what: str) -> list[str]:
    """One line of the table, with the ratios that count."""
    dense, ours = figures["torch"][index], figures["ours"][index]
    emlp = figures["emlp"][index] if "emlp" in figures else None
    peer = [f"{emlp:.3f}", f"{emlp / ours:.1f}"] if emlp else ["-", "-"]
    return [name, what, f"{dense:.3f}", f"{ours:.3f}", f"{ours / dense:.2f}", *peer]


def main() -> int:
    """Measure all cases and print them."""
    parser = argparse.ArgumentParser(description="The equivariant Linear layer against torch's and emlp's.")
    parser.add_argument("--batch", type=int, default=256)
    batch = parser.parse_args().batch
    os.environ.update(ONE_THREAD)
    import torch

    torch.set_num_threads(1)
    rows = []
    for name, ours, theirs in CASES:
        figures = milliseconds(layers(ours, theirs), batch)
        rows += [row(name, figures, 0, "forward"), row(name, figures, 1, "forward + backward")]
    print(f"{machine()}; batch {batch}, CPU ms\n")
    print(table(["representation", "pass", "torch", "ours", "ours / torch", "emlp", "emlp / ours"], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
