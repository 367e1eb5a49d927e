"""Random functions, rotations and directions, and the mean of a function, for tests on the sphere and SO(3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from intertwine.groups import SO
from intertwine.nn import Sampling
from intertwine.representations import Rotations, Sphere
from intertwine.representations.band_limited import BandLimited

G = SO(3)
SPACES: list[BandLimited] = [Sphere(0), Sphere(1), Sphere(6), Rotations(0), Rotations(1), Rotations(4)]
PAIRS: list[tuple[BandLimited, BandLimited]] = [
    (Sphere(5), Rotations(3)),
    (Rotations(3), Rotations(3)),
    (Rotations(4), Rotations(2)),
    (Rotations(3), Sphere(3)),
    (Sphere(4), Sphere(3)),
    (Rotations(1), Rotations(0)),
]


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def rotations(n: int, seed: int = 0) -> Tensor:
    return G.sample(n, generator=torch.Generator().manual_seed(seed))


def directions(n: int) -> Tensor:
    return nn.functional.normalize(noise(n, 3, seed=5), dim=-1)


def mean(grid: Sampling, values: Tensor) -> Tensor:
    """The integral over the space, of total 1, by the grid's quadrature."""
    return (values * grid.weights.squeeze(-1)).flatten(-len(grid.shape)).sum(-1)
