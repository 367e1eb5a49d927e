"""The irreducible representations of a reductive Lie algebra inside another representation, by highest weights.

Everything happens in weight bases with f_i = e_i^dagger.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.chevalley import Skeleton, canonical_basis, shift, skeleton
from ..groups.root_system import RootSystem, Weight
from .base import Representation
from .weights import WeightDiagram, cartan_matrix, weight_diagram

Array = NDArray[np.complex128]


def simple_roots(group: Group) -> tuple[Weight, ...]:
    """The simple roots of a reductive group as weights."""
    return tuple(tuple(row) for row in cartan_matrix(group).tolist())


@lru_cache(maxsize=1024)
def multiplicities(rho: Representation) -> dict[Weight, int]:
    """Highest weight -> multiplicity, exactly: the top weight left is a highest one, and its representation goes."""
    roots = simple_roots(rho.group)
    rank = len(roots)
    system = RootSystem(tuple(root[:rank] for root in roots))
    weights, counts = np.unique(weight_diagram(rho).weights.numpy(), axis=0, return_counts=True)
    dominant = (weights[:, :rank] >= 0).all(1)
    height = weights[dominant][:, :rank] @ system.inverse[0].sum(1)
    order = np.argsort(-height, kind="stable")
    left = {tuple(weights[dominant][k].tolist()): int(counts[dominant][k]) for k in order}
    found = {}
    for highest in left:
        if count := left[highest]:
            found[highest] = count
            for w, m in system.multiplicities(highest[:rank]).items():
                left[*w, *highest[rank:]] -= count * m
    return dict(sorted(found.items(), reverse=True))


@lru_cache(maxsize=64)
def isotypic_bases(rho: Representation) -> dict[Weight, Array]:
    """Highest weight -> Q (dim, copies, irrep dim): orthonormal, rho(X) Q = Q (1 (x) irrep(X)) on the whole algebra.

    Raises:
        IntertwineError: when the numerical kernel of the raising operators disagrees with the exact multiplicities.
    """
    roots, diagram = simple_roots(rho.group), weight_diagram(rho)
    spaces = _WeightSpaces(diagram, roots)
    found = {}
    for highest, count in multiplicities(rho).items():
        inside = spaces.lower(skeleton(roots, highest), spaces.highest_vectors(highest, count, rho))
        found[highest] = _to_own_basis(inside, diagram)
    return found


class _WeightSpaces:
    """The weight spaces of a representation, and its raising operators between them as sparse matrices."""

    def __init__(self, diagram: WeightDiagram, roots: tuple[Weight, ...]):
        weights, place = np.unique(diagram.weights.numpy(), axis=0, return_inverse=True)
        order = np.argsort(place.ravel(), kind="stable")
        edges = np.searchsorted(place.ravel()[order], np.arange(len(weights) + 1))
        self.rows = {tuple(w): order[edges[k] : edges[k + 1]] for k, w in enumerate(weights.tolist())}
        self.roots, self.dim = roots, len(order)
        self._raising = [_sparse_sum([e[i].numpy() for e in diagram.raising]) for i in range(len(roots))]

    def raising(self, i: int, weight: Weight) -> Array | None:
        """e_i from the space of `weight` upwards, (rows above, rows of weight); None when there is nothing above."""
        above = shift(weight, self.roots[i], 1)
        if above not in self.rows:
            return None
        return self._raising[i][self.rows[above]][:, self.rows[weight]].toarray()

    def highest_vectors(self, highest: Weight, count: int, rho: Representation) -> Array:
        """An orthonormal basis of the vectors of this weight that every e_i kills, (rows, count)."""
        size = len(self.rows[highest])
        gram = np.zeros((size, size), dtype=np.complex128)
        for i in range(len(self.roots)):
            e = self.raising(i, highest)
            if e is not None:
                gram += e.conj().T @ e
        values, vectors = np.linalg.eigh(gram)
        zero = int((values < 1e-8 * max(1.0, float(values[-1]))).sum())
        if zero != count:
            raise IntertwineError(
                f"{rho} of {rho.group} has {count} copies of the highest weight {highest} by its character, "
                f"but {zero} highest-weight vectors were found"
            )
        kernel = vectors[:, :count]
        return canonical_basis(kernel @ kernel.conj().T, count)

    def lower(self, module: Skeleton, top: Array) -> Array:
        """Carry highest-weight vectors down to whole irreducible copies, (dim, copies, irrep dim)."""
        copies = top.shape[1]
        out = np.zeros((self.dim, copies, module.dim), dtype=np.complex128)
        vectors: dict[Weight, Array] = {}
        start = 0
        for w in module.levels:
            if not start:
                vectors[w] = top[:, :, None]
            else:
                vectors[w] = self._level(module, w, vectors)
            size = module.multiplicity[w]
            out[self.rows[w], :, start : start + size] = vectors[w]
            start += size
        return out

    def _level(self, module: Skeleton, w: Weight, vectors: dict[Weight, Array]) -> Array:
        blocks, images = [], []
        for i in range(len(self.roots)):
            above = shift(w, self.roots[i], 1)
            e = self.raising(i, w) if above in vectors else None
            if e is not None:
                blocks.append(module.lowering[i, above].T)  # f_i u_k = sum_j F[j, k] w_j
                images.append(np.einsum("ar,acu->rcu", e.conj(), vectors[above]))
        inverse = np.linalg.pinv(np.concatenate(blocks))
        return np.einsum("ju,rcu->rcj", inverse, np.concatenate(images, axis=2))


def _sparse_sum(operators: list[Array]):
    """sum_k 1 (x) .. (x) operators[k] (x) .. (x) 1, sparse."""
    from scipy import sparse

    sizes = [len(op) for op in operators]
    total = sparse.csr_matrix((int(np.prod(sizes)),) * 2, dtype=np.complex128)
    for k, op in enumerate(operators):
        left, right = int(np.prod(sizes[:k])), int(np.prod(sizes[k + 1 :]))
        clean = np.where(np.abs(op) > 1e-14, op, 0)
        total = total + sparse.kron(
            sparse.kron(sparse.identity(left), sparse.csr_matrix(clean)), sparse.identity(right)
        )
    return total.tocsr()


def _to_own_basis(q: Array, diagram: WeightDiagram) -> Array:
    """From the Kronecker product of weight bases to the representation's own basis."""
    shape, done = q.shape, 1
    for basis in diagram.basis:
        size = len(basis)
        q = np.einsum("ij,ajb->aib", basis.numpy(), q.reshape(done, size, -1))
        done *= size
    return np.ascontiguousarray(q.reshape(shape))
