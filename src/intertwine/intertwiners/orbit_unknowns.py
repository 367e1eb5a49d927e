"""Unknown numbers under relations v_b = w^d v_a: which are equal up to a phase, and which must vanish."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.integer]


def phase_dtype(order: int) -> type[np.signedinteger]:
    """The smallest integer type in which sums of four phases modulo `order` do not overflow."""
    if order <= 32:
        return np.int8
    return np.int16 if order <= 8192 else np.int64


class Unknowns:
    """Numbers v_0 .. v_{n-1} and all that the relations v_b = w^d v_a force on them, w = exp(2 pi i / order).

    A forest of depth one: v_i = w^shift[i] v_root[i], where root[i] is the least index of the class of i. Roots are
    hooked below smaller ones and paths doubled until every relation joins equal roots, all in whole-array steps.
    A relation that says v = w^d v with w^d != 1 marks the class as zero.

    Source: Shiloach and Vishkin, "An O(log n) parallel connectivity algorithm", J. Algorithms 3 (1982) 57-67.
    """

    def __init__(self, count: int, order: int):
        self.order = order
        self.root: IntArray = np.arange(count, dtype=np.int32)
        self.shift: IntArray | None = np.zeros(count, phase_dtype(order)) if order > 1 else None
        self.zero = np.zeros(count if order > 1 else 0, dtype=bool)

    def relate(self, a: IntArray, b: IntArray, d: IntArray | None) -> None:
        """Impose v_b = w^d v_a for flat arrays of indices a, b and of phases d (None when order is 1)."""
        self._join(a, b, d)
        if self.shift is not None and d is not None:
            contradiction = (d + self.shift.take(a) - self.shift.take(b)) % self.order != 0
            self.zero[self.root.take(a[contradiction])] = True
            self.zero[self.root.take(np.flatnonzero(self.zero))] = True

    def classes(self) -> tuple[IntArray, IntArray | None, IntArray]:
        """Labels (n,) int32 counted by first appearance, -1 where zero; shifts (n,); the first index of each class."""
        is_first = self.root == np.arange(len(self.root), dtype=np.int32)
        if self.shift is None:
            number = np.cumsum(is_first, dtype=np.int32) - np.int32(1)
            return number.take(self.root), None, np.flatnonzero(is_first)
        is_first &= ~self.zero
        number = np.where(is_first, np.cumsum(is_first, dtype=np.int32) - np.int32(1), np.int32(-1))
        labels = number.take(self.root)
        return labels, np.where(labels < 0, self.shift.dtype.type(0), self.shift), np.flatnonzero(is_first)

    def _join(self, a: IntArray, b: IntArray, d: IntArray | None) -> None:
        """Hook roots below smaller ones until every relation joins equal roots."""
        while True:
            root_a, root_b = self.root.take(a), self.root.take(b)
            apart = root_a != root_b
            if not apart.any():
                return
            if self.shift is not None and d is not None:
                # v_b = w^d v_a between members is the same relation between their roots, with this phase.
                d = (d + self.shift.take(a) - self.shift.take(b))[apart] % self.order
            a, b = root_a[apart], root_b[apart]
            high = np.maximum(a, b)
            # Of a root that occurs more than once the last assignment stands, in both arrays.
            self.root[high] = np.minimum(a, b)
            if self.shift is not None and d is not None:
                self.shift[high] = np.where(high == b, d, -d) % self.order
            self._flatten()

    def _flatten(self) -> None:
        """Let every index point at the root of its tree, by doubling."""
        while True:
            above = self.root.take(self.root)
            if (above == self.root).all():
                return
            if self.shift is not None:
                self.shift += self.shift.take(self.root)
                self.shift %= self.order
            self.root = above
