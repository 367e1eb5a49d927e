"""Irreducible representations of the symmetric groups by Young's orthogonal form.

The standard tableaux of a shape are a basis. The swap s_i of the neighbours i and i+1 acts on a tableau T by

    s_i T = (1/r) T + sqrt(1 - 1/r^2) T',     T' = T with i and i+1 exchanged,

where r is the content (column - row) of i+1 less that of i; when T' is not standard, r is 1 or -1 and T only takes a
sign. A permutation is a product of such swaps, found by sorting it.

Source: A. Young, Proc. London Math. Soc. 34 (1932) 196; G. James, A. Kerber, The Representation Theory of the Symmetric
Group (1981), chapter 3.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group, on_cpu
from ..groups.catalogue import S
from ..groups.elements import Element
from .finite_irrep import Complexified, FiniteIrrep
from .partitions import Partition, conjugate, partitions, symmetric_character, tableau_count


class YoungIrrep(FiniteIrrep):
    """The irreducible representation of S(n) of a partition of n, by orthogonal matrices.

    Example:
        >>> S(5).irrep((3, 2)).dim
        5
    """

    def __init__(self, group: Group, shape: Partition):
        super().__init__(group, tableau_count(shape), (), written(shape), "real")
        self.shape = shape

    @property
    def class_character(self) -> np.ndarray:  # type: ignore[override]
        types = partitions(sum(self.shape))[::-1]
        return np.array([symmetric_character(self.shape, cycles) for cycles in types], dtype=float)

    def matrix(self, g: Element) -> Tensor:
        batch = self.group.batch_shape(g)
        columns = torch.eye(self.dim, dtype=torch.float64, device=g.device).expand(*batch, self.dim, self.dim)
        return self._act(g[..., None, :], columns).mT

    def apply(self, g: Element, x: Tensor) -> Tensor:
        self.group.batch_shape(g)
        return self._act(g, self._over_batch(g, x))

    def character(self, g: Element) -> Tensor:
        """By cycle types, without matrices."""
        batch = self.group.batch_shape(g)
        types, place = torch.unique(cycle_counts(g.reshape(-1, g.shape[-1])), dim=0, return_inverse=True)
        cycles = [tuple(k for k in range(len(row), 0, -1) for _ in range(row[k - 1])) for row in types.tolist()]
        values = torch.tensor([symmetric_character(self.shape, c) for c in cycles], dtype=torch.float64)
        return values.to(g.device)[place].reshape(batch)

    def _act(self, g: Tensor, x: Tensor) -> Tensor:
        """rho(g) x for x (..., dim) and g (..., n) that broadcasts over its batch axes: sort g, swap by swap."""
        diagonal, mixing, partner = (t.to(x.device) for t in tableau_swaps(self.shape))
        diagonal, mixing = diagonal.to(x.dtype), mixing.to(x.dtype)
        g, n = g.clone(), g.shape[-1]
        for end in range(n - 1, 0, -1):
            for i in range(end):
                wrong = g[..., i] > g[..., i + 1]
                if not bool(wrong.any()):
                    continue
                pair = torch.where(wrong[..., None], g[..., [i + 1, i]], g[..., [i, i + 1]])
                g[..., i], g[..., i + 1] = pair.unbind(-1)
                moved = diagonal[i] * x + mixing[i] * x[..., partner[i]]
                x = torch.where(wrong[..., None], moved, x)
        return x


def cycle_counts(g: Tensor) -> Tensor:
    """How many cycles of each length 1 .. n permutations have, (..., n), from the fixed points of their powers."""
    n = g.shape[-1]
    points = torch.arange(n, device=g.device)
    power, counts = points.expand_as(g), torch.zeros_like(g)
    for k in range(1, n + 1):
        power = torch.gather(g, -1, power)
        shorter = sum((d * counts[..., d - 1] for d in range(1, k) if k % d == 0), start=torch.zeros_like(g[..., 0]))
        counts[..., k - 1] = ((power == points).sum(-1) - shorter) // k
    return counts


def written(shape: Partition) -> str:
    """A partition as people write it: (3,2)."""
    return f"({','.join(map(str, shape))})"


def young_irrep(group: Group, shape: Partition, real: bool = True) -> FiniteIrrep:
    """The irreducible representation of S(n) of a partition.

    Raises:
        IntertwineError: when the numbers are no partition of n.
    """
    n = len(group.identity)
    proper = all(isinstance(row, int) and row > 0 for row in shape) and sum(shape) == n
    if not proper or sorted(shape, reverse=True) != list(shape):
        raise IntertwineError(
            f"an irreducible representation of {group} is named by a partition of {n} such as "
            f"{written(partitions(n)[min(1, n - 1)])}, decreasing positive integers with sum {n}; got {shape}"
        )
    found = YoungIrrep(group, shape)
    return found if real else Complexified(found)


@lru_cache(maxsize=64)
def young_irreps(n: int, real: bool) -> tuple[FiniteIrrep, ...]:
    """All of S(n), by dimension, the trivial one first."""
    shapes = sorted(partitions(n), key=lambda shape: (tableau_count(shape), tuple(-row for row in shape)))
    found = [YoungIrrep(S(n), shape) for shape in shapes]
    return tuple(rho if real else Complexified(rho) for rho in found)


@lru_cache(maxsize=256)
def tableaux(shape: Partition) -> np.ndarray:
    """The standard tableaux, (count, n): the row of each number 0 .. n-1; the last numbers vary slowest."""
    if not shape:
        return np.zeros((1, 0), dtype=np.int64)
    found = []
    for row in reversed(range(len(shape))):
        below = shape[row + 1] if row + 1 < len(shape) else 0
        if shape[row] > below:
            smaller = tuple(length for r, size in enumerate(shape) if (length := size - (r == row)))
            part = tableaux(smaller)
            found.append(np.concatenate([part, np.full((len(part), 1), row)], 1))
    return np.concatenate(found)


@lru_cache(maxsize=256)
@on_cpu
def tableau_swaps(shape: Partition) -> tuple[Tensor, Tensor, Tensor]:
    """(1/r, sqrt(1 - 1/r^2), T') for every swap of neighbours and every tableau, (n - 1, count) each."""
    rows = tableaux(shape)
    count, n = rows.shape
    contents = np.zeros_like(rows)
    for k in range(n):
        contents[:, k] = (rows[:, :k] == rows[:, k : k + 1]).sum(1) - rows[:, k]
    place = {row.tobytes(): k for k, row in enumerate(rows)}
    partner = np.tile(np.arange(count), (max(n - 1, 0), 1))
    inverse = np.ones((max(n - 1, 0), count))
    for i in range(n - 1):
        distance = contents[:, i + 1] - contents[:, i]
        inverse[i] = 1 / distance
        swapped = rows.copy()
        swapped[:, [i, i + 1]] = rows[:, [i + 1, i]]
        for t in np.flatnonzero(np.abs(distance) > 1):
            partner[i, t] = place[swapped[t].tobytes()]
    diagonal = torch.from_numpy(inverse)
    return diagonal, (1 - diagonal**2).clamp(min=0).sqrt(), torch.from_numpy(partner)


def tableau_transposes(shape: Partition) -> tuple[np.ndarray, np.ndarray]:
    """For a shape that is its own mirror image: the place of every transposed tableau, and the sign of its order.

    The sign of T is that of the permutation that its numbers, read row by row, make.

    Raises:
        IntertwineError: for another shape.
    """
    if conjugate(shape) != shape:
        raise IntertwineError(f"the tableaux of {shape} have transposes of another shape, {conjugate(shape)}")
    rows = tableaux(shape)
    columns = np.zeros_like(rows)
    for k in range(rows.shape[1]):
        columns[:, k] = (rows[:, :k] == rows[:, k : k + 1]).sum(1)
    place = {row.tobytes(): k for k, row in enumerate(rows)}
    signs = np.ones(len(rows))
    for t in range(len(rows)):
        reading = np.lexsort((columns[t], rows[t]))
        signs[t] = round(float(np.linalg.det(np.eye(len(reading))[reading])))
    return np.array([place[row.tobytes()] for row in columns]), signs
