"""Checks of Clebsch-Gordan tensors and decompositions, shared by the tests of every kind of group."""

from __future__ import annotations

import torch

import intertwine as tw
from intertwine.representations import Representation


def check_coupling(a: Representation, b: Representation, c: Representation, multiplicity: int | None = None) -> None:
    """The equation on group elements of every component, orthonormality, realness, and the solver's count."""
    cg = tw.clebsch_gordan(a, b, c)
    assert cg.shape[1:] == (a.dim, b.dim, c.dim)
    assert cg.is_complex() == (a.is_complex or b.is_complex or c.is_complex)
    assert len(cg) == ((a * b >> c).dim if multiplicity is None else multiplicity)
    if not len(cg):
        return
    g = a.group.sample(6, generator=torch.Generator().manual_seed(0))
    left, right, out = (rho.matrix(g).to(torch.complex128) for rho in (a, b, c))
    t = cg.to(torch.complex128)
    moved = torch.einsum("nai,nbj,pijk->npabk", left, right, t)
    defect = (moved - torch.einsum("pabl,nlk->npabk", t, out)).abs().amax()
    assert float(defect) < 1e-11 * float(left.abs().max()) * float(right.abs().max())
    gram = torch.einsum("pijk,qijk->pq", t.conj(), t) / c.dim
    assert float((gram - torch.eye(len(cg))).abs().max()) < 1e-12


def check_decomposition(rho: Representation, tolerance: float = 1e-11) -> str:
    """rho(g) Q = Q (sum)(g) on random elements; what the decomposition prints."""
    found = rho.decompose()
    g = rho.group.sample(6, generator=torch.Generator().manual_seed(1))
    a, q, b = (x.to(torch.complex128) for x in (rho.matrix(g), found.basis, found.sum.matrix(g)))
    assert sum(irrep.dim * m for irrep, m in found.terms.items()) == rho.dim
    assert rho.is_complex or not (found.basis.is_complex() or found.sum.is_complex)
    assert float((a @ q - q @ b).abs().max()) < tolerance * float(a.abs().max()) * float(torch.linalg.cond(q))
    if rho.is_unitary:
        assert float((q.mH @ q - torch.eye(rho.dim)).abs().max()) < tolerance
    return str(found)


def conjugated(rho: Representation, seed: int) -> Representation:
    """A representation of a Lie group in a random basis, given by images of its Lie algebra and components."""
    dtype = torch.complex128 if rho.is_complex else torch.float64
    b = torch.randn(rho.dim, rho.dim, dtype=dtype, generator=torch.Generator().manual_seed(seed))
    b = b + 3 * torch.eye(rho.dim)
    inverse = torch.linalg.inv(b)
    components = [b @ rho.matrix(s).to(dtype) @ inverse for s in rho.group.generators]
    images = b @ rho.algebra(rho.group.algebra).to(dtype) @ inverse
    return rho.group.representation(images, components=torch.stack(components) if components else None)
