"""One side of a Hom of monomial representations: what each generator does to its basis vectors, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import IntertwineError
from .orbit_unknowns import IntArray, Unknowns, phase_dtype


@dataclass(frozen=True, eq=False)
class Side:
    """rho(g) e_i = w^phases[g, i] e_{perms[g, i]}, w = exp(2 pi i / order), for every generator g.

    Shapes: perms, inverses and phases (generators, size); phases is None when order is 1.
    """

    perms: IntArray
    inverses: IntArray
    phases: IntArray | None
    order: int

    @property
    def generators(self) -> int:
        return self.perms.shape[0]

    @property
    def size(self) -> int:
        return self.perms.shape[1]

    def point_orbits(self) -> tuple[IntArray, int]:
        """The orbit of each point, counted by first appearance, and the number of orbits; phases are ignored."""
        points = Unknowns(self.size, order=1)
        everywhere = np.arange(self.size, dtype=np.int32)
        for image in self.perms:
            points.relate(everywhere, image, None)
        labels, _, first = points.classes()
        return labels, len(first)

    def conjugate(self) -> Side:
        """The complex conjugate representation: the same permutations, opposite phases."""
        phases = None if self.phases is None else -self.phases % self.order
        return Side(self.perms, self.inverses, phases, self.order)


def read_side(name: str, perms: ArrayLike, phases: ArrayLike | None, order: int) -> Side:
    """Check the permutations and phases of one side and put them in a fixed integer type."""
    images = _integer_table(f"{name}_perms", perms)
    generators, size = images.shape
    if images.size and (images.min() < 0 or images.max() >= size):
        raise IntertwineError(
            f"{name}_perms holds images from {images.min()} to {images.max()}, but the points are 0 .. {size - 1}: "
            "count from 0, and let every row have one image for each point."
        )
    images = np.ascontiguousarray(images, dtype=np.int32)
    inverses = np.full_like(images, -1)
    inverses[np.arange(generators)[:, None], images] = np.arange(size, dtype=np.int32)
    if images.size and inverses.min() < 0:
        row, point = np.argwhere(inverses < 0)[0]
        raise IntertwineError(
            f"{name}_perms[{row}] is not a permutation: no point goes to {point}, so another is hit twice. "
            "Every generator must move the basis vectors one to one."
        )
    return Side(images, inverses, _read_phases(f"{name}_phases", phases, images.shape, order), order)


def _read_phases(name: str, phases: ArrayLike | None, shape: tuple[int, ...], order: int) -> IntArray | None:
    """Phases as small integers; None when order is 1, zeros when none are given."""
    if phases is None:
        return None if order == 1 else np.zeros(shape, phase_dtype(order))
    table = _integer_table(name, phases)
    if table.shape != shape:
        raise IntertwineError(
            f"{name} has shape {table.shape} beside permutations of shape {shape}: give one phase for each generator "
            "and source point."
        )
    if table.size and (table.min() < 0 or table.max() >= order):
        raise IntertwineError(
            f"{name} holds values from {table.min()} to {table.max()}, but phases are powers 0 .. {order - 1} of "
            f"exp(2 pi i / {order}): reduce them modulo order, or raise order."
        )
    return None if order == 1 else np.ascontiguousarray(table, dtype=phase_dtype(order))


def _integer_table(name: str, values: ArrayLike) -> IntArray:
    """An integer array (generators, size); a table without rows may have any type."""
    table = np.asarray(values)
    if table.ndim != 2:
        raise IntertwineError(
            f"{name} has shape {table.shape}; give a table (generators, dimension), with no rows for the trivial group."
        )
    if table.size and table.dtype.kind not in "iu":
        raise IntertwineError(f"{name} has type {table.dtype}; images and phases are integers.")
    return table
