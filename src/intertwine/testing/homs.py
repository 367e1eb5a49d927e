"""The contract of a space of equivariant maps."""

from __future__ import annotations

import torch
from torch import Tensor

from ..intertwiners.hom import Hom
from ..representations.base import Representation
from .laws import TOLERANCE, equal, holds

LARGEST_DENSE = 600
"""Entries of a matrix up to which all equivariant ones are also found by brute force."""
NULL = 1e-9
"""Eigenvalues of the squared constraints below this share of the greatest count as zero."""


def check_hom(rho_in: Representation, rho_out: Representation, *, samples: int = 8, seed: int = 0) -> None:
    """Check rho_in >> rho_out: the equation, an orthonormal basis, the projection, `apply`, and the dimension.

    The dimension and the projection are compared with a dense null space of the generators' equations where the maps
    have at most 600 entries, and the dimension with characters for finite groups.

    Raises:
        IntertwineError: the law that fails, with the numbers.

    Example:
        >>> V = SO(3).vector
        >>> check_hom(V * V, V)
    """
    random = torch.Generator().manual_seed(seed)
    hom, group = rho_in >> rho_out, rho_in.group
    dtype = torch.complex128 if hom.is_complex else torch.float64
    c = torch.randn(3, hom.dim, generator=random, dtype=dtype)
    w = hom.matrix(c)
    equal(hom, "matrix(c) has shape (..., dim out, dim in)", torch.tensor(w.shape), torch.tensor([3, *hom.shape]))
    g = group.sample(samples, generator=random)
    a, b = rho_out.matrix(g).to(dtype), rho_in.matrix(g).to(dtype)
    equal(hom, "rho_out(g) W = W rho_in(g)", a[:, None] @ w, w @ b[:, None], 10 * TOLERANCE)
    for s in group.generators:
        equal(hom, "the same for a generator", rho_out.matrix(s).to(dtype) @ w, w @ rho_in.matrix(s).to(dtype))
    if group.algebra_dim:
        x, y = rho_out.algebra(group.algebra).to(dtype), rho_in.algebra(group.algebra).to(dtype)
        equal(hom, "the same for the Lie algebra", x[:, None] @ w, w @ y[:, None])
    _check_basis(hom, c, w, random, dtype)
    _check_dimension(hom, rho_in, rho_out, dtype)


def _check_basis(hom: Hom, c: Tensor, w: Tensor, random: torch.Generator, dtype: torch.dtype) -> None:
    basis = hom.basis().flatten(1)
    equal(hom, "the basis is orthonormal", basis @ basis.mH, torch.eye(hom.dim, dtype=dtype))
    equal(hom, "matrix(c) = sum_k c_k W_k", w.flatten(1), c @ basis)
    equal(hom, "coefficients(matrix(c)) = c", hom.coefficients(w), c)
    equal(hom, "project(W) = W for an equivariant W", hom.project(w), w)
    m, n = torch.randn(2, *hom.shape, generator=random, dtype=dtype)
    p, q = hom.project(m), hom.project(n)
    equal(hom, "project is idempotent", hom.project(p), p)
    equal(hom, "project is self-adjoint", (p.conj() * n).sum(), (m.conj() * q).sum())
    equal(hom, "project(M) = sum_k <W_k, M> W_k", p.flatten(), (basis.conj() @ m.flatten()) @ basis)
    x = torch.randn(5, hom.shape[1], generator=random, dtype=dtype)
    equal(hom, "apply(c, x) = matrix(c) x", hom.apply(c[0], x), x @ w[0].mT)


def _check_dimension(hom: Hom, rho_in: Representation, rho_out: Representation, dtype: torch.dtype) -> None:
    group = rho_in.group
    if group.is_listable and group.order * max(hom.shape) ** 2 < 2e7:
        elements = group.elements()
        traces = rho_out.character(elements) * rho_in.character(group.inverse(elements))
        count = traces.to(torch.complex128).mean().real
        equal(hom, "dim by characters", torch.tensor(float(hom.dim)), count, 1e-6)
    if hom.shape[0] * hom.shape[1] <= LARGEST_DENSE:
        exact = _null_space(rho_in, rho_out, dtype)
        holds(hom, "dim by the null space of the equations", len(exact) == hom.dim, f"{hom.dim} against {len(exact)}")
        basis = hom.basis().flatten(1)
        equal(hom, "the span of the null space", basis.mT @ basis.conj(), exact.mT @ exact.conj(), 1e-6)


def _null_space(rho_in: Representation, rho_out: Representation, dtype: torch.dtype) -> Tensor:
    """All solutions of the generators' and the Lie algebra's equations, orthonormal rows (dim, out * in)."""
    group, size = rho_in.group, rho_out.dim * rho_in.dim
    pairs = [(rho_out.matrix(s), rho_in.matrix(s)) for s in group.generators]
    if group.algebra_dim:
        pairs += list(zip(rho_out.algebra(group.algebra), rho_in.algebra(group.algebra), strict=True))
    squared = torch.zeros(size, size, dtype=dtype)
    one_out, one_in = torch.eye(rho_out.dim, dtype=dtype), torch.eye(rho_in.dim, dtype=dtype)
    for a, b in pairs:
        left, right = a.to(dtype).contiguous(), b.to(dtype).mT.contiguous()  # torch.kron takes no strided views
        equation = torch.kron(left, one_in) - torch.kron(one_out, right)
        squared += equation.mH @ equation
    values, vectors = torch.linalg.eigh(squared)
    return vectors[:, values <= NULL * max(1.0, float(values[-1]))].mT
