"""One job: one entrant on bodies from one box."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...compare import Budget
from ...compare.fit import fit, prepare
from ...data import Labelled
from ...groups.classical import O
from ..reproduction import Desk, Outcome
from .bodies import POINTS, draw, turned
from .networks import Entrant, PointMasses, solve

TEST_SEED, TURN_SEED = 10_000, 20_000
LEARNING_RATE = 1e-2
RADII = 25
"""Distances at which the radial functions are drawn."""


@dataclass(frozen=True)
class Size:
    """Bodies to train on and to test on, passes, and repetitions."""

    train: int
    epochs: int
    test: int
    seeds: int
    batch_size: int = 50


SIZES = {"quick": Size(500, 10, 200, 1), "default": Size(5000, 100, 1000, 3), "full": Size(20_000, 300, 1000, 5)}


@dataclass(frozen=True)
class Task:
    """What a job is about."""

    box: str
    entrant: Entrant
    seed: int
    epochs: int
    size: Size

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.box}-{self.entrant.name}-{self.seed}"

    def run(self, desk: Desk) -> Outcome:
        """Learn, and measure on upright and on turned bodies."""
        train = draw(self.box, self.size.train, self.seed)
        test = draw(self.box, self.size.test, TEST_SEED)
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(self.seed)
            model = self.entrant.make(POINTS - 1)
        if isinstance(model, PointMasses) and not self.entrant.trained:
            started = time.perf_counter()
            solve(model.double(), train)
            seconds = time.perf_counter() - started
        else:
            seconds = self._train(desk, model, train)
        return self._measured(model, test, seconds)

    def _train(self, desk: Desk, model: nn.Module, train: Labelled) -> float:
        budget = Budget(self.epochs, self.size.batch_size, LEARNING_RATE)
        training = prepare(model.to(desk.device), torch.optim.Adam(model.parameters(), lr=LEARNING_RATE), self.seed)
        if desk.checkpoint is not None:
            training.load(desk.checkpoint)
        items = Labelled(train.x.float().to(desk.device), train.y.float().to(desk.device))

        def loss(network: nn.Module, batch: Labelled) -> Tensor:
            if self.entrant.augmented:
                batch = turned(batch, O(3).sample(len(batch), generator=training.poses).to(batch.x))
            return halved_squares(network(batch.x), batch.y).mean()

        for state in fit(training, items, budget, loss, lambda _: {}, f"the network {self.entrant.title!r}"):
            desk.save(state.state())
            desk.tell(state.epoch, self.epochs, "")
        model.cpu()
        return training.seconds

    @torch.no_grad()
    def _measured(self, model: nn.Module, test: Labelled, seconds: float) -> Outcome:
        model.eval().double()
        elements = O(3).sample(len(test), generator=torch.Generator().manual_seed(TURN_SEED))
        losses = {}
        for name, items in (("upright", test), ("turned", turned(test, elements))):
            found = model(items.x)
            losses[name] = float(halved_squares(found, items.y).mean())
            losses[f"{name} relative"] = float((found - items.y).norm() / items.y.norm())
            if isinstance(model, PointMasses):
                single = deepcopy(model).float()(items.x.float()).double()
                losses[f"{name} single"] = float((single - items.y).norm() / items.y.norm())
        record: dict[str, Any] = {
            "box": self.box,
            "model": self.entrant.name,
            "seed": self.seed,
            "parameters": sum(p.numel() for p in model.parameters()),
            "train_seconds": seconds,
            **losses,
            "radial": radial_functions(model) if isinstance(model, PointMasses) else [],
            "note": f"relative error turned {losses['turned relative']:.1e}",
        }
        return Outcome(record, {"model": model.state_dict()})


def halved_squares(found: Tensor, wanted: Tensor) -> Tensor:
    """Half the sum of squares over the nine entries, the paper's loss: (N, 9) -> (N,)."""
    return (found - wanted).square().sum(1) / 2


@torch.no_grad()
def radial_functions(model: PointMasses) -> list[list[float]]:
    """Trace and anisotropy of the tensor of one unit mass, against its distance: rows (r, trace / 2, -anisotropy).

    Both are r^2 in truth: the tensor is r^2 (1 - z z^T) for a mass on the z axis.
    """
    r = torch.linspace(0.05, 1.2, RADII, dtype=torch.float64)
    x = torch.zeros(RADII, 1, 4, dtype=torch.float64)
    x[:, 0, 2], x[:, 0, 3] = r, 1.0
    tensor = model.double()(x).unflatten(1, (3, 3))
    trace = tensor.diagonal(dim1=1, dim2=2).sum(1) / 2
    return torch.stack([r, trace, tensor[:, 0, 0] - tensor[:, 2, 2]], 1).tolist()
