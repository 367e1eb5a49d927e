"""Between Fourier coefficients and samples, for band-limited functions on the sphere and on SO(3)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...groups.classical import SO
from ...representations.band_limited import BandLimited, Rotations
from ..module import Device, Solved, in_precision


class Sampling(Solved):
    """Samples of band-limited functions on a grid, and back.

    The grid has degree + 1 Gauss-Legendre nodes for cos(beta) and 2 degree + 1 equal steps for alpha (and for gamma);
    its points are R_z(alpha) R_y(beta) z on the sphere and R_z(alpha) R_y(beta) R_z(gamma) in SO(3). The quadrature is
    exact for products of two functions up to that degree, so `coefficients` recovers a band-limited function up to
    rounding, and projects functions of degree up to 2 degree - space.degree. Of others the rest is aliased.

    One angle at a time: for degree L in O(L^3) steps on the sphere and O(L^4) on SO(3).

    Args:
        space: the functions, `Sphere(L)` or `Rotations(L)`.
        degree: of the grid, at least that of the space; None for that of the space.

    Shapes: coefficients (..., space.dim), values (..., *shape) with shape (alpha, beta) on the sphere and
    (gamma, alpha, beta) on SO(3).

    Raises:
        IntertwineError: for a grid too coarse for the space.

    Example:
        >>> grid = Sampling(Sphere(4), 6)
        >>> grid.values(torch.randn(10, 25)).shape
        torch.Size([10, 13, 7])
        >>> grid.coefficients(grid.points[..., 2].float())[2]  # the height z is Y_10, a basis function over sqrt(3)
        tensor(0.5774)

    Source: J. R. Driscoll, D. M. Healy, Computing Fourier transforms and convolutions on the 2-sphere, Adv. Appl. Math.
    15 (1994); P. J. Kostelec, D. N. Rockmore, FFTs on the rotation group, J. Fourier Anal. Appl. 14 (2008).
    """

    along_alpha: Tensor
    along_beta: Tensor
    along_gamma: Tensor
    weights: Tensor
    spread: Tensor
    gather: Tensor

    @on_cpu
    def __init__(
        self, space: BandLimited, degree: int | None = None, *, device: Device = None, dtype: torch.dtype | None = None
    ):
        super().__init__()
        degree = space.degree if degree is None else degree
        if degree < space.degree:
            raise IntertwineError(f"a grid of degree {degree} is too coarse for {space}; take {space.degree} or more")
        self.space, self.degree = space, degree
        self.has_gamma = isinstance(space, Rotations)
        steps = 2 * degree + 1
        nodes, weights = np.polynomial.legendre.leggauss(degree + 1)
        self._beta = torch.from_numpy(np.arccos(nodes))
        self._alpha = torch.arange(steps, dtype=torch.float64) * (2 * math.pi / steps)
        self.shape = (steps,) * (1 + self.has_gamma) + (degree + 1,)
        self.hold("weights", torch.from_numpy(weights)[:, None] / (2 * steps ** (1 + self.has_gamma)))
        signs = 1 + self.has_gamma
        self.hold("along_beta", _along_beta(space, self._beta)[:signs].flatten(0, 2))
        self.hold("along_alpha", _turns(space.degree, self._alpha)[:signs, None])
        if self.has_gamma:
            self.hold("along_gamma", torch.cat(list(_turns(space.degree, -self._alpha)), -1))
        spread, gather = _places(space)
        self.hold("spread", spread.expand(signs, *spread.shape).flatten())
        self.hold("gather", gather)
        self._orders = (signs, *spread.shape[:2])
        self._padded = spread.numel()
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    @property
    def points(self) -> Tensor:
        """Unit vectors (alpha, beta, 3) or rotations (gamma, alpha, beta, 3, 3), float64."""
        about_z, about_y = _rotation(self._alpha, "z"), _rotation(self._beta, "y")
        tilted = about_z[:, None] @ about_y
        return tilted @ about_z[:, None, None] if self.has_gamma else tilted[..., 2]

    def values(self, c: Tensor) -> Tensor:
        """f at the points, (..., dim) -> (..., *shape)."""
        columns = self._check(c, (self.space.dim,)).reshape(-1, self.space.dim).mT
        samples = self.from_columns(columns)
        return samples.movedim(-1, 0).reshape(*c.shape[:-1], *self.shape)

    def coefficients(self, values: Tensor) -> Tensor:
        """The scalar products with the basis functions, by quadrature: (..., *shape) -> (..., dim)."""
        values = self._check(values, self.shape)
        batch = values.shape[: -len(self.shape)]
        columns = self.to_columns(values.reshape(batch.numel(), *self.shape).movedim(0, -1))
        return columns.mT.reshape(*batch, self.space.dim)

    def from_columns(self, c: Tensor) -> Tensor:
        """`values` with the batch last: (dim, n) -> (*shape, n)."""
        n = c.shape[1]
        by_order = c.index_select(0, self.spread).reshape(len(self.along_beta), self.space.degree + 1, n)
        x = torch.bmm(self.along_beta, by_order)
        x = self.along_alpha @ x.reshape(*self._orders, (self.degree + 1) * n)
        if self.has_gamma:
            x = self.along_gamma @ x.flatten(2).flatten(0, 1)
        return x.reshape(*self.shape, n)

    def to_columns(self, values: Tensor) -> Tensor:
        """`coefficients` with the batch last: (*shape, n) -> (dim, n)."""
        n, signs, orders = values.shape[-1], self._orders[0], self._orders[1]
        x = values * self.weights
        if self.has_gamma:
            x = self.along_gamma.mT @ x.flatten(1)
        x = self.along_alpha.mT @ x.reshape(signs, orders, 2 * self.degree + 1, (self.degree + 1) * n)
        x = torch.bmm(self.along_beta.mT, x.reshape(len(self.along_beta), self.degree + 1, n))
        return x.reshape(signs, self._padded, n).sum(0).index_select(0, self.gather)

    def _check(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        if x.shape[max(x.ndim - len(shape), 0) :] != shape:
            raise IntertwineError(f"{self} takes (..., {', '.join(map(str, shape))}), got shape {tuple(x.shape)}")
        return in_precision(x, self.weights, self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.space}, {'x'.join(map(str, self.shape))} points)"


def _rotation(angle: Tensor, axis: str) -> Tensor:
    """Rotations (n, 3, 3) about an axis."""
    c, s, zero, one = torch.cos(angle), torch.sin(angle), torch.zeros_like(angle), torch.ones_like(angle)
    about_z = [[c, -s, zero], [s, c, zero], [zero, zero, one]]
    about_y = [[c, zero, s], [zero, one, zero], [-s, zero, c]]
    return torch.stack([torch.stack(row, -1) for row in (about_z if axis == "z" else about_y)], -2)


def _signed(degree: int) -> Tensor:
    """(2, orders): the places of s |m| among -L .. L, for s = +1, -1 and m = -L .. L."""
    m = torch.arange(-degree, degree + 1).abs()
    return degree + torch.stack([m, -m])


def _turns(degree: int, angles: Tensor) -> Tensor:
    """D(R_z(angle))[m, s |m|] of every degree that has these orders: (2, angles, 2 L + 1)."""
    matrix = SO(3).irrep(degree).matrix(_rotation(angles, "z"))
    rows = torch.arange(2 * degree + 1)
    return torch.stack([matrix[:, rows, columns] for columns in _signed(degree)])


def _along_beta(space: BandLimited, beta: Tensor) -> Tensor:
    """sqrt(2l+1) D^l(R_y(beta))[s |m|, s |n|] as (2, n, m, beta, l), 0 where there is none; n = 0 on the sphere.

    Real harmonics split into even and odd ones under y -> -y, which R_y does not mix: hence the two signs s, of which
    order 0 has the first alone.
    """
    L = space.degree
    orders = _signed(L)
    second = orders if isinstance(space, Rotations) else orders[:, L : L + 1]
    out = torch.zeros(2, second.shape[1], 2 * L + 1, len(beta), L + 1, dtype=torch.float64)
    for l in range(L + 1):
        full = torch.zeros(len(beta), 2 * L + 1, 2 * L + 1, dtype=torch.float64)
        inside = slice(L - l, L + l + 1)
        full[:, inside, inside] = (2 * l + 1) ** 0.5 * SO(3).irrep(l).matrix(_rotation(beta, "y"))
        for s in range(2):
            out[s, ..., l] = full[:, orders[s]][:, :, second[s]].permute(2, 1, 0)
    out[1, second[1] == L] = 0
    out[1][:, orders[1] == L] = 0
    return out


def _places(space: BandLimited) -> tuple[Tensor, Tensor]:
    """Which coefficient stands at (n, m, l), any where there is none; and where each coefficient stands, flat."""
    L = space.degree
    m = torch.arange(-L, L + 1)
    n = m if isinstance(space, Rotations) else torch.zeros(1, dtype=torch.int64)
    least = torch.maximum(n.abs()[:, None], m.abs())[..., None]
    wanted = torch.arange(L + 1).expand(*least.shape[:2], L + 1)
    l = torch.maximum(wanted, least)
    starts = torch.tensor(space.sizes).cumsum(0) - torch.tensor(space.sizes)
    copy = n[:, None, None] + (l if isinstance(space, Rotations) else 0)
    spread = starts[l] + copy * (2 * l + 1) + l + m[:, None]
    gather = torch.zeros(space.dim, dtype=torch.int64)
    flat = torch.arange(spread.numel()).reshape(spread.shape)
    gather[spread[wanted == l]] = flat[wanted == l]
    return spread, gather
