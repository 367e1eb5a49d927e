"""Applying a sum of diagrams to a tensor by contraction: the matrix n^k x n^l is never built.

Each diagram meets the input in a way of its own: some blocks end there (a trace, a sum, a whole epsilon), the others
cross to the output. Diagrams with equally many crossings of each type form a level, where

    y = sum over (out, in, order) of  expand_out( order( contract_in(x) ) )

so that the input is contracted once for each `in`, the channels are mixed by one matrix product, and the result is
expanded once for each `out`. An epsilon split between a input slots and n - a output slots crosses as the a-subsets
of its indices, C(n, a) numbers.

Source: C. Godfrey, M. Rawson, D. Brown and H. Kvinge, Fast computation of permutation equivariant layers with the
partition algebra, arXiv:2303.06208; E. Pearce-Crump, arXiv:2304.14165.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from .diagram_enumeration import Family
from .diagram_sides import Block, Geometry, Side, Tables
from .solution import Constants

_Item = TypeVar("_Item", bound=Hashable)
Axes = tuple[int, ...]
"""Ascending axes of a table."""


@dataclass(frozen=True)
class Level:
    """Diagrams with the same crossings: every input way, in every order, to every output way."""

    sizes: tuple[int, ...]
    inputs: tuple[Side, ...]
    orders: tuple[tuple[int, ...], ...]
    outputs: tuple[Side, ...]

    @property
    def diagrams(self) -> int:
        return len(self.inputs) * len(self.orders) * len(self.outputs)

    @property
    def length(self) -> int:
        """How many numbers cross."""
        return math.prod(self.sizes)


class Plan:
    """The levels of a list of diagrams, and the constants to apply them."""

    def __init__(self, found: Sequence[Family], geometry: Geometry):
        self.inputs, self.outputs = Tables(geometry, is_output=False), Tables(geometry, is_output=True)
        self.entries_in = geometry.n ** len(geometry.in_duals)
        self.entries_out = geometry.n ** len(geometry.out_duals)
        cuts = [
            _cut(labels, family.epsilons, geometry, self.inputs, self.outputs)
            for family in found
            for labels in family.labels.tolist()
        ]
        self.levels, position = _levels(cuts)
        self.position = torch.tensor(position, dtype=torch.int64)
        """Where each diagram's coefficient stands among all products of input way, order and output way."""
        self.products = sum(level.length * level.diagrams for level in self.levels)
        """Multiplications for each sample and pair of channels."""
        self.copies_in = sum(level.length * len(level.inputs) * len(level.orders) for level in self.levels)
        """Numbers copied for each sample and input channel."""
        self.copies_out = sum(level.length * len(level.outputs) for level in self.levels)

    def constants(self) -> dict[str, Tensor]:
        return {
            "position": self.position,
            "gather": self.inputs.index,
            "gather_weight": self.inputs.weight,
            "scatter": self.outputs.index,
            "scatter_weight": self.outputs.weight,
        }

    def apply(self, coefficients: Tensor, x: Tensor, constants: Constants) -> Tensor:
        """Coefficients (m_out, m_in, diagrams), x (..., m_in, n^l) -> (..., m_out, n^k)."""
        lead, m_out = x.shape[:-2], coefficients.shape[0]
        flat = x.reshape(-1, *x.shape[-2:]).permute(2, 0, 1).contiguous()
        pieces = self._gather(flat, constants)
        total = sum(level.diagrams for level in self.levels)
        full = coefficients.new_zeros(*coefficients.shape[:2], total)
        full = full.index_copy(2, constants["position"], coefficients)
        sums: list[dict[Axes, Tensor]] = [{} for _ in self.outputs.axes]
        start = 0
        for level in self.levels:
            mixed = _mix(level, full[..., start : start + level.diagrams], pieces)
            start += level.diagrams
            for way, side in enumerate(level.outputs):
                _add(sums[side.table], *_ascending(mixed[..., way, :], side.crossing))
        y = self._place(sums, (self.entries_out, flat.shape[1], m_out), constants)
        return y.permute(1, 2, 0).reshape(*lead, m_out, self.entries_out)

    def _gather(self, flat: Tensor, constants: Constants) -> list[dict[Axes, Tensor]]:
        """The input (n^l, batch, m_in) with its slots gathered into the blocks of each table, one axis a block."""
        gathered = flat.index_select(0, constants["gather"]) * constants["gather_weight"][:, None, None]
        pieces: list[dict[Axes, Tensor]] = []
        for span, axes in zip(self.inputs.spans, self.inputs.axes, strict=True):
            rows = flat if span is None else gathered[slice(*span)]
            pieces.append({tuple(range(len(axes))): rows.reshape(*axes, *flat.shape[1:])})
        return pieces

    def _place(self, sums: Sequence[dict[Axes, Tensor]], shape: tuple[int, int, int], constants: Constants) -> Tensor:
        """The tables' sums as an output (n^k, batch, m_out), which is `shape`."""
        whole, moved = [], []
        for found, axes, span in zip(sums, self.outputs.axes, self.outputs.spans, strict=True):
            rows = _widen(found, len(axes)).expand(*axes, *shape[1:]).reshape(math.prod(axes), *shape[1:])
            (whole if span is None else moved).append(rows)
        weight = constants["scatter_weight"]
        y = sum(whole[1:], whole[0]) if whole else weight.new_zeros(shape)
        if not moved:
            return y
        values = torch.cat(moved) * weight[:, None, None]
        return y.to(values.dtype).index_add(0, constants["scatter"], values)


def _mix(level: Level, coefficients: Tensor, pieces: Sequence[dict[Axes, Tensor]]) -> Tensor:
    """Contract the input in each way, reorder the crossings, mix: -> (*level.sizes, batch, outputs, m_out)."""
    crossings = len(level.sizes)
    ways = []
    for side in level.inputs:
        kept = tuple(sorted(side.crossing))
        piece = _contract(pieces[side.table], kept)
        for order in level.orders:
            axes = [kept.index(side.crossing[i]) for i in order]
            ways.append(piece.permute(*axes, crossings, crossings + 1))
    stacked = torch.stack(ways, dim=-2)
    m_out, m_in = coefficients.shape[:2]
    weights = coefficients.reshape(m_out, m_in, len(level.outputs), len(ways))
    weights = weights.permute(3, 1, 2, 0).reshape(len(ways) * m_in, len(level.outputs) * m_out)
    mixed = stacked.flatten(-2) @ weights
    return mixed.unflatten(-1, (len(level.outputs), m_out))


def _contract(found: dict[Axes, Tensor], kept: Axes) -> Tensor:
    """Sum over all axes but the kept ones, one at a time, so that partial sums are shared. `found` grows with them."""
    if kept not in found:
        axis = 0
        while axis in kept:
            axis += 1
        wider = tuple(sorted((*kept, axis)))
        found[kept] = _contract(found, wider).sum(dim=wider.index(axis))
    return found[kept]


def _widen(terms: dict[Axes, Tensor], blocks: int) -> Tensor:
    """Sum terms that are constant along the axes they lack, widening the narrowest first; the reverse of `_contract`.

    Axes along which every term is constant are left with size 1.
    """
    for count in range(blocks):
        for axes in [axes for axes in terms if len(axes) == count]:
            axis = next(axis for axis in range(blocks) if axis not in axes)
            wider = tuple(sorted((*axes, axis)))
            _add(terms, terms.pop(axes).unsqueeze(wider.index(axis)), wider)
    return terms[tuple(range(blocks))]


def _add(terms: dict[Axes, Tensor], term: Tensor, axes: Axes) -> None:
    terms[axes] = terms[axes] + term if axes in terms else term


def _ascending(term: Tensor, crossing: Axes) -> tuple[Tensor, Axes]:
    """A term with its axes in the order of the output's table."""
    order = sorted(range(len(crossing)), key=crossing.__getitem__)
    return term.permute(*order, len(crossing), len(crossing) + 1), tuple(sorted(crossing))


@dataclass(frozen=True)
class Cut:
    """One diagram cut into what happens at its input, at its output and between."""

    types: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    into: Side
    out: Side
    order: tuple[int, ...]
    """Which of the input's crossings goes to each of the output's."""


def _cut(labels: Sequence[int], epsilons: int, geometry: Geometry, inputs: Tables, outputs: Tables) -> Cut:
    k = len(geometry.out_duals)
    blocks = range(max(labels, default=-1) + 1)
    ends_out = {b: [slot for slot, label in enumerate(labels[:k]) if label == b] for b in blocks}
    ends_in = {b: [slot for slot, label in enumerate(labels[k:]) if label == b] for b in blocks}
    types = {b: _type(ends_in[b], b < epsilons, geometry) for b in blocks if ends_in[b] and ends_out[b]}
    into, crossing_in = _side(ends_in, types, epsilons, inputs)
    out, crossing_out = _side(ends_out, types, epsilons, outputs)
    return Cut(
        types=tuple(types[b] for b in crossing_out),
        sizes=tuple(outputs.axes[out.table][axis] for axis in out.crossing),
        into=into,
        out=out,
        order=tuple(crossing_in.index(b) for b in crossing_out),
    )


def _side(
    ends: Mapping[int, list[int]], types: Mapping[int, tuple[int, ...]], epsilons: int, tables: Tables
) -> tuple[Side, list[int]]:
    """One side of a diagram, and its crossing blocks by type, then by first slot."""
    present = sorted((b for b in ends if ends[b]), key=lambda b: ends[b][0])
    first_axis, width = {}, 0
    for b in present:
        first_axis[b] = width
        width += 2 if b < epsilons else 1
    table = tables.add(tuple(Block(tuple(ends[b]), b < epsilons) for b in present))
    crossing = sorted(types, key=lambda b: (types[b], first_axis[b]))
    return Side(table, tuple(first_axis[b] for b in crossing)), crossing


def _type(ends_in: Sequence[int], epsilon: bool, geometry: Geometry) -> tuple[int, ...]:
    """Crossings of equal type can change places: equal kinds of lines, and epsilons with equally many input slots."""
    if epsilon:
        return (2, len(ends_in))
    return (int(geometry.typed_lines and geometry.in_duals[ends_in[0]]),)


def _levels(cuts: Sequence[Cut]) -> tuple[list[Level], list[int]]:
    """Group the diagrams by their crossings, fewest first, and number them (output, input, order) within a level."""
    levels: list[Level] = []
    position = [0] * len(cuts)
    start = 0
    for types in sorted({cut.types for cut in cuts}, key=lambda types: (len(types), types)):
        members = [number for number, cut in enumerate(cuts) if cut.types == types]
        inputs = _numbered(cuts[i].into for i in members)
        orders = _numbered(cuts[i].order for i in members)
        outputs = _numbered(cuts[i].out for i in members)
        for i in members:
            way = outputs[cuts[i].out] * len(inputs) + inputs[cuts[i].into]
            position[i] = start + way * len(orders) + orders[cuts[i].order]
        levels.append(Level(cuts[members[0]].sizes, tuple(inputs), tuple(orders), tuple(outputs)))
        start += levels[-1].diagrams
    return levels, position


def _numbered(items: Iterable[_Item]) -> dict[_Item, int]:
    return {item: number for number, item in enumerate(dict.fromkeys(items))}
