"""Pooling that keeps the equation: over the group, and over windows of the grid by the longest vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...representations.base import Representation
from ...representations.expand import expand
from ..module import EquivariantModule
from ..segments import Segments
from .field_passes import PoolPass
from .fused_fields import fits

SMOOTHING = 1e-12
"""Added to |v|^2: gradients at v = 0 stay finite."""


class GroupPool(EquivariantModule):
    """One invariant number for each copy of each elementary term, at every sample of the grid.

    Of a permutation representation the greatest entry or the mean, of scalars themselves, of anything else the norm.

    Args:
        rho: the type of the fields.
        how: "max" or "mean" over the entries of permutation representations.
        axis: 1 for fields (batch, rho.dim, *grid), -1 for features (..., rho.dim).

    Raises:
        IntertwineError: when a term is neither a permutation nor orthogonal.

    Example:
        >>> GroupPool(8 * C(4).regular)(torch.randn(2, 32, 7, 7)).shape
        torch.Size([2, 8, 7, 7])
    """

    def __init__(self, rho: Representation, how: str = "max", *, axis: int = 1):
        if how not in ("max", "mean"):
            raise IntertwineError(f'GroupPool takes the "max" or the "mean", got {how!r}')
        for term in expand(rho):
            if term.is_complex or not (term.is_permutation or term.is_orthogonal):
                raise IntertwineError(f"{term} of {rho.group} has no invariant norm to pool, or is complex")
        segments = Segments(rho, axis, apart=lambda term: term.is_permutation)
        super().__init__(rho, segments.number * rho.group.trivial, axis=axis)
        self.how, self.segments = how, segments
        served = axis > 0 and how == "max" and fits(segments.copies)
        self._pass = PoolPass(segments.copies, SMOOTHING) if served else None

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return self._formula(x) if self._pass is None else self._pass(self._formula, x)

    def _formula(self, x: Tensor) -> Tensor:
        d, pooled = self.segments.dim, []
        for part, block in zip(self.segments.parts, self.segments.split(x), strict=True):
            if part.is_scalar:
                pooled.append(block.squeeze(d))
            elif part.mark:
                pooled.append(block.amax(d) if self.how == "max" else block.mean(d))
            else:
                pooled.append(((block * block).sum(d) + SMOOTHING).sqrt())
        return torch.cat(pooled, self.axis)

    def extra_repr(self) -> str:
        return f"{self.rho_in} -> {self.rho_out}, {self.how}"


class NormMaxPool(EquivariantModule):
    """Max pooling of fields: in every window and for every copy of a term, the vector of greatest norm; of scalars the
    greatest value. On fields (batch, rho.dim, *grid) with one, two or three grid axes.

    For permutation fields `torch.nn.MaxPool2d` keeps the equation as well, entry by entry.

    Args:
        kernel_size, stride, padding: as in `torch.nn.MaxPool2d`; turns stay exact where the stride divides
            size + 2 padding - kernel_size.

    Example:
        >>> NormMaxPool(SO(2).vector, 2)(torch.randn(1, 2, 8, 8)).shape
        torch.Size([1, 2, 4, 4])
    """

    def __init__(
        self,
        rho: Representation,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
    ):
        super().__init__(rho, rho, axis=1)
        if rho.is_complex or not rho.is_orthogonal:
            raise IntertwineError(f"NormMaxPool compares norms, and {rho} of {rho.group} is not real orthogonal")
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.segments = Segments(rho, 1)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        if x.ndim not in (3, 4, 5):
            raise IntertwineError(f"NormMaxPool takes (batch, channels, *grid) with 1 to 3 grid axes: {tuple(x.shape)}")
        pool: Any = (nn.functional.max_pool1d, nn.functional.max_pool2d, nn.functional.max_pool3d)[x.ndim - 3]
        blocks = []
        for part, block in zip(self.segments.parts, self.segments.split(x), strict=True):
            size = block.squeeze(2) if part.is_scalar else (block * block).sum(2)
            values, place = pool(size, self.kernel_size, self.stride, self.padding, return_indices=True)
            if part.is_scalar:
                blocks.append(values.unsqueeze(2))
            else:
                chosen = place.flatten(2)[:, :, None].expand(-1, -1, part.dim, -1)
                blocks.append(block.flatten(3).gather(3, chosen).unflatten(3, place.shape[2:]))
        return self.segments.join(blocks)

    def extra_repr(self) -> str:
        return f"{self.rho_in}, kernel_size={self.kernel_size}, stride={self.stride or self.kernel_size}"
