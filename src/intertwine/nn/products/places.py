"""Where the copies of the terms of a representation lie among features: taking them apart, putting them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from ..module import Solved


class Take(Solved):
    """The copies of one term, (..., rho.dim) -> (..., copies, dim): a view where they lie side by side.

    Args:
        index: where they lie, (copies, dim).
    """

    index: Tensor

    def __init__(self, index: Tensor):
        super().__init__()
        self.copies, self.dim = index.shape
        flat = index.flatten()
        self.start = _start(flat)
        if self.start is None:
            self.hold("index", flat)

    def forward(self, x: Tensor) -> Tensor:
        if self.start is not None:
            part = x.narrow(-1, self.start, self.copies * self.dim)
        else:
            part = x.index_select(-1, self.index)
        return part.unflatten(-1, (self.copies, self.dim))


class Join(Solved):
    """Features out of those of all terms: a list of (..., copies * dim) -> (..., rho.dim).

    Args:
        indices: where the copies of each term lie, (copies, dim), all together a permutation of 0 .. rho.dim - 1.
    """

    order: Tensor

    def __init__(self, indices: Iterable[Tensor]):
        super().__init__()
        flat = torch.cat([index.flatten() for index in indices])
        self.is_ordered = _start(flat) is not None
        if not self.is_ordered:
            self.hold("order", flat.argsort())

    def forward(self, parts: Sequence[Tensor]) -> Tensor:
        joined = torch.cat(list(parts), -1) if len(parts) > 1 else parts[0]
        return joined if self.is_ordered else joined.index_select(-1, self.order)


def _start(flat: Tensor) -> int | None:
    """The first of consecutive numbers, None where they are not."""
    first = int(flat[0])
    return first if torch.equal(flat, first + torch.arange(len(flat))) else None
