"""One job: train one network on so many pictures with one seed, and measure it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...compare import Budget
from ...compare.fit import fit, prepare
from ...data import Labelled
from ...data.rotated import turn
from ...nn import to_plain
from ..reproduction import Desk, Outcome
from .entrants import Entrant
from .sizes import Size

WATCHED = 500
"""Test pictures on which the learning curve is measured, which nothing is chosen by."""
ANGLE = math.pi / 4
"""Of the turn after which the answers are compared."""


@dataclass(frozen=True)
class Task:
    """What a job is about."""

    data: str
    entrant: Entrant
    pictures: int
    epochs: int
    seed: int
    size: Size

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.entrant.name}-{self.pictures}-{self.seed}"

    def run(self, desk: Desk, train: Labelled, test: Labelled) -> Outcome:
        """Train on the first pictures in the order of the seed, and measure on the test pictures."""
        order = torch.randperm(len(train), generator=torch.Generator().manual_seed(self.seed))
        chosen = _to(train.take(order[: self.pictures]), desk.device)
        test = _to(test, desk.device)
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(self.seed)
            model = self.entrant.network(self.size).to(desk.device)
            return self._train(desk, model, chosen, test)

    def _train(self, desk: Desk, model: nn.Module, train: Labelled, test: Labelled) -> Outcome:
        budget = Budget(self.epochs, self.size.batch_size, self.size.learning_rate)
        training = prepare(model, torch.optim.Adam(model.parameters(), lr=budget.learning_rate), self.seed)
        if desk.checkpoint is not None:
            training.load(desk.checkpoint)
        desk.tell(training.epoch, self.epochs, "")

        def loss(network: nn.Module, batch: Labelled) -> Tensor:
            network.train()
            x = batch.x
            if self.entrant.augmented:
                angles = 2 * math.pi * torch.rand(len(x), generator=training.poses)
                x = turn(x, angles.to(x.device))
            return nn.functional.cross_entropy(network(x), batch.y)

        def measure(network: nn.Module) -> dict[str, float]:
            found = logits(network.eval(), test.x[:WATCHED]).argmax(1)
            return {"accuracy": float((found == test.y[:WATCHED].cpu()).double().mean())}

        for state in fit(training, train, budget, loss, measure, f"the network {self.entrant.title!r}"):
            desk.save(state.state())
            note = f"accuracy {state.latest['accuracy']:.1%}" if state.latest else ""
            desk.tell(state.epoch, self.epochs, note)
        plain = to_plain(model)
        answers = logits(plain, test.x).argmax(1)
        turned = logits(plain, turn(test.x, torch.full((len(test.x),), ANGLE, device=test.x.device))).argmax(1)
        error = float((answers != test.y.cpu()).double().mean())
        record: dict[str, Any] = {
            "model": self.entrant.name,
            "pictures": self.pictures,
            "seed": self.seed,
            "epochs": self.epochs,
            "parameters": sum(p.numel() for p in model.parameters()),
            "train_seconds": training.seconds,
            "error": error,
            "changed": float((answers != turned).double().mean()),
            "history": training.history,
            "note": f"error {error:.2%}",
        }
        return Outcome(record, {"model": model.state_dict(), "answers": answers})


@torch.no_grad()
def logits(model: nn.Module, x: Tensor, batch: int = 250) -> Tensor:
    """The model's answers batch by batch, on the CPU."""
    return torch.cat([model(part).cpu() for part in x.split(batch)])


def _to(items: Labelled, device: str) -> Labelled:
    return Labelled(items.x.to(device), items.y.to(device), items.classes)
