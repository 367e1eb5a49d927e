"""Representations of reductive Lie groups as sums of irreducible ones, by highest-weight vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.chevalley import conjugate_pairs, real_vectors
from ..groups.lie import LieGroup
from ..groups.root_system import Weight
from .base import Representation
from .decomposition import Decomposition
from .highest import isotypic_bases
from .irreps_lie import LieIrrep, Realified
from .unitarised import unitarised
from .wigner import lie_irrep

Array = NDArray[np.complex128]
Pieces = list[tuple[Representation, list[NDArray[Any]]]]
"""For every irreducible constituent one isometry (dim, irrep dim) for each copy."""


def decompose_lie(rho: Representation) -> Decomposition:
    """Split a representation of a connected reductive Lie group into irreducible ones, or a rational one of GL(n).

    Raises:
        IntertwineError: for a group whose irreducible representations are not known, and for one of GL(n) with signs of
            the determinant.
    """
    group = rho.group
    if not isinstance(group, LieGroup) or group.roots is None or (group.generators and group.is_compact):
        raise IntertwineError(
            f"{rho} of {group} cannot be split: that needs a reductive matrix group whose irreducible representations "
            "are known"
        )
    unitary, change = unitarised(rho)
    pieces = [piece for irrep, copies in isotypic_copies(unitary, group) for piece in _over(unitary, irrep, copies)]
    found = assembled(pieces, change)
    for s in group.generators:
        left, right = rho.matrix(s).to(torch.complex128) @ found.basis.to(torch.complex128), found.sum.matrix(s)
        if float((left - found.basis.to(torch.complex128) @ right.to(torch.complex128)).abs().max()) > 1e-6:
            raise IntertwineError(f"{rho} of {group} is not rational: it holds the sign of the determinant")
    return found


def assembled(pieces: Pieces, change: Tensor | None) -> Decomposition:
    """The decomposition with the given isometries for each term, carried back from the unitary basis."""
    terms = {irrep: len(copies) for irrep, copies in pieces}
    basis = torch.from_numpy(np.concatenate([q for _, copies in pieces for q in copies], 1))
    return Decomposition(terms, basis if change is None else torch.linalg.solve(change, basis.to(change.dtype)))


def isotypic_copies(rho: Representation, base: LieGroup) -> Iterator[tuple[LieIrrep, Array]]:
    """Irreducible representations of `base`, of the same Lie algebra, with isometries (copies, dim, irrep dim)."""
    for highest, q in isotypic_bases(rho).items():
        irrep = lie_irrep(base, highest)
        if not rho.is_complex and irrep.type == "real":
            irrep = cast("LieIrrep", irrep.real)
        inside = _from_skeleton(irrep, highest)
        yield irrep, np.einsum("xcs,is->cxi", q, inside.conj())


def _over(rho: Representation, irrep: LieIrrep, copies: Array) -> Pieces:
    return [(irrep, list(copies))] if rho.is_complex else list(_over_the_reals(irrep, copies))


def _from_skeleton(irrep: Representation, highest: Weight) -> Array:
    """Unitary from the weight basis that `isotypic_bases` uses to the basis of the irreducible representation."""
    if isinstance(irrep, LieIrrep) and len(irrep.module.parts) == 1:
        return irrep.frame
    return isotypic_bases(irrep)[highest][:, 0]


def real_copies(copies: Array) -> NDArray[np.float64]:
    """Real isometries that span the same copies of a representation by real matrices, (copies, dim, irrep dim)."""
    s = np.einsum("qxi,pxi->qp", copies.conj(), copies.conj()) / copies.shape[-1]
    return np.einsum("pk,pxi->kxi", real_vectors(s), copies).real


def _over_the_reals(irrep: Representation, copies: Array) -> Iterator[tuple[Representation, list[NDArray[Any]]]]:
    """Real isometries from the complex ones (copies, dim, irrep dim) of a real representation."""
    if not isinstance(irrep, LieIrrep) or irrep.type == "real":
        yield irrep, list(real_copies(copies))
        return
    if irrep.type == "complex":
        if irrep.is_conjugate:
            return
    else:
        blocks = np.einsum("qxi,pxj->qpij", copies.conj(), copies.conj())
        sizes = np.linalg.norm(blocks, axis=(2, 3))
        first = blocks[np.unravel_index(np.argmax(sizes > sizes.max() - 1e-6), sizes.shape)]
        structure = first * (irrep.dim**0.5 / np.linalg.norm(first))
        s = np.einsum("qpij,ij->qp", blocks, structure.conj()) / irrep.dim
        copies = np.einsum("pk,pxi->kxi", conjugate_pairs(s)[:, ::2], copies)
    yield Realified(irrep), [2**0.5 * np.concatenate([q.real, -q.imag], 1) for q in copies]
