"""The angular part of equivariant kernels on R^d: all A with

    K(x) = sum_m A_m Y_m(x),    K(h x) = rho_out(h) K(x) rho_in(h)^-1.

A is a linear equivariant map harmonics (x) rho_in -> rho_out, one problem for each degree of the harmonics.

Source: M. Weiler, M. Geiger, M. Welling, W. Boomsma, T. Cohen, 3D Steerable CNNs, arXiv:1807.02547; L. Lang,
M. Weiler, A Wigner-Eckart theorem for group equivariant convolution kernels, arXiv:2010.10952.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import on_cpu
from ..groups.chevalley import canonical_basis
from ..representations.base import Representation
from ..representations.clebsch_gordan import clebsch_gordan
from ..representations.expand import expand
from ..representations.harmonics import Harmonics
from ..representations.wigner import SpinIrrep, lie_irrep
from .hom import Hom

LARGEST_DENSE = 600
"""Entries dim b x dim a x harmonics up to which invariants come from one dense eigenproblem."""
ZERO = 1e-9
"""Eigenvalues of an average of squares below which a vector is invariant; the next ones are of order 1."""


@lru_cache(maxsize=8192)
@on_cpu
def angular_maps(space: Representation, degree: int, a: Representation, b: Representation) -> Tensor:
    """An orthonormal basis of the maps A, (number, dim b, dim a, harmonics of this degree), float64.

    Raises:
        IntertwineError: for complex representations, whose kernels would be complex.
    """
    if a.is_complex or b.is_complex:
        raise IntertwineError(f"fields on a grid are real; take the real forms of {a} and {b}")
    y = Harmonics(space, degree)
    if not y.dim:
        return torch.zeros(0, b.dim, a.dim, 0, dtype=torch.float64)
    if isinstance(a, SpinIrrep) and isinstance(b, SpinIrrep) and space == a.group.vector:
        coupling = clebsch_gordan(lie_irrep(a.group, (2 * degree,)), a, b)  # type: ignore[arg-type]
        return (coupling / b.dim**0.5).permute(0, 3, 2, 1).contiguous()
    if a.dim * b.dim * y.dim <= LARGEST_DENSE:
        return invariants([b, a, y]) if _can_couple([b, a, y]) else torch.zeros(0, b.dim, a.dim, y.dim).double()
    maps = Hom(y * a, b).basis()
    return maps.unflatten(-1, (y.dim, a.dim)).transpose(-1, -2).contiguous()


def invariants(factors: list[Representation]) -> Tensor:
    """An orthonormal basis of the invariant tensors of a small product of orthogonal representations, (number, *dims).

    The basis depends on the representations alone, so that coefficients mean the same on every machine.
    """
    dims = [rho.dim for rho in factors]
    size = math.prod(dims)
    defect = np.zeros((size, size))
    finite, infinitesimal = zip(*(_images(rho) for rho in factors), strict=True)
    for images in zip(*finite, strict=True):
        move = _kron(list(images)) - np.eye(size)
        defect += move.T @ move
    if len(infinitesimal[0]):
        units = [np.eye(dim) for dim in dims]
        for images in zip(*infinitesimal, strict=True):
            move = np.zeros_like(defect)
            for k in range(len(dims)):
                move += _kron([images[i] if i == k else units[i] for i in range(len(dims))])
            defect += move.T @ move
    return invariant_vectors(defect).unflatten(-1, dims)


@lru_cache(maxsize=1024)
def _images(rho: Representation) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The matrices of the group's generators, and those of a basis of its Lie algebra."""
    group = rho.group
    infinitesimal = list(rho.algebra(group.algebra).numpy()) if group.algebra_dim else []
    return [rho.matrix(g).numpy() for g in group.generators], infinitesimal


def _can_couple(factors: list[Representation]) -> bool:
    """Whether the frequencies under one rotation can cancel, without which a product has no invariants."""
    totals = np.zeros(1)
    for rho in factors:
        totals = np.add.outer(totals, _frequencies(rho)).ravel()
    return bool((np.abs(totals) < 1e-6).any())


@lru_cache(maxsize=1024)
def _frequencies(rho: Representation) -> np.ndarray:
    """Of turns by the first element of the Lie algebra, zeros where there is none."""
    infinitesimal = _images(rho)[1]
    return np.linalg.eigvals(infinitesimal[0]).imag if infinitesimal else np.zeros(1)


def fixed_vectors(rho: Representation) -> Tensor:
    """An orthonormal basis of the vectors of rho that its group keeps, (number, rho.dim)."""
    found = []
    for term, index in expand(rho).items():
        one = term.group.trivial
        vectors = invariants([term]) if term.dim <= LARGEST_DENSE else Hom(one, term).basis().squeeze(2)
        rows = torch.zeros(len(index), len(vectors), rho.dim, dtype=torch.float64)
        found.append(rows.scatter(2, index[:, None].expand(-1, len(vectors), -1), vectors.expand(len(index), -1, -1)))
    return torch.cat([rows.flatten(0, 1) for rows in found])


def invariant_vectors(defect: np.ndarray) -> Tensor:
    """An orthonormal, canonical basis (number, size) of the kernel of a positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(defect)
    number = int((values < ZERO * max(1.0, float(values[-1]))).sum())
    kernel = vectors[:, :number]
    basis = canonical_basis(kernel @ kernel.T, number)
    return torch.from_numpy(np.where(np.abs(basis) > 1e-12, basis, 0.0).T.copy())


def _kron(matrices: list[np.ndarray]) -> np.ndarray:
    out = matrices[0]
    for m in matrices[1:]:  # np.kron spends ten times as long on matrices of this size
        out = (out[:, None, :, None] * m[:, None, :]).reshape(len(out) * len(m), -1)
    return out
