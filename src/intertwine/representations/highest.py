"""Irreducible representations of a reductive Lie algebra by highest weight, and the copies of them inside another.

Everything happens in weight bases with f_i = e_i^dagger. An irreducible representation is built level by level: the
products <f_i u, f_j w> = <u, f_j e_i w> + delta_ij <u, h_i w> give the Gram matrix of each weight space.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.base import Group
from .base import Representation
from .weights import WeightDiagram, cartan_matrix, weight_diagram

Weight = tuple[int, ...]
Array = NDArray[np.complex128]

RANK_TOLERANCE = 1e-9
"""Relative size below which a Gram eigenvalue counts as zero; the true ones are rationals of order one."""


@dataclass(frozen=True, eq=False)
class Irrep:
    """The irreducible representation of a highest weight.

    Attributes:
        levels: weights from the highest down, each after all weights above it.
        multiplicity: dimension of each weight space.
        lowering: (i, weight) -> the matrix of f_i from V_weight to V_(weight - alpha_i).
    """

    levels: tuple[Weight, ...]
    multiplicity: dict[Weight, int]
    lowering: dict[tuple[int, Weight], NDArray[np.float64]]
    dim: int


@lru_cache(maxsize=1024)
def irrep(roots: tuple[Weight, ...], highest: Weight) -> Irrep:
    """The irreducible representation with simple roots given as weights (rows of the Cartan matrix).

    Raises:
        IntertwineError: when the weight is not dominant.
    """
    rank = len(roots)
    if any(label < 0 for label in highest[:rank]):
        raise IntertwineError(f"{highest} is not dominant: the highest weight has a negative Dynkin label")
    multiplicity: dict[Weight, int] = {highest: 1}
    lowering: dict[tuple[int, Weight], NDArray[np.float64]] = {}
    levels, frontier = [highest], [highest]
    while frontier:
        below = sorted({_shift(w, roots[i], -1) for w in frontier for i in range(rank)}, reverse=True)
        frontier = []
        for w in below:
            parents = [(i, p) for i in range(rank) if (p := _shift(w, roots[i], 1)) in multiplicity]
            vectors = _weight_space(roots, parents, multiplicity, lowering)
            if not vectors.shape[0]:
                continue
            multiplicity[w] = vectors.shape[0]
            start = 0
            for i, p in parents:
                lowering[i, p] = vectors[:, start : start + multiplicity[p]]
                start += multiplicity[p]
            frontier.append(w)
        levels += frontier
    return Irrep(tuple(levels), multiplicity, lowering, sum(multiplicity.values()))


def _weight_space(
    roots: tuple[Weight, ...],
    parents: list[tuple[int, Weight]],
    multiplicity: dict[Weight, int],
    lowering: dict[tuple[int, Weight], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Coordinates of the vectors f_i u in an orthonormal basis of the weight space, (multiplicity, vectors)."""
    sizes = [multiplicity[p] for _, p in parents]
    edges = np.concatenate([[0], np.cumsum(sizes)])
    gram = np.zeros((edges[-1], edges[-1]))
    for x, (i, p) in enumerate(parents):
        for y, (j, q) in enumerate(parents):
            top = _shift(q, roots[i], 1)
            block = np.zeros((sizes[x], sizes[y]))
            if top in multiplicity:
                block = lowering[j, top] @ lowering[i, top].T
            if i == j:
                block = block + p[i] * np.eye(sizes[x])
            gram[edges[x] : edges[x + 1], edges[y] : edges[y + 1]] = block
    values, vectors = np.linalg.eigh((gram + gram.T) / 2)
    keep = values > RANK_TOLERANCE * max(1.0, float(values[-1]))
    return np.sqrt(values[keep])[:, None] * vectors[:, keep].T


def _shift(w: Weight, root: Weight, sign: int) -> Weight:
    return tuple(a + sign * b for a, b in zip(w, root, strict=True))


@lru_cache(maxsize=256)
def positive_roots(roots: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """All positive roots as weights, from the simple ones by root strings."""
    rank = len(roots)
    expressed = {tuple(int(i == j) for j in range(rank)): roots[i] for i in range(rank)}
    level = dict(expressed)
    while level:
        following: dict[tuple[int, ...], Weight] = {}
        for coordinates, w in level.items():
            for i in range(rank):
                lower, down = coordinates, 0
                while (lower := tuple(c - (j == i) for j, c in enumerate(lower))) in expressed:
                    down += 1
                if down - w[i] > 0:
                    higher = tuple(c + (j == i) for j, c in enumerate(coordinates))
                    following[higher] = _shift(w, roots[i], 1)
        expressed.update(following)
        level = following
    return tuple(expressed.values())


def simple_roots(group: Group) -> tuple[Weight, ...]:
    """The simple roots of a reductive group as weights."""
    return tuple(tuple(row) for row in cartan_matrix(group).tolist())


@lru_cache(maxsize=1024)
def multiplicities(rho: Representation) -> dict[Weight, int]:
    """Highest weight -> multiplicity, exactly: the character times the Weyl denominator, read at dominant weights."""
    roots = simple_roots(rho.group)
    weights, counts = np.unique(weight_diagram(rho).weights.numpy(), axis=0, return_counts=True)
    for root in positive_roots(roots):
        stacked = np.concatenate([weights, weights - np.array(root, dtype=np.int64)])
        signed = np.concatenate([counts, -counts])
        weights, inverse = np.unique(stacked, axis=0, return_inverse=True)
        counts = np.bincount(inverse.ravel(), signed, len(weights)).round().astype(np.int64)
        weights, counts = weights[counts != 0], counts[counts != 0]
    dominant = (weights[:, : len(roots)] >= 0).all(1)
    pairs = zip(weights[dominant].tolist(), counts[dominant].tolist(), strict=True)
    return {tuple(w): int(c) for w, c in sorted(pairs, reverse=True)}


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
        inside = spaces.lower(irrep(roots, highest), spaces.highest_vectors(highest, count, rho))
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
        above = _shift(weight, self.roots[i], 1)
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

    def lower(self, skeleton: Irrep, top: Array) -> Array:
        """Carry highest-weight vectors down to whole irreducible copies, (dim, copies, irrep dim)."""
        copies = top.shape[1]
        out = np.zeros((self.dim, copies, skeleton.dim), dtype=np.complex128)
        vectors: dict[Weight, Array] = {}
        start = 0
        for w in skeleton.levels:
            if not start:
                vectors[w] = top[:, :, None]
            else:
                vectors[w] = self._level(skeleton, w, vectors)
            size = skeleton.multiplicity[w]
            out[self.rows[w], :, start : start + size] = vectors[w]
            start += size
        return out

    def _level(self, skeleton: Irrep, w: Weight, vectors: dict[Weight, Array]) -> Array:
        blocks, images = [], []
        for i in range(len(self.roots)):
            above = _shift(w, self.roots[i], 1)
            e = self.raising(i, w) if above in vectors else None
            if e is not None:
                blocks.append(skeleton.lowering[i, above].T)  # f_i u_k = sum_j F[j, k] w_j
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


def canonical_basis(projector: NDArray[Any], rank: int) -> NDArray[Any]:
    """Orthonormal columns that span the range of an orthogonal projector and depend on nothing but the projector.

    Gram-Schmidt on its columns; the next one is the first whose remainder is longest, up to rounding.
    """
    residual = projector.copy()
    columns = np.zeros((len(projector), rank), dtype=projector.dtype)
    for k in range(rank):
        lengths = np.real(residual.diagonal())
        pivot = int(np.argmax(lengths > lengths.max() - 1e-6))
        column = residual[:, pivot] / np.sqrt(lengths[pivot])
        column = column - columns[:, :k] @ (columns[:, :k].conj().T @ column)
        column /= np.linalg.norm(column)
        columns[:, k] = column
        residual -= np.outer(column, column.conj())
    return columns
