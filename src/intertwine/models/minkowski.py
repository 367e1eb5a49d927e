"""Minkowski products of four-vectors (E, px, py, pz), and the frame in which a jet is at rest."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

LIGHTLIKE = 1e-14
"""M^2 / E^2 below this is rounding error: float64 holds no rest frame of such a total momentum."""


def lower(p: Tensor) -> Tensor:
    """(E, px, py, pz) -> (E, -px, -py, -pz), the covector of p; (..., 4) -> (..., 4)."""
    return torch.cat([p[..., :1], -p[..., 1:]], -1)


def product(p: Tensor, q: Tensor) -> Tensor:
    """<p, q> = p^0 q^0 - p^1 q^1 - p^2 q^2 - p^3 q^3; (..., 4), (..., 4) -> (...)."""
    return (p * lower(q)).sum(-1)


def compress(x: Tensor) -> Tensor:
    """asinh(x): odd, smooth, logarithmic for large |x|, so that invariants of any size enter a perceptron.

    Not divided by their typical size of 10: that a product doubles must be seen beside the biases, or training crawls.
    """
    return torch.asinh(x)


def pair_invariants(p: Tensor) -> Tensor:
    """<p_i, p_j> and (p_i - p_j)^2 of all pairs, compressed: (batch, n, 4) -> (batch, 2, n, n)."""
    dots = torch.bmm(p, lower(p).mT)
    squares = dots.diagonal(dim1=-2, dim2=-1)
    differences = squares[:, :, None] + squares[:, None, :] - 2 * dots
    return compress(torch.stack([dots, differences], 1))


class RestFrame(NamedTuple):
    """The boost of each jet into the frame where its total momentum is (M, 0, 0, 0).

    Fields: total (batch, 4), mass (batch,), and timelike (batch,) bool. Where the total is lightlike up to rounding
    there is no such frame: the boost is the identity and the mass stands at the energy.
    """

    total: Tensor
    mass: Tensor
    timelike: Tensor

    @staticmethod
    def of(total: Tensor) -> RestFrame:
        """The frame of a total momentum (batch, 4); one with negative energy goes to (-M, 0, 0, 0)."""
        total = torch.where(total[:, :1] < 0, -total, total)
        energy, square = total[:, 0], product(total, total)
        timelike = square > LIGHTLIKE * energy**2
        mass = torch.where(timelike, torch.where(timelike, square, 1.0).sqrt(), energy)
        return RestFrame(total, mass, timelike)

    def boost(self, p: Tensor) -> Tensor:
        """p in the jet's rest frame: E' = <P, p> / M, p' = p - P (E + E') / (E_P + M); (batch, n, 4) -> the same."""
        total, mass = self.total[:, None], self.mass[:, None]
        energy = product(total, p) / mass
        spatial = p[..., 1:] - total[..., 1:] * ((p[..., 0] + energy) / (total[..., 0] + mass)).unsqueeze(-1)
        return torch.where(self.timelike[:, None, None], torch.cat([energy.unsqueeze(-1), spatial], -1), p)
