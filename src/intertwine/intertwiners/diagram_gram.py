"""Inner products of diagrams, and the triangular change of basis that makes them orthonormal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from .diagram_enumeration import Family, Integers
from .diagram_tensors import Entries, Floats, Form

SMALL_TABLE = 2**17
"""Entries up to which a dense product is faster than a sparse one, and needs no scipy."""
SYMPLECTIC_PLANE = Form(np.array([1, 0]), np.array([1.0, -1.0]))


def line_gram(family: Family, n: int, symplectic: bool) -> Floats:
    """<D, D'> = +-n^loops for diagrams made of pairs, integers; their metric and their duals do not matter.

    Two diagrams joined slot by slot form closed loops; the sign, for Sp only, does not depend on n. So the product of
    their tensors in dimension 2, +-2^loops, tells both.
    """
    product = _inner_products(family, 2, SYMPLECTIC_PLANE if symplectic else None)
    return np.sign(product) * (float(n) ** np.log2(np.abs(product))).round()


def epsilon_gram(family: Family, n: int) -> Floats:
    """<D, D'> for diagrams with epsilons, integers, from their entries."""
    return _inner_products(family, n, None)


def orthonormal(found: Sequence[Family], n: int, symplectic: bool) -> Tensor:
    """T (diagrams, diagrams), block triangular, such that the rows of T D are orthonormal: Gram-Schmidt in order.

    Diagrams with and without an epsilon are orthogonal: a reflection tells them apart.

    Raises:
        IntertwineError: if the diagrams are dependent, which their choice excludes.
    """
    blocks = []
    for family in found:
        gram = epsilon_gram(family, n) if family.epsilons else line_gram(family, n, symplectic)
        blocks.append(inverse_cholesky(torch.from_numpy(gram)))
    return torch.block_diag(*blocks) if blocks else torch.zeros(0, 0, dtype=torch.float64)


def inverse_cholesky(gram: Tensor) -> Tensor:
    """T lower triangular with T G T^t = 1 for a Gram matrix of integers whose diagonal is constant.

    The factorisation loses cond(G) rounding errors. One step T <- (1 - E) T, where E is the lower half of T G T^t - 1,
    wins them back, because the products G T^t are exact for the leading 26 bits of T.
    """
    if not len(gram):
        return gram
    norm = gram[0, 0]
    factor, failed = torch.linalg.cholesky_ex(gram / norm)
    if failed:
        raise IntertwineError("the diagrams chosen as a basis are dependent: please report this as a bug")
    identity = torch.eye(len(gram), dtype=gram.dtype)
    change = torch.linalg.solve_triangular(factor, identity, upper=False)
    leading = (change * 2.0**18).round() / 2.0**18
    turned = (gram @ leading.T + gram @ (change - leading).T) / norm
    error = (change @ turned - identity).tril()
    error.diagonal().mul_(0.5)
    return (change - error @ change).tril() / norm.sqrt()


def orbit_change(partitions: Integers, n: int) -> tuple[Tensor, Tensor]:
    """Orbits of S(n) on index tuples, scaled to unit norm, by diagrams: (T (orbits, diagrams), 1 / norms (orbits,)).

    The diagram of a partition is the sum of the orbits of all coarser partitions. Coarser ones come first in
    lexicographic order, so T, the Moebius function of the partition lattice, is lower triangular. The orbit with b
    blocks has n (n - 1) ... (n - b + 1) elements.
    """
    count, slots = partitions.shape
    joined = partitions[:, :, None] == partitions[:, None, :]
    first = np.where(joined, np.arange(slots), slots).min(axis=2, initial=slots)
    sums = np.empty((count, count))
    for row in range(count):
        sums[row] = (partitions[:, first[row]] == partitions).all(axis=1)
    identity = torch.eye(count, dtype=torch.float64)
    moebius = torch.linalg.solve_triangular(torch.from_numpy(sums), identity, upper=False, unitriangular=True).round()
    blocks = partitions.max(axis=1, initial=-1) + 1
    sizes = np.array([np.prod(n - np.arange(b, dtype=np.float64)) for b in range(slots + 1)])
    scale = torch.from_numpy(sizes[blocks] ** -0.5)
    return moebius * scale[:, None], scale


def _inner_products(family: Family, n: int, form: Form | None) -> Floats:
    """D D^T from the entries; every sum is an integer far below 2^53, so nothing is rounded."""
    entries = Entries([family], n, form, [False] * family.labels.shape[1])
    owner, weight = entries.owner.numpy(), entries.weight.numpy()
    place, column = np.unique(entries.index.numpy(), return_inverse=True)
    shape = (entries.diagrams, len(place))
    if shape[0] * shape[1] <= SMALL_TABLE:
        table = np.zeros(shape)
        table[owner, column] = weight
        return table @ table.T
    from scipy import sparse

    rows = sparse.csr_matrix((weight, (owner, column)), shape=shape)
    return (rows @ rows.T).toarray()
