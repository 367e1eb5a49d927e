"""Equivariant polynomials evaluated by Horner's scheme, in blocks of monomials that meet.

A polynomial without constant part is sum_i x_i q_i(x), with q_i of one degree less:

    z_k = sum_i x_i sum_m (sum_p w_p C[p, m, i, k]) x^m        over monomials x^m of degree up to `degree` - 1.

Most coefficients C are zero: a coordinate system that reflections keep sorts monomials by signs, and monomial m meets
coordinate i and output k only where signs agree. So the table of monomials (m) against pairs (i, k) falls apart into
blocks, found as connected components; of O(3) to degree 3 into eight, with an eighth of the work.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...representations.base import Representation
from ...representations.structure import direct_sum
from ..module import Solved
from ..products.polynomials import polynomials

NOTHING = 1e-12
"""Entries of couplings below this are rounding errors of zeros."""
MOST = 2**28
"""Monomials and slopes up to which those of all points are held at once: a gigabyte in float32."""

Terms = tuple[Representation, ...]


@dataclass(frozen=True, eq=False)
class _Table:
    """Coefficients that are not zero: path, monomial, column i * K + k, value; and what monomials are products of.

    Attributes:
        factors: (monomials, degree - 1), numbers of the variables 1, x_0, x_1, .., rising.
        paths: for each term of the output the number of paths of each degree.
    """

    path: Tensor
    monomial: Tensor
    column: Tensor
    value: Tensor
    factors: Tensor
    paths: dict[Representation, tuple[int, ...]]


class Horner(Solved):
    """All polynomials of degree 1 .. `degree` from one copy of each term to each output, weighted.

    Shapes: x (U, D, N), weight (paths, U) -> (U, K, N).

    Raises:
        IntertwineError: when no polynomial leads to some output.
    """

    factors: Tensor
    order: Tensor

    def __init__(self, terms: Terms, outs: Terms, degree: int):
        super().__init__()
        table = _table(terms, outs, degree)
        self.paths = table.paths
        self.rows_in, self.rows_out = sum(t.dim for t in terms), sum(c.dim for c in outs)
        blocks = _blocks(table, self.rows_in * self.rows_out)
        self._shapes = [(len(columns), len(monomials)) for monomials, columns in blocks]
        number = sum(sum(counts) for counts in table.paths.values())
        for b, (monomials, columns) in enumerate(blocks):
            self.hold(f"table{b}", _dense(table, number, monomials, columns).flatten(1))
        monomials, columns = (torch.cat(parts) for parts in zip(*blocks, strict=True))
        self.hold("factors", table.factors[monomials].mT.contiguous())
        self.hold("order", columns.argsort())

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        """The weighted sum of all polynomials, (U, K, N)."""
        held = len(x) * (2 * self.factors.shape[1] + 2 * len(self.order))
        points = max(1, MOST // held)
        if torch.compiler.is_compiling() or x.shape[2] <= points:
            return self._values(x, weight)
        # Monomials are computed again for the gradient, so that memory holds those of some points at a time.
        return torch.cat(
            [checkpoint(self._values, part, weight, use_reentrant=False) for part in x.split(points, 2)], 2
        )

    def _values(self, x: Tensor, weight: Tensor) -> Tensor:
        extended = torch.cat([torch.ones_like(x[:, :1]), x], 1)
        monomials = extended.index_select(1, self.factors[0])
        for numbers in self.factors[1:]:
            monomials = monomials * extended.index_select(1, numbers)
        parts, sums = monomials.split([rows for _, rows in self._shapes], 1), []
        for b, (part, shape) in enumerate(zip(parts, self._shapes, strict=True)):
            coefficients = (weight.mT @ getattr(self, f"table{b}")).unflatten(1, shape)
            sums.append(torch.bmm(coefficients, part))
        slopes = torch.cat(sums, 1).index_select(1, self.order).unflatten(1, (self.rows_out, self.rows_in))
        return (slopes * x.unsqueeze(1)).sum(2)


@lru_cache(maxsize=64)
@on_cpu
def _table(terms: Terms, outs: Terms, degree: int) -> _Table:
    starts = np.cumsum([0, *(term.dim for term in terms)])
    rows_in, width = int(starts[-1]), max(1, degree - 1)
    listed = list(itertools.combinations_with_replacement(range(rows_in + 1), degree - 1)) if degree > 1 else [(0,)]
    powers = (rows_in + 1) ** np.arange(width)[::-1]
    codes = np.asarray(listed).reshape(-1, width) @ powers  # rising, as combinations are listed
    entries: list[tuple[np.ndarray, ...]] = []
    paths: dict[Representation, tuple[int, ...]] = {}
    first, row = 0, 0
    for c in outs:
        counts = []
        for n in range(1, degree + 1):
            before = first
            for found in polynomials(terms, c, n):
                coupling = found.coupling.numpy()
                path, *places, k = np.nonzero(np.abs(coupling) > NOTHING)
                variables = np.stack([starts[t] + m for t, m in zip(found.terms, places, strict=True)], 1)
                variables.sort(1)
                lower = np.zeros((len(k), width), dtype=np.int64)
                lower[:, width - (n - 1) :] = variables[:, :-1] + 1
                monomial = np.searchsorted(codes, lower @ powers)
                column = (row + k) * rows_in + variables[:, -1]
                entries.append((first + path, monomial, column, coupling[path, *places, k]))
                first += len(coupling)
            counts.append(first - before)
        if not sum(counts):
            raise IntertwineError(
                f"no polynomial of degree up to {degree} leads from {direct_sum([(t, 1) for t in terms])} to {c}"
            )
        paths[c] = tuple(counts)
        row += c.dim
    path, monomial, column, value = (torch.from_numpy(np.concatenate(part)) for part in zip(*entries, strict=True))
    return _Table(path, monomial, column, value, torch.tensor(listed), paths)


def _blocks(table: _Table, columns: int) -> list[tuple[Tensor, Tensor]]:
    """Sets of monomials and columns that coefficients join; columns without any stand in the first."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(table.factors)
    ends = (table.monomial.numpy(), count + table.column.numpy())
    joined = coo_matrix((np.ones(len(ends[0])), ends), shape=(count + columns, count + columns))
    labels = torch.from_numpy(connected_components(joined, directed=False)[1])
    of_monomials, of_columns = labels[:count], labels[count:]
    found = []
    for label in of_monomials[table.monomial].unique().tolist():
        members = (of_monomials == label).nonzero()[:, 0], (of_columns == label).nonzero()[:, 0]
        found.append(members)
    present = torch.cat([block[1] for block in found])
    absent = torch.ones(columns, dtype=torch.bool).index_fill(0, present, False).nonzero()[:, 0]
    found[0] = (found[0][0], torch.cat([found[0][1], absent]))
    return found


def _dense(table: _Table, paths: int, monomials: Tensor, columns: Tensor) -> Tensor:
    """The coefficients of a block, (paths, columns, monomials)."""
    inside = torch.isin(table.monomial, monomials)
    places = [torch.empty(int(part.max()) + 1, dtype=torch.int64) for part in (columns, monomials)]
    for place, part in zip(places, (columns, monomials), strict=True):
        place[part] = torch.arange(len(part))
    dense = torch.zeros(paths, len(columns), len(monomials), dtype=torch.float64)
    where = table.path[inside], places[0][table.column[inside]], places[1][table.monomial[inside]]
    return dense.index_put_(where, table.value[inside], accumulate=True)
