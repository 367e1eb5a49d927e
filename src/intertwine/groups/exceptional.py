"""The compact exceptional groups, as the matrices of their smallest representation.

G2 acts on R^7, F4 on R^26, E(6) on C^27, E(7) on C^56 and E(8) on R^248, orthogonally or unitarily. Their Lie algebras
are computed from the Cartan matrix alone. E(6) is simply connected, with centre of order 3; E(7) has centre of order 2.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from .base import RootData
from .catalogued import catalogued
from .chevalley import Skeleton, chevalley_involution, real_basis, root_vectors, skeleton
from .coupling import couplings
from .lie import LieGroup
from .named import named_representations
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
        self._module, self._frame = module, _real_frame(module)
        raising, algebra = _matrices(module, self._frame)
        super().__init__(
            name, algebra, sampler=self._draw, residual=self._miss, key=(system.cartan, highest),
            roots=RootData(raising, torch.zeros(0, module.dim, module.dim, dtype=torch.complex128)),
        )  # fmt: skip

    @property
    def adjoint(self):
        return named_representations["irrep"](self, self.system.highest_root())

    @cached_property
    def _coordinate_functions(self) -> Tensor:
        """The basis is orthogonal, so that its conjugate transpose takes the place of a pseudo-inverse."""
        return self.algebra.flatten(1).to(torch.complex128).mH / 2

    def _draw(self, n: int, generator: torch.Generator | None) -> Tensor:
        g = torch.eye(self.size, dtype=self.dtype).expand(n, -1, -1)
        scale = ANGLES * (self.size / 2 / self.algebra_dim) ** 0.5
        for _ in range(FACTORS):
            weights = scale * torch.randn(n, self.algebra_dim, generator=generator, dtype=torch.float64)
            x = weights.to(self.dtype) @ self.algebra.flatten(1)
            g = g @ torch.linalg.matrix_exp(x.unflatten(-1, (self.size, self.size)))
        return g

    def _miss(self, g: Tensor) -> Tensor:
        """How far g is from unitary, g X g^-1 from the Lie algebra for two random X, and g from keeping the form."""
        basis = self.algebra.to(g.device)
        random = torch.Generator().manual_seed(0)
        weights = torch.randn(2, self.algebra_dim, generator=random, dtype=torch.float64).to(basis)
        x = (weights @ basis.flatten(1)).unflatten(-1, (self.size, self.size)) / self.algebra_dim**0.5
        moved = (g[..., None, :, :] @ x @ g.mH[..., None, :, :]).flatten(-2)
        inside = (moved @ basis.flatten(1).mH).real.to(basis) / 2 @ basis.flatten(1)
        eye = torch.eye(self.size, dtype=g.dtype, device=g.device)
        unitary = (g.mH @ g - eye).abs().amax((-2, -1))
        normal = (moved - inside).abs().amax((-2, -1))
        return torch.stack([unitary, normal, self._form_defect(g)]).amax(0)

    @cached_property
    def _form(self) -> tuple[Tensor, Tensor]:
        """The invariant form of degree 3 (for E(7), 2) in the weight basis: (degree, entries) indices, and values.

        It tells the group from its products with scalars, which also normalise the Lie algebra.
        """
        module, n = self._module, self.size
        dual = skeleton(self.system.cartan, self.system.dual(self.highest))
        trivial = skeleton(self.system.cartan, (0,) * self.system.rank)
        cubic = couplings(module, module, dual)
        pairing = couplings(dual, module, trivial)[0].reshape(n, n)
        form = (cubic[0] @ pairing).tocoo() if cubic else pairing.tocoo()
        rows = np.stack([*np.divmod(form.row, n), form.col]) if cubic else np.stack([form.row, form.col])
        return torch.from_numpy(rows).long(), torch.from_numpy(form.data).to(torch.complex128)

    def _form_defect(self, g: Tensor) -> Tensor:
        """How much the form of a few fixed vectors changes under g."""
        rows, values = self._form
        random = torch.Generator().manual_seed(1)
        x = torch.randn(self.size, 4 * len(rows), generator=random, dtype=torch.float64).to(torch.complex128)
        frame = torch.eye(self.size) if self._frame is None else torch.from_numpy(self._frame.toarray())

        def evaluate(vectors: Tensor) -> Tensor:
            weighted = (frame.to(vectors) @ vectors).unflatten(-1, (len(rows), 4))
            product = values.to(vectors.device)[:, None]
            for k, row in enumerate(rows):
                product = product * weighted[..., row, k, :]
            return product.sum(-2)

        x = x.to(g.device)
        before, after = evaluate(x), evaluate(g.to(torch.complex128) @ x)
        return ((after - before).abs() / before.abs().max()).amax(-1)


def _real_frame(module: Skeleton) -> Any:
    """Unitary U (sparse) whose columns are a real basis in terms of weight vectors; None where there is none."""
    if RootSystem(module.roots).indicator(module.levels[0]) != 1:
        return None
    return real_basis(module.weights, chevalley_involution(module).tocsc())


def _matrices(module: Skeleton, basis: Any) -> tuple[Tensor, Tensor]:
    """(raising operators, basis of the compact Lie algebra with trace(X^dagger X) = 2), real where that is possible.

    The basis holds e - f and i (e + f) for every positive root, with f = e^T, and i h for orthogonal diagonal h.
    """
    from scipy import sparse

    def own(stacked: Any, real: bool) -> Tensor:
        """A stack of operators in the real basis, dense."""
        count = stacked.shape[0] // module.dim
        if basis is not None:
            stacked = sparse.kron(sparse.identity(count), basis.conj().T, format="csr") @ (stacked @ basis)
        entry = (stacked.real if real else stacked.astype(np.complex128)).tocoo()
        values = torch.from_numpy(entry.data)
        dense = torch.zeros(count, module.dim, module.dim, dtype=values.dtype)
        place = entry.row.astype(np.int64) * module.dim + entry.col
        dense.view(-1)[torch.from_numpy(place)] = values
        return dense

    vectors = [e.tocoo() for e in root_vectors(module.roots, module.raising)]
    k = np.repeat(np.arange(len(vectors)), [e.nnz for e in vectors])
    i, j = np.concatenate([e.row for e in vectors]), np.concatenate([e.col for e in vectors])
    x = np.concatenate([e.data for e in vectors])
    x = x * (np.bincount(k, x**2) ** -0.5)[k]
    h = 2**0.5 * _orthonormal(module.weights.T)
    c, d = np.nonzero(h)
    n, m = module.dim, len(vectors)
    rows = np.concatenate([k * n + i, k * n + j, (m + k) * n + i, (m + k) * n + j, (2 * m + c) * n + d])
    values = np.concatenate([x, -x, 1j * x, 1j * x, 1j * h[c, d]])
    columns = np.concatenate([j, i, j, i, d])
    algebra = sparse.csr_matrix((values, (rows, columns)), shape=((2 * m + len(h)) * n, n))
    return own(sparse.vstack(module.raising, format="csr"), False), own(algebra, basis is not None)


def _orthonormal(rows: NDArray[np.int64]) -> NDArray[Any]:
    """Orthonormal combinations of independent rows, by Cholesky's method."""
    return np.linalg.solve(np.linalg.cholesky(rows @ rows.T), rows)
