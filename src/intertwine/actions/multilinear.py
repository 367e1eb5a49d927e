"""Linear, bilinear and trilinear resampling by gathering corners.

Written with `gather` rather than `torch.nn.functional.grid_sample`, which has no forward-mode derivative. Interpolation
by straight lines has a kink at every sample: use it where a kink does no harm, and `fourier` where a derivative in the
group parameter is wanted.
"""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor

from .lattice import coordinates


def resample(x: Tensor, inverse: Tensor) -> Tensor:
    """Pull pictures or volumes back along linear maps: (A f)(p) = f(A^-1 p), zero outside the grid.

    Shapes: x (N, C, *grid), inverse (N, d, d) = A^-1 in index coordinates about the middle -> x's shape and dtype.
    """
    grid = tuple(x.shape[2:])
    middle = torch.tensor(grid, dtype=inverse.dtype, device=inverse.device).sub(1).div(2)
    source = inverse @ (coordinates(grid, dtype=inverse.dtype, device=inverse.device) / 2) + middle[:, None]
    precise = torch.float64 if x.dtype in (torch.float64, torch.complex128) else torch.float32
    return sample(x, source.to(x.device, precise))


def sample(x: Tensor, position: Tensor) -> Tensor:
    """Multilinear interpolation of grids at fractional index positions, zero outside.

    Shapes: x (N, C, *grid), position (N, d, P) with P the number of samples of the grid -> x's shape and dtype.
    """
    grid = tuple(x.shape[2:])
    low = position.detach().floor()
    fraction, first = position - low, low.long()
    places = [[_side(first[:, a] + step, n) for step in (0, 1)] for a, n in enumerate(grid)]
    shares = [[(1 - fraction[:, a]) * places[a][0][1], fraction[:, a] * places[a][1][1]] for a in range(len(grid))]
    flat = x.flatten(2)
    total = torch.zeros_like(flat)
    for corner in product((0, 1), repeat=len(grid)):
        index, weight = places[0][corner[0]][0], shares[0][corner[0]]
        for axis in range(1, len(grid)):
            index = index * grid[axis] + places[axis][corner[axis]][0]
            weight = weight * shares[axis][corner[axis]]
        values = flat.gather(2, index[:, None].expand(-1, x.shape[1], -1))
        total = total + weight[:, None].to(x.dtype) * values
    return total.reshape(x.shape)


def _side(at: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """An index kept inside 0 .. n - 1, and whether it was there."""
    return at.clamp(0, n - 1), (at >= 0) & (at < n)
