"""The route of last resort: all W with rho_B(g) W = W rho_A(g) as a null space, for any generators whatever.

Constraints are scaled to unit norm, one block a generator, so the answer does not depend on the generators' scale.
Small problems are solved densely; larger ones by inverse iteration on the sparse normal equations; listable groups
with unitary representations by averaging random matrices over the group.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.elements import take
from ..representations.base import Representation
from ..representations.highest import canonical_basis
from .solution import Constants, Solution, cast_like

Array = NDArray[Any]

DENSE_LIMIT = 1500
"""Unknowns up to which the normal equations are diagonalised densely."""
ZERO = 1e-13
"""Eigenvalues of the normal equations up to this share of the greatest are rounding errors of zero."""
CLEAR = 1e-7
"""Eigenvalues above this share are certainly not zero; what lies between is decided by singular values, or refused."""
SINGULAR_ZERO, SINGULAR_CLEAR = 1e-12, 1e-9
"""The same for singular values of the constraints themselves."""
LARGEST, LARGEST_DENSITY = 200_000, 200
"""Unknowns, and nonzero entries a row of the normal equations beyond 20,000 unknowns, that sparse factors can hold."""


class DenseSolution(Solution):
    """A basis kept as matrices, (dim, dim B, dim A)."""

    def __init__(self, route: str, basis: Tensor):
        self.route, self.dim = route, len(basis)
        self.shape = (basis.shape[1], basis.shape[2])
        self.is_complex = basis.is_complex()
        self._basis = basis.contiguous()

    def constants(self) -> Constants:
        return {"basis": self._basis}

    def matrix(self, coefficients: Tensor, constants: Constants | None = None) -> Tensor:
        basis = self.resolve(constants, coefficients)["basis"]
        return (coefficients @ basis.flatten(1)).unflatten(-1, self.shape)

    def coefficients(self, matrix: Tensor) -> Tensor:
        basis = cast_like(self._basis, matrix)
        return matrix.flatten(-2) @ basis.flatten(1).mH


def solve_nullspace(a: Representation, b: Representation, expected: int | None = None) -> DenseSolution:
    """Hom(A, B) from generators and Lie algebra basis.

    Raises:
        IntertwineError: when the null space is not separated from the rest, or the problem is too large.
    """
    unknowns = a.dim * b.dim
    if unknowns > DENSE_LIMIT and expected is not None and a.group.is_listable and a.is_unitary and b.is_unitary:
        return DenseSolution("null space", _average(a, b, expected))
    if unknowns > LARGEST:
        _refuse(unknowns)
    blocks = _constraints(a, b)
    if unknowns <= DENSE_LIMIT:
        null = _dense_null(blocks)
    else:
        null = _sparse_null(blocks)
    rank = null.shape[1]
    canonical = canonical_basis(null @ null.conj().T, rank) if unknowns <= DENSE_LIMIT else null
    basis = torch.from_numpy(np.ascontiguousarray(canonical.T)).reshape(rank, b.dim, a.dim)
    return DenseSolution("null space", basis)


def _constraints(a: Representation, b: Representation) -> list[Any]:
    """rho_B(g) (x) 1 - 1 (x) rho_A(g)^T, one sparse matrix a generator, each of norm about one."""
    from scipy import sparse

    pairs = [(a.matrix(g), b.matrix(g)) for g in a.group.generators]
    if a.group.algebra_dim:
        pairs += list(zip(a.algebra(a.group.algebra), b.algebra(b.group.algebra), strict=True))
    blocks = []
    for x, y in pairs:
        scale = max(float(torch.linalg.matrix_norm(x, 2)), float(torch.linalg.matrix_norm(y, 2)))
        if scale:
            left = sparse.kron(sparse.csr_matrix(y.numpy()), sparse.identity(a.dim), format="csr")
            right = sparse.kron(sparse.identity(b.dim), sparse.csr_matrix(x.mT.numpy()), format="csr")
            blocks.append(sparse.csr_matrix((left - right) / scale))
    if not blocks:
        blocks.append(sparse.csr_matrix((1, a.dim * b.dim)))
    return blocks


def _dense_null(blocks: list[Any]) -> Array:
    """By the normal equations where they decide, else by the constraints, whose condition is not squared."""
    size = int(blocks[0].shape[1])
    normal = np.asarray(sum((c.conj().T @ c for c in blocks), np.zeros((size, size))))
    values, vectors = np.linalg.eigh(normal)
    if values[-1] < ZERO:
        return vectors
    rank, top = int((values < ZERO * values[-1]).sum()), float(values[-1])
    null = vectors[:, :rank]
    missed = max((float(np.abs(c @ null).max(initial=0.0)) for c in blocks), default=0.0)
    if float(values[rank]) > CLEAR * top and missed < 10 * SINGULAR_ZERO * top**0.5:
        return null
    triangle = np.zeros((0, size), dtype=normal.dtype)
    for c in blocks:
        triangle = np.linalg.qr(np.concatenate([triangle, c.toarray()]), mode="r")
    _, found, rows = np.linalg.svd(triangle)
    singular = np.concatenate([found, np.zeros(size - len(found))])
    rank = int((singular < SINGULAR_ZERO * singular[0]).sum())
    _require_gap(singular[::-1], rank, SINGULAR_CLEAR * float(singular[0]))
    return rows[size - rank :].conj().T


def _require_gap(values: Array, rank: int, clear: float) -> None:
    if rank < len(values) and float(values[rank]) < clear:
        raise IntertwineError(
            f"the null space is not separated from the rest: {rank} values are zero, and the next is "
            f"{float(values[rank]):.1e}. The generators are close to another group's, or far from orthogonal; choose "
            "a basis in which they are better conditioned"
        )


def _sparse_null(blocks: list[Any]) -> Array:
    """Inverse subspace iteration with a small shift; the block doubles until it holds more than the null space."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    normal = sparse.csc_matrix(sum(c.conj().T @ c for c in blocks))
    n = int(blocks[0].shape[1])
    if not normal.nnz:
        return np.eye(n)
    if n > 20_000 and normal.nnz > LARGEST_DENSITY * n:
        _refuse(n)
    top = float(abs(normal).sum(axis=1).max())
    factor = splu((normal + 1e-8 * top * sparse.identity(n, format="csc")).tocsc())
    random, size = np.random.default_rng(0), 16
    while True:
        block = random.standard_normal((n, min(size, n))).astype(normal.dtype)
        for _ in range(4):
            block = np.linalg.qr(factor.solve(block))[0]
        values, rotation = np.linalg.eigh(block.conj().T @ (normal @ block))
        rank = int((values < ZERO * top).sum())
        if rank < len(values) or size >= n:
            _require_gap(values, rank, CLEAR * top)
            return block @ rotation[:, :rank]
        size *= 2


def _refuse(unknowns: int) -> None:
    raise IntertwineError(
        f"a null space with {unknowns:,} unknowns is too large or too dense for this route; split the representations "
        "into smaller summands"
    )


def _average(a: Representation, b: Representation, rank: int) -> Tensor:
    """The range of the average over the group, from random matrices; the rank is known from characters."""
    elements = a.group.elements()
    dtype = torch.complex128 if a.is_complex or b.is_complex else torch.float64
    x = torch.randn(rank, b.dim, a.dim, generator=torch.Generator().manual_seed(0), dtype=dtype)
    out = torch.zeros_like(x)
    for start in range(0, int(a.group.order), 64):
        g = take(elements, slice(start, start + 64))
        for left, right in zip(b.matrix(g).to(dtype), a.matrix(g).to(dtype), strict=True):
            out += left @ x @ right.mH
    q = torch.linalg.qr((out / a.group.order).flatten(1).mT)[0]
    return q.mT.reshape(rank, b.dim, a.dim)
