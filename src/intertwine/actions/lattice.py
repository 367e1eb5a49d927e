"""Right-angle turns and flips of a grid: exact, because they only move samples."""

from __future__ import annotations

from functools import cache
from itertools import permutations, product

import torch
from torch import Tensor

from ..errors import IntertwineError

SIGNED_PERMUTATION = 1e-6
"""How far a matrix entry may be from -1, 0 or 1 (group elements carry float64 rounding, sometimes float32)."""


def centred(n: int, *, dtype: torch.dtype = torch.float64, device: torch.device | str | None = None) -> Tensor:
    """Twice the coordinates of n samples about their middle, -(n-1) .. n-1 in steps of 2: whole for even n too."""
    return 2 * torch.arange(n, dtype=dtype, device=device) - (n - 1)


def coordinates(grid: tuple[int, ...], *, dtype: torch.dtype, device: torch.device | str | None = None) -> Tensor:
    """Twice the centred index coordinates of all samples in row-major order: (d, number of samples)."""
    axes = [centred(n, dtype=dtype, device=device) for n in grid]
    return torch.stack([c.flatten() for c in torch.meshgrid(*axes, indexing="ij")])


def index_frame(d: int, *, like: Tensor) -> Tensor:
    """The matrix J that turns geometric coordinates into index coordinates, J (x, y[, z]) = index.

    A picture (H, W) has x to the right (W) and y up (against H); a volume (D, H, W) is a stack of such pictures with
    z along D. J is itself a rotation, so a rotation matrix A becomes the rotation J A J^T of the indices.
    """
    rows = {1: [[1]], 2: [[0, -1], [1, 0]], 3: [[0, 0, 1], [0, -1, 0], [1, 0, 0]]}
    return torch.tensor(rows[d], dtype=like.dtype, device=like.device)


@cache
def _turns(d: int) -> Tensor:
    matrices = []
    for order in permutations(range(d)):
        for signs in product([1.0, -1.0], repeat=d):
            matrix = torch.zeros(d, d, dtype=torch.float64)
            matrix[torch.arange(d), list(order)] = torch.tensor(signs, dtype=torch.float64)
            matrices.append(matrix)
    return torch.stack(matrices)


def signed_permutations(d: int) -> Tensor:
    """All 2^d d! right-angle turns and flips of a d-dimensional grid: (2^d d!, d, d), float64."""
    return _turns(d).clone()


def is_turn(matrix: Tensor) -> Tensor:
    """Which matrices (..., d, d) are signed permutations, so that they move samples onto samples: bool (...)."""
    whole = matrix.round()
    near = (matrix - whole).abs().amax((-2, -1)) < SIGNED_PERMUTATION
    ones = torch.ones_like(whole[..., 0])
    single = (whole.abs().sum(-1) == ones).all(-1) & (whole.abs().sum(-2) == ones).all(-1)
    return near & single


def nearest_turn(matrix: Tensor) -> Tensor:
    """The right-angle turn or flip nearest to each orthogonal matrix and of the same determinant: (N, d, d)."""
    turns = signed_permutations(matrix.shape[-1]).to(matrix)
    overlap = torch.einsum("nij,tij->nt", matrix, turns)
    same_side = torch.linalg.det(matrix).sign()[:, None] == torch.linalg.det(turns).sign()
    return turns[overlap.masked_fill(~same_side, -torch.inf).argmax(-1)]


def turn(x: Tensor, matrix: Tensor) -> Tensor:
    """Turn or flip pictures and volumes exactly: (A f)(p) = f(A^-1 p), p measured from the middle of the grid.

    Shapes: x (N, C, *grid), matrix (N, d, d) signed permutations in index coordinates -> x's shape and dtype.

    Raises:
        IntertwineError: a turn exchanges axes of different length.
    """
    grid = tuple(x.shape[2:])
    moves = matrix.round().transpose(-1, -2)  # the inverse
    sides = torch.tensor(grid, dtype=matrix.dtype, device=matrix.device)
    if len(set(grid)) > 1 and not torch.equal(moves.abs() @ sides, sides.expand(moves.shape[:-1])):
        raise IntertwineError(
            f"a quarter turn of a {' x '.join(map(str, grid))} grid is not a grid of that shape: pad the sides to "
            "equal length first, or use the group without quarter turns (half turns and flips fit any rectangle)"
        )
    source = moves @ coordinates(grid, dtype=matrix.dtype, device=matrix.device)
    position = (source + sides[:, None] - 1) / 2
    strides = torch.tensor([_volume(grid[i + 1 :]) for i in range(len(grid))], dtype=matrix.dtype, device=matrix.device)
    index = (position * strides[:, None]).sum(-2).round().long().to(x.device)
    moved = x.flatten(2).gather(2, index[:, None].expand(-1, x.shape[1], -1))
    return moved.reshape(x.shape)


def _volume(grid: tuple[int, ...]) -> int:
    size = 1
    for n in grid:
        size *= n
    return size
