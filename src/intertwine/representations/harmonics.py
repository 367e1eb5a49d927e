"""Harmonic functions on the sphere of a real space: what kernels on R^d are made of, degree by degree.

Degree J on the line: 1 and sign(x); in the plane: cos(J phi), sin(J phi); in space: real spherical harmonics, in the
basis that `SO(3).irrep(J)` acts on. Every degree is normalised to sum_m Y_m(x)^2 = 1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.classical import SO
from ..groups.elements import Element
from .base import Representation
from .wigner import lie_irrep


class Harmonics(Representation):
    """The harmonics of degree J under an orthogonal representation `space` on R^d, d = 1, 2, 3:

        Y(space(g) x) = matrix(g) Y(x).

    Raises:
        IntertwineError: when `space` is not orthogonal of dimension 1 to 3, or the degree is negative.

    Example:
        >>> Harmonics(SO(3).vector, 2)
        Y2(V)
    """

    def __init__(self, space: Representation, degree: int):
        if not isinstance(degree, int) or degree < 0:
            raise IntertwineError(f"the degree of harmonics is 0, 1, 2, .., got {degree}")
        if space.dim not in (1, 2, 3) or not space.is_orthogonal:
            raise IntertwineError(f"harmonics live on R^1, R^2 or R^3 with orthogonal matrices, got {space}")
        self.space, self.degree = space, degree
        super().__init__(space.group, count(space.dim, degree), (space.key, degree))

    def label(self) -> str:
        return f"Y{self.degree}({self.space})"

    is_unitary = True  # type: ignore[assignment]

    def matrix(self, g: Element) -> Tensor:
        move, degree = self.space.matrix(g), self.degree
        if degree == 0:
            return torch.ones_like(move[..., :1, :1])
        if self.space.dim == 1:
            return move[..., : self.dim, : self.dim]
        if self.space.dim == 2:
            angle = degree * torch.atan2(move[..., 1, 0], move[..., 0, 0])
            c, s, sign = torch.cos(angle), torch.sin(angle), torch.linalg.det(move).round()
            return torch.stack([torch.stack([c, -s * sign], -1), torch.stack([s, c * sign], -1)], -2)
        sign = torch.linalg.det(move).round()[..., None, None]
        return lie_irrep(SO(3), (2 * degree,)).matrix(move * sign) * sign**degree

    def algebra(self, x: Element) -> Tensor:
        move, degree = self.space.algebra(x), self.degree
        if degree == 0 or self.space.dim == 1:
            return torch.zeros_like(move[..., : self.dim, : self.dim])
        if self.space.dim == 2:
            quarter = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=move.dtype, device=move.device)
            return degree * move[..., 1:, :1] * quarter
        return lie_irrep(SO(3), (2 * degree,)).algebra(move)


def count(d: int, degree: int) -> int:
    """How many independent harmonics of a degree there are on R^d."""
    if d == 1:
        return int(degree < 2)
    return 2 * degree + 1 if d == 3 else min(degree, 1) + 1


def harmonics(points: Tensor, degree: int) -> Tensor:
    """Y at the directions of points (..., d): (..., count(d, degree)) float64; zero at the origin for degree > 0.

    Raises:
        IntertwineError: for points of more than three coordinates.
    """
    if points.shape[-1] not in (1, 2, 3):
        raise IntertwineError(f"harmonics live on R^1, R^2 or R^3, got points of shape {tuple(points.shape)}")
    points = points.double()
    radius = points.norm(dim=-1, keepdim=True)
    away = ~(radius <= 1e-12)  # NaN is not the origin
    if degree == 0:
        return torch.ones_like(radius)
    direction = points / torch.where(away, radius, 1.0)
    d = points.shape[-1]
    if d == 1:
        values = direction[..., : count(1, degree)]
    elif d == 2:
        angle = degree * torch.atan2(direction[..., 1:], direction[..., :1])
        values = torch.cat([torch.cos(angle), torch.sin(angle)], -1)
    else:  # Y(z axis) = e_0, and the rotation that takes the z axis to x takes Y there
        values = lie_irrep(SO(3), (2 * degree,)).matrix(_from_pole(direction))[..., :, degree]
    return torch.where(away, values, 0.0)


def _from_pole(direction: Tensor) -> Tensor:
    """A rotation (..., 3, 3) that takes the z axis to each direction (..., 3)."""
    x, y, z = direction.unbind(-1)
    alpha, sine = torch.atan2(y, x), torch.hypot(x, y)
    c, s, zero = torch.cos(alpha), torch.sin(alpha), torch.zeros_like(x)
    rows = [[c * z, -s, c * sine], [s * z, c, s * sine], [-sine, zero, z]]
    return torch.stack([torch.stack(row, -1) for row in rows], -2)
