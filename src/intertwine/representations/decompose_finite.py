"""Representations of a finite group as sums of irreducible ones, elementary term by elementary term."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..groups.elements import leaves, take
from .base import Representation
from .decomposition import Decomposition
from .expand import expand
from .finite_irrep import Irreducible
from .irreps_finite import finite_irreps
from .isotypic_finite import Copies, averaged, finite_copies, finite_multiplicities, orthonormal
from .transversals import transversals

Array = NDArray[Any]


def decompose_finite(rho: Representation) -> Decomposition:
    """Multiplicities by characters and the change of basis, in the order of `G.irreps()`."""
    irreps = finite_irreps(rho.group, real=not rho.is_complex)
    blocks: dict[Irreducible, list[Array]] = {irrep: [] for irrep in irreps}
    dtype = np.complex128 if rho.is_complex else np.float64
    for term, index in expand(rho).items():
        copies = term_copies(term, irreps if rho.is_complex and not term.is_complex else None)
        for rows in index.numpy():
            for irrep, found in copies.items():
                block = np.zeros((len(found), rho.dim, irrep.dim), dtype=dtype)
                block[:, rows] = found
                blocks[irrep].append(block.transpose(1, 0, 2).reshape(rho.dim, -1))
    columns = [block for irrep in irreps for block in blocks[irrep]]
    terms: dict[Representation, int] = {i: sum(b.shape[1] for b in blocks[i]) // i.dim for i in irreps if blocks[i]}
    return Decomposition(terms, torch.from_numpy(np.concatenate(columns, 1)))


@lru_cache(maxsize=256)
def term_copies(term: Representation, irreps: tuple[Irreducible, ...] | None) -> Copies:
    """Isometries into an orthogonal or unitary term; as near to them as its invariant inner product for others."""
    if term.is_unitary:
        return finite_copies(term, irreps)
    known = finite_irreps(term.group, real=not term.is_complex) if irreps is None else irreps
    change = torch.linalg.cholesky(invariant_form(term)).mH.resolve_conj().numpy()
    maps = averaged(term, finite_multiplicities(term, known))
    return {i: np.linalg.solve(change, orthonormal(change @ t, i)) for i, t in maps.items()}


def invariant_form(rho: Representation) -> Tensor:
    """The average of rho(g)^dagger rho(g): an inner product for which rho is unitary, (dim, dim)."""
    form = torch.eye(rho.dim, dtype=torch.complex128 if rho.is_complex else torch.float64)
    for level in transversals(rho.group):
        number = len(leaves(level)[0])
        images = (rho.matrix(take(level, k)) for k in range(number))
        form = (form + sum(m.mH @ form @ m for m in images)) / (1 + number)
    return (form + form.mH) / 2
