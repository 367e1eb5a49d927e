"""Partitions: cycle types of permutations, shapes of Young diagrams, and the characters of symmetric groups."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

Partition = tuple[int, ...]


@lru_cache(maxsize=256)
def partitions(n: int, largest: int | None = None) -> tuple[Partition, ...]:
    """All partitions of n, in decreasing lexicographic order: (n,), (n-1, 1), ..., (1, .., 1)."""
    if n == 0:
        return ((),)
    top = n if largest is None else min(n, largest)
    return tuple((first, *rest) for first in range(top, 0, -1) for rest in partitions(n - first, first))


def conjugate(shape: Partition) -> Partition:
    """The columns of a Young diagram."""
    return tuple(sum(row > k for row in shape) for k in range(shape[0] if shape else 0))


def tableau_count(shape: Partition) -> int:
    """The number of standard Young tableaux, n! over the product of the hook lengths."""
    columns = conjugate(shape)
    hooks = [shape[r] - c + columns[c] - r - 1 for r in range(len(shape)) for c in range(shape[r])]
    return math.factorial(sum(shape)) // math.prod(hooks)


def cycle_representative(cycles: Partition) -> list[int]:
    """A permutation of the given cycle type; consecutive points are turned."""
    images, start = [], 0
    for length in cycles:
        images += [start + (k + 1) % length for k in range(length)]
        start += length
    return images


def cycle_type_size(cycles: Partition) -> int:
    """How many permutations have the given cycle type: n! / prod_k (k^m_k m_k!)."""
    counts = Counter(cycles)
    return math.factorial(sum(cycles)) // math.prod(k**m * math.factorial(m) for k, m in counts.items())


@lru_cache(maxsize=200_000)
def symmetric_character(shape: Partition, cycles: Partition) -> int:
    """The irreducible character of S(n) of a shape on a cycle type, by the rule of Murnaghan and Nakayama.

    chi(shape, (k, rest)) is the sum of (-1)^height chi(shape minus a border strip of length k, rest). On the first
    column's hook lengths (beta numbers) taking away a strip subtracts k from one of them.

    >>> symmetric_character((2, 1), (3,))
    -1
    """
    if not cycles:
        return 1
    k, rest = cycles[0], cycles[1:]
    rows = len(shape)
    beta = [row + rows - 1 - r for r, row in enumerate(shape)]
    total = 0
    for b in beta:
        if b >= k and b - k not in beta:
            height = sum(b - k < other < b for other in beta)
            left = sorted((other for other in beta if other != b), reverse=True)
            left = sorted([*left, b - k], reverse=True)
            smaller = tuple(row for r, x in enumerate(left) if (row := x - (rows - 1 - r)))
            total += (-1) ** height * symmetric_character(smaller, rest)
    return total
