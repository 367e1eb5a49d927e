"""Channels of a representation as a few blocks of equal copies, to be worked on without loops over copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..groups.base import on_cpu
from ..representations.base import Representation
from ..representations.expand import expand
from .grids.fused_fields import Copies
from .module import Solved

MOST_SEGMENTS = 12
"""Blocks above which channels are first put into an order that has fewer."""


@dataclass(frozen=True)
class Segment:
    """`copies` adjacent copies of dimension `dim`, all of them scalars or none; `first` is the number of the first
    copy, and `mark` what the user of the segments tells apart."""

    copies: int
    dim: int
    is_scalar: bool
    mark: bool
    first: int

    @property
    def channels(self) -> int:
        return self.copies * self.dim


class Segments(Solved):
    """Takes features apart into blocks (copies, dim) on the channel axis and puts them together again.

    Args:
        rho: the type of the features.
        axis: where channels stand: -1 for (..., rho.dim), 1 for grids (batch, rho.dim, *grid).
        apart: terms of which it says different things are never in one block.
    """

    order: Tensor | None
    inverse: Tensor | None

    @on_cpu
    def __init__(self, rho: Representation, axis: int, apart: Callable[[Representation], bool] = lambda term: False):
        super().__init__()
        self.axis = axis
        found = sorted(_copies(rho, apart), key=lambda copy: int(copy[0][0]))
        order = torch.cat([index for index, _ in found])
        if not torch.equal(order, torch.arange(rho.dim)) or len(_merge(found)) > MOST_SEGMENTS:
            found.sort(key=lambda copy: (len(copy[0]), not copy[1][0], copy[1][1]))
            order = torch.cat([index for index, _ in found])
        self.parts = _merge(found)
        self.number = len(found)
        """Copies in all."""
        self.copies = _tables(found)
        kept = None if torch.equal(order, torch.arange(rho.dim)) else order
        self.hold_if("order", kept)
        self.hold_if("inverse", None if kept is None else kept.argsort())

    def split(self, x: Tensor) -> list[Tensor]:
        """Blocks with (copies, dim) in place of the channel axis."""
        if self.order is not None:
            x = x.index_select(self.axis, self.order)
        blocks = x.split([part.channels for part in self.parts], self.axis)
        return [
            block.unflatten(self.axis, (part.copies, part.dim)) for block, part in zip(blocks, self.parts, strict=True)
        ]

    def join(self, blocks: list[Tensor]) -> Tensor:
        """The features again."""
        flat = [block.flatten(self.dim - 1, self.dim) for block in blocks]
        x = flat[0] if len(flat) == 1 else torch.cat(flat, self.axis)
        return x if self.inverse is None else x.index_select(self.axis, self.inverse)

    @property
    def dim(self) -> int:
        """The axis of a block's entries."""
        return self.axis if self.axis < 0 else self.axis + 1

    def spread(self, values: Tensor, part: Segment, like: Tensor) -> Tensor:
        """One number of `values` for each copy of a block, shaped to multiply the block `like`."""
        after = -1 - self.axis if self.axis < 0 else like.ndim - 1 - self.dim
        return values[part.first : part.first + part.copies].reshape(-1, *(1,) * (after + 1))


Copy = tuple[Tensor, tuple[bool, bool]]
"""Channels of one copy, whether it is a scalar, and its mark."""


def _copies(rho: Representation, apart: Callable[[Representation], bool]) -> list[Copy]:
    found: list[Copy] = []
    for term, index in expand(rho).items():
        kind = (term.dim == 1 and term.is_trivial, apart(term))
        found += [(row, kind) for row in index]
    return found


def _tables(found: list[Copy]) -> list[Copies]:
    """All copies of one dimension, scalars apart, with their numbers."""
    kinds: dict[tuple[int, bool, bool], list[int]] = {}
    for k, (index, (is_scalar, mark)) in enumerate(found):
        kinds.setdefault((len(index), is_scalar, mark), []).append(k)
    gates = torch.tensor([not is_scalar for _, (is_scalar, _) in found]).cumsum(0) - 1
    return [
        Copies(torch.stack([found[k][0] for k in numbers]), torch.tensor(numbers), gates[numbers], is_scalar, mark)
        for (_, is_scalar, mark), numbers in kinds.items()
    ]


def _merge(found: list[Copy]) -> list[Segment]:
    parts: list[Segment] = []
    for k, (index, (is_scalar, mark)) in enumerate(found):
        last = parts[-1] if parts else None
        if last is not None and (last.dim, last.is_scalar, last.mark) == (len(index), is_scalar, mark):
            parts[-1] = Segment(last.copies + 1, last.dim, is_scalar, mark, last.first)
        else:
            parts.append(Segment(1, len(index), is_scalar, mark, k))
    return parts
