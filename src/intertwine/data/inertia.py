"""Bodies made of point masses, and their inertia tensors in closed form."""

from __future__ import annotations

import torch
from torch import Tensor

from .labelled import Labelled

UPRIGHT_SHAPE = (0.4, 0.4, 1.2)
"""Standard deviation of the positions along x, y and z: the bodies stand upright, along z."""
LIGHTEST, HEAVIEST = 0.5, 1.5


def inertia_tensor(bodies: Tensor) -> Tensor:
    """The inertia tensor about the origin, I = sum_k m_k (|r_k|^2 1 - r_k r_k^T).

    Shapes: bodies (..., points, 4) with (x, y, z, mass) last -> (..., 3, 3). It is symmetric, and a turned
    body has the turned tensor, I(g r) = g I(r) g^T for every g in O(3).

    Example:
        >>> inertia_tensor(torch.tensor([[0.0, 0.0, 2.0, 1.0]])).diagonal()
        tensor([4., 4., 0.])
    """
    position, mass = bodies[..., :3], bodies[..., 3]
    outer = torch.einsum("...k,...ki,...kj->...ij", mass, position, position)
    trace = outer.diagonal(dim1=-2, dim2=-1).sum(-1)
    return trace[..., None, None] * torch.eye(3, dtype=bodies.dtype, device=bodies.device) - outer


def draw_bodies(count: int, points: int = 5, *, generator: torch.Generator | None = None) -> Labelled:
    """Random upright bodies with their inertia tensors: x (count, points, 4), y (count, 9), row-major.

    Positions are normal with the spread `UPRIGHT_SHAPE`, masses uniform from 0.5 to 1.5; the answers are
    exact up to the rounding of float32.
    """
    spread = torch.tensor(UPRIGHT_SHAPE, dtype=torch.float64)
    position = torch.randn(count, points, 3, generator=generator, dtype=torch.float64) * spread
    uniform = torch.rand(count, points, 1, generator=generator, dtype=torch.float64)
    bodies = torch.cat([position, LIGHTEST + (HEAVIEST - LIGHTEST) * uniform], dim=-1)
    return Labelled(bodies.float(), inertia_tensor(bodies).flatten(1).float())
