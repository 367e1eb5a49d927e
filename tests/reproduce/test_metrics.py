"""Accuracy, area and rejection: against scikit-learn, by hand, and whether the intervals cover."""

from __future__ import annotations

import math

import pytest
import torch

from intertwine.errors import IntertwineError
from intertwine.reproduce import tagging
from intertwine.reproduce.metrics import NAMES


def normal_scores(count: int, seed: int, shift: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Signal and background scores, normal and 2 * shift apart: the area is Phi(sqrt(2) shift)."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.arange(count) % 2
    return torch.randn(count, generator=generator) + shift * (2 * y - 1), y


def phi(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def test_by_hand() -> None:
    scores = torch.tensor([3.0, 2.0, 1.0, -1.0, -2.0, -3.0, -4.0])
    y = torch.tensor([1, 0, 1, 1, 0, 0, 0])
    found = tagging([scores], y)
    assert found["accuracy"].value == pytest.approx(5 / 7)
    assert found["auc"].value == pytest.approx((4 + 3 + 3) / 12)  # pairs in the right order
    assert found["rejection 50"].value == pytest.approx(4)  # the cut that keeps two of three signals passes one of four
    assert found["rejection 30"].value is None  # and the one that keeps one signal passes none
    assert list(found) == list(NAMES)


@pytest.mark.parametrize("digits", [1, 6])
def test_agrees_with_scikit_learn_ties_included(digits: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    scores, y = normal_scores(4001, 1)
    scores = (scores * 10**digits).round() / 10**digits
    found = tagging([scores], y)
    assert found["auc"].value == pytest.approx(metrics.roc_auc_score(y, scores), abs=1e-12)
    false, true, _ = metrics.roc_curve(y, scores, drop_intermediate=False)
    for efficiency in (0.5, 0.3):
        share = false[true >= efficiency - 1e-12][0]
        assert found[f"rejection {round(100 * efficiency)}"].value == pytest.approx(1 / share)


def test_only_the_order_matters_but_for_the_accuracy() -> None:
    scores, y = normal_scores(500, 2)
    first, second = tagging([scores], y), tagging([scores.exp()], y)
    for name in NAMES[1:]:
        assert first[name] == second[name]
    assert second["accuracy"].value == 0.5


def test_the_mean_over_repetitions_and_its_interval() -> None:
    many = [normal_scores(2000, seed)[0] for seed in range(4)]
    y = normal_scores(2000, 0)[1]
    single = [tagging([s], y)["auc"].value or 0 for s in many]
    found = tagging(many, y)["auc"]
    assert found.value is not None
    assert found.seeds_low is not None
    assert found.seeds_high is not None
    assert found.value == pytest.approx(sum(single) / 4)
    assert found.seeds_low < found.value < found.seeds_high
    assert tagging(many[:1], y)["auc"].seeds_low is None


def test_rejections_are_averaged_as_shares() -> None:
    y = torch.tensor([1, 1, 0, 0, 0, 0])
    clean, dirty = torch.tensor([2.0, 1, -1, -2, -3, -4]), torch.tensor([2.0, 1, 3, 4, -3, -4])
    found = tagging([clean, dirty], y)["rejection 50"]
    assert found.value == pytest.approx(4)  # no background, and half of it
    assert found.seeds_high is None  # the interval of the share reaches zero


@pytest.mark.slow
def test_the_intervals_over_items_cover() -> None:
    """In 200 draws a 95 % interval misses 10 times on average; 22 or more has a chance below 0.1 %."""
    truth = {"accuracy": phi(1.0), "auc": phi(math.sqrt(2))}
    misses = dict.fromkeys(truth, 0)
    for seed in range(200):
        found = tagging([normal_scores(400, 100 + seed)[0]], normal_scores(400, 0)[1], seed=seed)
        for name, value in truth.items():
            figure = found[name]
            assert figure.low is not None
            assert figure.high is not None
            misses[name] += not figure.low <= value <= figure.high
    assert all(1 <= count < 22 for count in misses.values()), misses


def test_what_cannot_be_measured() -> None:
    with pytest.raises(IntertwineError, match="both classes"):
        tagging([torch.zeros(3)], torch.ones(3, dtype=torch.int64))
    with pytest.raises(IntertwineError, match="at least one score"):
        tagging([], torch.tensor([0, 1]))
