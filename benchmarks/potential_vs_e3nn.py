"""`models.InteratomicPotential` against the same network built from e3nn's modules, with the same weights.

    ../intertwine-e3nn/bin/pip install torch==2.13.0 e3nn==0.6.0 llvmlite vesin -e .      # see `point_messages`
    ../intertwine-e3nn/bin/python -m benchmarks.potential_vs_e3nn                         # --threads 2

200 atoms in a periodic cell, about 55 neighbours each, 64 channels, degree 2, 3 layers, float32. CPU milliseconds (wall
with more threads) of the energy, of energy and forces, and of a training step on both, the least of several taken in
turn. Energies and forces of both sides agree to rounding, or the benchmark ends. Exit status 1 for missed targets.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.measure import table

ATOMS, DENSITY, CUTOFF = 200, 0.1, 5.0
CHANNELS, DEGREE, LAYERS = 64, 2, 3
TARGET = 4.0
TOLERANCE = 1e-4
"""Of energies and forces in float32 through three layers, relative to their size."""

SETTINGS: dict[str, Any] = {
    "cutoff": CUTOFF,
    "channels": CHANNELS,
    "degree": DEGREE,
    "harmonics": DEGREE,
    "layers": LAYERS,
    "neighbours": 55.0,
}


def crystal(atoms: int = ATOMS, density: float = DENSITY) -> Any:
    """A disordered periodic structure of carbon and oxygen; lengths in Angstrom."""
    import torch

    from intertwine.data import structure

    generator = torch.Generator().manual_seed(0)
    side = (atoms / density) ** (1 / 3)
    rows = next(n for n in range(1, atoms + 1) if n**3 >= atoms)
    grid = torch.cartesian_prod(*[torch.arange(rows, dtype=torch.float64)] * 3)[:atoms] * (side / rows)
    positions = grid + 0.3 * torch.randn(atoms, 3, generator=generator, dtype=torch.float64)
    return structure(torch.tensor([6, 8]).repeat(atoms)[:atoms], positions, cell=side * torch.eye(3))


def forces(model: Any, atoms: Any, train: bool = False) -> tuple[Any, Any]:
    """(energy, forces) of a function of numbers and graph."""
    import torch

    positions = atoms.graph.positions.detach().requires_grad_()
    energy = model(atoms.numbers, atoms.graph.moved(positions))
    return energy, -torch.autograd.grad(energy.sum(), positions, create_graph=train)[0]


def steps(model: Any, atoms: Any) -> dict[str, Callable[[], Any]]:
    """What is timed."""
    import torch

    def energy() -> None:
        with torch.no_grad():
            model(atoms.numbers, atoms.graph)

    def training() -> None:
        found = forces(model, atoms, train=True)
        model.zero_grad()
        (found[0].square().mean() + found[1].square().mean()).backward()

    return {"energy": energy, "energy and forces": lambda: forces(model, atoms), "training step": training}


def interleaved(functions: list[Callable[[], Any]], repeats: int, threads: int) -> list[float]:
    """The least milliseconds of each, taken in turn after a first round that does not count."""
    clock = time.process_time if threads == 1 else time.perf_counter
    found = [float("inf")] * len(functions)
    for repeat in range(repeats + 1):
        for k, function in enumerate(functions):
            start = clock()
            function()
            if repeat:
                found[k] = min(found[k], 1e3 * (clock() - start))
    return found


def difference(a: Any, b: Any) -> float:
    """Greatest difference relative to the greatest value."""
    return float((a - b).detach().abs().max() / a.detach().abs().max())


def main() -> int:
    """Build both, compare and time them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    import torch

    from benchmarks.potential_peer import Potential
    from intertwine.models import InteratomicPotential

    torch.set_num_threads(options.threads)
    start = time.process_time()
    ours = InteratomicPotential([6, 8], **SETTINGS, block="gate")
    built = time.process_time() - start
    theirs = Potential(ours)
    atoms = ours.gather(crystal())
    print(f"{len(atoms.graph.edges):,} edges among {ATOMS} atoms; ours is built in {built:.2f} CPU s")
    off = [difference(a, b) for a, b in zip(forces(ours, atoms), forces(theirs, atoms), strict=True)]
    print(f"energies differ by {off[0]:.1e}, forces by {off[1]:.1e}")
    if max(off) > TOLERANCE:
        print("these are two different networks")
        return 1
    rows, reached = [], True
    for name, step in steps(ours, atoms).items():
        mine, peer = interleaved([step, steps(theirs, atoms)[name]], options.repeats, options.threads)
        judged = name != "energy"
        reached &= not judged or peer >= TARGET * mine
        rows.append([name, f"{mine:.0f}", f"{peer:.0f}", f"{peer / mine:.1f}", f"{TARGET:g}" if judged else ""])
    print(table(["", "ours, ms", "e3nn, ms", "ratio", "target"], rows))
    return int(not reached)


if __name__ == "__main__":
    sys.exit(main())
