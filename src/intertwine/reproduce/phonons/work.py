"""One job: train one network on the crystals, and measure it on those of the test part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...compare import Budget
from ...compare.fit import fit, prepare
from ...data import Labelled, PhononSpectra
from ...models import Atoms, CrystalNetwork
from ..reproduction import Desk, Outcome
from .measures import measures

WATCHED = 50
"""Crystals of the validation part on which the learning curve is measured; nothing is chosen by it."""
NEIGHBOURS = 16.0
"""Mean number of neighbours within the cutoff."""
CUTOFF = 4.0
WEIGHT_DECAY = 0.05


@dataclass(frozen=True)
class Size:
    """Network and training of one size; `train` None for all crystals of that part."""

    train: int | None
    epochs: int
    channels: int
    degrees: tuple[int, ...]
    test: int | None
    seeds: int
    batch_size: int = 16
    learning_rate: float = 5e-3


SIZES = {
    "quick": Size(60, 5, 8, (1,), 40, 1),
    "default": Size(None, 20, 32, (0, 1, 2), None, 1),
    "full": Size(None, 100, 64, (0, 1, 2), None, 5),
}


@dataclass(frozen=True)
class Task:
    """What a job is about."""

    degree: int
    seed: int
    epochs: int
    size: Size

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"l{self.degree}-{self.seed}"

    def run(self, desk: Desk, data: PhononSpectra) -> Outcome:
        """Train on the published training part, and measure on the published test part."""
        size = self.size
        train, valid, test = (data.split[part] for part in ("train", "valid", "test"))
        train, valid, test = train[: size.train], valid[:WATCHED], test[: size.test]
        model = CrystalNetwork(
            data.spectra.shape[1],
            kind="spectrum",
            cutoff=CUTOFF,
            channels=size.channels,
            degree=self.degree,
            layers=2,
            neighbours=NEIGHBOURS,
            seed=self.seed,
        ).to(desk.device)
        model.start_at(data.spectra[train].mean(0))
        budget = Budget(self.epochs, size.batch_size, size.learning_rate)
        optimizer = torch.optim.AdamW(model.parameters(), lr=budget.learning_rate, weight_decay=WEIGHT_DECAY)
        training = prepare(model, optimizer, self.seed)
        if desk.checkpoint is not None:
            training.load(desk.checkpoint)
        spectra = data.spectra.float().to(desk.device)

        def loss(_: nn.Module, batch: Labelled) -> Tensor:
            atoms = gathered(model, data, batch.x)
            return (model(atoms.numbers, atoms.graph) - spectra[batch.x]).square().mean()

        def measure(_: nn.Module) -> dict[str, float]:
            return {"mse": measures(spectra_of(model, data, valid), data.spectra[valid], data.frequencies)["mse"]}

        for state in fit(
            training, Labelled(train, train), budget, loss, measure, f"the network of degree {self.degree}"
        ):
            desk.save(state.state())
            desk.tell(state.epoch, self.epochs, f"MSE {state.latest['mse']:.4f}" if state.latest else "")
        found = spectra_of(model, data, test)
        numbers = measures(found, data.spectra[test], data.frequencies)
        whole = measures(
            spectra_of(model, data, data.split["valid"]), data.spectra[data.split["valid"]], data.frequencies
        )
        record: dict[str, Any] = {
            "degree": self.degree,
            "seed": self.seed,
            "epochs": self.epochs,
            "crystals": len(train),
            "parameters": sum(p.numel() for p in model.parameters()),
            "train_seconds": training.seconds,
            **numbers,
            "validation_mse": whole["mse"],
            "history": training.history,
            "note": f"MSE {numbers['mse']:.4f}",
        }
        return Outcome(record, {"model": model.state_dict(), "spectra": found, "crystals": test})


def gathered(model: CrystalNetwork, data: PhononSpectra, index: Tensor) -> Atoms:
    """Crystals with these numbers as a batch."""
    return model.gather([data.crystals[k] for k in index.tolist()])


def spectra_of(model: CrystalNetwork, data: PhononSpectra, index: Tensor, batch: int = 32) -> Tensor:
    """Predicted spectra of crystals with these numbers, on the CPU."""
    model.eval()
    return torch.cat([model.predict(gathered(model, data, part)).cpu() for part in index.split(batch)])
