"""A user's own molecules and their energies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import Tensor

from ...actions import Trivial, Vectors
from ...data import Labelled, Structure, read_structures
from ...errors import IntertwineError
from ...models import fit_shifts
from ...representations.base import Representation
from ..points import PointItems
from ..problem import Problem, Split, Words, held_out, refuse_representations, register, vectors_in_space
from ..spec import Budget, Comparison

CUTOFF = 5.0
"""In the unit of the file, which is A."""
FEWEST = 8


@register("structures")
class OwnStructures(Problem):
    """Molecules of an xyz or extxyz file, to their energies beyond those of their lone atoms.

    A quarter of them, drawn anew for each repetition, is kept for the test. Energies of lone atoms are fitted by least
    squares to all energies, which tells nothing but a constant for each element.
    """

    budget = Budget(epochs=60, batch_size=20, learning_rate=3e-3)
    hidden = (64, 64)

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        refuse_representations(spec)
        vector = vectors_in_space(spec, "Molecules turn", "SO(3) or O(3)")
        path = Path(spec.data)
        self.items, self.species = _read(path)
        self.shape = tuple(self.items.x.shape[1:])
        self.point = vector + len(self.species) * spec.group.trivial
        self.action_in, self.action_out = Vectors(self.point), Trivial(spec.group)
        self.points = PointItems(CUTOFF, max(1.0, self.shape[0] - 1.0), origin=False)
        self.examples = spec.examples or len(self.items)
        self.words = Words(f"the energies in {path.name}", "molecule", "molecules", "as it comes", "turned")
        self.source = f"{len(self.items):,} molecules of up to {self.shape[0]} atoms from {path.name}."
        self.checksum = hashlib.sha256(path.read_bytes()).hexdigest()

    @property
    def rho_in(self) -> Representation:
        return self.shape[0] * self.point

    @property
    def rho_out(self) -> Representation:
        return self.group.trivial

    @property
    def classes(self) -> tuple[str, ...]:
        return ()

    def split(self, seed: int) -> Split:
        return held_out(self.items, seed, self.examples)

    def fingerprint(self) -> dict[str, str]:
        return {"file": self.checksum}


def _read(path: Path) -> tuple[Labelled, list[int]]:
    """x (N, atoms, 3 + species): places seen from the middle, kinds of atoms as 0 and 1; y (N, 1)."""
    structures = read_structures(path)
    energies = [s.energy for s in structures if s.energy is not None]
    if len(energies) != len(structures) or len(structures) < FEWEST:
        raise IntertwineError(
            f"{path} holds {len(structures)} structures, {len(energies)} of them with an energy. At least {FEWEST} are "
            "needed, each with its energy."
        )
    if any(bool(s.pbc.any()) for s in structures):
        raise IntertwineError(f"{path} holds periodic structures; the comparison takes molecules.")
    species = sorted({z for s in structures for z in s.numbers.tolist()})
    most = max(len(s) for s in structures)
    x = torch.stack([_item(s, species, most) for s in structures])
    counts = x[..., 3:].sum(1)
    total = torch.tensor(energies, dtype=torch.float64)
    lone = torch.tensor(fit_shifts(species, [s.numbers for s in structures], total), dtype=torch.float64)
    return Labelled(x.float(), (total - counts @ lone).unsqueeze(1).float()), species


def _item(s: Structure, species: list[int], most: int) -> Tensor:
    kinds = s.numbers[:, None] == torch.tensor(species)
    rows = torch.cat([s.positions - s.positions.mean(0), kinds.double()], 1)
    return torch.nn.functional.pad(rows, (0, 0, 0, most - len(s)))
