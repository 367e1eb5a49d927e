"""The Fourier transform of real functions on a finite group, by its real irreducible representations.

    f^(r) = sum_h f(h) r(h),        f(g) = sum_r (dim r / |G|) <r(g) E_r, f^(r) E_r>,

where the columns of E_r, orthonormal, generate the space of r over the numbers that commute with r (real, complex or
quaternions): dim r, dim r / 2 or dim r / 4 of them. Convolution becomes a product of small matrices,
(psi * f)^ = f^ psi^.

Source: P. Diaconis, Group Representations in Probability and Statistics (1988), chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..groups.base import Group, on_cpu
from .base import Representation


@dataclass(frozen=True, eq=False)
class FourierBlock:
    """All real irreducible representations of one dimension and one type.

    Attributes:
        matrices: (order, number, dim, dim) their matrices, elements in the order of `elements()`.
        columns: (number, dim, generators) the generators E of each.
    """

    matrices: Tensor
    columns: Tensor

    @property
    def shape(self) -> tuple[int, int, int]:
        """(number, dim, generators)."""
        number, dim, generators = self.columns.shape
        return number, dim, generators

    @property
    def part(self) -> Tensor:
        """r(g) E, (order, number, dim, generators): of all blocks together as many numbers as there are elements."""
        return torch.einsum("gkac,kcm->gkam", self.matrices, self.columns)


@lru_cache(maxsize=64)
@on_cpu
def fourier_blocks(group: Group) -> tuple[FourierBlock, ...]:
    """The blocks of a finite group, float64, by dimension.

    Raises:
        IntertwineError: when the group is too large to list.
    """
    elements = group.elements()
    found: dict[tuple[int, int], list[tuple[Tensor, Tensor]]] = {}
    for rho in group.irreps(real=True):
        columns = _generators(rho)
        found.setdefault((rho.dim, columns.shape[1]), []).append((rho.matrix(elements), columns))
    return tuple(
        FourierBlock(torch.stack([m for m, _ in pairs], 1), torch.stack([e for _, e in pairs]))
        for _, pairs in sorted(found.items())
    )


def _generators(rho: Representation) -> Tensor:
    """Orthonormal columns e_1, e_2, .. for which the spaces K e_j are orthogonal and fill that of rho; K commutes."""
    commuting = (rho >> rho).basis()
    left = torch.eye(rho.dim, dtype=torch.float64)  # projector to what is not yet reached
    columns = []
    for _ in range(rho.dim // len(commuting)):
        candidate = left[:, left.diagonal().argmax()]
        columns.append(candidate / candidate.norm())
        reached = torch.linalg.qr((commuting @ columns[-1]).mT)[0]
        left = left - reached @ reached.mT
    return torch.stack(columns, 1)
