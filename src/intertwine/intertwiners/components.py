"""The second small step for disconnected groups: of the maps that commute with the identity component, those that
commute with one representative of every further component."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..representations.base import Representation
from ..representations.highest import canonical_basis
from .solution import Constants, Solution

MAX_COEFFICIENTS = 2000
"""Maps of the identity component up to which their small fixed-space problem is solved."""


class SubspaceSolution(Solution):
    """Combinations of another solution's basis maps with orthonormal columns `mixing` (base.dim, dim)."""

    def __init__(self, base: Solution, mixing: Tensor):
        self.base, self.route, self.shape, self.is_complex = base, base.route, base.shape, base.is_complex
        self.dim = mixing.shape[1]
        self._constants = {**base.constants(), "mixing": mixing.contiguous()}

    def constants(self) -> Constants:
        return self._constants

    def matrix(self, coefficients: Tensor, constants: Constants | None = None) -> Tensor:
        fixed = self.resolve(constants, coefficients)
        return self.base.matrix(coefficients @ fixed["mixing"].mT, fixed)

    def coefficients(self, matrix: Tensor) -> Tensor:
        inner = self.base.coefficients(matrix)
        return inner @ self._constants["mixing"].to(inner).conj()

    def apply(self, coefficients: Tensor, x: Tensor, constants: Constants | None = None) -> Tensor:
        fixed = self.resolve(constants, x)
        return self.base.apply(coefficients @ fixed["mixing"].mT, x, fixed)


def fix_components(base: Solution, a: Representation, b: Representation) -> Solution:
    """Keep the maps with rho_B(h) W rho_A(h)^-1 = W for every component generator h."""
    group = a.group
    if not group.generators or not base.dim:
        return base
    if base.dim > MAX_COEFFICIENTS:
        raise IntertwineError(
            f"{a} -> {b} of {group} has {base.dim:,} maps before its components are accounted for (at most "
            f"{MAX_COEFFICIENTS:,}); split the representations into smaller summands"
        )
    dtype = torch.complex128 if base.is_complex else torch.float64
    eye = torch.eye(base.dim, dtype=dtype)
    moved = []
    for h in group.generators:
        inverse = group.inverse(h)
        rows = []
        for start in range(0, base.dim, 64):
            w = base.matrix(eye[start : start + 64])
            left = b.apply(h, w.mT).mT
            rows.append(base.coefficients(left @ a.matrix(inverse).to(dtype)))
        moved.append(torch.cat(rows).numpy())  # row k: coefficients of the moved map k
    constraint = np.concatenate([m.T - np.eye(base.dim) for m in moved])
    values, vectors = np.linalg.eigh(constraint.conj().T @ constraint)
    rank = int((values < 1e-10 * max(1.0, float(values[-1]))).sum())
    null = vectors[:, :rank]
    mixing = canonical_basis(null @ null.conj().T, rank)
    return SubspaceSolution(base, torch.from_numpy(mixing))
