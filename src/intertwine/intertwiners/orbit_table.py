"""Orbits of a group on rows x columns, by the stabilisers of representative rows (Schreier's lemma)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .orbit_sides import Side
from .orbit_unknowns import IntArray, Unknowns, phase_dtype

BATCH_UNKNOWNS = 2**20
"""Unknowns solved at a time: bounds the memory beside the table itself."""
CHUNK_ENTRIES = 2**17
"""Entries moved in one array operation: they stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Table:
    """Entry (x, y) is w^shift[x, y] times number source[x, y], or zero where that is -1 (with shift 0).

    Shapes: source int32 and shift (rows, columns), sizes (numbers,) int64 entries in each orbit; shift is None when
    the order of w is 1.
    """

    source: IntArray
    shift: IntArray | None
    sizes: IntArray


def solve_directly(rows: Side, columns: Side) -> Table:
    """Orbits on all entries, each entry an unknown number of its own: the short way for small tables.

    They are counted by their first entry in row-major order, where the shift is 0.
    """
    width = columns.size
    unknowns = Unknowns(rows.size * width, rows.order)
    everywhere = np.arange(rows.size * width, dtype=np.int32)
    for g in range(rows.generators):
        image = rows.perms[g][:, None] * np.int32(width) + columns.perms[g]
        gap = None
        if rows.phases is not None and columns.phases is not None:
            gap = (rows.phases[g][:, None] - columns.phases[g]).ravel()
        unknowns.relate(everywhere, image.ravel(), gap)
    labels, shifts, first = unknowns.classes()
    sizes = np.bincount(labels if shifts is None else labels[labels >= 0], minlength=len(first))
    shape = (rows.size, width)
    return Table(labels.reshape(shape), None if shifts is None else shifts.reshape(shape), sizes)


def solve_by_rows(rows: Side, columns: Side, representatives: IntArray) -> Table:
    """The same orbits from those of the stabilisers of `representatives`, the first row of each orbit, ascending.

    A representative has one unknown number for each column. All other rows are carried from it along a spanning tree
    of generators; a generator that leads to a row that stands already relates the unknowns. By Schreier's lemma those
    relations are all there are, so the answer is exact.
    """
    source = np.empty((rows.size, columns.size), dtype=np.int32)
    shift = np.zeros(source.shape, phase_dtype(rows.order)) if rows.order > 1 else None
    work = _Work(rows, columns, source, shift, np.zeros(rows.size, dtype=bool))
    batch = max(1, BATCH_UNKNOWNS // max(1, columns.size))
    sizes: list[IntArray] = []
    for start in range(0, len(representatives), batch):
        sizes.append(_solve_batch(work, representatives[start : start + batch], sum(map(len, sizes))))
    return Table(source, shift, np.concatenate(sizes) if sizes else np.zeros(0, dtype=np.int64))


def transpose(table: Table, first_rows: IntArray, order: int) -> Table:
    """The table with rows and columns exchanged, counted anew by first entry in row-major order.

    `first_rows`, ascending, are the first of each orbit of the new rows: every orbit has its first entry in one.
    """
    count = len(table.sizes)
    seen = table.source.take(first_rows, axis=1).T.ravel()
    alive = np.flatnonzero(seen >= 0)
    first = np.zeros(count, dtype=np.int64)
    first[seen.take(alive)[::-1]] = alive[::-1]  # the last assignment of a label stands
    is_first = np.zeros(len(seen), dtype=bool)
    is_first[first] = True
    first = np.flatnonzero(is_first)
    old = seen.take(first)
    number = np.full(count + 1, -1, dtype=np.int32)  # label -1 finds the last place
    number[old] = np.arange(count, dtype=np.int32)
    base = None
    if table.shift is not None:
        base = np.zeros(count + 1, dtype=table.shift.dtype)
        base[old] = table.shift.take(first_rows, axis=1).T.ravel().take(first)
    source = np.empty((table.source.shape[1], table.source.shape[0]), dtype=np.int32)
    shift = None if base is None else np.empty(source.shape, dtype=base.dtype)
    for part in _parts(np.arange(len(source)), len(table.source), CHUNK_ENTRIES):
        old_source = table.source[:, part].T
        source[part] = number.take(old_source)
        if table.shift is not None and shift is not None and base is not None:
            shift[part] = (table.shift[:, part].T - base.take(old_source)) % order
    return Table(source, shift, table.sizes.take(old))


@dataclass(frozen=True, eq=False)
class _Work:
    """A table being filled: rows that stand are marked in `done`, their source is an unknown of the batch."""

    rows: Side
    columns: Side
    source: IntArray
    shift: IntArray | None
    done: IntArray

    def carried(self, x: IntArray, g: int) -> tuple[IntArray, IntArray | None]:
        """What the generator makes of rows x, W[g x, g y] = w^(phi(x) - phi(y)) W[x, y]: (len(x), columns)."""
        back = self.columns.inverses[g]
        source = self.source.take(x, axis=0).take(back, axis=1)
        if self.shift is None or self.rows.phases is None or self.columns.phases is None:
            return source, None
        turn = self.rows.phases[g].take(x)[:, None] - self.columns.phases[g].take(back)
        return source, (self.shift.take(x, axis=0).take(back, axis=1) + turn) % self.rows.order

    def fill(self, x: IntArray, g: int) -> IntArray:
        """Write the rows g x, and return their indices."""
        image = self.rows.perms[g].take(x)
        for part in _parts(np.arange(len(x)), self.columns.size, CHUNK_ENTRIES):
            source, shift = self.carried(x[part], g)
            self.source[image[part]] = source
            if self.shift is not None and shift is not None:
                self.shift[image[part]] = shift
        self.done[image] = True
        return image


def _solve_batch(work: _Work, seeds: IntArray, offset: int) -> IntArray:
    """Solve and label all rows in the orbits of the seeds; the sizes of the new orbits, counted from `offset`."""
    width = work.columns.size
    unknowns = Unknowns(len(seeds) * width, work.rows.order)
    work.source[seeds] = unknowns.root.reshape(len(seeds), width)
    members, closing = _grow_trees(work, seeds)
    chunk = max(CHUNK_ENTRIES, len(seeds) * width)
    for g, closed in enumerate(closing):
        for x in _parts(closed, width, chunk):
            _relate_rows(work, unknowns, x, g)
    lengths = np.bincount(work.source[members, 0] // width, minlength=len(seeds))
    labels, shifts, first = unknowns.classes()
    sizes = np.bincount(labels[labels >= 0], minlength=len(first)) * lengths[first // width]
    labels[labels >= 0] += offset
    for x in _parts(members, width, CHUNK_ENTRIES):
        source = work.source.take(x, axis=0)
        label = labels.take(source)
        work.source[x] = label
        if work.shift is not None and shifts is not None:
            shift = (work.shift.take(x, axis=0) + shifts.take(source)) % work.rows.order
            shift[label < 0] = 0
            work.shift[x] = shift
    return sizes


def _grow_trees(work: _Work, seeds: IntArray) -> tuple[IntArray, list[IntArray]]:
    """Fill the orbits of the seeds level by level: all their rows, and by generator those it led to a known row."""
    work.done[seeds] = True
    levels = [seeds]
    closing: list[list[IntArray]] = [[seeds[:0]] for _ in work.rows.perms]
    while levels[-1].size:
        found = [seeds[:0]]
        for g, image in enumerate(work.rows.perms):
            is_old = work.done.take(image.take(levels[-1]))
            closing[g].append(levels[-1][is_old])
            if not is_old.all():
                found.append(work.fill(levels[-1][~is_old], g))
        levels.append(np.concatenate(found))
    return np.concatenate(levels), [np.concatenate(rows) for rows in closing]


def _relate_rows(work: _Work, unknowns: Unknowns, x: IntArray, g: int) -> None:
    """Rows g x as they stand and as carried from x are the same numbers."""
    image = work.rows.perms[g].take(x)
    source, shift = work.carried(x, g)
    standing = work.source.take(image, axis=0)
    gap = None
    if work.shift is not None and shift is not None:
        gap = (shift - work.shift.take(image, axis=0)).ravel()
    unknowns.relate(source.ravel(), standing.ravel(), gap)


def _parts(rows: IntArray, width: int, entries: int) -> Iterator[IntArray]:
    """Consecutive pieces of `rows` whose rows of the given width hold about so many entries."""
    step = max(1, entries // max(1, width))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]
