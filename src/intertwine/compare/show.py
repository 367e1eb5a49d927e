"""What the report shows besides numbers: a few items turned, with every route's answers, and how weights are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ..data import Labelled
from ..errors import IntertwineError
from ..report import data_uri, png
from .measure import predict
from .problem import Problem
from .route import Route

if TYPE_CHECKING:
    from .runner import Bench

EXAMPLES = 6
LARGEST_TABLE = 64
"""Weight matrices with more rows or columns than this are not drawn as tables."""
LARGEST_ORDER = 16
"""Nor are the filters of a larger group."""


def things_to_show(bench: Bench, chosen: list[Route]) -> dict[str, Any]:
    """Plain values for results.json: `examples` and `sharing`, each empty where the problem has none."""
    problem = bench.problem
    models = {route.name: bench.trained(route, seed=0) for route in chosen}
    test = bench.split(0).test
    return {"examples": examples(problem, test, models), "sharing": sharing(problem)}


def examples(problem: Problem, test: Labelled, models: dict[str, nn.Module]) -> dict[str, Any]:
    """Test pictures of different classes at every angle, each with the answer and confidence of every route.

    They are the first test items of their classes, for as many classes as fit, spread evenly: not chosen by
    outcome.
    """
    is_picture = len(problem.shape) == 3 and problem.shape[0] == 1
    if not (is_picture and problem.angles and problem.is_classification):
        return {}
    chosen = test.take(_first_of_classes(test.y, EXAMPLES))
    angles = [angle for angle in problem.angles if angle < 360]
    turned = [problem.turn(angle, chosen).x for angle in angles]
    answers = {name: [_answers(model, x) for x in turned] for name, model in models.items()}
    items = [
        {
            "class": int(chosen.y[k]),
            "frames": [_frame(x[k, 0]) for x in turned],
            "answers": {name: [frame[k] for frame in frames] for name, frames in answers.items()},
        }
        for k in range(len(chosen))
    ]
    return {"angles": angles, "items": items}


def sharing(problem: Problem) -> dict[str, Any]:
    """Which weights of an equivariant layer are one and the same weight, where the group permutes coordinates.

    `filters`: the layer from one input to one copy of the regular representation, (order, inputs), a class
    number for each weight. `free` of `total` weights of that layer are independent.
    """
    group = problem.group
    if not (group.is_finite and group.order <= LARGEST_ORDER):
        return {}
    try:
        first, second = problem.rho_in >> group.regular, group.regular >> group.regular
        classes = first.classes
    except IntertwineError:
        return {}
    if len(problem.shape) != 3 and problem.rho_in.dim > LARGEST_TABLE:
        return {}
    return {
        "shape": list(problem.shape),
        "filters": classes.tolist(),
        "free": first.dim,
        "total": classes.numel(),
        "hidden": second.classes.tolist(),
    }


def _first_of_classes(y: Tensor, count: int) -> Tensor:
    """Positions of the first item of `count` classes, spread evenly over those that occur."""
    present = torch.unique(y)
    spread = torch.linspace(0, len(present) - 1, min(count, len(present))).round().long()
    wanted = present[spread.to(y.device)]
    return torch.stack([(y == k).nonzero()[0, 0] for k in wanted])


def _answers(model: nn.Module, x: Tensor) -> list[list[float]]:
    """[class, probability] for each item."""
    best = predict(model, x).softmax(dim=1).max(dim=1)
    return [[int(k), round(float(p), 3)] for k, p in zip(best.indices.tolist(), best.values.tolist(), strict=True)]


def _frame(pixels: Tensor) -> str:
    grey = (pixels.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
    return data_uri(png(grey))
