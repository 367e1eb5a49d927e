"""Clebsch-Gordan coefficients of connected Lie groups, by highest weights, over the complex and the real numbers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.chevalley import real_vectors
from .base import Representation
from .irreps_lie import LieIrrep, Realified
from .mirror import MirrorIrrep
from .module import coupled, match
from .structure import Conjugate

Array = NDArray[np.complex128]

NEGLIGIBLE = 1e-13
"""Entries below this are rounding."""


def couple_lie(a: Representation, b: Representation, c: Representation) -> Tensor:
    """`clebsch_gordan` for a connected Lie group, sparse: coefficients of its Lie algebra in the bases of the irreps.

    A real form of complex or quaternionic type is two irreducible representations over the complex numbers. Their
    coefficients span a space that is closed under complex conjugation; its real tensors are the answer.

    Raises:
        IntertwineError: for representations that are not known as irreducible ones.
    """
    found = [
        _join(x, y, z, t)
        for x, y, z in itertools.product(_pieces(a), _pieces(b), _pieces(c))
        for t in _couplings(x.irrep, y.irrep, z.irrep)
    ]
    is_real = not (a.is_complex or b.is_complex or c.is_complex)
    if is_real:
        found = _real(found, c.dim)
    return _joined(found, (a.dim, b.dim, c.dim), np.float64 if is_real else np.complex128)


def _joined(maps: list[Any], dims: tuple[int, int, int], dtype: Any) -> Tensor:
    """Sparse matrices (dim a * dim b, dim c) as one tensor (number, dim a, dim b, dim c), coalesced."""
    indices, values = [np.zeros((4, 0), dtype=np.int64)], [np.zeros(0, dtype=dtype)]
    for k, t in enumerate(maps):
        entry = t.tocsr().sorted_indices().tocoo()
        keep = np.abs(entry.data) > NEGLIGIBLE
        i, j = np.divmod(entry.row[keep].astype(np.int64), dims[1])
        indices.append(np.stack([np.full_like(i, k), i, j, entry.col[keep]]))
        values.append(entry.data[keep].astype(dtype))
    place, value = torch.from_numpy(np.concatenate(indices, 1)), torch.from_numpy(np.concatenate(values))
    shape = (len(maps), *dims)
    return torch.sparse_coo_tensor(place, value, shape, check_invariants=False, is_coalesced=True)


@dataclass(frozen=True, eq=False)
class _Piece:
    """An irreducible representation inside rho: rho(X) E = E irrep(X), E (dim, irrep dim); None where it is rho."""

    irrep: LieIrrep
    inside: Any | None


def _pieces(rho: Representation) -> list[_Piece]:
    """The irreducible parts of a representation over the complex numbers, each given by a highest weight."""
    from scipy import sparse

    if isinstance(rho, LieIrrep):
        return [_Piece(rho, None)]
    if isinstance(rho, Conjugate) and isinstance(rho.base, LieIrrep):
        return [_Piece(rho.base, _sparse(_from_conjugate(rho, rho.base)))]
    if isinstance(rho, Realified):
        one = sparse.identity(rho.base.dim, format="csr")
        z = sparse.vstack([one, -1j * one], format="csr") * 2**-0.5
        return _inside(rho.base, z) + _inside(rho.base.conj, z.conj())
    if isinstance(rho, MirrorIrrep):
        return [piece for part, inside in rho.parts for piece in _inside(part, _sparse(inside))]
    raise IntertwineError(
        f"coefficients couple irreducible representations as {rho.group}.irrep(..) makes them, got {rho}; "
        "rho.decompose().terms are such"
    )


def _inside(part: Representation, e: Any) -> list[_Piece]:
    return [_Piece(x.irrep, e if x.inside is None else (e @ x.inside).tocsr()) for x in _pieces(part)]


def _from_conjugate(rho: Conjugate, irrep: LieIrrep) -> Array:
    """Unitary E with conj(irrep)(X) E = E irrep(X), for real and quaternionic types."""
    raising = rho.algebra(irrep.lie.require_roots().raising).to(torch.complex128)
    return match(irrep.module, raising.numpy(), raising.mH.resolve_conj().numpy()) @ irrep.frame.conj().T


def _couplings(a: LieIrrep, b: LieIrrep, c: LieIrrep) -> list[Any]:
    """The isometries c -> a (x) b in the bases of the representations, sparse (dim a * dim b, dim c)."""
    from scipy import sparse

    if any(x + y != z for x, y, z in zip(a.charges, b.charges, c.charges, strict=True)):
        return []
    frames = [_frame(rho) for rho in (a, b, c)]
    left, right = sparse.kron(frames[0], frames[1], format="csr"), frames[2].conj().T
    return [(left @ t @ right).tocsr() for t in coupled(a.module, b.module, c.module)]


@lru_cache(maxsize=256)
def _frame(rho: LieIrrep) -> Any:
    return _sparse(rho.frame)


def _join(a: _Piece, b: _Piece, c: _Piece, t: Any) -> Any:
    """A coupling of pieces as one of the whole, of squared norm dim c."""
    from scipy import sparse

    if a.inside is None and b.inside is None and c.inside is None:
        return t
    insides: list[Any] = [sparse.identity(x.irrep.dim) if x.inside is None else x.inside for x in (a, b, c)]
    left, right, out = insides
    scale = (out.shape[0] / out.shape[1]) ** 0.5
    return (sparse.kron(left, right, format="csr") @ t @ out.conj().T).tocsr() * scale


def _sparse(frame: Array) -> Any:
    from scipy import sparse

    return sparse.csr_matrix(np.where(np.abs(frame) > NEGLIGIBLE, frame, 0.0))


def _real(copies: list[Any], dim: int) -> list[Any]:
    """Real combinations of the copies, which together are closed under complex conjugation."""
    if not copies:
        return []
    x = real_vectors(np.array([[q.conj().multiply(p.conj()).sum() / dim for p in copies] for q in copies]))
    return [sum(x[p, k] * t for p, t in enumerate(copies)).real.tocsr() for k in range(len(copies))]  # type: ignore[union-attr]
