"""The real irreducible representations of the Lorentz group that features have, and the couplings between them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import torch
from torch import Tensor

from ..groups.base import on_cpu
from ..groups.classical import Lorentz
from ..nn.module import Solved
from ..representations.base import Representation

SAME_MAP = 1e-8
"""Singular values of a span of orthonormal maps below this are rounding errors of zero."""


def lorentz_types(degree: int) -> list[Representation]:
    """The real irreps (j, k) with j + k a whole number and 2j, 2k <= degree: what tensors of four-vectors hold.

    Degree 1 gives scalars and four-vectors (dimensions 1, 4), degree 2 also field strengths (1, 0) + (0, 1) and
    traceless symmetric tensors (1, 1) (6, 9), degree 3 also (3/2, 1/2) + (1/2, 3/2) and (3/2, 3/2) (16, 16). The
    four-vector is the defining representation, with its coordinates (E, px, py, pz).

    >>> [rho.dim for rho in lorentz_types(2)]
    [1, 4, 6, 9]
    """
    group = Lorentz()
    types: list[Representation] = [group.trivial, group.vector]
    for j in range(2, degree + 1):
        for k in range(j % 2, j + 1, 2):
            types.append(group.irrep((Fraction(j, 2), Fraction(k, 2)), real=True))
    return types


@cache
@on_cpu
def coupling(a: Representation, b: Representation, c: Representation) -> Tensor:
    """All equivariant bilinear maps a x b -> c over the reals: (maps, dim a, dim b, dim c), sum C_p C_q = dim c."""
    maps = (a * b >> c).basis()
    return maps.unflatten(-1, (a.dim, b.dim)).movedim(1, -1) * c.dim**0.5


def symmetric_coupling(a: Representation, c: Representation) -> Tensor:
    """Those of a x a -> c that do not change when the two factors change places, which alone see x (x) x."""
    maps = coupling(a, a, c)
    if not len(maps):
        return maps
    even = (maps + maps.transpose(1, 2)) / 2
    _, values, rows = torch.linalg.svd(even.flatten(1), full_matrices=False)
    kept = values > SAME_MAP
    return rows[kept].unflatten(1, maps.shape[1:]) * c.dim**0.5


Products = Sequence[tuple[Representation, Sequence[Representation]]]


class Couplings(Solved):
    """Constant bilinear maps of products to every type, one matrix: (..., rows) -> for each type (..., paths, dim).

    Args:
        products: pairs (a, (b, c, ...)); the rows are a x (b + c + ...) with the index of a slow, pair after pair.
        types: the types of the output.
        equal: whether a x a is a product of equal factors, of which antisymmetric maps see nothing and are left out.
    """

    weight: Tensor

    def __init__(
        self,
        products: Products,
        types: Sequence[Representation],
        *,
        equal: bool,
    ):
        super().__init__()
        self.dims = [rho.dim for rho in types]
        columns = [_column(products, c, equal) for c in types]
        self.paths = [column.shape[1] // rho.dim for column, rho in zip(columns, types, strict=True)]
        self.hold("weight", torch.cat(columns, 1))

    def forward(self, x: Tensor) -> list[Tensor]:
        sizes = [paths * dim for paths, dim in zip(self.paths, self.dims, strict=True)]
        parts = torch.matmul(x, self.weight).split(sizes, -1)
        return [part.unflatten(-1, (-1, dim)) for part, dim in zip(parts, self.dims, strict=True)]


def _column(products: Products, c: Representation, equal: bool) -> Tensor:
    """All maps to c side by side, (rows, maps dim c)."""
    blocks = []
    for a, partners in products:
        maps = [symmetric_coupling(a, c) if equal and a == b else coupling(a, b, c) for b in partners]
        # For each a_i the partners lie side by side; each feeds only its own maps.
        rows = [torch.block_diag(*(x[:, i].movedim(0, 1).flatten(1) for x in maps)) for i in range(a.dim)]
        blocks.append(torch.cat(rows))
    return torch.block_diag(*blocks)
