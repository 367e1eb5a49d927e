"""The diagrams that form a basis of the tensor invariants of a classical group, in a fixed order.

A diagram on m slots (the factors of the output, then those of the input) joins slots into blocks:

    S(n)          any blocks, at most n of them                      (set partitions)
    O(n), Sp(n)   pairs                                              (Brauer diagrams)
    GL(n)         pairs of one upper and one lower slot              (walled Brauer diagrams)
    SO(n), SL(n)  the same, and epsilons: blocks of n slots          (for the determinant)

When n is small these tensors are dependent. By the second fundamental theorem all relations come from minors (Pfaffians
for Sp), so the diagrams without a leading monomial of one are a basis: those whose word, the slot joined to slot 0, 1,
2, ..., has no increasing subsequence longer than n (decreasing for Sp). Robinson-Schensted counts them by standard
tableaux, as `counting` does. We extend the rule to epsilons by joining their slots, in order, to n further points.
Nothing rests on the rule alone: whoever uses the diagrams checks that they are as many as the exact count, and that
their Gram matrix has full rank.

Source: A. Conca, Groebner bases of ideals of minors of a symmetric matrix, J. Algebra 166 (1994); M. Rubey and
B. Westbury, A combinatorial approach to classical representation theory, arXiv:1408.3592 (noncrossing bases for Sp).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..errors import IntertwineError
from .counting import count_symmetric

Integers = NDArray[np.int64]

LARGEST_ENUMERATION = 200_000
"""More diagrams than this, before the dependent ones are dropped, take too long to list."""


@dataclass(frozen=True, eq=False)
class Family:
    """Diagrams with equally many epsilons.

    `labels` (diagrams, slots) names the block of each slot; the blocks 0 .. epsilons - 1 are epsilons.
    """

    labels: Integers
    epsilons: int

    @property
    def by_block(self) -> Integers:
        """The slots of each diagram, block after block, ascending within a block: (diagrams, slots)."""
        return np.argsort(self.labels, axis=1, kind="stable")


@lru_cache(maxsize=64)
def families(kind: str, n: int, lower: tuple[bool, ...]) -> tuple[Family, ...]:
    """The independent diagrams of a kind of group, lexicographic in the block labels, epsilons last.

    Args:
        kind: a kind of `counting.KINDS`.
        n: dimension of V.
        lower: one flag for each slot, True where it carries the dual of V.

    Raises:
        IntertwineError: if there are more than `LARGEST_ENUMERATION` diagrams to look through.
    """
    slots = len(lower)
    if kind == "symmetric":
        return (Family(set_partitions(slots, n), 0),)
    total = count_all(kind, n, lower)
    if total > LARGEST_ENUMERATION:
        raise IntertwineError(
            f"{total} diagrams on {slots} slots are too many to list (at most {LARGEST_ENUMERATION}): "
            "use lower tensor powers, or a route that does not enumerate diagrams"
        )
    walled = _is_walled(kind)
    bearing = _bearing_slots(kind, lower)
    found = []
    for count in _epsilon_counts(kind, n, lower):
        family = Family(_with_epsilons(bearing, lower if walled else (None,) * slots, n, count), count)
        words = _partners(family, n)[:, bearing] if walled else _partners(family, n)
        run = longest_increasing(-words if kind == "symplectic" else words)
        found.append(Family(family.labels[run <= n], count))
    return tuple(found)


def count_all(kind: str, n: int, lower: Sequence[bool]) -> int:
    """Number of diagrams, dependent ones included (for S(n), whose diagrams are never listed beyond n blocks, not).

    >>> count_all("orthogonal", 3, [False] * 8)
    105
    """
    slots, bearing = len(lower), len(_bearing_slots(kind, lower))
    if kind == "symmetric":
        return count_symmetric(n, slots)
    total = 0
    for count in _epsilon_counts(kind, n, lower):
        lines = (slots - n * count) // 2
        matched = math.factorial(lines) if _is_walled(kind) else math.prod(range(2 * lines - 1, 0, -2))
        chosen = math.factorial(bearing) // math.factorial(bearing - n * count) // math.factorial(n) ** count
        total += matched * chosen // math.factorial(count)
    return total


def set_partitions(slots: int, most: int) -> Integers:
    """Set partitions into at most `most` blocks as restricted growth words, lexicographic: (partitions, slots).

    >>> set_partitions(3, 2).tolist()
    [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1]]
    """
    return _grow(slots, min(slots, most), lambda prefix, label: np.ones(len(label), dtype=bool))


def matchings(types: Sequence[bool | None]) -> Integers:
    """Perfect matchings as restricted growth words, lexicographic: (matchings, slots).

    A slot of type True must meet one of type False; slots of type None meet one another.

    >>> matchings([None] * 4).tolist()
    [[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]]
    """
    slots = len(types)
    if slots % 2 or types.count(True) != types.count(False):
        return np.zeros((0, slots), dtype=np.int64)

    def may_close(prefix: Integers, label: Integers) -> NDArray[np.bool_]:
        here = types[prefix.shape[1]]
        same = prefix == label[:, None]
        opposite = [slot for slot in range(prefix.shape[1]) if here is None or types[slot] != here]
        return (same.sum(axis=1) == 1) & (same[:, opposite].sum(axis=1) == 1)

    return _grow(slots, slots // 2, may_close)


def longest_increasing(words: Integers) -> Integers:
    """Length of the longest increasing subsequence of each row.

    >>> longest_increasing(np.array([[2, 0, 1, 3]])).tolist()
    [3]
    """
    lengths = np.ones_like(words)
    for i in range(1, words.shape[1]):
        before = np.where(words[:, :i] < words[:, i : i + 1], lengths[:, :i], 0)
        lengths[:, i] += before.max(axis=1)
    return lengths.max(axis=1, initial=0)


def _grow(slots: int, blocks: int, may_join: Callable[[Integers, Integers], NDArray[np.bool_]]) -> Integers:
    """All restricted growth words with at most `blocks` labels whose every repeated label `may_join` its prefix."""
    words = np.zeros((1, 0), dtype=np.int64)
    for _ in range(slots):
        prefix = np.repeat(words, blocks, axis=0)
        label = np.tile(np.arange(blocks), len(words))
        fresh = prefix.max(axis=1, initial=-1) + 1
        keep = (label == fresh) | ((label < fresh) & may_join(prefix, label))
        words = np.concatenate([prefix, label[:, None]], axis=1)[keep]
    return words


def _is_walled(kind: str) -> bool:
    return kind in ("general-linear", "special-linear")


def _bearing_slots(kind: str, lower: Sequence[bool]) -> list[int]:
    """The slots that an epsilon may hold: those of the more frequent type for SL(n), any for SO(n)."""
    major = 2 * sum(lower) > len(lower)
    return [slot for slot, is_lower in enumerate(lower) if not _is_walled(kind) or is_lower == major]


def _epsilon_counts(kind: str, n: int, lower: Sequence[bool]) -> list[int]:
    slots, excess = len(lower), abs(len(lower) - 2 * sum(lower))
    if kind == "special-orthogonal":
        return [count for count in (0, 1) if slots >= n * count and (slots - n * count) % 2 == 0]
    if kind == "special-linear":
        return [excess // n] if excess % n == 0 else []
    if kind == "general-linear":
        return [0] if excess == 0 else []
    return [0] if slots % 2 == 0 else []


def _with_epsilons(bearing: Sequence[int], types: Sequence[bool | None], n: int, count: int) -> Integers:
    """Labels of every choice of `count` epsilons on the `bearing` slots with every matching of the other slots."""
    slots = len(types)
    labels = []
    for groups in _epsilon_sets(bearing, n, count):
        taken = {slot for group in groups for slot in group}
        rest = [slot for slot in range(slots) if slot not in taken]
        lines = matchings([types[slot] for slot in rest])
        found = np.zeros((len(lines), slots), dtype=np.int64)
        for label, group in enumerate(groups):
            found[:, list(group)] = label
        found[:, rest] = lines + count
        labels.append(found)
    return np.concatenate(labels) if labels else np.zeros((0, slots), dtype=np.int64)


def _epsilon_sets(slots: Sequence[int], n: int, count: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """`count` disjoint n-subsets of the slots, by descending first slot (the order in which their words run least)."""
    if count == 0:
        yield ()
        return
    for last in itertools.combinations(slots, n):
        rest = [slot for slot in slots if slot > last[0] and slot not in last]
        for others in _epsilon_sets(rest, n, count - 1):
            yield (*others, last)


def _partners(family: Family, n: int) -> Integers:
    """The slot joined to each slot; the j-th slot of epsilon e is joined to the extra point slots + n e + j."""
    order, ends = family.by_block, n * family.epsilons
    diagrams, slots = order.shape
    extra = np.broadcast_to(np.arange(slots, slots + ends), (diagrams, ends))
    left = np.concatenate([order[:, :ends], order[:, ends::2]], axis=1)
    right = np.concatenate([extra, order[:, ends + 1 :: 2]], axis=1)
    partner = np.empty((diagrams, slots + ends), dtype=np.int64)
    np.put_along_axis(partner, left, right, axis=1)
    np.put_along_axis(partner, right, left, axis=1)
    return partner
