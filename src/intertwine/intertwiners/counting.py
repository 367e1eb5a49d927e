"""Exact dimensions of Hom between tensor powers of the defining representation of a classical group.

Every number is a Python integer from a closed formula, so it certifies what a numerical solver finds. A map
V^l -> V^k is an invariant of k + l slots; "upper" counts the slots that carry V, "lower" those that carry its dual.

Source: R. Goodman and N. Wallach, Symmetry, Representations, and Invariants (2009), chapters 5, 9 and 10.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ..errors import IntertwineError

KINDS = ("symmetric", "orthogonal", "special-orthogonal", "symplectic", "general-linear", "special-linear")
"""The families of groups whose tensor maps are spanned by diagrams."""

Shape = tuple[int, ...]


def partitions(size: int, rows: int, largest: int | None = None) -> Iterator[Shape]:
    """Partitions of `size` into at most `rows` parts, largest parts first.

    >>> list(partitions(4, 2))
    [(4,), (3, 1), (2, 2)]
    """
    if size == 0:
        yield ()
        return
    if rows == 0:
        return
    for first in range(min(size, size if largest is None else largest), 0, -1):
        for rest in partitions(size - first, rows - 1, first):
            yield (first, *rest)


def standard_tableaux(shape: Shape) -> int:
    """f_lambda, the number of standard Young tableaux, by the hook length formula.

    >>> standard_tableaux((3, 2))
    5
    """
    columns = [sum(row > j for row in shape) for j in range(shape[0])] if shape else []
    hooks = math.prod(row - j + columns[j] - i - 1 for i, row in enumerate(shape) for j in range(row))
    return math.factorial(sum(shape)) // hooks


def stirling2(size: int, blocks: int) -> int:
    """Number of ways to split `size` points into exactly `blocks` nonempty blocks.

    >>> stirling2(4, 2)
    7
    """
    signed = ((-1) ** (blocks - j) * math.comb(blocks, j) * j**size for j in range(blocks + 1))
    return sum(signed) // math.factorial(blocks)


def count_symmetric(n: int, slots: int) -> int:
    """Invariants of S(n) in the permutation representation to the power `slots`: set partitions into <= n blocks.

    >>> count_symmetric(10, 6), count_symmetric(2, 4)
    (203, 8)
    """
    return sum(stirling2(slots, blocks) for blocks in range(min(n, slots) + 1))


def count_orthogonal(n: int, slots: int) -> int:
    """Invariants of O(n), or of any O(p, q) with p + q = n: tableaux with at most n rows, all of even length.

    >>> count_orthogonal(3, 8), count_orthogonal(4, 8)
    (91, 105)
    """
    if slots % 2:
        return 0
    return sum(standard_tableaux(tuple(2 * row for row in half)) for half in partitions(slots // 2, n))


def count_pseudo_orthogonal(n: int, slots: int) -> int:
    """Invariants of O(n) in V^slots * det: tableaux with exactly n rows, all of odd length."""
    if slots < n or (slots - n) % 2:
        return 0
    halves = partitions((slots - n) // 2, n)
    return sum(standard_tableaux(tuple(2 * row + 1 for row in _pad(half, n))) for half in halves)


def count_special_orthogonal(n: int, slots: int) -> int:
    """Invariants of SO(n), SO(p, q) or its identity component (SO+(1, 3) counts as SO(4)).

    >>> [count_special_orthogonal(3, k) for k in range(9)]
    [1, 0, 1, 1, 3, 6, 15, 36, 91]
    """
    return count_orthogonal(n, slots) + count_pseudo_orthogonal(n, slots)


def count_symplectic(n: int, slots: int) -> int:
    """Invariants of Sp(n), n even and the dimension of V: tableaux with at most n rows, all columns of even length.

    >>> count_symplectic(4, 6)
    14
    """
    if slots % 2:
        return 0
    doubled = (tuple(row for row in half for _ in range(2)) for half in partitions(slots // 2, n // 2))
    return sum(standard_tableaux(shape) for shape in doubled)


def count_general_linear(n: int, upper: int, lower: int) -> int:
    """Invariants of GL(n) or U(n) in V^upper * V.dual^lower: sum of f_lambda^2 over at most n rows.

    >>> count_general_linear(3, 3, 3), count_general_linear(2, 3, 3), count_general_linear(3, 3, 0)
    (6, 5, 0)
    """
    return sum(standard_tableaux(shape) ** 2 for shape in partitions(upper, n)) if upper == lower else 0


def count_special_linear(n: int, upper: int, lower: int) -> int:
    """Invariants of SL(n) or SU(n) in V^upper * V.dual^lower.

    With upper - lower = t n >= 0 they are the GL(n)-maps V^lower * det^t -> V^upper: the sum over mu of
    f_mu f_(mu + t), where mu + t has t more boxes in each of its n rows.

    >>> count_special_linear(3, 3, 3), count_special_linear(3, 3, 0), count_special_linear(3, 6, 0)
    (6, 1, 5)
    """
    few, many = sorted((upper, lower))
    if (many - few) % n:
        return 0
    columns = (many - few) // n
    return sum(
        standard_tableaux(mu) * standard_tableaux(tuple(row + columns for row in _pad(mu, n) if row + columns))
        for mu in partitions(few, n)
    )


def count_maps(kind: str, n: int, in_duals: Sequence[bool], out_duals: Sequence[bool]) -> int:
    """dim Hom between two products of V and V.dual, exactly.

    Args:
        kind: one of `KINDS`.
        n: dimension of V.
        in_duals, out_duals: one flag for each factor, True where it is V.dual.

    Raises:
        IntertwineError: for a kind that has no such formula.

    >>> count_maps("orthogonal", 4, [False] * 4, [False] * 4)
    105
    """
    slots = len(in_duals) + len(out_duals)
    upper = sum(in_duals) + len(out_duals) - sum(out_duals)
    if kind == "symmetric":
        return count_symmetric(n, slots)
    if kind == "orthogonal":
        return count_orthogonal(n, slots)
    if kind == "special-orthogonal":
        return count_special_orthogonal(n, slots)
    if kind == "symplectic":
        return count_symplectic(n, slots)
    if kind == "general-linear":
        return count_general_linear(n, upper, slots - upper)
    if kind == "special-linear":
        return count_special_linear(n, upper, slots - upper)
    raise IntertwineError(f"no count of maps for kind {kind!r}; the kinds are {', '.join(KINDS)}")


def _pad(shape: Shape, rows: int) -> Shape:
    return shape + (0,) * (rows - len(shape))
