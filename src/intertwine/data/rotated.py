"""Pictures turned by random angles, as rotated MNIST is made."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from .labelled import Labelled
from .pictures import PictureSet, load_pictures

CHUNK = 5000


def load_rotated(which: PictureSet, part: str, *, count: int | None = None, seed: int = 0) -> Labelled:
    """So many pictures of the "train" or "test" part, each turned once by an angle of its own.

    x (count, 1, 28, 28), y (count,). Which pictures, and by which angles, follows from `seed` and `part` alone. The
    public rotated MNIST (Larochelle et al. 2007) was made of the same digits in the same way: its 12,000 pictures for
    training and 50,000 for testing are another draw.

    Raises:
        IntertwineError: the set cannot be had (see `load_pictures`).
    """
    pictures = load_pictures(which, part)
    random = torch.Generator().manual_seed(2 * seed + (part == "test"))
    chosen = pictures.take(torch.randperm(len(pictures), generator=random)[:count])
    angles = 2 * math.pi * torch.rand(len(chosen), generator=random)
    turned = [turn(x, a) for x, a in zip(chosen.x.split(CHUNK), angles.split(CHUNK), strict=True)]
    return Labelled(torch.cat(turned), chosen.y, chosen.classes)


def turn(x: Tensor, angles: Tensor) -> Tensor:
    """Pictures (N, C, H, W) turned counter-clockwise by angles (N,) in radians, bicubic, black outside, clipped to
    [0, 1]."""
    c, s, zero = torch.cos(angles), torch.sin(angles), torch.zeros_like(angles)
    matrix = torch.stack([torch.stack([c, -s, zero], -1), torch.stack([s, c, zero], -1)], -2).to(x)
    grid = functional.affine_grid(matrix, list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, mode="bicubic", align_corners=False).clamp(0, 1)
