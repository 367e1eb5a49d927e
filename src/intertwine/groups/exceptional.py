"""The compact exceptional groups, as the matrices of their smallest representation.

G2 acts on R^7, F4 on R^26, E(6) on C^27, E(7) on C^56 and E(8) on R^248, orthogonally or unitarily. Their Lie algebras
are computed from the Cartan matrix alone. E(6) is simply connected, with centre of order 3; E(7) has centre of order 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from .base import RootData, catalogued, named_representations
from .chevalley import Skeleton, chevalley_involution, real_basis, root_vectors, skeleton
from .lie import LieGroup
from .root_system import RootSystem, Weight, root_system

FACTORS = 8
"""Exponentials in a sample. One with large random angles keeps at most 1/7 of the mean of any irreducible matrix,
which Haar measure sends to 0, so that 8 of them leave less than 2e-7."""
ANGLES = 8.0
"""Standard deviation of a sample's angles before they are taken modulo 2 pi."""


@catalogued
def G2() -> ExceptionalGroup:
    """G2, dimension 14: the rotations of R^7 that preserve the product of imaginary octonions."""
    return ExceptionalGroup("G2()", root_system("G", 2), (1, 0))


@catalogued
def F4() -> ExceptionalGroup:
    """F4, dimension 52, on R^26: the symmetries of the traceless 3 x 3 Hermitian octonion matrices."""
    return ExceptionalGroup("F4()", root_system("F", 4), (0, 0, 0, 1))


@catalogued
def E(rank: int) -> ExceptionalGroup:
    """E(6), E(7) and E(8): dimensions 78, 133 and 248, on C^27, C^56 and R^248."""
    if rank not in (6, 7, 8):
        raise IntertwineError(f"the exceptional groups of type E are E(6), E(7) and E(8), got E({rank})")
    last = tuple(int(k == rank - 1) for k in range(rank))
    first = tuple(int(k == 0) for k in range(rank))
    return ExceptionalGroup(f"E({rank})", root_system("E", rank), first if rank == 6 else last)


class ExceptionalGroup(LieGroup):
    """A compact simple group given by its root system and the highest weight of its defining representation.

    Sampling multiplies `FACTORS` exponentials of random Lie algebra elements with large angles; see there how near to
    Haar measure that comes. `adjoint` is the irreducible representation of the highest root, in its own real basis.
    """

    def __init__(self, name: str, system: RootSystem, highest: Weight):
        self.system, self.highest = system, highest
        module = skeleton(system.cartan, highest)
        raising, algebra = _matrices(module)
        super().__init__(
            name, algebra, sampler=self._draw, residual=self._miss,
            roots=RootData(raising, torch.zeros(0, module.dim, module.dim, dtype=torch.complex128)),
        )  # fmt: skip

    @property
    def adjoint(self):
        return named_representations["irrep"](self, self.system.highest_root())

    def _draw(self, n: int, generator: torch.Generator | None) -> Tensor:
        g = torch.eye(self.size, dtype=self.dtype).expand(n, -1, -1)
        scale = ANGLES * (self.size / 2 / self.algebra_dim) ** 0.5
        for _ in range(FACTORS):
            weights = scale * torch.randn(n, self.algebra_dim, generator=generator, dtype=torch.float64)
            x = weights.to(self.dtype) @ self.algebra.flatten(1)
            g = g @ torch.linalg.matrix_exp(x.unflatten(-1, (self.size, self.size)))
        return g

    def _miss(self, g: Tensor) -> Tensor:
        """How far g is from unitary, and g X g^-1 from the Lie algebra for two elements X that generate it."""
        basis = self.algebra.to(g.device)
        random = torch.Generator().manual_seed(0)
        weights = torch.randn(2, self.algebra_dim, generator=random, dtype=torch.float64).to(basis)
        x = (weights @ basis.flatten(1)).unflatten(-1, (self.size, self.size)) / self.algebra_dim**0.5
        moved = (g[..., None, :, :] @ x @ g.mH[..., None, :, :]).flatten(-2)
        inside = (moved @ basis.flatten(1).mH).real.to(basis) / 2 @ basis.flatten(1)
        eye = torch.eye(self.size, dtype=g.dtype, device=g.device)
        unitary = (g.mH @ g - eye).abs().amax((-2, -1))
        return torch.maximum(unitary, (moved - inside).abs().amax((-2, -1)))


def _matrices(module: Skeleton) -> tuple[Tensor, Tensor]:
    """(raising operators, basis of the compact Lie algebra with trace(X^dagger X) = 2), real where that is possible."""
    from scipy import sparse

    involution = chevalley_involution(module) if module.levels[-1] == tuple(-w for w in module.levels[0]) else None
    is_real = involution is not None and (involution @ involution)[0, 0] > 0
    basis = real_basis(module.weights, involution.tocsc()) if is_real else None

    def own(operators: list[Any], real: bool) -> Tensor:
        stacked = sparse.vstack(operators, format="csr")
        if basis is not None:
            stacked = sparse.kron(sparse.identity(len(operators)), basis.conj().T, format="csr") @ (stacked @ basis)
        dense = (stacked.real if real else stacked.astype(np.complex128)).toarray()
        return torch.from_numpy(dense).unflatten(0, (len(operators), module.dim))

    vectors = [e * abs(e).power(2).sum() ** -0.5 for e in root_vectors(module.roots, module.raising)]
    cartan = [sparse.diags(1j * 2**0.5 * row, format="csr") for row in _orthonormal(module.weights.T)]
    algebra = own([e - e.T for e in vectors] + [1j * (e + e.T) for e in vectors] + cartan, is_real)
    return own(module.raising, False), algebra


def _orthonormal(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Orthonormal combinations of independent rows, by Cholesky's method."""
    return np.linalg.solve(np.linalg.cholesky(rows @ rows.T), rows)
