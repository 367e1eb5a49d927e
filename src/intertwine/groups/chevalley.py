"""Irreducible representations of a semisimple Lie algebra by highest weight, in a basis of weight vectors.

Chevalley generators act with f_i = e_i^T and h_i = [e_i, f_i]. A representation is built level by level: the products
<f_i u, f_j w> = <u, f_j e_i w> + delta_ij <u, h_i w> give the Gram matrix of each weight space.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import IntertwineError
from .root_system import Weight

Reals = NDArray[np.float64]

RANK_TOLERANCE = 1e-9
"""Relative size below which a Gram eigenvalue counts as zero; the true ones are rationals of order one."""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The irreducible representation of a highest weight.

    Attributes:
        roots: simple roots as weights, the rows of the Cartan matrix; central charges may follow and are zero.
        levels: weights from the highest down, each after all weights above it.
        multiplicity: dimension of each weight space.
        lowering: (i, weight) -> the matrix of f_i from V_weight to V_(weight - alpha_i).
    """

    roots: tuple[Weight, ...]
    levels: tuple[Weight, ...]
    multiplicity: dict[Weight, int]
    lowering: dict[tuple[int, Weight], Reals]
    dim: int

    @cached_property
    def start(self) -> dict[Weight, int]:
        """Position of the first basis vector of every weight."""
        sizes = [self.multiplicity[w] for w in self.levels]
        return dict(zip(self.levels, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True))

    @cached_property
    def weights(self) -> NDArray[np.int64]:
        """The weight of every basis vector, (dim, labels)."""
        rows = [w for w in self.levels for _ in range(self.multiplicity[w])]
        return np.array(rows, dtype=np.int64).reshape(self.dim, -1)

    @cached_property
    def raising(self) -> list[Any]:
        """e_i as sparse (dim, dim) matrices."""
        from scipy import sparse

        out = []
        for i in range(len(self.roots)):
            rows, columns, values = [np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0)]
            for w in self.levels:
                f = self.lowering.get((i, w))
                if f is not None:
                    y, x = np.nonzero(np.abs(f) > 1e-14)
                    rows.append(self.start[w] + x)
                    columns.append(self.start[shift(w, self.roots[i], -1)] + y)
                    values.append(f[y, x])
            entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
            out.append(sparse.csr_matrix(entries, shape=(self.dim, self.dim)))
        return out


@lru_cache(maxsize=1024)
def skeleton(roots: tuple[Weight, ...], highest: Weight) -> Skeleton:
    """The irreducible representation with simple roots given as weights (rows of the Cartan matrix).

    Raises:
        IntertwineError: when the weight is not dominant.
    """
    rank = len(roots)
    if any(label < 0 for label in highest[:rank]):
        raise IntertwineError(f"{highest} is not dominant: the highest weight has a negative Dynkin label")
    multiplicity: dict[Weight, int] = {highest: 1}
    lowering: dict[tuple[int, Weight], Reals] = {}
    levels, frontier = [highest], [highest]
    while frontier:
        below = sorted({shift(w, roots[i], -1) for w in frontier for i in range(rank)}, reverse=True)
        frontier = []
        for w in below:
            parents = [(i, p) for i in range(rank) if (p := shift(w, roots[i], 1)) in multiplicity]
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
    return Skeleton(roots, tuple(levels), multiplicity, lowering, sum(multiplicity.values()))


def _weight_space(
    roots: tuple[Weight, ...],
    parents: list[tuple[int, Weight]],
    multiplicity: dict[Weight, int],
    lowering: dict[tuple[int, Weight], Reals],
) -> Reals:
    """Coordinates of the vectors f_i u in an orthonormal basis of the weight space, (multiplicity, vectors)."""
    sizes = [multiplicity[p] for _, p in parents]
    edges = np.concatenate([[0], np.cumsum(sizes)])
    gram = np.zeros((edges[-1], edges[-1]))
    for x, (i, p) in enumerate(parents):
        for y, (j, q) in enumerate(parents):
            top = shift(q, roots[i], 1)
            block = np.zeros((sizes[x], sizes[y]))
            if top in multiplicity:
                block = lowering[j, top] @ lowering[i, top].T
            if i == j:
                block = block + p[i] * np.eye(sizes[x])
            gram[edges[x] : edges[x + 1], edges[y] : edges[y + 1]] = block
    return _gram_schmidt((gram + gram.T) / 2)


def _gram_schmidt(gram: Reals) -> Reals:
    """T with T^T T = gram, by Cholesky's method; each pivot is the first of the longest remainders, up to rounding."""
    rest, rows = gram.copy(), []
    scale = max(1.0, float(gram.diagonal().max(initial=0.0)))
    while len(rows) < len(gram):
        lengths = rest.diagonal()
        longest = float(lengths.max())
        if longest <= RANK_TOLERANCE * scale:
            break
        pivot = int(np.argmax(lengths > longest * (1 - 1e-6)))
        rows.append(rest[pivot] / np.sqrt(lengths[pivot]))
        rest = rest - np.outer(rows[-1], rows[-1])
    return np.array(rows).reshape(len(rows), len(gram))


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


def real_vectors(s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Unitary X with S conj(X) = X: an orthonormal basis of the vectors fixed by v -> S conj(v), for S S* = 1."""
    n = len(s)
    real_form = np.block([[s.real, s.imag], [s.imag, -s.real]])  # v -> S conj(v) on (Re v, Im v)
    projector = (np.eye(2 * n) + real_form) / 2
    basis = canonical_basis((projector + projector.T) / 2, n)
    return basis[:n] + 1j * basis[n:]


def conjugate_pairs(s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Unitary with columns v1, S conj(v1), v2, S conj(v2), ..., for S S* = -1."""
    n = len(s)
    columns = np.zeros((n, n), dtype=np.complex128)
    for k in range(0, n, 2):
        done = columns[:, :k]
        residual = np.eye(n) - done @ done.conj().T
        lengths = residual.diagonal().real
        pivot = int(np.argmax(lengths > lengths.max() - 1e-6))
        columns[:, k] = residual[:, pivot] / np.linalg.norm(residual[:, pivot])
        columns[:, k + 1] = s @ columns[:, k].conj()
    return columns


def shift(w: Weight, root: Weight, sign: int) -> Weight:
    """w + sign root."""
    return tuple(a + sign * b for a, b in zip(w, root, strict=True))


def chevalley_involution(module: Skeleton) -> Any:
    """The orthogonal S with S e_i = -f_i S of a self-dual representation, sparse (dim, dim).

    v -> S conj(v) commutes with the compact group, so that S S = 1 for a real and -1 for a quaternionic representation.
    """
    from scipy import sparse

    top, bottom = module.levels[0], module.levels[-1]
    blocks = {top: np.ones((1, 1))}
    rows, columns, values = [np.array([module.start[bottom]])], [np.zeros(1, dtype=int)], [np.ones(1)]
    for w in module.levels[1:]:
        down, images = [], []
        for i, root in enumerate(module.roots):
            p = shift(w, root, 1)
            if (i, p) in module.lowering:  # S f_i u = -e_i S u, from V_-p up to V_-w
                down.append(module.lowering[i, p])
                images.append(-module.lowering[i, _negative(w)].T @ blocks[p])
        blocks[w] = np.concatenate(images, 1) @ np.linalg.pinv(np.concatenate(down, 1))
        y, x = np.nonzero(np.abs(blocks[w]) > 1e-14)
        rows.append(module.start[_negative(w)] + y)
        columns.append(module.start[w] + x)
        values.append(blocks[w][y, x])
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.csr_matrix(entries, shape=(module.dim, module.dim))


def real_basis(weights: NDArray[np.int64], involution: Any) -> Any:
    """Unitary U whose columns v are fixed by v -> S conj(v), for S S = 1: the compact group is real in this basis.

    Columns come in pairs (u + S u) / sqrt 2 and i (u - S u) / sqrt 2 for u of one weight of each pair w, -w; the weight
    zero comes last.
    """
    from scipy import sparse

    first = np.array([next((x for x in w if x), 0) for w in weights.tolist()])
    places, zero = np.flatnonzero(first > 0), np.flatnonzero(first == 0)
    images, one = involution.tocsc()[:, places].tocoo(), np.ones(len(places)) / 2**0.5
    moved, pair = images.data / 2**0.5, 2 * np.arange(len(places))
    rows, columns = [places, images.row] * 2, [pair, 2 * images.col, pair + 1, 2 * images.col + 1]
    values = [one, moved, 1j * one, -1j * moved]
    if len(zero):
        middle, eye = involution.tocsr()[zero][:, zero].toarray(), np.eye(len(zero))
        kept, turned = _gram_schmidt((eye + middle) / 2).T, _gram_schmidt((eye - middle) / 2).T
        inside = np.concatenate([kept, 1j * turned], 1)
        y, x = np.nonzero(inside)
        rows, columns, values = [*rows, zero[y]], [*columns, 2 * len(places) + x], [*values, inside[y, x]]
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.csr_matrix(entries, shape=(len(weights), len(weights)))


def _negative(w: Weight) -> Weight:
    return tuple(-label for label in w)


@lru_cache(maxsize=64)
def root_commutators(roots: tuple[Weight, ...]) -> tuple[tuple[int, int], ...]:
    """How each positive root vector arises: E_k = [e_i, E_j] for (i, j), and E_k = e_i for (i, -1)."""
    from .root_system import RootSystem

    positive = [tuple(root) for root in RootSystem(tuple(r[: len(roots)] for r in roots)).positive_roots.tolist()]
    place = {root: k for k, root in enumerate(positive)}
    found = []
    for root in positive:
        lower = [(i, tuple(c - (j == i) for j, c in enumerate(root))) for i in range(len(roots))]
        found.append(next(((i, place[low]) for i, low in lower if low in place), (root.index(max(root)), -1)))
    return tuple(found)


def root_vectors(roots: tuple[Weight, ...], raising: list[Any]) -> list[Any]:
    """The positive root vectors in a representation, by the same commutators in every representation."""
    found: list[Any] = []
    for i, j in root_commutators(roots):
        found.append(raising[i] if j < 0 else raising[i] @ found[j] - found[j] @ raising[i])
    return found
