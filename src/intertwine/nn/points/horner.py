"""Equivariant polynomials as weighted sums of monomials: in machine code, or by Horner's scheme on torch's operations.

Weights are first summed into the coefficients of monomials, which do not depend on the points. A polynomial without
constant part is sum_i x_i q_i(x), with q_i of one degree less:

    z_k = sum_i x_i sum_m c[m, i, k] x^m,    c[m, i, k] = sum_p w_p C[p, m, i, k],    over monomials x^m of degree up to
                                                                                      `degree` - 1 in x_0 .. x_i.

Most coefficients C are zero: a coordinate system that reflections keep sorts monomials by signs, and monomial m meets
coordinate i and output k only where signs agree. Machine code (`monomial_sums`) visits the entries (m, i, k) that are
left. Torch's operations take blocks: the table of monomials (m) against pairs (i, k) falls apart into connected
components; of O(3) to degree 3 into eight, with an eighth of the work.
"""

from __future__ import annotations

import importlib.util
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
from . import fused
from .monomial_sums import monomial_sums

LLVMLITE = importlib.util.find_spec("llvmlite") is not None
"""A constant of captured programs, which cannot look for packages."""
NOTHING = 1e-12
"""Entries of couplings below this are rounding errors of zeros."""
MOST = 2**28
"""Monomials and slopes up to which those of all points are held at once: a gigabyte in float32."""

Terms = tuple[Representation, ...]


@dataclass(frozen=True, eq=False)
class _Table:
    """Entries (monomial, variable i, output k) that some path has, in the order of k.

    Attributes:
        coefficients: (paths, entries).
        monomial: (entries,); column: (entries,), k D + i.
        factors: (monomials, degree - 1), numbers of the variables 1, x_0, x_1, .., rising.
        paths: for each term of the output the number of paths of each degree.
    """

    coefficients: Tensor
    monomial: Tensor
    column: Tensor
    factors: Tensor
    paths: dict[Representation, tuple[int, ...]]


class Horner(Solved):
    """All polynomials of degree 1 .. `degree` from one copy of each term to each output, weighted.

    Shapes: x (U, D, N), best as a view of (N, D, U), on which machine code works, weight (paths, U) -> (U, K, N).

    Raises:
        IntertwineError: when no polynomial leads to some output.
    """

    coefficients: Tensor
    product: Tensor
    entry: Tensor
    start: Tensor
    factors: Tensor
    order: Tensor
    place: Tensor

    def __init__(self, terms: Terms, outs: Terms, degree: int):
        super().__init__()
        table = _table(terms, outs, degree)
        self.paths = table.paths
        self.rows_in, self.rows_out = sum(t.dim for t in terms), sum(c.dim for c in outs)
        self.hold("coefficients", table.coefficients)
        product, slot = _products(table, self.rows_in)
        self.hold("product", product)
        self.hold("entry", torch.stack([slot, table.column % self.rows_in + 1], 1))
        rows = torch.arange(self.rows_out + 1) * self.rows_in
        self.hold("start", torch.searchsorted(table.column, rows))
        blocks = _blocks(table, self.rows_in * self.rows_out)
        self._shapes = [(len(columns), len(monomials)) for monomials, columns in blocks]
        self.hold("place", _places(table, blocks))
        monomials, columns = (torch.cat(parts) for parts in zip(*blocks, strict=True))
        self.hold("factors", table.factors[monomials].mT.contiguous())
        self.hold("order", columns.argsort())

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        """The weighted sum of all polynomials, (U, K, N)."""
        if _in_machine_code(x):
            c = self.coefficients.mT @ weight
            tables = self.product, self.entry, self.start
            return monomial_sums(x.permute(2, 1, 0), c.to(x.dtype), *tables).permute(2, 1, 0)
        x, blocks = x.contiguous(), self._blocks(weight)
        held = len(x) * (2 * self.factors.shape[1] + 2 * len(self.order))
        points = max(1, MOST // held)
        if torch.compiler.is_compiling() or x.shape[2] <= points:
            return self._values(x, *blocks)
        # Monomials are computed again for the gradient, so that memory holds those of some points at a time.
        parts = [checkpoint(self._values, part, *blocks, use_reentrant=False) for part in x.split(points, 2)]
        return torch.cat(parts, 2)

    def _blocks(self, weight: Tensor) -> list[Tensor]:
        """The coefficients of all blocks as dense tables, (U, columns, monomials) each."""
        sizes = [columns * monomials for columns, monomials in self._shapes]
        dense = weight.new_zeros(len(weight), sum(sizes)).index_copy(1, self.place, self.coefficients)
        parts = (weight.mT @ dense).split(sizes, 1)
        return [part.unflatten(1, shape) for part, shape in zip(parts, self._shapes, strict=True)]

    def _values(self, x: Tensor, *blocks: Tensor) -> Tensor:
        """The scheme for x (U, D, N), to (U, K, N)."""
        extended = torch.cat([torch.ones_like(x[:, :1]), x], 1)
        monomials = extended.index_select(1, self.factors[0])
        for numbers in self.factors[1:]:
            monomials = monomials * extended.index_select(1, numbers)
        parts = monomials.split([rows for _, rows in self._shapes], 1)
        sums = [torch.bmm(block, part) for block, part in zip(blocks, parts, strict=True)]
        slopes = torch.cat(sums, 1).index_select(1, self.order).unflatten(1, (self.rows_out, self.rows_in))
        return (slopes * x.unsqueeze(1)).sum(2)


def _in_machine_code(x: Tensor) -> bool:
    """Whether machine code takes these numbers, also in a program captured for later."""
    if torch.compiler.is_compiling():
        return x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64) and LLVMLITE
    return fused.compiles(x)


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
    pairs, entry = (column * len(listed) + monomial).unique(return_inverse=True)
    coefficients = torch.zeros(first, len(pairs), dtype=torch.float64)
    coefficients.index_put_((path, entry), value, accumulate=True)
    return _Table(coefficients, pairs % len(listed), pairs // len(listed), torch.tensor(listed), paths)


def _products(table: _Table, variables: int) -> tuple[Tensor, Tensor]:
    """The monomials needed, each a product of slots (P, 2) as in `monomial_sums`, and the slot of each entry."""
    listed = [tuple(i for i in factors if i) for factors in table.factors.tolist()]
    slots: dict[tuple[int, ...], int] = {(): 0}
    slots.update({(i,): i for i in range(1, variables + 1)})
    product: list[tuple[int, int]] = []

    def slot(monomial: tuple[int, ...]) -> int:
        if monomial not in slots:
            product.append((slot(monomial[:-1]), monomial[-1]))
            slots[monomial] = variables + len(product)
        return slots[monomial]

    found = torch.tensor([slot(listed[m]) for m in table.monomial.tolist()])
    return torch.tensor(product, dtype=torch.int64).view(-1, 2), found


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
    found[0] = (found[0][0], torch.cat([found[0][1], absent]).sort().values)
    return found


def _places(table: _Table, blocks: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Where entries stand in the tables (columns, monomials) of the blocks, one after another."""
    start, found = 0, torch.zeros_like(table.monomial)
    for monomials, columns in blocks:
        inside = torch.isin(table.monomial, monomials)
        row, place = (torch.searchsorted(columns, table.column), torch.searchsorted(monomials, table.monomial))
        found = torch.where(inside, start + row * len(monomials) + place, found)
        start += len(columns) * len(monomials)
    return found
