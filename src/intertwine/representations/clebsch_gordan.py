"""Clebsch-Gordan coefficients: the equivariant maps from an irreducible representation into a product of two."""

from __future__ import annotations

from functools import lru_cache

from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import on_cpu
from ..groups.components import signature
from ..groups.lie import LieGroup
from ..groups.products import Product
from .base import Representation
from .clebsch_gordan_finite import couple_finite
from .clebsch_gordan_lie import couple_lie
from .clebsch_gordan_mirror import couple_mirror
from .clebsch_gordan_product import couple_product
from .irreps_finite import has_irreps

LARGEST = 2**31
"""Entries of one coupling, 16 GiB of real numbers."""


@lru_cache(maxsize=1024)
@on_cpu
def clebsch_gordan(a: Representation, b: Representation, c: Representation) -> Tensor:
    """The tensor C (multiplicity, dim a, dim b, dim c) with (a(g) (x) b(g)) C = C c(g), an orthonormal basis of maps:

        sum_ijk conj(C[p, i, j, k]) C[q, i, j, k] = dim(c) delta_pq.

    Over the complex numbers also sum_ij conj(C[p, i, j, k]) C[q, i, j, l] = delta_pq delta_kl. Where all three
    representations are real the tensor is real, and the multiplicity is the real dimension of the space of maps: 2 for
    each copy of a c of complex type, 4 for quaternionic type. It is 0 where there are none.

    For SU(2) these are <j1 m1; j2 m2 | J M> with Condon and Shortley's phases, m descending; for SO(3) the same in the
    basis of real spherical harmonics, up to a sign. Copies are ordered and signed by a rule that depends on the
    representations alone. The tensor is cached: do not write into it. It is dense: 8 bytes an entry where it is real,
    122 MB for 248 x 248 -> 248 of E(8), and 16 where it is complex.

    Args:
        a, b, c: irreducible representations of one group, as `G.irrep`, `G.irreps` and `decompose` make them.

    Raises:
        IntertwineError: for representations of different groups, or such that are not known to be irreducible, and for
            tensors of more than 2^31 entries.

    Example:
        >>> G = SU(3)
        >>> clebsch_gordan(G.irrep(8), G.irrep(8), G.irrep(8)).shape
        torch.Size([2, 8, 8, 8])
    """
    for rho in (a, b, c):
        if not isinstance(rho, Representation):
            raise IntertwineError(f"coefficients couple representations, got {rho!r}")
    if not a.group == b.group == c.group:
        raise IntertwineError(f"three representations of one group are coupled, got {a.group}, {b.group} and {c.group}")
    if a.dim * b.dim * c.dim > LARGEST:
        raise IntertwineError(
            f"coefficients of {a}, {b} and {c} are {a.dim} x {b.dim} x {c.dim} numbers, more than fit into memory; "
            "tensor_decomposition(a, b) gives the multiplicities"
        )
    if signature(a.group) is not None:
        return couple_mirror(a, b, c)
    if isinstance(a.group, LieGroup):
        return couple_lie(a, b, c)
    if has_irreps(a.group):
        return couple_finite(a, b, c)
    if isinstance(a.group, Product):
        return couple_product(a, b, c, a.group)
    raise IntertwineError(f"coefficients of {a.group} are not known: the space of maps is (a * b >> c).basis()")
