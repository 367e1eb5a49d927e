"""One training loop for all routes: the same items in the same order, and it goes on where it was interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..data import Labelled
from ..errors import IntertwineError
from .problem import Problem
from .route import Route
from .spec import Budget

CHECKPOINT_SECONDS = 1.0
"""A checkpoint is written at the end of an epoch, unless the last one is younger than this."""
HISTORY_POINTS = 20
"""How often, at most, the learning curve is measured."""


@dataclass
class Training:
    """A run in progress: everything that decides how it goes on."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    order: torch.Generator
    """Draws the order of the items: the same for all routes with the same seed."""
    poses: torch.Generator
    """Draws the group elements of routes that move their batches."""
    epoch: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    @property
    def latest(self) -> dict[str, float]:
        """The last point of the learning curve."""
        return self.history[-1] if self.history else {}

    def state(self) -> dict[str, Any]:
        """All of it as tensors and plain values."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "order": self.order.get_state(),
            "poses": self.poses.get_state(),
            "epoch": self.epoch,
            "seconds": self.seconds,
            "history": self.history,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go back to a state."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.order.set_state(state["order"].cpu())
        self.poses.set_state(state["poses"].cpu())
        self.epoch, self.seconds = state["epoch"], state["seconds"]
        self.history = list(state["history"])


def begin(model: nn.Module, budget: Budget, seed: int) -> Training:
    """A training at its start; the seed fixes everything that is random in it."""
    optimizer = torch.optim.Adam(model.parameters(), lr=budget.learning_rate)
    order, poses = (torch.Generator().manual_seed(2 * seed + k) for k in range(2))
    return Training(model, optimizer, order, poses)


def train(
    training: Training,
    route: Route,
    problem: Problem,
    items: Labelled,
    budget: Budget,
    measure: Callable[[nn.Module], dict[str, float]],
) -> Iterator[Training]:
    """Train to the end of the budget, pausing after every epoch.

    The time in `Training.seconds` is spent on the steps alone. `measure` adds to the learning curve, which
    nothing is chosen by.

    Raises:
        IntertwineError: the loss is no longer finite.
    """
    between = max(1, budget.epochs // HISTORY_POINTS)
    while training.epoch < budget.epochs:
        started = time.perf_counter()
        loss = _epoch(training, route, problem, items, budget)
        training.seconds += time.perf_counter() - started
        training.epoch += 1
        if training.epoch % between == 0 or training.epoch == budget.epochs:
            training.history.append({"epoch": training.epoch, "loss": loss, **measure(training.model)})
        yield training


def _epoch(training: Training, route: Route, problem: Problem, items: Labelled, budget: Budget) -> float:
    """One pass over the items; the mean loss."""
    training.model.train()
    order = torch.randperm(len(items), generator=training.order)
    batches = order.split(budget.batch_size)
    total = torch.zeros((), device=items.x.device)
    unit = items.y.float().square().mean()
    for number, chosen in enumerate(batches):
        done = (training.epoch + number / len(batches)) / budget.epochs
        for group in training.optimizer.param_groups:
            group["lr"] = budget.rate(done)
        seen = route.batch(problem, items.take(chosen.to(items.x.device)), training.poses)
        training.optimizer.zero_grad()
        value = _loss(problem, training.model(seen.x), seen.y, unit)
        value.backward()
        training.optimizer.step()
        total += value.detach() * len(chosen)
    mean = float(total) / len(items)
    if not torch.isfinite(torch.tensor(mean)):
        raise IntertwineError(
            f"The loss of the route {route.name!r} is {mean} after {training.epoch + 1} epochs. The correct fix is "
            "almost always a smaller learning rate."
        )
    return mean


def _loss(problem: Problem, output: Tensor, target: Tensor, unit: Tensor) -> Tensor:
    """Cross entropy for classes; for values the mean squared error in multiples of `unit`."""
    if problem.is_classification:
        return functional.cross_entropy(output, target)
    return functional.mse_loss(output, target) / unit
