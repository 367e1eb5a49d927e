"""A fixed list of group elements, applied to many items as fast as the action allows."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ..actions import Trivial
from ..actions.action import Action
from ..groups.elements import Element, leaves, take

LARGEST_MATRIX = 256
"""Items of up to so many numbers are moved by a product with solved matrices, larger ones by the action itself."""


class Poses(nn.Module):
    """A list of k group elements that act on batches of items.

    The elements never change, so what they do is worked out once: nothing at all, numbers that change
    places, or a product with a matrix. Only large items that an action interpolates, and actions that are
    not linear (they translate), go through the action at every call.
    """

    places: Tensor | None
    """(k, numbers of an item): where the numbers come from, when they only change places."""
    matrices: Tensor | None
    """(k, numbers, numbers) float64, from the right, when they mix and are few."""

    def __init__(self, action: Action, elements: Element, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.action, self.elements = action, elements
        self.count = len(leaves(elements)[0])
        self.stays = isinstance(action, Trivial)
        places = None if self.stays else _places(action, elements, shape)
        solved = self.stays or places is not None or math.prod(shape) > LARGEST_MATRIX
        self.register_buffer("places", places, persistent=False)
        self.register_buffer("matrices", None if solved else _matrices(action, elements, shape), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Every element applied to every item: x (N, ...) -> (N, k, ...)."""
        shape = (len(x), self.count, *x.shape[1:])
        if self.places is not None:
            return x.flatten(1).index_select(1, self.places.flatten()).reshape(shape)
        if self.matrices is not None:
            return torch.einsum("ni,kij->nkj", x.flatten(1), self.matrices.to(x.dtype)).reshape(shape)
        return self.matched(x[:, None].expand(shape))

    def matched(self, x: Tensor) -> Tensor:
        """The i-th element applied to the i-th of k items: x (N, k, ...) -> its shape."""
        if self.stays:
            return x
        if self.places is not None:
            return x.flatten(2).gather(2, self.places.expand(len(x), -1, -1)).reshape(x.shape)
        if self.matrices is not None:
            return torch.einsum("nki,kij->nkj", x.flatten(2), self.matrices.to(x.dtype)).reshape(x.shape)
        each = torch.arange(self.count).repeat(len(x))
        return self.action(take(self.elements, each), x.flatten(0, 1)).reshape(x.shape)


def _places(action: Action, elements: Element, shape: tuple[int, ...]) -> Tensor | None:
    """Where the numbers of each pose come from, or None when poses hold new numbers."""
    if not action.is_exact:
        return None
    names = torch.arange(math.prod(shape), dtype=torch.float64)
    count = len(leaves(elements)[0])
    moved = action(elements, names.reshape(1, *shape).expand(count, *shape)).flatten(1)
    return moved.long() if torch.equal(moved.sort(dim=1).values, names.expand_as(moved)) else None


def _matrices(action: Action, elements: Element, shape: tuple[int, ...]) -> Tensor | None:
    """The matrix of each element in row form, x_flat M, or None when the action is not linear."""
    size, count = math.prod(shape), len(leaves(elements)[0])
    basis = torch.eye(size, dtype=torch.float64).reshape(size, *shape)
    each = torch.arange(count).repeat_interleave(size)
    moved = action(take(elements, each), basis.repeat(count, *[1] * len(shape)))
    nothing = action(elements, torch.zeros(count, *shape, dtype=torch.float64))
    return None if nothing.any() else moved.reshape(count, size, size)
