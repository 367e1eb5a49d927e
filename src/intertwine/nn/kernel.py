"""The kernel of an equivariant convolution as a function of its weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group, on_cpu
from ..intertwiners.kernels import Expansion, expansion, is_exact
from ..intertwiners.window import Rings, Window, rings
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.structure import Sum, direct_sum
from .module import Solved

LARGEST_TABLE = 2**22
"""Numbers in the joint table of several fields of one multiplicity; beyond this each pair has its own."""

LARGEST_ARRANGEMENT = 2**16
"""Pairs of channels whose places are listed; in larger layers calls of operations cost nothing, and lists do."""


@dataclass(frozen=True)
class _Terms:
    """Elementary terms that occur equally often: their total dimension is that of one copy of each."""

    terms: tuple[Representation, ...]
    copies: int

    @property
    def dim(self) -> int:
        return sum(term.dim for term in self.terms)


@dataclass(frozen=True)
class _Part:
    """Weights start .. stop, of shape (copies out, copies in, parameters), between two terms or groups of terms."""

    start: int
    stop: int
    shape: tuple[int, int, int]
    name: str


Block = list[list[_Part]]


class Kernel(Solved):
    """weights (number,) -> kernel (rho_out.dim, rho_in.dim, *size) with K(h x) = rho_out(h) K(x) rho_in(h)^-1.

    Args:
        space: the real representation of the point group on R^d.
        bandlimit, profile: see `intertwiners.window.rings`; where the group moves samples onto samples every symmetric
            kernel is meant unless one of them is given.
    """

    rows: Tensor | None
    columns: Tensor | None
    arrangement: Tensor | None

    @on_cpu
    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        space: Representation,
        size: tuple[int, ...],
        bandlimit: int | tuple[int, ...] | None = None,
        profile: str | None = None,
    ):
        super().__init__()
        self.space, self.window = space, Window(size)
        exact = bandlimit is None and profile is None and is_exact(space, self.window)
        self.rings: Rings | None = None if exact else rings(self.window, bandlimit, profile or "gaussian")
        self._out, self._in = _by_multiplicity(rho_out), _by_multiplicity(rho_in)
        self._scales: list[tuple[int, Tensor]] = []
        self._shapes: dict[str, tuple[int, int, int]] = {}
        self.number = 0
        self._channels = rho_out.dim, rho_in.dim
        deviation = {b: self._deviation(b) for out in self._out for b in out.terms}
        self._blocks = [
            [self._join(out, source, deviation, f"{k}_{j}") for j, source in enumerate(self._in)]
            for k, out in enumerate(self._out)
        ]
        self._hold_order("rows", rho_out, self._out)
        self._hold_order("columns", rho_in, self._in)
        self._hold_arrangement()

    # --- construction -----------------------------------------------------------------------------------------------

    def _expansion(self, a: Representation, b: Representation) -> Expansion:
        return expansion(self.space, a, b, self.window, self.rings)

    def _deviation(self, b: Representation) -> float:
        """Standard deviation of the weights with which white noise of variance 1 has images b of variance 1."""
        total = sum(source.copies * self._expansion(a, b).energy for source in self._in for a in source.terms)
        return total**-0.5 if total else 0.0

    def _join(self, out: _Terms, source: _Terms, deviation: dict[Representation, float], name: str) -> Block:
        """The parts between two groups of terms, row by row: one for all of them where one dense table does."""
        found = [[self._expansion(a, b) for a in source.terms] for b in out.terms]
        scales = [
            [torch.full((e.parameters,), deviation[b]) for e in line] for b, line in zip(out.terms, found, strict=True)
        ]
        dense = all(e.table is not None and e.rows is None for line in found for e in line if e.parameters)
        rows = sum(e.parameters for line in found for e in line)
        several = len(out.terms) * len(source.terms) > 1
        if several and dense and rows and rows * out.dim * source.dim * len(self.window.radius) <= LARGEST_TABLE:
            found, scales = [[_joint(found)]], [[torch.cat([s for line in scales for s in line])]]
        return [
            [
                self._hold_part(e, out.copies, source.copies, scale, f"{name}_{i}_{j}")
                for j, (e, scale) in enumerate(zip(line, line_scales, strict=True))
            ]
            for i, (line, line_scales) in enumerate(zip(found, scales, strict=True))
        ]

    def _hold_part(self, e: Expansion, copies_out: int, copies_in: int, scale: Tensor, name: str) -> _Part:
        rows = None
        if e.rows is not None:  # of all copies at once: where row (b, a) of copies (o, i) stands in (o, i, row)
            first = torch.arange(copies_out * copies_in).reshape(copies_out, 1, copies_in, 1) * (int(e.rows.max()) + 1)
            rows = (first + e.rows.reshape(1, e.shape[0], 1, e.shape[1])).flatten()
        sign = None if e.sign is None else e.sign[:, None]
        for kind, value in (("table", e.table), ("index", e.index), ("rows", rows), ("sign", sign)):
            self.hold_if(f"{kind}{name}", value)
        start = self.number
        self.number += copies_out * copies_in * e.parameters
        self._shapes[name] = e.shape
        self._scales.append((copies_out * copies_in, scale))
        return _Part(start, self.number, (copies_out, copies_in, e.parameters), name)

    def _hold_order(self, name: str, rho: Representation, groups: list[_Terms]) -> None:
        """Where each channel of rho stands among (group, copy, term, entry); None when they agree."""
        where = expand(rho)
        order = torch.cat([torch.cat([where[term] for term in group.terms], 1).flatten() for group in groups])
        agrees = torch.equal(order, torch.arange(rho.dim))
        self.hold_if(name, None if agrees else order.argsort())

    def _hold_arrangement(self) -> None:
        """Where there is one part: which row of samples of its expansion each pair of channels has."""
        parts = [part for row in self._blocks for block in row for line in block for part in line]
        self._only: tuple[str, str, int, tuple[int, ...]] | None = None
        """Of a single part: names of its table and index, columns to pick from, shape of the kernel."""
        self.hold_if("arrangement", None)
        if self._channels[0] * self._channels[1] > LARGEST_ARRANGEMENT:
            return
        if len(parts) > 1 or not parts[0].shape[2] or getattr(self, f"sign{parts[0].name}") is not None:
            return
        only = parts[0]
        self._only = f"table{only.name}", f"index{only.name}", only.shape[2], self._channels + self.window.size
        (dim_b, dim_a, _), (copies_out, copies_in, _) = self._shapes[only.name], only.shape
        rows, count = getattr(self, f"rows{only.name}"), copies_out * copies_in * dim_b * dim_a
        if rows is None:
            rows = torch.arange(count).view(copies_out, copies_in, dim_b, dim_a).transpose(1, 2)
        rows = rows.reshape(self._channels)
        rows = rows if self.rows is None else rows[self.rows]
        rows = (rows if self.columns is None else rows[:, self.columns]).flatten()
        self.hold_if("arrangement", None if torch.equal(rows, torch.arange(count)) else rows)

    # --- use ----------------------------------------------------------------------------------------------------------

    def initial(self, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
        """Random weights (number,) with which white noise of variance 1 has images of variance gain^2."""
        weight, start = torch.randn(self.number, generator=generator), 0
        for copies, scale in self._scales:
            stop = start + copies * len(scale)
            part = weight[start:stop].view(copies, -1)
            if len(scale) and bool((scale == scale[0]).all()):
                part.mul_(gain * float(scale[0]))
            else:
                part.mul_(gain * scale)
            start = stop
        return weight

    def forward(self, weight: Tensor) -> Tensor:
        if self._only is not None:
            return self._arranged(weight, *self._only)
        kernel = _cat([_cat(self._row(k, weight), 1) for k in range(len(self._out))], 0)
        if self.rows is not None:
            kernel = kernel.index_select(0, self.rows)
        if self.columns is not None:
            kernel = kernel.index_select(1, self.columns)
        return kernel.unflatten(2, self.window.size)

    def _arranged(self, weight: Tensor, table: str, index: str, columns: int, shape: tuple[int, ...]) -> Tensor:
        """The kernel of a single part in the fewest operations: small layers spend their time on calling them."""
        held = self._buffers
        matrix, picked, rows = held[table], held[index], held["arrangement"]
        if matrix is not None:
            weight = weight.reshape(-1, matrix.shape[0]) @ matrix
        if picked is not None:
            weight = weight.reshape(-1, columns).index_select(1, picked)
        if rows is not None:
            weight = weight.reshape(rows.shape[0], -1).index_select(0, rows)
        return weight.reshape(shape)

    def _row(self, k: int, weight: Tensor) -> list[Tensor]:
        """The blocks of one group of outputs, (copies out x dim, copies in x dim, samples) each."""
        blocks = []
        for block in self._blocks[k]:
            lines = [_cat([self._expand(part, weight) for part in line], 3) for line in block]
            blocks.append(_cat(lines, 1).flatten(2, 3).flatten(0, 1))
        return blocks

    def _expand(self, part: _Part, weight: Tensor) -> Tensor:
        """(copies out, dim b, copies in, dim a, samples)."""
        (dim_b, dim_a, samples), (copies_out, copies_in, parameters) = self._shapes[part.name], part.shape
        final = (copies_out, dim_b, copies_in, dim_a, samples)
        if not parameters:
            return weight.new_zeros(final)
        w = weight if part.shape[0] * part.shape[1] * parameters == self.number else weight[part.start : part.stop]
        table, index, rows, sign = (getattr(self, f"{kind}{part.name}") for kind in ("table", "index", "rows", "sign"))
        if table is not None:
            w = w.reshape(-1, len(table)) @ table
        if rows is not None:
            kernel = w.reshape(-1, samples).index_select(0, rows).reshape(final)
        else:
            if index is not None:
                w = w.reshape(copies_out * copies_in, -1).index_select(1, index)
            kernel = w.reshape(copies_out, copies_in, dim_b, dim_a, samples).transpose(1, 2)
        return kernel if sign is None else kernel * sign


def point_space(group: Group, d: int, space: Representation | None) -> Representation:
    """The representation by which a point group moves R^d: `space`, or the group's own.

    Raises:
        IntertwineError: when the group has none of this dimension, or `space` is not orthogonal.
    """
    if space is None:
        if group.is_finite and group.order == 1:
            return d * group.trivial
        space = group.vector
        if space.dim != d:
            raise IntertwineError(
                f"{group} acts on {space.dim} dimensions by its own `vector`; say how it moves R^{d} with `space=`, "
                "such as space=C(4).vector + C(4).trivial for turns about the z axis of a volume"
            )
    if space.group != group or space.dim != d or not space.is_orthogonal:
        raise IntertwineError(f"`space` is an orthogonal representation of {group} of dimension {d}, got {space}")
    return space


def split_type(rho: Representation, groups: int) -> Representation:
    """The type of one of `groups` equal parts of the channels.

    Raises:
        IntertwineError: unless rho is written as copies of one representation, a multiple of `groups` of them.
    """
    if not isinstance(groups, int) or groups < 1:
        raise IntertwineError(f"groups is a positive integer, got {groups!r}")
    term, copies = rho.terms[0] if isinstance(rho, Sum) and len(rho.terms) == 1 else (rho, 1)
    if copies % groups:
        raise IntertwineError(
            f"{groups} groups need features that are {groups} copies of one type, such as {groups}*(G.trivial + "
            f"G.vector); got {rho}"
        )
    return direct_sum([(term, copies // groups)])


def _by_multiplicity(rho: Representation) -> list[_Terms]:
    groups: dict[int, list[Representation]] = {}
    for term, index in expand(rho).items():
        groups.setdefault(len(index), []).append(term)
    return [_Terms(tuple(terms), copies) for copies, terms in groups.items()]


def _joint(found: list[list[Expansion]]) -> Expansion:
    """One table for the kernels between all terms of two groups."""
    heights, widths = [line[0].shape[0] for line in found], [e.shape[1] for e in found[0]]
    samples, number = found[0][0].shape[2], sum(e.parameters for line in found for e in line)
    joint = torch.zeros(number, sum(heights), sum(widths), samples, dtype=torch.float64)
    start, top = 0, 0
    for line, height in zip(found, heights, strict=True):
        left = 0
        for e, width in zip(line, widths, strict=True):
            stop = start + e.parameters
            joint[start:stop, top : top + height, left : left + width] = e.basis() if e.parameters else 0.0
            start, left = stop, left + width
        top += height
    return Expansion((sum(heights), sum(widths), samples), number, table=joint.flatten(1))


def _cat(parts: list[Tensor], axis: int) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, axis)
