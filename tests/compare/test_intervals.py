"""Intervals over repetitions."""

from __future__ import annotations

import random

import pytest

from intertwine.compare.intervals import interval, paired


def test_students_interval_against_scipy() -> None:
    from scipy import stats

    values = [0.91, 0.95, 0.93, 0.97]
    expected = stats.t.interval(0.95, 3, loc=0.94, scale=stats.sem(values))
    found = interval(values)
    assert (found.low, found.high) == pytest.approx(expected)
    assert found.mean == pytest.approx(0.94)


def test_one_repetition_says_nothing_about_its_spread() -> None:
    found = interval([0.9])
    assert (found.mean, found.low, found.high, found.n) == (0.9, None, None, 1)
    assert not found.is_positive
    assert not found.is_negative


def test_intervals_of_errors_stay_positive() -> None:
    found = interval([0.01, 2.0], positive=True)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.mean < found.high
    assert found.low * found.high == pytest.approx(found.mean**2)
    # Where the spread is small, both forms agree.
    narrow, plain = interval([1.0, 1.001, 0.999], positive=True), interval([1.0, 1.001, 0.999])
    assert (narrow.low, narrow.high) == pytest.approx((plain.low, plain.high), rel=1e-5)
    assert interval([0.0, 0.0], positive=True).mean == 0


def test_intervals_hold_what_they_promise() -> None:
    generator = random.Random(0)
    held = 0
    for _ in range(2000):
        found = interval([generator.gauss(1, 1) for _ in range(5)])
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 1 <= found.high
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_pairing_removes_what_both_share() -> None:
    first, second = [0.5, 0.7, 0.9], [0.4, 0.61, 0.8]
    assert paired(first, second).is_positive
    assert paired(second, first).is_negative
