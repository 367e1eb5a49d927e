"""The unitarian trick: a basis in which a representation acts unitarily for the compact form of its group."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element, digest, tree_map
from .base import Representation
from .weights import weight_diagram

ROUNDS = 200
"""Most averages taken on the way to an invariant inner product; each leaves about a fifth of the error."""


def unitarised(rho: Representation) -> tuple[Representation, Tensor | None]:
    """(B rho B^-1, B) with B rho B^-1 unitary for the compact form and all components; (rho, None) if it is already.

    Raises:
        IntertwineError: when the averages do not settle, which no finite-dimensional representation can cause.
    """
    if _acts_unitarily(rho):
        return rho, None
    change = _unitary_basis(rho)
    found = Conjugated(rho, change)
    if not _acts_unitarily(found):  # a basis so oblique that rounding shows: once more, from nearby
        change = _unitary_basis(found) @ change
        found = Conjugated(rho, change)
    return found, change


def _acts_unitarily(rho: Representation) -> bool:
    try:
        weight_diagram(rho)
    except IntertwineError:
        return False
    eye = torch.eye(rho.dim, dtype=torch.float64)
    images = [rho.matrix(s) for s in rho.group.generators]
    return all(float((m.mH @ m - eye).abs().max()) < 1e-9 for m in images)


def _unitary_basis(rho: Representation) -> Tensor:
    """B with B rho B^-1 unitary: B^dagger B is an inner product averaged over the compact form and the components."""
    compact = _compact_generators(rho.group, rho)
    components = [rho.matrix(s).to(torch.complex128) for s in rho.group.generators]
    random = torch.Generator().manual_seed(0)
    form = torch.eye(rho.dim, dtype=torch.complex128)
    for _ in range(ROUNDS):
        weights = 4 * torch.randn(24, len(compact), generator=random, dtype=torch.float64)
        u = torch.linalg.matrix_exp(torch.einsum("nk,kij->nij", weights.to(torch.complex128), compact))
        averaged = (u.mH @ form @ u).mean(0)
        for s in components:
            averaged = (averaged + s.mH @ averaged @ s) / 2
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
    roots = group.require_roots()
    raising, lowering = roots.raising, tree_map(lambda leaf: leaf.mH, roots.raising)
    e, f = (rho.algebra(x).to(torch.complex128) for x in (raising, lowering))
    return torch.cat([e - f, 1j * (e + f), 1j * rho.algebra(roots.central).to(torch.complex128)])


class Conjugated(Representation):
    """g -> B rho(g) B^-1."""

    def __init__(self, base: Representation, change: Tensor):
        super().__init__(base.group, base.dim, (base.key, digest(change)), is_complex=base.is_complex)
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
