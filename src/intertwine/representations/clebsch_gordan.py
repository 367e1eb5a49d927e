"""Clebsch-Gordan coefficients: the equivariant maps from an irreducible representation into a product of two."""

from __future__ import annotations

from functools import lru_cache, reduce

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group, on_cpu
from ..groups.components import signature
from ..groups.lie import LieGroup
from ..groups.products import Product
from .base import Representation
from .clebsch_gordan_finite import couple_finite
from .clebsch_gordan_lie import couple_lie
from .clebsch_gordan_mirror import couple_mirror
from .clebsch_gordan_product import couple_product
from .factorwise import complex_pieces, outer_pieces
from .irreps_finite import has_irreps
from .outer_product import kind

LARGEST = 2**31
"""Entries of one dense coupling, 16 GiB of real numbers."""

NEGLIGIBLE = 1e-13
"""Entries below this are rounding."""


@lru_cache(maxsize=1024)
@on_cpu
def clebsch_gordan(a: Representation, b: Representation, c: Representation, *, sparse: bool = False) -> Tensor:
    """The tensor C (multiplicity, dim a, dim b, dim c) with (a(g) (x) b(g)) C = C c(g), an orthonormal basis of maps:

        sum_ijk conj(C[p, i, j, k]) C[q, i, j, k] = dim(c) delta_pq.

    Where c is irreducible over the complex numbers also sum_ij conj(C[p, i, j, k]) C[q, i, j, l] = delta_pq delta_kl.
    Where all three representations are real the tensor is real, and the multiplicity is the real dimension of the space
    of maps: 2 for each copy of a c of complex type, 4 for quaternionic type. Where a or b is complex it is the complex
    dimension, also for a real c. It is 0 where there are none.

    For SU(2) these are <j1 m1; j2 m2 | J M> with Condon and Shortley's phases, m descending; for SO(3) the same in the
    basis of real spherical harmonics, up to a sign. Copies are ordered and signed by a rule that depends on the
    representations alone. The tensor is cached: do not write into it.

    Args:
        a, b, c: irreducible representations of one group, as `G.irrep`, `G.irreps` and `decompose` make them, or such
            as `G.vector` that an orthonormal change of basis turns into one of these.
        sparse: as a coalesced sparse tensor (COO) with the same numbers. For Lie groups the dense one is never made:
            248 x 248 -> 248 of E(8) has 30,000 entries that differ from zero, 1 MB, and is 122 MB when dense.

    Raises:
        IntertwineError: for representations of different groups, or such that are not known to be irreducible, and for
            dense tensors of more than 2^31 entries.

    Example:
        >>> G = SU(3)
        >>> clebsch_gordan(G.irrep(8), G.irrep(8), G.irrep(8)).shape
        torch.Size([2, 8, 8, 8])
        >>> clebsch_gordan(G.irrep(8), G.irrep(8), G.irrep(8), sparse=True).values().shape
        torch.Size([112])
    """
    for rho in (a, b, c):
        if not isinstance(rho, Representation):
            raise IntertwineError(f"coefficients couple representations, got {rho!r}")
    if not a.group == b.group == c.group:
        raise IntertwineError(f"three representations of one group are coupled, got {a.group}, {b.group} and {c.group}")
    if all(hasattr(rho, "type") for rho in (a, b, c)):
        return _sparse(a, b, c) if sparse else _dense(a, b, c)
    found = _in_other_bases(a, b, c)
    return found.to_sparse() if sparse else found


def _in_other_bases(a: Representation, b: Representation, c: Representation) -> Tensor:
    """Coefficients of representations that are irreducible but no `G.irrep`, such as G.vector: (P (x) Q) C R^-1."""
    (a, P), (b, Q), (c, R) = (_named(rho) for rho in (a, b, c))
    C = _dense(a, b, c)
    kinds = [torch.promote_types(M.dtype, C.dtype) for M in (P, Q, R)]
    P, Q, R, C = (M.to(reduce(torch.promote_types, kinds)) for M in (P, Q, R, C))
    found = torch.einsum("ai,bj,pijk,ck->pabc", P, Q, C, R.conj())
    return torch.where(found.abs() > NEGLIGIBLE, found, 0.0)


def _named(rho: Representation) -> tuple[Representation, Tensor]:
    """(irrep, P) with rho = P irrep P^-1 and P orthonormal; rho itself where that is not so, for others to refuse."""
    one = torch.eye(rho.dim, dtype=torch.float64)
    if hasattr(rho, "type"):
        return rho, one
    parts = rho.decompose()
    is_one = list(parts.terms.values()) == [1] and torch.allclose(parts.basis.mH @ parts.basis, one.to(parts.basis))
    return (next(iter(parts.terms)), parts.basis) if is_one else (rho, one)


def _is_sparse_route(group: Group) -> bool:
    return isinstance(group, LieGroup) and signature(group) is None


def _sparse(a: Representation, b: Representation, c: Representation) -> Tensor:
    return couple_lie(a, b, c) if _is_sparse_route(a.group) else clebsch_gordan(a, b, c).to_sparse()


def _dense(a: Representation, b: Representation, c: Representation) -> Tensor:
    if a.dim * b.dim * c.dim > LARGEST:
        raise IntertwineError(
            f"coefficients of {a}, {b} and {c} are {a.dim} x {b.dim} x {c.dim} numbers, more than fit into memory; "
            "clebsch_gordan(.., sparse=True) has what differs from zero, and tensor_decomposition(a, b) "
            "the multiplicities"
        )
    if _is_sparse_route(a.group):
        return couple_lie(a, b, c).to_dense()
    found = _by_matrices(a, b, c)
    return torch.where(found.abs() > NEGLIGIBLE, found, 0.0)


def _by_matrices(a: Representation, b: Representation, c: Representation) -> Tensor:
    if signature(a.group) is not None:
        return couple_mirror(a, b, c)
    if (a.is_complex or b.is_complex) and not c.is_complex and kind(c) != "real":
        return _into_parts(a, b, c)
    if has_irreps(a.group):
        return couple_finite(a, b, c)
    if isinstance(a.group, Product):
        return couple_product(a, b, c, a.group)
    raise IntertwineError(f"coefficients of {a.group} are not known: the space of maps is (a * b >> c).basis()")


def _into_parts(a: Representation, b: Representation, c: Representation) -> Tensor:
    """Coefficients into a real c that falls apart over the complex numbers: C_part E^dagger for every part E."""
    parts = complex_pieces(c)
    if isinstance(c.group, Product) and not has_irreps(c.group):
        parts = [*outer_pieces(c, c.group)]
    found = []
    for part, copies in parts:
        inner = clebsch_gordan(a, b, part).to(torch.complex128)
        for e in copies:
            found.append(inner @ torch.from_numpy(e).to(inner).mH * (c.dim / part.dim) ** 0.5)
    return torch.cat(found)
