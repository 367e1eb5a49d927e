"""Means over repetitions with their confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95


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


def interval(values: Sequence[float]) -> Interval:
    """Student's interval, mean +- t s / sqrt(n), at the level `CONFIDENCE`.

    Example:
        >>> interval([0.9, 0.92, 0.94])
        Interval(mean=0.92, low=0.870..., high=0.969..., n=3)
    """
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return Interval(mean, None, None, 1)
    from scipy.special import stdtrit

    variance = math.fsum((v - mean) ** 2 for v in values) / (n - 1)
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * math.sqrt(variance / n)
    return Interval(mean, mean - half, mean + half, n)


def paired(first: Sequence[float], second: Sequence[float]) -> Interval:
    """The interval of first - second, repetition by repetition: what both share (split, start) cancels."""
    return interval([a - b for a, b in zip(first, second, strict=True)])
