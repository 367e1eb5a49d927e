"""Coverage of the intervals by simulation, and closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from intertwine.audit.statistics import kappa, ratio, wilson

TRIALS = 400
# Four standard errors of a coverage of 95 % estimated from 400 trials are 4.4 points.
NOMINAL = 0.95 - 0.044


def population(n: int, m: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Errors (n, m) and variances (n,) with a data point effect, an element effect and noise; the ratio is TRUTH."""
    point = 0.7 * torch.randn(n, 1, generator=generator, dtype=torch.float64)
    angle = 2 * math.pi * torch.rand(n, m, generator=generator, dtype=torch.float64)
    noise = 0.35 * torch.randn(n, m, generator=generator, dtype=torch.float64)
    spread = torch.randn(n, 5, generator=generator, dtype=torch.float64).square().mean(1)
    return (point + noise).exp() * (1.2 + torch.cos(angle)), 2 * (0.3 * point[:, 0]).exp() * spread


TRUTH = 1.2 * math.exp((0.7**2 + 0.35**2) / 2) / (2 * math.exp((0.3 * 0.7) ** 2 / 2))


def coverage(n: int, m: int, *, naive: bool) -> float:
    generator = torch.Generator().manual_seed(1)
    hits = 0
    for _ in range(TRIALS):
        z, d = population(n, m, generator)
        if naive:  # every (point, element) pair as a point of its own
            estimate = ratio(z.flatten(), d[:, None].expand(n, m).flatten(), 0.95, generator)
        else:
            estimate = ratio(z.mean(1), d, 0.95, generator)
        hits += estimate.low <= TRUTH <= estimate.high
    return hits / TRIALS


@pytest.mark.parametrize(("n", "m"), [(100, 1), (60, 8)])
def test_interval_covers_as_often_as_it_says(n: int, m: int):
    assert NOMINAL <= coverage(n, m, naive=False) <= 0.99


def test_naive_interval_does_not():
    assert coverage(60, 8, naive=True) < 0.8


def test_ratio_is_the_ratio_of_means():
    generator = torch.Generator().manual_seed(0)
    z, d = torch.rand(50, generator=generator), torch.rand(50, generator=generator)
    estimate = ratio(z, d, 0.95, generator)
    assert estimate.value == pytest.approx(float(z.mean() / d.mean()))
    assert estimate.low < estimate.value < estimate.high
    assert float(estimate.scaled(2)) == pytest.approx(2 * estimate.value)


def test_ratio_of_nothing_and_of_almost_nothing():
    generator = torch.Generator().manual_seed(0)
    ones = torch.ones(40)
    assert ratio(0 * ones, ones, 0.95, generator).high == 0
    sparse = torch.zeros(40)
    sparse[0] = 1
    estimate = ratio(sparse, ones, 0.95, generator)
    assert estimate.low == 0
    assert 1 / 40 < estimate.high < 0.2
    assert math.isnan(ratio(ones[:9], ones[:9], 0.95, generator).high)


def test_ratio_of_equal_points_has_no_width():
    ones = torch.ones(40)
    estimate = ratio(3 * ones, 2 * ones, 0.95, torch.Generator().manual_seed(0))
    assert (estimate.value, estimate.low, estimate.high) == (1.5, 1.5, 1.5)


def test_wilson_against_the_published_example():
    """Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662."""
    success = torch.zeros(263, 1)
    success[:81] = 1
    estimate = wilson(success, 0.95)
    assert estimate.low == pytest.approx(0.2553, abs=5e-5)
    assert estimate.high == pytest.approx(0.3662, abs=5e-5)


def test_wilson_counts_repeated_trials_by_their_scatter():
    share = (torch.rand(200, 1, generator=torch.Generator().manual_seed(0)) < 0.7).double()
    once, copied = wilson(share, 0.95), wilson(share.expand(-1, 8), 0.95)
    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=1e-2)
    fresh = (torch.rand(200, 8, generator=torch.Generator().manual_seed(0)) < 0.7).double()
    assert (wilson(fresh, 0.95).high - wilson(fresh, 0.95).low) < 0.45 * (once.high - once.low)


def test_wilson_covers_with_repeated_trials():
    generator = torch.Generator().manual_seed(2)
    hits = 0
    for _ in range(TRIALS):
        p = torch.rand(80, 1, generator=generator).clamp(0.2, 1.0)  # mean 0.2 * 0.2 + 0.8 * 0.6
        estimate = wilson((torch.rand(80, 6, generator=generator) < p).double(), 0.95)
        hits += estimate.low <= 0.52 <= estimate.high
    assert NOMINAL <= hits / TRIALS <= 0.99


def test_kappa_by_hand():
    """The textbook table [[20, 5], [10, 15]]: agreement 0.7, chance 0.5, kappa 0.4."""
    first = torch.tensor([0] * 25 + [1] * 25)[:, None]
    second = torch.tensor([0] * 20 + [1] * 5 + [0] * 10 + [1] * 15)[:, None]
    estimate = kappa(first, second, 0.95, torch.Generator().manual_seed(0))
    assert estimate is not None
    assert estimate.value == pytest.approx(0.4)
    assert 0.1 < estimate.low < 0.4 < estimate.high < 0.7


def test_kappa_of_a_constant_is_undefined():
    same = torch.zeros(30, 1, dtype=torch.long)
    assert kappa(same, same, 0.95, torch.Generator().manual_seed(0)) is None
