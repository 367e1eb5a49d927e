"""Where a kernel on a grid is sampled, and the radial profiles it is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from ..errors import IntertwineError

CLOSE = 1e-6


@dataclass(frozen=True)
class Window:
    """The k_1 x ... x k_d samples of a kernel, about their middle, in row-major order.

    x points along the last axis, y against the one before it, z along the one before that, as in `actions.Pictures`
    and `actions.Volumes`.
    """

    size: tuple[int, ...]

    @cached_property
    def points(self) -> Tensor:
        """(samples, d) float64 in pixels, columns (x, y, z)."""
        axes = [torch.arange(k, dtype=torch.float64) - (k - 1) / 2 for k in self.size]
        index = torch.stack([c.flatten() for c in torch.meshgrid(*axes, indexing="ij")], -1)
        x = index.flip(-1)
        if len(self.size) > 1:
            x[:, 1] = -x[:, 1]
        return x

    @cached_property
    def radius(self) -> Tensor:
        """(samples,) distance from the middle."""
        return self.points.norm(dim=-1)

    def permutation(self, matrices: Tensor) -> Tensor | None:
        """Where each signed permutation matrix (n, d, d) moves each sample, (n, samples); None if one leaves."""
        moved = self.points @ matrices.mT
        index = moved.clone()
        if len(self.size) > 1:
            index[..., 1] = -index[..., 1]
        sides = torch.tensor(self.size, dtype=torch.float64)
        index = index.flip(-1) + (sides - 1) / 2
        whole = index.round()
        if bool(((index - whole).abs() > CLOSE).any() or (whole < 0).any() or (whole > sides - 1).any()):
            return None
        strides = torch.tensor([float(torch.tensor(self.size[i + 1 :]).prod()) for i in range(len(self.size))])
        return (whole * strides.double()).sum(-1).long()


@dataclass(frozen=True)
class Rings:
    """Gaussian rings exp(-(|x| - r)^2 / 2 s^2), each with the angular frequencies it may carry.

    Attributes:
        radii, widths: r and s in pixels, from the middle outwards; width 0 keeps the samples at exactly that radius.
        limits: the greatest degree of harmonics on each ring.
        reach: samples further from the middle are zero.
    """

    radii: tuple[float, ...]
    widths: tuple[float, ...]
    limits: tuple[int, ...]
    reach: float

    @lru_cache(maxsize=256)  # noqa: B019  (a frozen value, no instance to keep alive)
    def profiles(self, window: Window) -> Tensor:
        """(rings, samples) float64."""
        r = window.radius
        rows = []
        for radius, width in zip(self.radii, self.widths, strict=True):
            near = (r - radius).abs()
            rows.append((near < CLOSE).double() if width == 0 else torch.exp(-(near**2) / (2 * width**2)))
        return torch.stack(rows) * (r <= self.reach + CLOSE)


WIDTH, OUTER_WIDTH, INSET = 0.7, 0.5, 0.2
"""In pixels: widths of the rings, and how far inside the edge the outermost one lies, so that its outer slope is not
cut by the square; with them no function of the default frequencies is off by more than a tenth after a rotation by 45
degrees (`docs/guide/convolutions.md` has the table)."""


def rings(window: Window, bandlimit: int | tuple[int, ...] | None = None, profile: str = "gaussian") -> Rings:
    """The rings of a kernel.

    Args:
        bandlimit: the greatest frequency, of every ring or ring by ring from the middle; None for r on a ring of radius
            r (1 at half a pixel, 0 at the middle).
        profile: "gaussian" for rings one pixel apart, the outermost a little inside the edge; "free" for a free value
            at every distance on the grid.

    Raises:
        IntertwineError: for unequal sides, an unknown profile, or limits that are not one for each ring.
    """
    if len(set(window.size)) > 1:
        raise IntertwineError(
            f"rotations between samples need a kernel with equal sides, got {' x '.join(map(str, window.size))}"
        )
    edge = (window.size[0] - 1) / 2
    if profile == "gaussian":
        reach, radii = math.inf, tuple(edge - k for k in range(int(edge) + 1))[::-1]
        widths = (WIDTH,) * (len(radii) - 1) + (OUTER_WIDTH,)
    elif profile == "free":
        reach = edge + 0.5
        radii = tuple(sorted({round(float(r), 9) for r in window.radius if r <= reach}))
        widths = (0.0,) * len(radii)
    else:
        raise IntertwineError(f'profile is "gaussian" or "free", got {profile!r}')
    if bandlimit is None:
        limits = tuple(int(r + 0.5) for r in radii)
    elif isinstance(bandlimit, tuple):
        limits = bandlimit
    else:
        limits = tuple(0 if r < CLOSE and bandlimit > 0 else bandlimit for r in radii)
    if len(limits) != len(radii) or any(not isinstance(n, int) or n < 0 for n in limits):
        raise IntertwineError(
            f"bandlimit is one frequency >= 0, or one for each of the {len(radii)} rings at distances {radii}, "
            f"got {limits}"
        )
    if profile == "gaussian" and edge >= 1:
        radii = (*radii[:-1], edge - INSET)
    return Rings(radii, widths, limits, reach)
