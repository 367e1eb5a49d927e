"""Clebsch-Gordan coefficients of Lie groups, by highest weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.chevalley import real_vectors
from .base import Representation
from .irreps_lie import LieIrrep
from .module import coupled
from .wigner import ParityIrrep

Array = NDArray[np.complex128]


def couple_lie(a: Representation, b: Representation, c: Representation) -> Tensor:
    """`clebsch_gordan` for a Lie group: coefficients of its Lie algebra in the bases of the representations.

    Raises:
        IntertwineError: for representations that are not known as irreducible ones.
    """
    if isinstance(a, ParityIrrep) and isinstance(b, ParityIrrep) and isinstance(c, ParityIrrep):
        if a.parity * b.parity == c.parity:
            return couple_lie(a.base, b.base, c.base)
        return torch.zeros(0, a.dim, b.dim, c.dim, dtype=torch.float64)
    if not (isinstance(a, LieIrrep) and isinstance(b, LieIrrep) and isinstance(c, LieIrrep)):
        raise IntertwineError(f"coefficients couple irreducible representations of a Lie group, got {a}, {b} and {c}")
    shape = (a.dim, b.dim, c.dim)
    is_real = not (a.is_complex or b.is_complex or c.is_complex)
    if any(x + y != z for x, y, z in zip(a.charges, b.charges, c.charges, strict=True)):
        copies: list[Any] = []
    else:
        copies = [_own_basis(t, a, b, c) for t in coupled(a.module, b.module, c.module)]
    if is_real:
        copies = _real(copies, c.dim)
    out = torch.zeros(len(copies), *shape, dtype=torch.float64 if is_real else torch.complex128)
    for k, t in enumerate(copies):
        entry = t.tocoo()
        keep = np.abs(entry.data) > 1e-14
        rows, columns = torch.from_numpy(entry.row[keep]).long(), torch.from_numpy(entry.col[keep]).long()
        out[k].view(-1, c.dim)[rows, columns] = torch.from_numpy(entry.data[keep]).to(out.dtype)
    return out


def _own_basis(t: Any, a: LieIrrep, b: LieIrrep, c: LieIrrep) -> Any:
    """(W_a (x) W_b) T W_c^dagger, sparse."""
    from scipy import sparse

    frames = [_sparse(rho.frame) for rho in (a, b, c)]
    return (sparse.kron(frames[0], frames[1], format="csr") @ t @ frames[2].conj().T).tocsr()


def _sparse(frame: Array) -> Any:
    from scipy import sparse

    return sparse.csr_matrix(np.where(np.abs(frame) > 1e-14, frame, 0.0))


def _real(copies: list[Any], dim: int) -> list[Any]:
    """Real combinations of the copies, which together are closed under complex conjugation."""
    if not copies:
        return []
    x = real_vectors(np.array([[q.conj().multiply(p.conj()).sum() / dim for p in copies] for q in copies]))
    return [sum(x[p, k] * t for p, t in enumerate(copies)).real.tocsr() for k in range(len(copies))]  # type: ignore[union-attr]
