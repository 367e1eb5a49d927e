"""One job: train one potential on so many structures of a molecule, and measure it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...compare.fit import fit, prepare
from ...data import Labelled, Structure
from ...models import InteratomicPotential, fit_shifts, gather_atoms
from ..reproduction import Desk, Outcome
from .dynamics import drift
from .entrants import ENTRANTS, Entrant

MEV = 43.364104
"""kcal/mol in meV."""
WATCHED = 20
"""Test structures of the learning curve, which nothing is chosen by."""
CUTOFF = 5.0
TEST_BATCH = 20
BATCH, LEARNING_RATE, WARM_UP = 5, 1e-2, 0.05


@dataclass(frozen=True)
class Course:
    """Passes over the structures; the learning rate rises along a line for a while, and falls to zero as a cosine."""

    epochs: int
    batch_size: int = BATCH

    def rate(self, progress: float) -> float:
        """The learning rate when the fraction `progress` (0 to 1) of all steps is done."""
        return LEARNING_RATE * min(1.0, progress / WARM_UP) * 0.5 * (1 + math.cos(math.pi * progress))


@dataclass(frozen=True)
class Size:
    """Trainings of one size.

    Attributes:
        train: for each molecule the numbers of training structures.
        steps: of every training, whatever the number of structures.
        channels: copies of each tensor; `entrants`: names of those compared.
        test: test structures; `dynamics`: steps of molecular dynamics.
    """

    train: Mapping[str, tuple[int, ...]]
    steps: int
    channels: int
    entrants: tuple[str, ...]
    test: int
    dynamics: int
    seeds: int = 1


SIZES: Mapping[str, Size] = {
    "quick": Size({"ethanol": (10,)}, 30, 4, ("l0", "l1"), 20, 20),
    "default": Size({"ethanol": (50, 200, 950), "aspirin": (50,)}, 6000, 32, ("l0", "l1", "l2", "products"), 200, 1000),
    "full": Size(
        {"ethanol": (50, 200, 950), "aspirin": (50, 200, 950)}, 200_000, 64, tuple(ENTRANTS), 1000, 20_000, seeds=3
    ),
}


@dataclass(frozen=True)
class Task:
    """What a job is about."""

    molecule: str
    entrant: Entrant
    count: int
    seed: int
    steps: int
    size: Size

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.molecule}-{self.entrant.name}-{self.count}-{self.seed}"

    @property
    def title(self) -> str:
        """As the display says it."""
        return f"{self.molecule}, {self.count} structures, {self.entrant.title}"

    @property
    def epochs(self) -> int:
        """Passes that make about so many steps."""
        return max(1, round(self.steps * BATCH / self.count))

    def run(self, desk: Desk, train: list[Structure], test: list[Structure]) -> Outcome:
        """Train on structures in the order of the seed, and measure on the test structures."""
        order = torch.randperm(len(train), generator=torch.Generator().manual_seed(self.seed))
        chosen = [train[k] for k in order[: self.count].tolist()]
        potential = potential_for(chosen, self.entrant, self.size.channels, self.seed).to(desk.device)
        seconds, history = self._train(desk, potential, chosen, test[:WATCHED])
        energy, forces = errors(potential, test[: self.size.test])
        record: dict[str, Any] = {
            "molecule": self.molecule,
            "entrant": self.entrant.name,
            "structures": self.count,
            "seed": self.seed,
            "steps": self.epochs * -(-self.count // BATCH),
            "parameters": sum(p.numel() for p in potential.parameters()),
            "train_seconds": seconds,
            "energy": energy,
            "forces": forces,
            "drift": drift(potential, test[0], self.size.dynamics, self.seed),
            "history": history,
            "note": f"{energy:.1f} meV, {forces:.1f} meV/Å",
        }
        return Outcome(record, {"model": potential.state_dict()})

    def _train(
        self, desk: Desk, potential: InteratomicPotential, train: list[Structure], watched: list[Structure]
    ) -> tuple[float, list[dict[str, float]]]:
        training = prepare(potential, torch.optim.Adam(potential.parameters(), lr=LEARNING_RATE, fused=True), self.seed)
        if desk.checkpoint is not None:
            training.load(desk.checkpoint)
        number = torch.arange(len(train))
        scale, atoms = potential.arguments["scale"], len(train[0])
        made = [potential.gather(structure) for structure in train]

        def loss(_: nn.Module, batch: Labelled) -> Tensor:
            chosen = batch.x.tolist()
            found = potential.predict([made[k] for k in chosen], keep_graph=True)
            energy, forces = truth([train[k] for k in chosen])
            off = torch.linalg.vector_norm(found.forces - forces.to(found.forces), dim=1)
            per_atom = (found.energy - energy.to(found.energy)).abs() / atoms
            return (off.mean() + per_atom.mean()) / scale

        def measure(_: nn.Module) -> dict[str, float]:
            return {"forces": errors(potential, watched)[1]}

        for state in fit(
            training, Labelled(number, number), Course(self.epochs), loss, measure, f"the potential of {self.title}"
        ):
            desk.save(state.state())
            note = f"{state.latest['forces']:.0f} meV/Å" if state.latest else ""
            desk.tell(state.epoch, self.epochs, note)
        return training.seconds, training.history


def potential_for(train: list[Structure], entrant: Entrant, channels: int, seed: int) -> InteratomicPotential:
    """A potential at its start, with scale, shifts and number of neighbours from the training structures."""
    energy, forces = truth(train)
    edges = gather_atoms(train[:WATCHED], CUTOFF).graph.edges
    species = sorted(set(train[0].numbers.tolist()))
    return InteratomicPotential(
        species,
        cutoff=CUTOFF,
        channels=channels,
        neighbours=max(1.0, len(edges) / edges.nodes),
        shifts=fit_shifts(species, [s.numbers for s in train], energy),
        scale=float(forces.square().mean().sqrt()),
        seed=seed,
        **entrant.settings,
    )


def truth(structures: list[Structure]) -> tuple[Tensor, Tensor]:
    """Energies (structures,) and forces (N, 3) of structures that have them."""
    energies = [s.energy for s in structures if s.energy is not None]
    forces = [s.forces for s in structures if s.forces is not None]
    return torch.tensor(energies, dtype=torch.float64), torch.cat(forces)


def errors(potential: InteratomicPotential, test: list[Structure]) -> tuple[float, float]:
    """Mean absolute errors of energies in meV and of force components in meV/A."""
    off_energy, off_forces = [], []
    for start in range(0, len(test), TEST_BATCH):
        part = test[start : start + TEST_BATCH]
        found, (energy, forces) = potential.predict(part), truth(part)
        off_energy.append((found.energy.cpu() - energy).abs())
        off_forces.append((found.forces.cpu() - forces).abs().flatten())
    return MEV * float(torch.cat(off_energy).mean()), MEV * float(torch.cat(off_forces).mean())
