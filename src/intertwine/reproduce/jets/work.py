"""One job: train one tagger on so many jets with one seed, and measure it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...compare import Budget
from ...compare.fit import Schedule, fit, prepare
from ...data import Labelled
from ..metrics import tagging
from ..reproduction import Desk, Outcome
from .drift import drift
from .entrants import Entrant, logits
from .sizes import PaperSchedule, Size
from .trees import Trees

WEIGHT_DECAY = 1e-2
"""Of AdamW, as LorentzNet was trained."""
WATCHED = 500
"""Test jets on which the learning curve is measured, which nothing is chosen by."""


@dataclass(frozen=True)
class Task:
    """What a job is about."""

    data: str
    entrant: Entrant
    jets: int
    epochs: int
    seed: int
    size: Size

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.data}-{self.entrant.name}-{self.jets}-{self.seed}"

    def run(self, desk: Desk, train: Labelled, test: Labelled) -> Outcome:
        """Train on the first `jets` jets in the order of the seed, and measure on the test jets."""
        order = torch.randperm(len(train), generator=torch.Generator().manual_seed(self.seed))
        chosen = train.take(order[: self.jets])
        if self.entrant.network is None:
            return self._trees(desk, chosen, test)
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(self.seed)
            model = self.entrant.network(self.size.widths).to(desk.device)
        return self._network(desk, model, _to(chosen, desk.device), _to(test, desk.device))

    def _network(self, desk: Desk, model: nn.Module, train: Labelled, test: Labelled) -> Outcome:
        schedule, optimizer = self._schedule(model)
        training = prepare(model, optimizer, self.seed)
        if desk.checkpoint is not None:
            training.load(desk.checkpoint)
        desk.tell(training.epoch, self.epochs, "")
        watched = Labelled(test.x[:WATCHED], test.y[:WATCHED])

        def measure(model: nn.Module) -> dict[str, float]:
            model.eval()
            found = logits(model, watched.x)
            return {"accuracy": float(((found > 0) == (watched.y.cpu() > 0)).double().mean())}

        for state in fit(training, train, schedule, _loss, measure, f"the tagger {self.entrant.title!r}"):
            desk.save(state.state())
            note = f"accuracy {state.latest['accuracy']:.1%}" if state.latest else ""
            desk.tell(state.epoch, self.epochs, note)
        model.eval()
        started = time.perf_counter()
        scores = logits(model, test.x)
        spent = time.perf_counter() - started
        parameters = sum(p.numel() for p in model.parameters())
        moved = drift(lambda x: logits(model, x), test)
        record = self._record(scores, test.y.cpu(), training.seconds, spent, parameters, moved)
        return Outcome({**record, "history": training.history}, {"model": model.state_dict(), "scores": scores})

    def _trees(self, desk: Desk, train: Labelled, test: Labelled) -> Outcome:
        desk.tell(0, 1, "")
        started = time.perf_counter()
        trees = Trees(self.size.widths.rounds, self.seed)
        trees.fit(train)
        trained = time.perf_counter() - started
        started = time.perf_counter()
        scores = trees(test.x)
        spent = time.perf_counter() - started
        record = self._record(scores, test.y, trained, spent, None, drift(trees, test))
        return Outcome(record, {"scores": scores})

    def _schedule(self, model: nn.Module) -> tuple[Schedule, torch.optim.Optimizer]:
        size = self.size
        if size.follows_paper:
            optimizer = torch.optim.AdamW(model.parameters(), lr=size.learning_rate, weight_decay=WEIGHT_DECAY)
            return PaperSchedule(self.epochs, size.batch_size, size.learning_rate), optimizer
        optimizer = torch.optim.Adam(model.parameters(), lr=size.learning_rate)
        return Budget(self.epochs, size.batch_size, size.learning_rate), optimizer

    def _record(
        self,
        scores: Tensor,
        y: Tensor,
        trained: float,
        spent: float,
        parameters: int | None,
        moved: list[dict[str, Any]],
    ) -> dict[str, Any]:
        """Plain values about the run; the intervals are made of the scores, which are kept."""
        found = {name: figure.value for name, figure in tagging([scores], y).items()}
        return {
            "data": self.data,
            "model": self.entrant.name,
            "jets": self.jets,
            "seed": self.seed,
            "epochs": self.epochs,
            "parameters": parameters,
            "train_seconds": trained,
            "inference_ms": 1e3 * spent / len(y) * 1000,
            **found,
            "drift": moved,
            "note": f"accuracy {found['accuracy']:.1%}, AUC {found['auc']:.4f}",
        }


def _loss(model: nn.Module, batch: Labelled) -> Tensor:
    return nn.functional.binary_cross_entropy_with_logits(model(batch.x), batch.y.float())


def _to(items: Labelled, device: str) -> Labelled:
    return Labelled(items.x.to(device), items.y.to(device), items.classes)
