"""Means over repetitions with their confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95
LARGEST_LOGARITHM = 30.0
"""An interval wider than a factor exp(30) is as good as none."""


@dataclass(frozen=True)
class Interval:
    """A mean over n repetitions; low and high are None for a single one, which says nothing about its spread."""

    mean: float
    low: float | None
    high: float | None
    n: int

    @property
    def is_positive(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low is not None and self.low > 0

    @property
    def is_negative(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high is not None and self.high < 0


def interval(values: Sequence[float], *, positive: bool = False) -> Interval:
    """Student's interval at the level `CONFIDENCE`: mean +- h with h = t s / sqrt(n).

    For numbers that are positive by nature, such as errors, the same interval of the logarithm of the mean,
    mean * exp(+- h / mean): it never reaches below zero.

    Example:
        >>> interval([0.5, 0.75, 1.0])
        Interval(mean=0.75, low=0.128..., high=1.371..., n=3)
    """
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return Interval(mean, None, None, 1)
    from scipy.special import stdtrit

    variance = math.fsum((v - mean) ** 2 for v in values) / (n - 1)
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * math.sqrt(variance / n)
    if positive and mean > 0:
        factor = math.exp(min(half / mean, LARGEST_LOGARITHM))
        return Interval(mean, mean / factor, mean * factor, n)
    return Interval(mean, mean - half, mean + half, n)


def paired(first: Sequence[float], second: Sequence[float]) -> Interval:
    """The interval of first - second, repetition by repetition: what both share (split, start) cancels."""
    return interval([a - b for a, b in zip(first, second, strict=True)])
