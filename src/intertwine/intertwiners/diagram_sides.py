"""How diagrams meet their input and their output: tables of indices that gather tensor slots into blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .diagram_enumeration import Integers
from .diagram_tensors import Floats, Form, Indexed, epsilon_entries, pair_entries


@dataclass(frozen=True)
class Block:
    """The part of a block on one side of a diagram, an input or an output."""

    slots: tuple[int, ...]
    epsilon: bool


@dataclass(frozen=True)
class Side:
    """How a diagram meets its input or its output: the table of its blocks and, in order, the axes that cross."""

    table: int
    crossing: tuple[int, ...]


@dataclass(frozen=True)
class Geometry:
    """What a block needs to know: the dimension, the invariant form, and which slots carry the dual."""

    n: int
    form: Form | None
    in_duals: tuple[bool, ...]
    out_duals: tuple[bool, ...]
    typed_lines: bool
    """Whether a line can only join equal types (GL, SL), so that lines of V and of V.dual never change places."""


class Tables:
    """The ways of one side (input or output) to gather slots into blocks, each an axis of indices with weights."""

    def __init__(self, geometry: Geometry, is_output: bool):
        self.geometry = geometry
        self.is_output = is_output
        self.axes: list[tuple[int, ...]] = []
        self.spans: list[tuple[int, int] | None] = []
        """Where a table's rows stand in `index`; None for the table that leaves the tensor as it is."""
        self._found: dict[tuple[Block, ...], int] = {}
        self._index: list[Integers] = []
        self._weight: list[Floats] = []
        self._rows = 0

    def add(self, blocks: tuple[Block, ...]) -> int:
        """The number of the table with these blocks, made on first use."""
        if blocks not in self._found:
            self._found[blocks] = len(self.axes)
            self._build(blocks)
        return self._found[blocks]

    @property
    def index(self) -> Tensor:
        return torch.from_numpy(np.concatenate([np.zeros(0, dtype=np.int64), *self._index]))

    @property
    def weight(self) -> Tensor:
        return torch.from_numpy(np.concatenate([np.zeros(0), *self._weight]))

    def _build(self, blocks: tuple[Block, ...]) -> None:
        duals = self.geometry.out_duals if self.is_output else self.geometry.in_duals
        index, weight, axes = np.zeros(1, dtype=np.int64), np.ones(1), []
        for block in blocks:
            values, weights = self._block_entries(block, duals)
            strides = [self.geometry.n ** (len(duals) - 1 - slot) for slot in block.slots]
            index = np.add.outer(index, values @ np.array(strides, dtype=np.int64)).reshape(-1)
            weight = np.outer(weight, weights).reshape(-1)
            axes += self._axes(block)
        self.axes.append(tuple(axes))
        if (weight == 1).all() and np.array_equal(index, np.arange(self.geometry.n ** len(duals))):
            self.spans.append(None)
            return
        self.spans.append((self._rows, self._rows + len(index)))
        self._rows += len(index)
        self._index.append(index)
        self._weight.append(weight)

    def _axes(self, block: Block) -> tuple[int, ...]:
        """One axis for a line; for an epsilon its subsets of the indices, then their orderings, which never cross."""
        n, width = self.geometry.n, len(block.slots)
        return (math.comb(n, width), math.factorial(width)) if block.epsilon else (n,)

    def _block_entries(self, block: Block, duals: Sequence[bool]) -> Indexed:
        """Index tuples and weights of a block; slots that carry the dual are raised (input) or lowered (output)."""
        n, form, width = self.geometry.n, self.geometry.form, len(block.slots)
        if block.epsilon:
            values, weights = epsilon_entries(n, n - width if self.is_output else width, self.is_output)
        elif form is not None and width == 2:
            values, weights = pair_entries(n, form)
        else:
            values, weights = np.repeat(np.arange(n)[:, None], width, axis=1), np.ones(n)
        if form is None:
            return values, weights
        for axis, slot in enumerate(block.slots):
            # An epsilon has upper indices: it meets the input's V lowered, and its V.dual as it is.
            lowered = duals[slot] if self.is_output or not block.epsilon else not duals[slot]
            if lowered:
                move = form.lower if self.is_output or block.epsilon else form.raise_
                values[:, axis], signs = move(values[:, axis])
                weights = weights * signs
        return values, weights
