"""Character tables in brief: order, degrees of the complex irreducible representations, their types.

Two identities tie the columns together: the squares of the degrees sum to the order, and the degrees weighted by
their Frobenius-Schur signs sum to the number of elements with g^2 = 1. There are as many degrees as conjugacy classes.
"""

from __future__ import annotations

from typing import NamedTuple


class FiniteGroup(NamedTuple):
    """The facts about one group; `types` is 1 for real, 0 for complex, -1 for quaternionic."""

    order: int
    degrees: tuple[int, ...]
    types: tuple[int, ...]
    square_roots_of_identity: int


FINITE_GROUPS = {
    "S3": FiniteGroup(6, (1, 2, 1), (1, 1, 1), 4),
    "S5": FiniteGroup(120, (1, 4, 5, 6, 5, 4, 1), (1, 1, 1, 1, 1, 1, 1), 26),
    "A4": FiniteGroup(12, (1, 1, 1, 3), (1, 0, 0, 1), 4),
    "A6": FiniteGroup(360, (1, 5, 5, 8, 8, 9, 10), (1, 1, 1, 1, 1, 1, 1), 46),
    "A7": FiniteGroup(2520, (1, 6, 10, 10, 14, 14, 15, 21, 35), (1, 1, 0, 0, 1, 1, 1, 1, 1), 106),
    "C3": FiniteGroup(3, (1, 1, 1), (1, 0, 0), 1),
    "C4": FiniteGroup(4, (1, 1, 1, 1), (1, 0, 1, 0), 2),
    "C7": FiniteGroup(7, (1, 1, 1, 1, 1, 1, 1), (1, 0, 0, 0, 0, 0, 0), 1),
    "D4": FiniteGroup(8, (1, 1, 1, 1, 2), (1, 1, 1, 1, 1), 6),
    "D6": FiniteGroup(12, (1, 1, 1, 1, 2, 2), (1, 1, 1, 1, 1, 1), 8),
    "D7": FiniteGroup(14, (1, 1, 2, 2, 2), (1, 1, 1, 1, 1), 8),
    "SL(2,5)": FiniteGroup(120, (1, 2, 2, 3, 3, 4, 4, 5, 6), (1, -1, -1, 1, 1, 1, -1, 1, -1), 2),
    "GL(2,3)": FiniteGroup(48, (1, 1, 2, 2, 2, 3, 3, 4), (1, 1, 1, 0, 0, 1, 1, 1), 14),
    "Oh": FiniteGroup(48, (1, 1, 1, 1, 2, 2, 3, 3, 3, 3), (1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 20),
    "Q16": FiniteGroup(16, (1, 1, 1, 1, 2, 2, 2), (1, 1, 1, 1, 1, -1, -1), 2),
    "F21": FiniteGroup(21, (1, 1, 1, 3, 3), (1, 0, 0, 0, 0), 1),
}
