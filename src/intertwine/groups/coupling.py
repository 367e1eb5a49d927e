"""Copies of one irreducible representation inside the tensor product of two others, in weight bases.

For su(2) the vectors of every total spin are the eigenvectors of J^2 on each weight space, a symmetric tridiagonal
matrix whose eigenvalues J (J + 1) are known; this is stable for spins of any size. For every other simple Lie algebra
the highest-weight vectors are the common kernel of the raising operators, and the lowering operators give the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import IntertwineError
from .chevalley import Reals, Skeleton, canonical_basis, shift
from .root_system import RootSystem, Weight

KERNEL_TOLERANCE = 1e-8
"""Relative size below which an eigenvalue of sum e_i^T e_i counts as zero."""


def couplings(a: Skeleton, b: Skeleton, c: Skeleton) -> list[Any]:
    """Isometries T: V_c -> V_a (x) V_b with (x (x) 1 + 1 (x) x) T = T x, orthogonal to each other.

    Sparse (dim a * dim b, dim c) matrices with real entries, one for each copy; the last factor runs fastest. For su(2)
    they are the Clebsch-Gordan coefficients <j1 m1; j2 m2 | J M> with Condon and Shortley's phases, m descending.
    """
    if len(a.roots) == 1:
        found = spin_coupling(a.levels[0][0], b.levels[0][0], c.levels[0][0])
        return [] if found is None else [found]
    copies = RootSystem(a.roots).tensor(a.levels[0], b.levels[0]).get(c.levels[0], 0)
    if not copies:
        return []
    top = _highest_vectors(a, b, c.levels[0], copies)
    return [_lower(a, b, c, top[:, [k]]) for k in range(copies)]


def _highest_vectors(a: Skeleton, b: Skeleton, highest: Weight, copies: int) -> Any:
    """Orthonormal vectors of this weight that every raising operator kills, sparse (dim a * dim b, copies)."""
    from scipy import sparse

    left, right = np.nonzero((a.weights[:, None] + b.weights == np.array(highest)).all(-1))
    rows = left * b.dim + right
    gram = np.zeros((len(rows), len(rows)))
    for i in range(len(a.roots)):
        e = _sum_operator(a.raising[i], b.raising[i])[:, rows]
        gram += (e.T @ e).toarray()
    values, vectors = np.linalg.eigh(gram)
    zero = int((values < KERNEL_TOLERANCE * max(1.0, float(values[-1]))).sum())
    if zero != copies:
        raise IntertwineError(f"{copies} copies of {highest} were expected in the product, {zero} were found")
    basis = canonical_basis(vectors[:, :copies] @ vectors[:, :copies].T, copies)
    return sparse.csc_matrix(
        (basis.ravel("F"), np.tile(rows, copies), len(rows) * np.arange(copies + 1)), shape=(a.dim * b.dim, copies)
    )


def _sum_operator(x: Any, y: Any) -> Any:
    """x (x) 1 + 1 (x) y."""
    from scipy import sparse

    left, right = sparse.identity(x.shape[0], format="csr"), sparse.identity(y.shape[0], format="csr")
    return (sparse.kron(x, right) + sparse.kron(left, y)).tocsr()


def _lower(a: Skeleton, b: Skeleton, c: Skeleton, top: Any) -> Any:
    """The whole copy of V_c below one highest-weight vector, level by level, sparse (dim a * dim b, dim c)."""
    from scipy import sparse

    lowering = [_sum_operator(x.T, y.T).tocsc() for x, y in zip(a.raising, b.raising, strict=True)]
    levels = [top]
    for mixing in _descent(c):
        level = sum(f @ (levels[-1] @ mix) for f, mix in zip(lowering, mixing, strict=True))
        level.data[np.abs(level.data) < 1e-14] = 0.0  # type: ignore[union-attr]
        level.eliminate_zeros()  # type: ignore[union-attr]
        levels.append(level)
    return sparse.hstack(levels, format="csr")


def _descent(c: Skeleton) -> Iterator[list[Any]]:
    """For every level of weights below the first one sparse matrix X_i for each f_i: the level is sum_i f_i above X_i.

    X is the pseudo-inverse of f_i u_k = sum_j F_i[j, k] w_j, for u_k on the level above and w_j on this one.
    """
    from scipy import sparse

    depth = {c.levels[0]: 0}
    for w in c.levels[1:]:
        depth[w] = 1 + next(depth[p] for root in c.roots if (p := shift(w, root, 1)) in depth)
    levels = [list(level) for _, level in itertools.groupby(c.levels, depth.__getitem__)]
    for above, below in itertools.pairwise(levels):
        entries: list[list[tuple[Any, Any, float]]] = [[] for _ in c.roots]
        for w in below:
            parents = [(i, p) for i, root in enumerate(c.roots) if (p := shift(w, root, 1)) in c.multiplicity]
            inverse = np.linalg.pinv(np.concatenate([c.lowering[i, p].T for i, p in parents])).T
            column = c.start[w] - c.start[below[0]]
            for i, p in parents:
                row = c.start[p] - c.start[above[0]]
                part, inverse = np.split(inverse, [c.multiplicity[p]])
                entries[i] += [(row + k, column + j, float(x)) for (k, j), x in np.ndenumerate(part)]
        shape = tuple(sum(c.multiplicity[w] for w in level) for level in (above, below))
        found = []
        for triples in entries:
            rows, columns, values = zip(*triples, strict=True) if triples else ((), (), ())
            found.append(sparse.csc_matrix((values, (rows, columns)), shape=shape))
        yield found


@lru_cache(maxsize=4096)
def spin_coupling(a: int, b: int, total: int) -> Any:
    """<a/2 m1; b/2 m2 | total/2 M>, every index from the highest m down, sparse ((a + 1)(b + 1), total + 1).

    None where the total spin does not occur.
    """
    from scipy import sparse

    found = spin_couplings(a, b).get(total)
    if found is None:
        return None
    i, m = np.nonzero(found)
    rows = i * (b + 1) + (a + b - total) // 2 + m - i
    return sparse.csr_matrix((found[i, m], (rows, m)), shape=((a + 1) * (b + 1), total + 1))


@lru_cache(maxsize=4096)
def spin_couplings(a: int, b: int) -> dict[int, NDArray[np.float64]]:
    """<a/2 m1; b/2 m2 | J/2 M> for every J, by m1 and M from the highest down, (a + 1, J + 1); m2 = M - m1."""
    out = {J: np.zeros((a + 1, J + 1)) for J in range(abs(a - b), a + b + 1, 2)}
    lower_a, lower_b = _lowering_elements(a), _lowering_elements(b)
    previous: dict[int, NDArray[np.float64]] = {}
    for s in range(a + b + 1):  # M = (a + b) / 2 - s, and the first index runs over i
        i = np.arange(max(0, s - b), min(a, s) + 1)
        k = s - i
        vectors = _total_spins(a, b, i, k, lower_a, lower_b)
        spins = [J for J in out if abs(a + b - 2 * s) <= J]
        for column, J in enumerate(spins):
            v = np.zeros(a + 2)
            v[i] = vectors[:, column]
            if a + b - 2 * s == J:  # the highest vector of this spin
                reference = v[i[0]]
            else:  # the sign that the lowering operator gives
                p = previous[J]
                kept = np.arange(max(0, s - 1 - b), min(a, s - 1) + 1)
                reference = (p[kept] * lower_b[s - 1 - kept]) @ v[kept] + (p[kept] * lower_a[kept]) @ v[kept + 1]
            v = -v if reference < 0 else v
            out[J][i, (J - (a + b - 2 * s)) // 2] = v[i]
            previous[J] = v
    return out


def _lowering_elements(a: int) -> Reals:
    """<m - 1 | J- | m> for m from a/2 down."""
    k = np.arange(a + 1)
    return np.sqrt((a - k) * (k + 1.0))


def _total_spins(a: int, b: int, i: NDArray[Any], k: NDArray[Any], lower_a: Reals, lower_b: Reals) -> Reals:
    """Eigenvectors of J^2 = J1^2 + J2^2 + 2 J1z J2z + J1+ J2- + J1- J2+ on one weight space, by rising spin."""
    from scipy.linalg import eigh_tridiagonal

    if len(i) == 1:
        return np.ones((1, 1))
    diagonal = 2 * (a / 2 - i) * (b / 2 - k)
    return eigh_tridiagonal(diagonal, lower_a[i[:-1]] * lower_b[k[1:]])[1]
