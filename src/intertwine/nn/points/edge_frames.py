"""Frames of edges: the rotations of harmonics that take the direction of an edge to the pole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ..module import Solved
from .spherical_harmonics import spherical_harmonics

GOLDEN = math.pi * (3 - math.sqrt(5))


def edge_frames(vectors: Tensor, degree: int) -> list[Tensor]:
    """D_l(R), l = 0 .. degree, of a rotation R for every vector that takes its direction to the z axis.

    R is one of a circle of such rotations, chosen by the coordinate axis that the vector leans to least. Whatever
    commutes with rotations about z does not depend on that choice, and is as smooth in the vectors as without frames:
    there are no poles. Where R(n) itself is differentiated, one fixed axis counts.

    From R p = R applied to 2 degree + 1 fixed points, D_l = Y_l(R p) Y_l(p)^+: exact to rounding, and differentiable
    any number of times.

    Shapes: (E, 3) -> for each l (E, 2l + 1, 2l + 1), in the basis that `SO(3).irrep(l)` acts on.

    Raises:
        IntertwineError: when the vectors are not (E, 3), or the degree is negative.

    Example:
        >>> [d.shape for d in edge_frames(torch.randn(10, 3), 2)]
        [torch.Size([10, 1, 1]), torch.Size([10, 3, 3]), torch.Size([10, 5, 5])]
    """
    if vectors.ndim != 2 or vectors.shape[1] != 3 or degree < 0:
        raise IntertwineError(
            f"frames of edges take vectors (E, 3) and a degree >= 0, got {tuple(vectors.shape)}, {degree}"
        )
    return _frames(vectors, *_points(degree))


class EdgeFrames(Solved):
    """`edge_frames` of one degree as a module, which a captured graph keeps its constants in."""

    points: Tensor

    def __init__(self, degree: int):
        super().__init__()
        points, inverses = _points(degree)
        self.degree = degree
        self.hold("points", points)
        for l, inverse in enumerate(inverses):
            self.hold(f"inverse{l}", inverse)

    def forward(self, vectors: Tensor) -> list[Tensor]:
        return _frames(vectors, self.points, [getattr(self, f"inverse{l}") for l in range(self.degree + 1)])


def _frames(vectors: Tensor, points: Tensor, inverses: Sequence[Tensor]) -> list[Tensor]:
    turn = _to_pole(vectors)
    moved = (turn.flatten(0, 1) @ points.to(turn).mT).unflatten(0, (turn.shape[0], 3)).mT
    values = spherical_harmonics(moved, len(inverses) - 1, normalise=False)
    found = []
    for l, inverse in enumerate(inverses):
        own = values[..., l * l : (l + 1) ** 2].mT.flatten(0, 1)  # one product of matrices, not one for each edge
        found.append((own @ inverse.to(turn)).unflatten(0, (turn.shape[0], 2 * l + 1)))
    return found


def _to_pole(vectors: Tensor) -> Tensor:
    """Rotations (E, 3, 3) with rows x', y', n: n the direction, x' the part of a coordinate axis at right angles."""
    n = vectors / torch.linalg.vector_norm(vectors, dim=1, keepdim=True)
    with torch.no_grad():
        axis = torch.nn.functional.one_hot(n.abs().argmin(1), 3).to(n)
    x = axis - (axis * n).sum(1, keepdim=True) * n
    x = x / torch.linalg.vector_norm(x, dim=1, keepdim=True)
    return torch.stack([x, torch.linalg.cross(n, x), n], 1)


@lru_cache(maxsize=16)
@on_cpu
def _points(degree: int) -> tuple[Tensor, list[Tensor]]:
    """Points (2 degree + 1, 3) on a spiral over half the sphere, and for each l the transpose of Y_l(p)^+."""
    k = torch.arange(2 * degree + 1, dtype=torch.float64) + 0.5
    z = k / (2 * degree + 1)
    around = torch.stack([(GOLDEN * k).cos(), (GOLDEN * k).sin()], 1) * (1 - z * z).sqrt()[:, None]
    points = torch.cat([around, z[:, None]], 1)
    values = spherical_harmonics(points, degree)
    return points, [torch.linalg.pinv(values[:, l * l : (l + 1) ** 2]).mT for l in range(degree + 1)]
