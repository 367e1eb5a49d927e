"""Root systems: what a semisimple Lie algebra and its irreducible representations are, in integers alone.

A weight is written by its Dynkin labels, its values on the simple coroots; nodes follow Bourbaki's order. Row i of the
Cartan matrix is the simple root alpha_i as a weight. Everything here is exact.

Source: J. E. Humphreys, Introduction to Lie Algebras and Representation Theory (1972), chapters III and VI;
N. Bourbaki, Groupes et algebres de Lie, chapter VI, plates I to IX, for the order of nodes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import IntertwineError

Weight = tuple[int, ...]
Integers = NDArray[np.int64]

LARGEST_LABEL = 2**31  # below it 64 bits keep weights and dimensions exact

_EDGES = {
    "E": [(0, 2), (2, 3), (1, 3), (3, 4), (4, 5), (5, 6), (6, 7)],
    "F": [(0, 1), (1, 2), (2, 3)],
    "G": [(0, 1)],
}


@dataclass(frozen=True)
class RootSystem:
    """The root system of a Cartan matrix, possibly of several simple components.

    Attributes:
        cartan: rows alpha_i(h_j).

    Example:
        >>> E8 = root_system("E", 8)
        >>> E8.dimension((0, 0, 0, 0, 0, 0, 0, 1)), E8.indicator((0, 0, 0, 0, 0, 0, 0, 1))
        (248, 1)
    """

    cartan: tuple[Weight, ...]

    @property
    def rank(self) -> int:
        """Number of simple roots."""
        return len(self.cartan)

    @cached_property
    def matrix(self) -> Integers:
        """The Cartan matrix as an array."""
        return np.array(self.cartan, dtype=np.int64).reshape(self.rank, self.rank)

    @cached_property
    def half_lengths(self) -> Integers:
        """(alpha_i, alpha_i) / 2, the shortest root of each component having 1."""
        lengths = np.ones(self.rank)
        for nodes in self.components:
            for k, j in enumerate(nodes[1:], 1):
                i = next(i for i in nodes[:k] if self.cartan[j][i])
                lengths[j] = lengths[i] * self.cartan[j][i] / self.cartan[i][j]
            lengths[nodes] /= lengths[nodes].min()
        return lengths.round().astype(np.int64)

    @cached_property
    def components(self) -> list[list[int]]:
        """The nodes of each connected component of the Dynkin diagram, neighbours after each other."""
        found: list[list[int]] = []
        for start in range(self.rank):
            if not any(start in nodes for nodes in found):
                nodes = [start]
                for node in nodes:
                    nodes += [j for j in range(self.rank) if self.cartan[node][j] and j not in nodes]
                found.append(nodes)
        return found

    @cached_property
    def inverse(self) -> tuple[Integers, int]:
        """(A, d) with A / d the inverse of the Cartan matrix."""
        d = round(float(np.linalg.det(self.matrix))) if self.rank else 1
        return (np.linalg.inv(self.matrix) * d).round().astype(np.int64), d

    # --- roots --------------------------------------------------------------------------------------------------------

    @cached_property
    def positive_roots(self) -> Integers:
        """All positive roots in terms of the simple ones, (number, rank), by root strings."""
        simple = [tuple(int(i == j) for j in range(self.rank)) for i in range(self.rank)]
        found: dict[Weight, None] = dict.fromkeys(simple)
        level = simple
        while level:
            following: dict[Weight, None] = {}
            for root in level:
                labels = np.array(root) @ self.matrix
                for i in range(self.rank):
                    down, lower = 0, _add(root, simple[i], -1)
                    while lower in found:
                        down, lower = down + 1, _add(lower, simple[i], -1)
                    if down > labels[i]:
                        following[_add(root, simple[i], 1)] = None
            found |= following
            level = list(following)
        return np.array(list(found), dtype=np.int64).reshape(len(found), self.rank)

    @cached_property
    def algebra_dim(self) -> int:
        """Dimension of the Lie algebra."""
        return self.rank + 2 * len(self.positive_roots)

    def highest_root(self) -> Weight:
        """The highest weight of the adjoint representation of a simple algebra."""
        top = self.positive_roots[self.positive_roots.sum(1).argmax()]
        return tuple((top @ self.matrix).tolist())

    def dominant(self, weights: Integers) -> tuple[Integers, Integers]:
        """The dominant weight in the Weyl orbit of each row, and the sign of the reflections that lead there."""
        moved, sign = weights.copy(), np.ones(len(weights), dtype=np.int64)
        todo = np.arange(len(weights)) if self.rank else np.arange(0)
        while len(todo):
            part = moved[todo]
            node = part.argmin(1)
            label = part[np.arange(len(part)), node]
            todo, node, label = todo[label < 0], node[label < 0], label[label < 0]
            moved[todo] -= label[:, None] * self.matrix[node]
            sign[todo] *= -1
        return moved, sign

    def orbit(self, weight: Weight) -> list[Weight]:
        """The Weyl orbit of a dominant weight, from the top down."""
        found = {weight: None}
        for w in (queue := [weight]):
            for i, label in enumerate(w):
                if label > 0 and (lower := _add(w, self.cartan[i], -label)) not in found:
                    found[lower] = None
                    queue.append(lower)
        return queue

    # --- irreducible representations ----------------------------------------------------------------------------------

    def check_dominant(self, highest: Sequence[int]) -> Weight:
        """The labels as a tuple of non-negative integers.

        Raises:
            IntertwineError: for a wrong number of labels, or a weight that is not dominant.
        """
        labels = whole_numbers(highest)
        if labels is None or len(labels) != self.rank:
            raise IntertwineError(f"a highest weight has {self.rank} integer Dynkin labels, got {tuple(highest)}")
        if any(label < 0 for label in labels):
            raise IntertwineError(f"{labels} is not dominant: the Dynkin labels of a highest weight are non-negative")
        if any(label >= LARGEST_LABEL for label in labels):
            raise IntertwineError(f"{labels} is too large a highest weight: Dynkin labels end at {LARGEST_LABEL}")
        return labels

    def dimension(self, highest: Weight) -> int:
        """Weyl's formula, the product over positive roots of (lambda + rho, alpha) / (rho, alpha)."""
        scaled = self.positive_roots * self.half_lengths
        above = scaled @ (np.array(highest, dtype=np.int64) + 1)
        return math.prod(above.tolist()) // math.prod(scaled.sum(1).tolist())

    def norm(self, weight: Weight) -> int:
        """The square length (lambda, lambda), times the determinant of the Cartan matrix."""
        w = np.array(weight, dtype=np.int64)
        return int((w @ self.inverse[0] * self.half_lengths) @ w)

    def dual(self, highest: Weight) -> Weight:
        """The highest weight of the dual representation, -w0 lambda."""
        return tuple(self.dominant(-np.array([highest], dtype=np.int64))[0][0].tolist())

    def indicator(self, highest: Weight) -> int:
        """Frobenius-Schur indicator for the compact group: 1 real, 0 complex, -1 quaternionic."""
        if self.dual(highest) != highest:
            return 0
        adjugate, d = self.inverse
        height = int((2 * np.array(highest, dtype=np.int64) @ adjugate).sum()) // d
        return -1 if height % 2 else 1

    def dominant_weights(self, highest: Weight) -> dict[Weight, Weight]:
        """Dominant weights mu of a representation -> lambda - mu in simple roots, from the top down."""
        found = {highest: (0,) * self.rank}
        labels = self.positive_roots @ self.matrix
        for w in (queue := [highest]):
            below = np.array(w, dtype=np.int64) - labels
            for k in np.flatnonzero((below >= 0).all(1)).tolist():
                lower = tuple(below[k].tolist())
                if lower not in found:
                    found[lower] = _add(found[w], tuple(self.positive_roots[k].tolist()), 1)
                    queue.append(lower)
        return dict(sorted(found.items(), key=lambda item: sum(item[1])))

    def multiplicities(self, highest: Weight) -> dict[Weight, int]:
        """Multiplicity of every dominant weight, by Freudenthal's formula."""
        return dict(_multiplicities(self, highest))

    def weights(self, highest: Weight) -> dict[Weight, int]:
        """Multiplicity of every weight."""
        return {w: m for top, m in _multiplicities(self, highest).items() for w in self.orbit(top)}

    def tensor(self, a: Weight, b: Weight) -> dict[Weight, int]:
        """Highest weights in the tensor product, by the formula of Racah, Speiser and Klimyk.

        The sum over weights mu of a of sign(w) V(w (mu + b + rho) - rho), where w makes its argument dominant.
        """
        if self.dimension(a) > self.dimension(b):
            a, b = b, a
        diagram = self.weights(a)
        shifted = np.array(list(diagram), dtype=np.int64).reshape(-1, self.rank) + np.array(b, dtype=np.int64) + 1
        moved, sign = self.dominant(shifted)
        total: dict[Weight, int] = {}
        for w, s, m in zip(moved.tolist(), sign.tolist(), diagram.values(), strict=True):
            if 0 not in w:
                key = tuple(label - 1 for label in w)
                total[key] = total.get(key, 0) + s * m
        return {w: m for w, m in sorted(total.items(), reverse=True) if m}

    def highest_weights(self, largest: int) -> Iterator[Weight]:
        """All highest weights of representations up to a dimension; raising a label raises the dimension."""
        seen: set[Weight] = {(0,) * self.rank}
        queue = list(seen)
        for w in queue:
            yield w
            for i in range(self.rank):
                above = (*w[:i], w[i] + 1, *w[i + 1 :])
                if above not in seen and self.dimension(above) <= largest:
                    seen.add(above)
                    queue.append(above)


def whole_numbers(values: Sequence[Any]) -> Weight | None:
    """The values as integers, or None where one of them is none."""
    try:
        found = tuple(int(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if all(a == b for a, b in zip(found, values, strict=True)) else None


def root_system(letter: str, rank: int) -> RootSystem:
    """The root system of a Cartan type: A, B, C, D of any rank, E of rank 6 to 8, F of rank 4, G of rank 2.

    Raises:
        IntertwineError: for a type that does not exist.
    """
    least = {"A": 1, "B": 1, "C": 1, "D": 2, "E": 6, "F": 4, "G": 2}
    most = {"E": 8, "F": 4, "G": 2}
    if letter not in least or not least[letter] <= rank <= most.get(letter, rank):
        raise IntertwineError(
            f"there is no simple Lie algebra of type {letter}{rank}; the types are A(n), B(n), C(n), D(n >= 2), "
            "E(6..8), F(4), G(2)"
        )
    edges = [edge for edge in _EDGES.get(letter, [(i, i + 1) for i in range(rank - 1)]) if max(edge) < rank]
    if letter == "D":
        edges = [*edges[:-1], *([(rank - 3, rank - 1)] if rank > 2 else [])]
    a = 2 * np.eye(rank, dtype=np.int64)
    for i, j in edges:
        a[i, j] = a[j, i] = -1
    if letter == "B" and rank > 1:
        a[-2, -1] = -2
    elif letter == "C" and rank > 1:
        a[-1, -2] = -2
    elif letter == "F":
        a[1, 2] = -2
    elif letter == "G":
        a[1, 0] = -3
    return RootSystem(tuple(tuple(row) for row in a.tolist()))


@lru_cache(maxsize=512)
def _multiplicities(system: RootSystem, highest: Weight) -> dict[Weight, int]:
    roots, lengths = system.positive_roots, system.half_lengths
    labels, scaled = roots @ system.matrix, roots * system.half_lengths
    found: dict[Weight, int] = {}
    for w, depth in system.dominant_weights(highest).items():
        if not any(depth):
            found[w] = 1
            continue
        total, step, alive = 0, 0, np.arange(len(roots))
        while len(alive):
            step += 1
            above = np.array(w, dtype=np.int64) + step * labels[alive]
            counts = _look_up(found, system.dominant(above)[0])
            total += int(2 * (counts * (scaled[alive] * above).sum(1)).sum())
            alive = alive[counts > 0]
        gap = np.array(depth) * lengths * (np.array(highest) + np.array(w) + 2)  # |lambda + rho|^2 - |mu + rho|^2
        found[w] = total // int(gap.sum())
    return found


def _look_up(found: dict[Weight, int], weights: Integers) -> Integers:
    return np.array([found.get(tuple(w), 0) for w in weights.tolist()], dtype=np.int64)


def _add(a: Sequence[int], b: Sequence[int], times: Any) -> Weight:
    return tuple(x + times * y for x, y in zip(a, b, strict=True))
