"""Plans of messages: all paths (term of x, degree of y, term of the output) between types, and their couplings.

A plan travels as text, `Plan.code`, since operators of torch take tensors, numbers and text alone; `tables` reads it,
once for each plan in a process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from ...groups.base import on_cpu
from ...representations.base import Representation
from ...representations.harmonics import Harmonics
from ..products.couplings import couplings


@dataclass(frozen=True)
class Path:
    """One coupling: rows x_start .. x_start + coupling.shape[0] of x, those of y and of the output likewise."""

    coupling: Tensor
    x_start: int
    y_start: int
    out_start: int


@dataclass(frozen=True, eq=False)
class Plan:
    """All paths between types; rows of x are D, of y S, of the output K.

    Attributes:
        paths: in the order of the output's rows.
        terms: for each term of the output the numbers of its paths.
        code: the same as text.
    """

    paths: tuple[Path, ...]
    rows_in: int
    rows_y: int
    rows_out: int
    terms: dict[Representation, tuple[int, ...]]
    code: str


@lru_cache(maxsize=256)
@on_cpu
def plan(
    space: Representation, terms_in: tuple[Representation, ...], greatest: int, terms_out: tuple[Representation, ...]
) -> Plan:
    """All paths (term, degree 0 .. greatest, term of the output), the output's terms in order."""
    starts_in, rows_in = _starts([term.dim for term in terms_in])
    harmonics = [Harmonics(space, degree) for degree in range(greatest + 1)]
    starts_y, rows_y = _starts([y.dim for y in harmonics])
    paths: list[Path] = []
    terms: dict[Representation, tuple[int, ...]] = {}
    row = 0
    for c in terms_out:
        first = len(paths)
        for a, x_start in zip(terms_in, starts_in, strict=True):
            for y, y_start in zip(harmonics, starts_y, strict=True):
                for coupling in couplings(a, y, c) if y.dim else ():
                    paths.append(Path(coupling, x_start, y_start, row))
                    row += c.dim
        terms[c] = tuple(range(first, len(paths)))
    return Plan(tuple(paths), rows_in, rows_y, row, terms, _written(paths, rows_in, rows_y, row))


def _starts(dims: list[int]) -> tuple[list[int], int]:
    starts, total = [], 0
    for dim in dims:
        starts.append(total)
        total += dim
    return starts, total


def _written(paths: list[Path], rows_in: int, rows_y: int, rows_out: int) -> str:
    """Rows, and for each path its starts, the shape of its coupling and the coefficients (place, value) not zero."""
    listed = []
    for path in paths:
        flat = path.coupling.flatten()
        places = flat.abs().gt(1e-12).nonzero()[:, 0]
        starts = (path.x_start, path.y_start, path.out_start)
        listed.append([*starts, *path.coupling.shape, places.tolist(), flat[places].tolist()])
    return json.dumps([rows_in, rows_y, rows_out, listed], separators=(",", ":"))


@dataclass(frozen=True, eq=False)
class Fold:
    """The paths of one block of rows of x.

    Attributes:
        block: the rows of x; dim: how many.
        fold: (S, dim * rows) the couplings, y @ fold are the matrices of all paths, turned over.
        rows: (rows,) where they lie in the output; which: (rows,) the paths they belong to.
    """

    block: slice
    dim: int
    fold: Tensor
    rows: Tensor
    which: Tensor


@dataclass(frozen=True, eq=False)
class Tables:
    """A plan as tables; paths are ordered by the block of rows of x that they take.

    Every path has a matrix M[k, m] = sum_n C[m, n, k] y[n] for each edge. The entries of all matrices stand in one row
    of numbers, so that the paths of a block are one matrix (rows of the output) x (rows of the block).

    Attributes:
        blocks: of each block its rows, first row in x, first path and last path.
        paths: of each path its first entry, first row of the output, rows, and number in w.
        rows: the coefficients of row n of y are those numbered rows[n] .. rows[n + 1] - 1.
        places: the entry of each coefficient that is not zero; values: the coefficients.
        entries: how many entries.
    """

    rows_in: int
    rows_y: int
    rows_out: int
    entries: int
    blocks: Tensor
    paths: Tensor
    rows: Tensor
    places: Tensor
    values: Tensor

    @cached_property
    def dims(self) -> tuple[int, ...]:
        """The different numbers of rows of blocks."""
        return tuple(sorted(set(self.blocks[:, 0].tolist())))

    @lru_cache(maxsize=8)  # noqa: B019 -- tables live as long as the process
    def values_in(self, dtype: torch.dtype) -> Tensor:
        """The coefficients in a precision."""
        return self.values.to(dtype)

    @lru_cache(maxsize=8)  # noqa: B019
    def folds(self, dtype: torch.dtype, device: torch.device) -> list[Fold]:
        """For every block of rows of x what torch's operations need."""
        dense = torch.zeros(self.rows_y, self.entries, dtype=torch.float64)
        dense[torch.arange(self.rows_y).repeat_interleave(self.rows.diff()), self.places] = self.values
        found = []
        for dim, start, first, last in self.blocks.tolist():
            members = self.paths[first:last]
            begin, end = int(members[0, 0]), int(members[-1, 0] + members[-1, 2] * dim)
            rows = torch.cat([torch.arange(row, row + count) for row, count in members[:, 1:3].tolist()])
            which = members[:, 3].repeat_interleave(members[:, 2])
            turned = dense[:, begin:end].unflatten(1, (-1, dim)).mT.flatten(1)
            tensors = (turned.to(device, dtype), rows.to(device), which.to(device))
            found.append(Fold(slice(start, start + dim), dim, *tensors))
        return found


@lru_cache(maxsize=256)
@on_cpu
def tables(code: str) -> Tables:
    """What a plan's code says."""
    rows_in, rows_y, rows_out, listed = json.loads(code)
    members: dict[tuple[int, int], list[int]] = {}
    for p, path in enumerate(listed):
        members.setdefault((path[0], path[3]), []).append(p)
    blocks, paths, coefficients = [], [], []
    entries = 0
    for (start, dim), numbers in members.items():
        blocks.append([dim, start, len(paths), len(paths) + len(numbers)])
        for p in numbers:
            _, y_start, out_start, _, harmonics, rows, places, values = listed[p]
            paths.append([entries, out_start, rows, p])
            for place, value in zip(places, values, strict=True):
                m, n, k = place // (harmonics * rows), place // rows % harmonics, place % rows
                coefficients.append((y_start + n, entries + k * dim + m, value))
            entries += rows * dim
    rows_of_y, places, values = zip(*sorted(coefficients), strict=True) if coefficients else ((), (), ())
    counts = torch.bincount(torch.tensor(rows_of_y, dtype=torch.int64), minlength=rows_y)
    return Tables(
        rows_in,
        rows_y,
        rows_out,
        entries,
        torch.tensor(blocks, dtype=torch.int64).reshape(-1, 4),
        torch.tensor(paths, dtype=torch.int64).reshape(-1, 4),
        torch.cat([counts.new_zeros(1), counts.cumsum(0)]),
        torch.tensor(places, dtype=torch.int64),
        torch.tensor(values, dtype=torch.float64),
    )
