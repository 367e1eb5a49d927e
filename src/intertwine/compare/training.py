"""How the routes of a comparison are trained: the same items in the same order for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..data import Labelled
from .fit import Training, fit, prepare
from .problem import Problem
from .route import Route
from .spec import Budget

CHECKPOINT_SECONDS = 1.0
"""A checkpoint is written at the end of an epoch, unless the last one is younger than this."""


def begin(model: nn.Module, budget: Budget, seed: int) -> Training:
    """A training by Adam at its start; the seed fixes everything that is random in it."""
    return prepare(model, torch.optim.Adam(model.parameters(), lr=budget.learning_rate), seed)


def train(
    training: Training,
    route: Route,
    problem: Problem,
    items: Labelled,
    budget: Budget,
    measure: Callable[[nn.Module], dict[str, float]],
) -> Iterator[Training]:
    """Train to the end of the budget, pausing as `fit` does. `measure` adds to the learning curve.

    Raises:
        IntertwineError: the loss is no longer finite.
    """
    unit = items.y.float().square().mean()

    def loss(model: nn.Module, batch: Labelled) -> Tensor:
        seen = route.batch(problem, batch, training.poses)
        return _loss(problem, model(seen.x), seen.y, unit)

    return fit(training, items, budget, loss, measure, f"the route {route.name!r}")


def _loss(problem: Problem, output: Tensor, target: Tensor, unit: Tensor) -> Tensor:
    """Cross entropy for classes; for values the mean squared error in multiples of `unit`."""
    if problem.is_classification:
        return functional.cross_entropy(output, target)
    return functional.mse_loss(output, target) / unit
