"""What is measured about a trained model."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..audit import audit
from ..data import Labelled
from .averaging import fresh_elements
from .problem import Problem

ROUNDS = 16
"""Finite groups up to this order are tested with every element; others with this many random elements an item."""
CURVE_ROUNDS = 4
"""Fewer for the learning curve, which is only looked at."""
TEST_SEED = 20_000
"""The random elements of the test: the same for every route and every repetition."""
AUDIT_ITEMS, AUDIT_BATCH = 1_000, 256
BATCH = 2_048
TIMED_ITEMS = 256
TIMED_SECONDS = 0.25


@dataclass(frozen=True)
class Measurements:
    """All figures about one run: one route, one seed."""

    upright: float
    """Accuracy (or mean squared error) on test items as they come."""
    turned: float
    """The same on test items moved by uniformly random group elements."""
    kept: float | None
    """How often a moved item gets the answer that it got unmoved; None for a regression."""
    kept_counts: list[int]
    """How many test items kept their answer under 0, 1, 2, ... of the elements tried; empty for a regression."""
    error: float | None
    """Relative equivariance error; None where it is undefined, as for a constant predictor."""
    error_low: float | None
    error_high: float | None
    """Its 95 % interval over test items."""
    error_floor: float | None
    """The part of it that the action on the data itself is to blame for."""
    kappa: float | None
    """Agreement of answers before and after a move, beyond what chance explains; None for a regression."""
    parameters: int
    inference_ms: float
    """Milliseconds for 1,000 items."""
    curve: list[float]
    """The score at each of the problem's angles."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the order of the fields."""
        return asdict(self)


def measure(model: nn.Module, problem: Problem, test: Labelled) -> Measurements:
    """Measure a trained model on test items."""
    model.eval()
    turned, kept, counts = moved_score(model, problem, test, ROUNDS)
    items = test.x[:AUDIT_ITEMS]
    report = audit(
        model,
        items,
        problem.action_in,
        problem.action_out,
        class_scores=problem.is_classification,
        seed=TEST_SEED,
        batch_size=AUDIT_BATCH,
    )
    return Measurements(
        upright=score(model, problem, test),
        turned=turned,
        kept=kept,
        kept_counts=counts,
        error=report.error.value if report.error else None,
        error_low=report.error.low if report.error else None,
        error_high=report.error.high if report.error else None,
        error_floor=report.floor.value if report.floor else None,
        kappa=report.kappa.value if report.kappa else None,
        parameters=sum(p.numel() for p in model.parameters()),
        inference_ms=inference_ms(model, test.x[:TIMED_ITEMS]),
        curve=[score(model, problem, problem.turn(angle, test)) for angle in problem.angles],
    )


def quick_measure(model: nn.Module, problem: Problem, test: Labelled) -> dict[str, float]:
    """The two scores of a learning curve."""
    model.eval()
    turned, _, _ = moved_score(model, problem, test, CURVE_ROUNDS)
    return {"upright": score(model, problem, test), "turned": turned}


@torch.no_grad()
def predict(model: nn.Module, x: Tensor) -> Tensor:
    """The model's outputs (N, outputs), batch by batch."""
    return torch.cat([model(part) for part in x.split(BATCH)])


def score(model: nn.Module, problem: Problem, items: Labelled) -> float:
    """Accuracy for classes, mean squared error for values."""
    return _score(problem, predict(model, items.x), items.y)


def moved_score(
    model: nn.Module, problem: Problem, items: Labelled, rounds: int
) -> tuple[float, float | None, list[int]]:
    """The mean score over moved items; the share of answers kept; and the histogram of answers kept by item."""
    unmoved = predict(model, items.x).argmax(dim=1)
    elements = fresh_elements(problem.group, rounds, len(items), TEST_SEED)
    scores, same = [], torch.zeros(len(items), dtype=torch.int64, device=items.x.device)
    for g in elements:
        moved = problem.move(g, items)
        output = predict(model, moved.x)
        scores.append(_score(problem, output, moved.y))
        same += output.argmax(dim=1) == unmoved
    mean = sum(scores) / len(scores)
    if not problem.is_classification:
        return mean, None, []
    kept = float(same.double().mean()) / len(elements)
    return mean, kept, torch.bincount(same, minlength=len(elements) + 1).tolist()


@torch.no_grad()
def inference_ms(model: nn.Module, x: Tensor) -> float:
    """The median time of a call on a batch, in milliseconds for 1,000 items, after one call to warm up."""
    model(x)
    times: list[float] = []
    while len(times) < 5 or sum(times) < TIMED_SECONDS:
        started = time.perf_counter()
        model(x).cpu()
        times.append(time.perf_counter() - started)
    median = sorted(times)[len(times) // 2]
    return 1e6 * median / len(x)


def _score(problem: Problem, output: Tensor, target: Tensor) -> float:
    if problem.is_classification:
        return float((output.argmax(dim=1) == target).double().mean())
    return float((output.double() - target.double()).square().mean())
