"""Couplings: every equivariant bilinear map of two elementary representations into a third, as dense tensors."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...groups.chevalley import canonical_basis
from ...representations.base import Representation
from ...representations.clebsch_gordan import clebsch_gordan
from ...representations.leaves import Trivial

ROUNDING = 1e-9
"""Errors of exact couplings of representations that are not unitary stay below this, relative to their size."""


LARGEST_SPLIT = 256
"""Dimension up to which a term is tried for being irreducible."""


@lru_cache(maxsize=4096)
@on_cpu
def couplings(a: Representation, b: Representation, c: Representation) -> Tensor:
    """C (maps, dim a, dim b, dim c): the bilinear maps z_k = sum_ij C[p, i, j, k] x_i y_j with c(g) z = a(g) x, b(g) y.

    They are orthogonal, sum_ijk C_p conj(C_q) = dim(c) delta_pq, so that z has mean square 1 where x and y have
    uncorrelated entries of mean square 1. From `clebsch_gordan` where all three are irreducible and it knows the group,
    from the solver, a*b >> c, otherwise. Real where all three are real, complex otherwise.
    """
    dtype = torch.complex128 if a.is_complex or b.is_complex or c.is_complex else torch.float64
    found = None if isinstance(a, Trivial) or isinstance(b, Trivial) else _tabulated(a, b, c)
    return (_solved(a, b, c) if found is None else found).to(dtype)


def _tabulated(a: Representation, b: Representation, c: Representation) -> Tensor | None:
    """From `clebsch_gordan`, in the bases of three terms that are irreducible; None where it does not know them."""
    sides = [_irreducible(rho) for rho in (a, b, c)]
    if any(side is None for side in sides):
        return None
    (first, p), (second, q), (third, r) = (side for side in sides if side is not None)
    try:
        found = clebsch_gordan(first, second, third).conj().resolve_conj()
    except IntertwineError:
        return None
    unitary = first.is_unitary and second.is_unitary and third.is_unitary
    if not unitary and not _is_equivariant(found, first, second, third):
        return None
    if p is None and q is None and r is None:
        return found
    kinds = [found, *(basis for basis in (p, q, r) if basis is not None)]
    dtype = torch.complex128 if any(kind.is_complex() for kind in kinds) else torch.float64
    for axis, basis in ((1, p), (2, q), (3, r)):
        if basis is not None:
            turn = basis.to(dtype) if axis == 3 else basis.conj().to(dtype)
            found = (found.to(dtype).movedim(axis, -1) @ turn.mT).movedim(-1, axis)
    return found.contiguous()


@lru_cache(maxsize=1024)
def _irreducible(rho: Representation) -> tuple[Representation, Tensor | None] | None:
    """The irreducible representation that rho is, and a unitary Q, rho = Q irrep Q^-1, where bases differ.

    None where rho is reducible, or where no irreducible representations are known.
    """
    if hasattr(rho, "type") and not isinstance(rho, Trivial):
        return rho, None
    if rho.dim > LARGEST_SPLIT:
        return None
    try:
        decomposition = rho.decompose()
    except IntertwineError:
        return None
    [(irrep, count), *others] = decomposition.terms.items()
    q = decomposition.basis
    eye = torch.eye(rho.dim, dtype=q.dtype)
    if others or count > 1 or irrep.dim != rho.dim or float((q.mH @ q - eye).abs().max()) > ROUNDING:
        return None
    return irrep, None if torch.equal(q, eye) else q


def _solved(a: Representation, b: Representation, c: Representation) -> Tensor:
    basis = (a * b >> c).basis() * c.dim**0.5
    return basis.unflatten(2, (a.dim, b.dim)).permute(0, 2, 3, 1).contiguous()


def _is_equivariant(coefficients: Tensor, a: Representation, b: Representation, c: Representation) -> bool:
    """Whether a random element agrees; coefficients of maps out of c are those of maps into it only in good bases."""
    g = a.group.sample(1, generator=torch.Generator().manual_seed(0))
    x, y, z = (rho.matrix(g)[0].to(coefficients.dtype) for rho in (a, b, c))
    moved = torch.einsum("pijk,ia,jb->pabk", coefficients, x, y)
    turned = torch.einsum("pabl,kl->pabk", coefficients, z)
    size = max(float(moved.abs().max()), 1.0) if moved.numel() else 1.0
    return not moved.numel() or float((moved - turned).abs().max()) < ROUNDING * size


@lru_cache(maxsize=1024)
@on_cpu
def squares(a: Representation, c: Representation) -> tuple[Tensor, Tensor]:
    """The symmetric and the antisymmetric couplings of a with itself: C[p, i, j, k] = +-C[p, j, i, k]."""
    both = couplings(a, a, c)
    swapped = both.transpose(1, 2)
    exchange = torch.einsum("pijk,qijk->pq", both.conj(), swapped) / c.dim  # swapped_q = sum_p exchange_pq both_p
    found = []
    for sign in (1, -1):
        projector = (torch.eye(len(both), dtype=both.dtype) + sign * exchange) / 2
        count = round(float(projector.diagonal().real.sum()))
        vectors = np.asarray(canonical_basis(projector.numpy(), count)) if count else np.zeros((len(both), 0))
        chosen = torch.from_numpy(vectors).to(both.dtype)
        split = torch.einsum("pq,pijk->qijk", chosen, both)
        found.append((split + sign * split.transpose(1, 2)) / 2)
    return found[0], found[1]
