"""Translations of sampled signals, pictures and volumes: whole steps exactly, fractions by Fourier phases."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import IntertwineError
from .fourier import shift

BOUNDARIES = ("cyclic", "zero")


def translate(x: Tensor, offset: Tensor, boundary: str) -> Tensor:
    """(T_t f)(i) = f(i - t) along the grid axes, t in index order: cyclic, or with zeros coming in from outside.

    Shapes: x (N, C, *grid), offset (N, d); integer offsets move samples exactly, real ones by `fourier.shift`.
    """
    if not offset.is_floating_point():
        return _roll(x, offset, boundary)
    grid = x.shape[2:]
    if boundary == "zero":  # twice the side: what leaves on one side cannot come back on the other
        sides = torch.tensor(grid, dtype=offset.dtype, device=offset.device)
        offset = offset.clamp(-sides, sides)
        margins = [(n // 2, n - n // 2) for n in grid]
        x = F.pad(x, [m for margin in reversed(margins) for m in margin])
    for axis in range(len(grid)):
        x = shift(x, offset[:, axis].reshape(-1, *[1] * (x.ndim - 1)), 2 + axis)
    if boundary == "zero":
        x = x[(..., *[slice(n // 2, n // 2 + n) for n in grid])]
    return x


def _roll(x: Tensor, offset: Tensor, boundary: str) -> Tensor:
    for axis, n in enumerate(x.shape[2:]):
        source = torch.arange(n, device=x.device) - offset[:, axis, None].to(x.device)
        inside = (source >= 0) & (source < n)
        shape = [len(x), *[1] * (1 + axis), n, *[1] * (x.ndim - 3 - axis)]
        x = x.gather(2 + axis, (source % n).reshape(shape).expand(x.shape))
        if boundary == "zero":
            x = torch.where(inside.reshape(shape), x, torch.zeros((), dtype=x.dtype, device=x.device))
    return x


def signed(offset: Tensor, lengths: tuple[int, ...]) -> Tensor:
    """Offsets of a periodic grid as the shortest signed steps, -L/2 < t <= L/2."""
    length = torch.tensor(lengths, device=offset.device)
    half = (length - 1) // 2
    return (offset + half) % length - half


def check_boundary(boundary: str) -> str:
    """The boundary rule, or an error that lists the known ones."""
    if boundary not in BOUNDARIES:
        raise IntertwineError(f"boundary is one of {', '.join(BOUNDARIES)}, got {boundary!r}")
    return boundary
