"""How well a score tells signal from background, with intervals over the test items and over repetitions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..compare.intervals import CONFIDENCE, interval
from ..errors import IntertwineError

RESAMPLES = 400
"""Draws of the bootstrap: the ends of a 95 % interval rest on the ten outermost on each side."""
EFFICIENCIES = (0.5, 0.3)
"""Shares of the signal kept, at which the background rejection is quoted."""
LARGEST_BLOCK = 4_000_000
"""Numbers held at once while resampling."""


@dataclass(frozen=True)
class Figure:
    """A mean over repetitions with two 95 % intervals; an end is None where it is unknown or infinite.

    `low` and `high`: over test items (bootstrap within each class, the same draw for every repetition). `seeds_low`
    and `seeds_high`: Student's interval over repetitions, which needs at least two.
    """

    value: float | None
    low: float | None
    high: float | None
    seeds_low: float | None = None
    seeds_high: float | None = None


def tagging(scores: Sequence[Tensor], y: Tensor, *, seed: int = 0) -> dict[str, Figure]:
    """Accuracy, area under the ROC curve and background rejection of a score that is positive for signal.

    The rejection at a signal efficiency e is 1 / (share of the background that passes the cut which keeps the share e
    of the signal). With few background items left it is uncertain upwards without bound; the mean over repetitions is
    taken of the share, so that a repetition without any background left does not make it infinite.

    Shapes: scores, one (N,) for each repetition; y (N,) of 0 (background) and 1 (signal).

    Raises:
        IntertwineError: one of the classes is absent, or there is no repetition.

    Example:
        >>> tagging([torch.tensor([-2.0, -1.0, 1.0, 2.0])], torch.tensor([0, 0, 1, 1]))["auc"].value
        1.0
    """
    if not scores or y.min() == y.max():
        raise IntertwineError("Tagging needs at least one score, and test items of both classes.")
    plain = torch.ones(1, len(y), dtype=torch.float64)
    values = torch.stack([_measures(s, y, plain)[0] for s in scores])
    draws = torch.stack([_resampled(s, y, seed) for s in scores]).mean(0)
    return {name: _figure(name, values[:, k], draws[:, k]) for k, name in enumerate(NAMES)}


NAMES = ("accuracy", "auc", *(f"rejection {round(100 * e)}" for e in EFFICIENCIES))
"""What `tagging` gives. Rejections are computed and averaged as shares, and turned over at the end."""


def _measures(score: Tensor, y: Tensor, weights: Tensor) -> Tensor:
    """Accuracy, area, and background shares at the efficiencies, for weighted items; weights (R, N) -> (R, 2 + E)."""
    order = score.argsort(descending=True, stable=True)
    ranked, signal = score[order].double(), y[order].double()
    weights = weights[:, order]
    ends = torch.cat([ranked[1:] != ranked[:-1], torch.ones(1, dtype=torch.bool)])  # ties stay together
    true, false = ((weights * kind).cumsum(1)[:, ends] for kind in (signal, 1 - signal))
    true, false = true / true[:, -1:], false / false[:, -1:]
    zero = torch.zeros(len(weights), 1, dtype=torch.float64)
    true, false = torch.cat([zero, true], 1), torch.cat([zero, false], 1)
    area = ((false[:, 1:] - false[:, :-1]) * (true[:, 1:] + true[:, :-1]) / 2).sum(1)
    right = ((ranked > 0) == (signal > 0)).double()
    accuracy = (weights * right).sum(1) / weights.sum(1)
    passing = []
    for efficiency in EFFICIENCIES:
        cut = torch.searchsorted(true, torch.full((len(true), 1), efficiency - 1e-12, dtype=torch.float64))
        passing.append(false.gather(1, cut)[:, 0])
    return torch.stack([accuracy, area, *passing], dim=1)


def _resampled(score: Tensor, y: Tensor, seed: int) -> Tensor:
    """The measures of items drawn with replacement within each class, (RESAMPLES, 2 + E): by the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    classes, found = [(y == k).nonzero()[:, 0] for k in (0, 1)], []
    block = max(1, min(RESAMPLES, LARGEST_BLOCK // len(y)))
    for start in range(0, RESAMPLES, block):
        count = min(block, RESAMPLES - start)
        weights = torch.zeros(count, len(y), dtype=torch.float64)
        for items in classes:
            chosen = items[torch.randint(len(items), (count, len(items)), generator=generator)]
            weights.scatter_add_(1, chosen, torch.ones(chosen.shape, dtype=torch.float64))
        found.append(_measures(score, y, weights))
    return torch.cat(found)


def _figure(name: str, values: Tensor, draws: Tensor) -> Figure:
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(q) for q in draws.quantile(torch.tensor([tail, 1 - tail], dtype=torch.float64)))
    over_seeds = interval(values.tolist())
    if not name.startswith("rejection"):
        return Figure(over_seeds.mean, low, high, over_seeds.low, over_seeds.high)
    return Figure(
        _inverse(over_seeds.mean), _inverse(high), _inverse(low), _inverse(over_seeds.high), _inverse(over_seeds.low)
    )


def _inverse(share: float | None) -> float | None:
    """1 / share; None for an unknown share, and for one of zero or (as an interval's end) below."""
    return None if share is None or share <= 0 or not math.isfinite(share) else 1 / share
