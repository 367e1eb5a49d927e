"""Highest-weight modules of reductive Lie algebras: tensor products over the simple components, and how they match."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..groups.base import Group
from ..groups.chevalley import Skeleton, chevalley_involution, skeleton
from ..groups.coupling import couplings
from ..groups.root_system import RootSystem, Weight
from .weights import cartan_matrix

Array = NDArray[np.complex128]


@lru_cache(maxsize=256)
def semisimple_part(group: Group) -> RootSystem:
    """The root system of a reductive group."""
    matrix = cartan_matrix(group)
    return RootSystem(tuple(tuple(row) for row in matrix[:, : len(matrix)].tolist()))


@dataclass(frozen=True)
class Module:
    """The irreducible representation of highest weight `labels`: the Kronecker product over simple components.

    For su(2) the weight basis is |j m> with m descending, in Condon and Shortley's convention.
    """

    system: RootSystem
    labels: Weight

    @cached_property
    def parts(self) -> list[Skeleton]:
        """One irreducible representation for each simple component."""
        found = []
        for nodes in map(sorted, self.system.components):
            cartan = tuple(tuple(self.system.cartan[i][j] for j in nodes) for i in nodes)
            found.append(skeleton(cartan, tuple(self.labels[i] for i in nodes)))
        return found

    @cached_property
    def dim(self) -> int:
        """Dimension."""
        return self.system.dimension(self.labels)

    @cached_property
    def raising(self) -> list[Any]:
        """e_i as sparse (dim, dim) real matrices, in the order of nodes; f_i is the transpose."""
        found: list[Any] = [None] * self.system.rank
        for k, nodes in enumerate(map(sorted, self.system.components)):
            for i, e in zip(nodes, self.parts[k].raising, strict=True):
                found[i] = self._kronecker([e if j == k else None for j in range(len(self.parts))])
        return found

    @cached_property
    def depth(self) -> NDArray[np.int64]:
        """How many lowering steps lead to each basis vector, (dim,)."""
        total = np.zeros(1, dtype=np.int64)
        for part in self.parts:
            adjugate, d = RootSystem(part.roots).inverse
            steps = ((part.weights[0] - part.weights) @ adjugate).sum(1) // d
            total = (total[:, None] + steps).ravel()
        return total

    def involution(self) -> Any:
        """S with S e_i = -f_i S, for a self-dual representation, sparse."""
        return self._kronecker([chevalley_involution(part) for part in self.parts])

    @cached_property
    def weights(self) -> NDArray[np.int64]:
        """(dim, rank) Dynkin labels."""
        total = np.zeros((1, self.system.rank), dtype=np.int64)
        for nodes, part in zip(map(sorted, self.system.components), self.parts, strict=True):
            padded = np.zeros((part.dim, self.system.rank), dtype=np.int64)
            padded[:, nodes] = part.weights
            total = (total[:, None] + padded).reshape(-1, self.system.rank)
        return total

    def _kronecker(self, operators: Sequence[Any]) -> Any:
        from scipy import sparse

        out = sparse.identity(1, format="csr")
        for part, x in zip(self.parts, operators, strict=True):
            out = sparse.kron(out, sparse.identity(part.dim) if x is None else x, format="csr")
        return out


@lru_cache(maxsize=1024)
def coupled(a: Module, b: Module, c: Module) -> tuple[Any, ...]:
    """Orthogonal isometries V_c -> V_a (x) V_b that commute with the algebra, sparse (dim a * dim b, dim c)."""
    choices = [couplings(x, y, z) for x, y, z in zip(a.parts, b.parts, c.parts, strict=True)]
    return tuple(_join(chosen, a, b, c) for chosen in itertools.product(*choices))


def _join(chosen: Sequence[Any], a: Module, b: Module, c: Module) -> Any:
    """The Kronecker product of maps V_c(k) -> V_a(k) (x) V_b(k), with the factors of V_a brought together."""
    from scipy import sparse

    rows_a, rows_b = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    columns, values = np.zeros(1, dtype=np.int64), np.ones(1)
    for k, t in enumerate(chosen):
        entry = t.tocoo()
        left, right = np.divmod(entry.row, b.parts[k].dim)
        rows_a = (rows_a[:, None] * a.parts[k].dim + left).ravel()
        rows_b = (rows_b[:, None] * b.parts[k].dim + right).ravel()
        columns = (columns[:, None] * c.parts[k].dim + entry.col).ravel()
        values = (values[:, None] * entry.data).ravel()
    return sparse.csr_matrix((values, (rows_a * b.dim + rows_b, columns)), shape=(a.dim * b.dim, c.dim))


def match(module: Module, raising: Array, lowering: Array) -> Array:
    """Unitary W with e_i W = W e_i(module), for operators (rank, dim, dim) of an equivalent unitary-form module.

    The highest-weight vector is the kernel of the e_i, its largest entry positive; the lowering operators do the rest.
    """
    n = module.dim
    gram = np.einsum("kab,kac->bc", raising.conj(), raising) if len(raising) else np.zeros((n, n), dtype=np.complex128)
    top = np.linalg.eigh(gram)[1][:, 0]
    pivot = top[np.argmax(np.abs(top) > np.abs(top).max() - 1e-6)]
    out = np.zeros((n, n), dtype=np.complex128)
    out[:, 0] = top * (abs(pivot) / pivot)
    levels = [np.flatnonzero(module.depth == k) for k in range(module.depth.max() + 1)]
    for above, below in itertools.pairwise(levels):
        blocks = np.concatenate([e[above][:, below].toarray() for e in module.raising])  # f_i^T
        images = np.concatenate([f @ out[:, above] for f in lowering], axis=1)
        out[:, below] = images @ np.linalg.pinv(blocks.T)
    return out
