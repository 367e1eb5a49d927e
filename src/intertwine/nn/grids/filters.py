"""Low-pass filters for changing the resolution of a grid, as specs that give taps of either parity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ...errors import IntertwineError


class Filter(Protocol):
    """A low-pass filter between a grid and one `factor` times as coarse."""

    def taps(self, factor: int, parity: int) -> Tensor:
        """A symmetric filter on the fine grid, (k,) float64 with k % 2 == parity, whose sum is 1.

        Every `factor`-th tap sums to 1 / factor wherever one starts, so that both sampling and filling in keep
        constants.
        """
        ...


@dataclass(frozen=True)
class Spline:
    """Binomial filters, and their like for other factors: `order` running means of `factor` samples, one after another.

    Factor 2: order 1 is [1, 1] / 2, order 2 [1, 2, 1] / 4, order 3 [1, 3, 3, 1] / 8. One running mean of two samples
    is added where the parity asks for it. The response has a zero of that order at every frequency that would fold
    onto zero.

    Example:
        >>> 8 * Spline(3).taps(2, parity=0)
        tensor([1., 3., 3., 1.], dtype=torch.float64)
        >>> 16 * Spline(3).taps(2, parity=1)
        tensor([1., 4., 6., 4., 1.], dtype=torch.float64)
    """

    order: int = 3

    def __post_init__(self) -> None:
        if self.order < 1:
            raise IntertwineError(f"Spline(order) needs order >= 1, got {self.order}")

    def taps(self, factor: int, parity: int) -> Tensor:
        taps = torch.ones(1, dtype=torch.float64)
        for _ in range(self.order):
            taps = _convolve(taps, torch.ones(factor, dtype=torch.float64))
        if len(taps) % 2 != parity:
            taps = _convolve(taps, torch.ones(2, dtype=torch.float64))
        return taps / taps.sum()


@dataclass(frozen=True)
class Kaiser:
    """The ideal low-pass filter sinc(t / factor) under a Kaiser window, of 2 `radius` samples of the coarse grid.

    Much sharper than `Spline`, at the price of more taps: for smooth signals that must be kept, as in `Filtered`.

    Args:
        radius: half the length of the filter in samples of the coarse grid.
        beta: shape of the window; more suppresses further from the cut-off and blurs nearer to it.

    Source: J. F. Kaiser, Nonrecursive digital filter design using the I0-sinh window function (1974).
    """

    radius: int = 3
    beta: float = 2.0

    def __post_init__(self) -> None:
        if self.radius < 1 or self.beta < 0:
            raise IntertwineError(f"Kaiser needs radius >= 1 and beta >= 0, got {self.radius} and {self.beta}")

    def taps(self, factor: int, parity: int) -> Tensor:
        if factor == 1:
            return Spline(1).taps(1, parity)
        k = 2 * self.radius * factor - parity
        time = torch.arange(k, dtype=torch.float64) - (k - 1) / 2
        reach = self.radius * factor
        window = torch.special.i0(self.beta * (1 - (time / reach) ** 2).clamp(min=0).sqrt())
        taps = torch.sinc(time / factor) * window
        for phase in range(factor):
            taps[phase::factor] /= factor * taps[phase::factor].sum()
        return taps


def response(taps: Tensor, frequency: Tensor) -> Tensor:
    """The gain of a symmetric filter at frequencies in turns per sample: sum_j taps_j cos(2 pi f (j - (k - 1) / 2)).

    Example:
        >>> response(Spline(2).taps(2, parity=1), torch.tensor([0.0, 0.25, 0.5], dtype=torch.float64))
        tensor([1.0000, 0.5000, 0.0000], dtype=torch.float64)
    """
    time = torch.arange(len(taps), dtype=taps.dtype) - (len(taps) - 1) / 2
    return torch.cos(2 * math.pi * frequency[..., None] * time) @ taps


def _convolve(a: Tensor, b: Tensor) -> Tensor:
    return torch.nn.functional.conv1d(a[None, None], b[None, None], padding=len(b) - 1)[0, 0]
