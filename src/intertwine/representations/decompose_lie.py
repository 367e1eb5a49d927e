"""Representations of reductive Lie groups as sums of irreducible ones, by highest-weight vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.chevalley import canonical_basis, conjugate_pairs, real_vectors
from ..groups.elements import Element, tree_map
from ..groups.lie import LieGroup
from ..groups.root_system import Weight
from .base import Representation
from .decomposition import Decomposition
from .highest import isotypic_bases
from .irreps_lie import LieIrrep, Realified
from .weights import weight_diagram
from .wigner import ParityIrrep, lie_irrep

Array = NDArray[np.complex128]

ROUNDS = 200
"""Most averages taken on the way to an invariant inner product; each leaves about a fifth of the error."""


def decompose_lie(rho: Representation) -> Decomposition:
    """Split a representation of a connected reductive Lie group, or of O(n) with n odd, into irreducible ones.

    Raises:
        IntertwineError: for a group whose irreducible representations are not known.
    """
    group = rho.group
    parity = isinstance(group, LieGroup) and group.is_compact and group.name.startswith("O(") and group.size % 2 == 1
    if not isinstance(group, LieGroup) or group.roots is None or (group.generators and not parity):
        raise IntertwineError(
            f"{rho} of {group} cannot be split: that needs a connected reductive matrix group, or O(n) with n odd"
        )
    change = None if _acts_unitarily(rho) else _unitary_basis(rho)
    pieces = _pieces(rho if change is None else _Conjugated(rho, change))
    if parity:
        pieces = _with_parity(pieces, rho, change)
    terms = {irrep: len(copies) for irrep, copies in pieces}
    basis = torch.from_numpy(np.concatenate([q for _, copies in pieces for q in copies], 1))
    return Decomposition(terms, basis if change is None else torch.linalg.solve(change, basis.to(change.dtype)))


Pieces = list[tuple[Representation, list[NDArray[Any]]]]


def _pieces(rho: Representation) -> Pieces:
    """For every irreducible constituent one isometry (dim, irrep dim) for each copy."""
    assert isinstance(rho.group, LieGroup)
    base = rho.group if not rho.group.generators else _connected(rho.group)
    found: Pieces = []
    for highest, q in isotypic_bases(rho).items():
        irrep = lie_irrep(base, highest)
        if not rho.is_complex and irrep.type == "real":
            irrep = irrep.real
        inside = _from_skeleton(irrep, highest)
        copies = np.einsum("xcs,is->cxi", q, inside.conj())
        if rho.is_complex:
            found.append((irrep, list(copies)))
        else:
            found += _over_the_reals(irrep, copies)
    return found


def _from_skeleton(irrep: Representation, highest: Weight) -> Array:
    """Unitary from the weight basis that `isotypic_bases` uses to the basis of the irreducible representation."""
    if isinstance(irrep, LieIrrep) and len(irrep.module.parts) == 1:
        return irrep.frame
    return isotypic_bases(irrep)[highest][:, 0]


def _over_the_reals(irrep: Representation, copies: Array) -> Iterator[tuple[Representation, list[NDArray[Any]]]]:
    """Real isometries from the complex ones (copies, dim, irrep dim) of a real representation."""
    if not isinstance(irrep, LieIrrep) or irrep.type == "real":
        s = np.einsum("qxi,pxi->qp", copies.conj(), copies.conj()) / irrep.dim
        yield irrep, list(np.einsum("pk,pxi->kxi", real_vectors(s), copies).real)
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


def _connected(group: LieGroup) -> LieGroup:
    from ..groups.classical import SO

    return SO(group.size)


def _with_parity(pieces: Pieces, rho: Representation, change: Tensor | None) -> Pieces:
    """Split the copies by the sign with which -1 acts."""
    assert isinstance(rho.group, LieGroup)
    reflection = rho.matrix(-rho.group.identity)
    if change is not None:
        reflection = change @ reflection.to(change.dtype) @ torch.linalg.inv(change)
    found: Pieces = []
    for irrep, copies in pieces:
        assert isinstance(irrep, LieIrrep)
        q = np.stack(copies)
        action = np.einsum("cxi,xy,dyi->cd", q.conj(), reflection.numpy(), q, optimize=True) / irrep.dim
        for parity in (1, -1):
            projector = (np.eye(len(q)) + parity * action) / 2
            count = round(float(projector.trace().real))
            if count:
                chosen = canonical_basis((projector + projector.conj().T) / 2, count)
                found.append((ParityIrrep(rho.group, irrep, parity), list(np.einsum("ck,cxi->kxi", chosen, q))))
    return found


# --- representations that are not unitary -------------------------------------------------------------------------


def _acts_unitarily(rho: Representation) -> bool:
    try:
        weight_diagram(rho)
    except IntertwineError:
        return False
    return True


def _unitary_basis(rho: Representation) -> Tensor:
    """B with B rho B^-1 unitary for the compact form: B^dagger B is an inner product averaged over it.

    Raises:
        IntertwineError: when the averages do not settle, which no finite-dimensional representation can cause.
    """
    compact = _compact_generators(rho.group, rho)
    random = torch.Generator().manual_seed(0)
    form = torch.eye(rho.dim, dtype=torch.complex128)
    for _ in range(ROUNDS):
        weights = 4 * torch.randn(24, len(compact), generator=random, dtype=torch.float64)
        u = torch.linalg.matrix_exp(torch.einsum("nk,kij->nij", weights.to(torch.complex128), compact))
        averaged = (u.mH @ form @ u).mean(0)
        averaged = averaged * (rho.dim / averaged.diagonal().sum().real)
        moved, form = float((averaged - form).abs().max()), (averaged + averaged.mH) / 2
        if moved < 1e-14 * float(form.abs().max()):
            break
    form = form if rho.is_complex else form.real
    invariance = compact.mH @ form.to(torch.complex128) + form.to(torch.complex128) @ compact
    if float(invariance.abs().max()) > 1e-8 * float(form.abs().max()) * float(compact.abs().max()):
        raise IntertwineError(f"no invariant inner product was found for {rho} of {rho.group}")
    return torch.linalg.cholesky(form).mH


def _compact_generators(group: Group, rho: Representation) -> Tensor:
    """Images of e_i - f_i, i (e_i + f_i) and i z, which generate the compact form, (number, dim, dim)."""
    assert group.roots is not None
    raising, lowering = group.roots.raising, tree_map(lambda leaf: leaf.mH, group.roots.raising)
    e, f = (rho.algebra(x).to(torch.complex128) for x in (raising, lowering))
    return torch.cat([e - f, 1j * (e + f), 1j * rho.algebra(group.roots.central).to(torch.complex128)])


class _Conjugated(Representation):
    """g -> B rho(g) B^-1."""

    def __init__(self, base: Representation, change: Tensor):
        super().__init__(base.group, base.dim, (base.key,), is_complex=base.is_complex)
        self.base, self.change, self._inverse = base, change, torch.linalg.inv(change)

    def label(self) -> str:
        return f"{self.base}"

    def _move(self, x: Tensor) -> Tensor:
        dtype = torch.promote_types(x.dtype, self.change.dtype)
        return self.change.to(dtype) @ x.to(dtype) @ self._inverse.to(dtype)

    def matrix(self, g: Element) -> Tensor:
        return self._move(self.base.matrix(g))

    def algebra(self, x: Element) -> Tensor:
        return self._move(self.base.algebra(x))
