"""One training loop for any model: it pauses often, and goes on where it was interrupted, bit for bit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ..data import Labelled
from ..errors import IntertwineError

PAUSE_SECONDS = 5.0
"""An epoch that takes longer pauses on the way, so that its steps can be put on record."""
HISTORY_POINTS = 20
"""How often, at most, the learning curve is measured."""


class Schedule(Protocol):
    """How long to train, and how fast."""

    @property
    def epochs(self) -> int:
        """Passes over the items."""
        ...

    @property
    def batch_size(self) -> int:
        """Items in one step."""
        ...

    def rate(self, progress: float) -> float:
        """The learning rate when the fraction `progress` (0 to 1) of all steps is done."""
        ...


@dataclass
class Training:
    """A run in progress: everything that decides how it goes on."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    order: torch.Generator
    """Draws the order of the items, as it was at the start of the epoch: the same for all models with a seed."""
    poses: torch.Generator
    """Draws the group elements of those who move their batches."""
    epoch: int = 0
    batches: int = 0
    """Batches done in this epoch, and the sum of their losses."""
    loss_sum: float = 0.0
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
            "batches": self.batches,
            "loss_sum": self.loss_sum,
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
        self.batches, self.loss_sum = state["batches"], state["loss_sum"]
        self.history = list(state["history"])


def prepare(model: nn.Module, optimizer: torch.optim.Optimizer, seed: int) -> Training:
    """A training at its start; the seed fixes everything that is random in it."""
    order, poses = (torch.Generator().manual_seed(2 * seed + k) for k in range(2))
    return Training(model, optimizer, order, poses)


def fit(
    training: Training,
    items: Labelled,
    schedule: Schedule,
    loss: Callable[[nn.Module, Labelled], Tensor],
    measure: Callable[[nn.Module], dict[str, float]],
    name: str,
) -> Iterator[Training]:
    """Train to the end of the schedule, pausing after every epoch, and every few seconds of a long one.

    The time in `Training.seconds` is spent on the steps alone. `measure` adds to the learning curve, which
    nothing is chosen by.

    Raises:
        IntertwineError: the loss is no longer finite; the message calls what was trained by its `name`.
    """
    between = max(1, schedule.epochs // HISTORY_POINTS)
    while training.epoch < schedule.epochs:
        yield from _epoch(training, items, schedule, loss)
        mean = training.loss_sum / len(items)
        training.epoch, training.batches, training.loss_sum = training.epoch + 1, 0, 0.0
        if not torch.isfinite(torch.tensor(mean)):
            raise IntertwineError(
                f"The loss of {name} is {mean} after {training.epoch} epochs. The correct fix is "
                "almost always a smaller learning rate."
            )
        if training.epoch % between == 0 or training.epoch == schedule.epochs:
            training.history.append({"epoch": training.epoch, "loss": mean, **measure(training.model)})
        yield training


def _epoch(
    training: Training, items: Labelled, schedule: Schedule, loss: Callable[[nn.Module, Labelled], Tensor]
) -> Iterator[Training]:
    """The rest of one pass over the items, with its pauses."""
    training.model.train()
    shuffle = torch.Generator()
    shuffle.set_state(training.order.get_state())
    batches = torch.randperm(len(items), generator=shuffle).split(schedule.batch_size)
    total = torch.tensor(training.loss_sum, device=items.x.device)
    started = time.perf_counter()
    while training.batches < len(batches):
        chosen = batches[training.batches].to(items.x.device)
        done = (training.epoch + training.batches / len(batches)) / schedule.epochs
        for group in training.optimizer.param_groups:
            group["lr"] = schedule.rate(done)
        training.optimizer.zero_grad()
        value = loss(training.model, items.take(chosen))
        value.backward()
        training.optimizer.step()
        total += value.detach() * len(chosen)
        training.batches += 1
        elapsed = time.perf_counter() - started
        if elapsed > PAUSE_SECONDS or training.batches == len(batches):
            training.loss_sum = float(total)
            training.seconds += elapsed
            if training.batches < len(batches):
                yield training
                training.model.train()
            started = time.perf_counter()
    training.order = shuffle
