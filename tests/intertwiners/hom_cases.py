"""Pairs of representations, and all equivariant maps between them by brute force."""

from __future__ import annotations

import torch
from torch import Tensor

import intertwine as tw
from intertwine.groups.elements import take

SAMPLES = 10
"""Random elements that almost surely generate a small finite group, or a dense subgroup of a Lie group."""


def constraints(a: tw.Representation, b: tw.Representation) -> Tensor:
    """rho_B(g) (x) 1 - 1 (x) rho_A(g)^T, stacked, for random elements: W is equivariant when these rows kill it."""
    elements = a.group.sample(SAMPLES, generator=torch.Generator().manual_seed(99))
    rows = []
    for k in range(SAMPLES):
        left, right = (rho.matrix(take(elements, k)).to(torch.complex128).resolve_conj() for rho in (b, a))
        eye_a, eye_b = (torch.eye(rho.dim, dtype=torch.complex128) for rho in (a, b))
        rows.append(torch.kron(left.contiguous(), eye_a) - torch.kron(eye_b, right.mT.contiguous()))
    return torch.cat(rows)


def brute_force(a: tw.Representation, b: tw.Representation) -> Tensor:
    """The orthogonal projector (dim, dim) onto the equivariant maps, from elements that no solver has seen.

    A few random elements generate a dense subgroup of a connected group, and almost surely a small finite group.
    """
    _, values, vectors = torch.linalg.svd(constraints(a, b), full_matrices=False)
    null = vectors[values < 1e-8 * max(1.0, float(values[0]))]
    return null.mH @ null


def projector(basis: Tensor) -> Tensor:
    """sum_k |W_k><W_k| of maps (dim, rows, columns)."""
    flat = basis.flatten(1).to(torch.complex128)
    return flat.mT @ flat.conj()


def is_orthonormal(basis: Tensor, tolerance: float = 1e-10) -> bool:
    flat = basis.flatten(1)
    gram = flat.conj() @ flat.mT
    return torch.allclose(gram, torch.eye(len(flat), dtype=flat.dtype), atol=tolerance)


def residual(a: tw.Representation, b: tw.Representation, basis: Tensor) -> float:
    """The worst failure of rho_B(g) W = W rho_A(g) over fresh elements, relative to the matrices."""
    if not len(basis):
        return 0.0
    g = a.group.sample(8, generator=torch.Generator().manual_seed(77))
    left = b.matrix(g).to(torch.complex128)[:, None] @ basis.to(torch.complex128)
    right = basis.to(torch.complex128) @ a.matrix(g).to(torch.complex128)[:, None]
    return float((left - right).abs().max() / max(1.0, float(left.abs().max())))
