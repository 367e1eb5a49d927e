"""Functions on the pixels of a picture or the voxels of a volume, which right angles permute."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element
from .base import Representation
from .monomial import Monomial


class Pixels(Monomial):
    """Functions on the pixels of a picture (rows downwards, y axis up), or voxels; (g f)(x) = f(g^-1 x).

    The group moves the centred pixel coordinates by its `vector`, which must consist of signed permutation matrices.
    """

    def __init__(self, group: Group, shape: Sequence[int]):
        vector = group.vector
        if vector.phase_order not in (1, 2) or vector.dim != len(shape):
            raise IntertwineError(
                f"{group} does not map the pixels of a {tuple(shape)} picture to each other: its vector must be "
                f"{len(shape)}-dimensional and turn by right angles, as that of C(4), D(4) or Cube() does"
            )
        size = 1
        for length in shape:
            size *= length
        super().__init__(group, size, (tuple(shape),))
        self.shape = tuple(shape)
        for g in group.generators:
            self.permutation(g)

    def label(self) -> str:
        return f"pixels({'x'.join(map(str, self.shape))})"

    @cached_property
    def _coordinates(self) -> Tensor:
        """Twice the centred coordinates (x, y, ..) of every pixel, (pixels, d) integers."""
        axes = [2 * torch.arange(n) - (n - 1) for n in self.shape]
        grid = torch.cartesian_prod(*axes).reshape(-1, len(axes)).flip(-1)  # (row, column) -> (x, -y)
        sign = torch.ones(len(axes), dtype=torch.int64)
        sign[1 if len(axes) > 1 else 0] = -1 if len(axes) > 1 else 1
        return grid * sign

    def permutation(self, g: Element) -> Tensor:
        matrix = self.group.vector.matrix(g).round().long()
        moved = torch.einsum("...ij,nj->...ni", matrix, self._coordinates)
        if len(self.shape) > 1:
            moved[..., 1] *= -1
        lengths = torch.tensor(self.shape)
        places = (moved.flip(-1) + lengths - 1) // 2
        if bool(((places < 0) | (places >= lengths)).any()):
            raise IntertwineError(f"{self.group} turns a {self.shape} picture out of its frame; it must be square")
        strides = torch.cumprod(torch.tensor([1, *self.shape[:0:-1]]), 0).flip(0)
        return (places * strides).sum(-1)


def pixels(group: Group, shape: Sequence[int]) -> Representation:
    """Functions on the pixels of an (H, W) picture, or on the voxels of a (D, H, W) volume, row-major."""
    return Pixels(group, shape)
