"""`models.InteratomicPotential` of many-body blocks beside MACE, the potential it takes after.

    python -m benchmarks.potential_vs_mace            # --threads 2, --channels 32; how to install MACE: README.md here

200 atoms in a periodic cell, about 55 neighbours each, float32, in one process: hidden features of degree 0 and 1 in 32
or 64 channels, harmonics to degree 3, products of up to three neighbours, 2 layers, 8 Bessel functions, radial networks
of width 64, 64, 64. CPU milliseconds (wall with more threads) of the energy, of energy and forces, and of a training
step on both, the least of several taken in turn. Exit status 1 for missed targets.

The networks are alike and not the same, and share no weights:

- weights of MACE's products depend on the species; ours scale sums over neighbours by species before they are
  multiplied;
- MACE reads energies from both layers, the last one through a small network; ours from the last layer, linearly;
- couplings of MACE may depend on each other, ours are a basis.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import warnings
from typing import Any

from benchmarks.measure import table
from benchmarks.potential_vs_e3nn import ATOMS, CUTOFF, crystal, interleaved, steps

CHANNELS, DEGREE, HARMONICS, LAYERS = (32, 64), 1, 3, 2
NEIGHBOURS, RADIAL, WIDTHS = 55.0, 8, (64, 64, 64)
SPECIES = [6, 8]
TARGET = 3.0


def peer(channels: int) -> Any:
    """MACE with its defaults, as a function of numbers and graph like ours."""
    import numpy as np
    import torch

    torch.serialization.add_safe_globals([slice])  # e3nn 0.4.4 loads its constants with it
    warnings.simplefilter("ignore")  # of TorchScript, for every module of MACE
    from e3nn import o3  # pyright: ignore[reportMissingImports]
    from mace import modules  # pyright: ignore[reportMissingImports]

    kind = modules.RealAgnosticResidualInteractionBlock
    mace = modules.ScaleShiftMACE(
        atomic_inter_scale=1.0,
        atomic_inter_shift=0.0,
        r_max=CUTOFF,
        num_bessel=RADIAL,
        num_polynomial_cutoff=5,
        max_ell=HARMONICS,
        interaction_cls=kind,
        interaction_cls_first=kind,
        num_interactions=LAYERS,
        num_elements=len(SPECIES),
        hidden_irreps=o3.Irreps([(channels, (l, (-1) ** l)) for l in range(DEGREE + 1)]),
        MLP_irreps=o3.Irreps("16x0e"),
        gate=torch.nn.functional.silu,
        atomic_energies=np.zeros(len(SPECIES)),
        avg_num_neighbors=NEIGHBOURS,
        atomic_numbers=SPECIES,
        correlation=3,
        radial_MLP=list(WIDTHS),
    )

    class Potential(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mace = mace

        def forward(self, numbers: Any, graph: Any) -> Any:
            species = (numbers.unsqueeze(1) == torch.tensor(SPECIES)).float()
            data = {
                "positions": graph.positions.float(),
                "cell": graph.cell[0].float(),
                "edge_index": torch.stack([graph.edges.source, graph.edges.target]),
                "shifts": (graph.shift.to(graph.cell) @ graph.cell[0]).float(),
                "unit_shifts": graph.shift.float(),
                "node_attrs": species,
                "batch": graph.structure,
                "ptr": torch.tensor([0, len(numbers)]),
            }
            return self.mace(data, training=True, compute_force=False)["energy"]

    return Potential()


def compared(channels: int, threads: int, repeats: int) -> bool:
    """Print the table for so many channels; whether the targets are reached."""
    from intertwine.models import InteratomicPotential

    theirs = peer(channels)
    ours = InteratomicPotential(
        SPECIES,
        cutoff=CUTOFF,
        channels=channels,
        degree=DEGREE,
        harmonics=HARMONICS,
        layers=LAYERS,
        radial=RADIAL,
        hidden=WIDTHS,
        neighbours=NEIGHBOURS,
        block="many-body",
    )
    atoms = ours.gather(crystal())
    weights = [sum(p.numel() for p in model.parameters()) for model in (ours, theirs)]
    print(f"\n{channels} channels, {len(atoms.graph.edges):,} edges, weights {weights[0]:,} and {weights[1]:,}")
    rows, reached = [], True
    for name, step in steps(ours, atoms).items():
        mine, other = interleaved([step, steps(theirs, atoms)[name]], repeats, threads)
        judged = name != "energy"
        reached &= not judged or other >= TARGET * mine
        rows.append([name, f"{mine:.0f}", f"{other:.0f}", f"{other / mine:.1f}", f"{TARGET:g}" if judged else ""])
    print(table(["", "ours, ms", "MACE, ms", "ratio", "target"], rows))
    return reached


def main() -> int:
    """Build both for every number of channels, and time them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--channels", type=int, nargs="*", default=CHANNELS)
    options = parser.parse_args()
    if importlib.util.find_spec("mace") is None:
        print("MACE is not installed here: benchmarks/README.md says how, in an environment of its own")
        return 0
    import torch

    torch.set_num_threads(options.threads)
    print(f"{ATOMS} atoms, harmonics to degree {HARMONICS}, hidden degree {DEGREE}, {LAYERS} layers")
    reached = [compared(channels, options.threads, options.repeats) for channels in options.channels]
    return int(not all(reached))


if __name__ == "__main__":
    sys.exit(main())
