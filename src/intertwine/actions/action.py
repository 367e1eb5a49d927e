"""What an action is: a group moving data, pi(g) x."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element, take, tree_map

Data = Any
"""What a model takes or gives: a tensor (N, ...), or for `Tuples` a tuple of them."""


class Action(ABC):
    """How the elements of a group move a batch of data: pi(g) x, with pi(g) pi(h) = pi(g h).

    Calling an action takes one element for each item of the batch, or a single element for all of them, and keeps
    the shape, dtype and device of x. The result is differentiable in x.

    An action that resamples (Fourier or linear interpolation, a mask, a zero boundary) obeys the law only up to
    resampling; `is_exact` says which kind it is, and `intertwine.audit` measures how far the rest is off. Where pi(1)
    is not the identity (a mask), pi acts on its image, the masked data.
    """

    def __init__(self, group: Group):
        self.group = group

    @property
    @abstractmethod
    def is_exact(self) -> bool:
        """Whether pi(g) pi(h) = pi(g h) and pi(1) = 1 hold to rounding for any data."""

    @abstractmethod
    def move(self, g: Element, x: Data) -> Data:
        """pi(g_i) x_i for a batch of N elements and N items; g may be on another device. Called through `__call__`."""

    @abstractmethod
    def check(self, x: Data) -> None:
        """Raise IntertwineError when x cannot be moved, saying what was expected."""

    def __call__(self, g: Element, x: Data) -> Data:
        """Move data: pi(g) x.

        Args:
            g: a batch of N elements, or one element without a batch axis, which then moves every item.
            x: (N, ...).

        Returns:
            Data of x's shape, dtype and device.

        Raises:
            IntertwineError: when the shapes do not fit the action or the number of elements.
        """
        self.check(x)
        return self.move(self._spread(g, batch_size(x)), x)

    def project(self, x: Data) -> Data:
        """pi(1) x: x itself, unless the action masks."""
        return self(self.group.identity, x)

    def _spread(self, g: Element, n: int) -> Element:
        batch = tuple(self.group.batch_shape(g))
        if batch == ():
            return tree_map(lambda leaf: leaf.expand(n, *leaf.shape), g)
        if batch != (n,):
            raise IntertwineError(
                f"{self} got elements with batch shape {batch} for {n} items: give one element for each item, shape "
                f"({n},), or a single element without a batch axis"
            )
        return g

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.group})"


def first(x: Data) -> Tensor:
    """The first tensor of the data."""
    return first(x[0]) if isinstance(x, tuple | list) else x


def batch_size(x: Data) -> int:
    """The number of items N."""
    return len(first(x))


def unsqueeze(g: Element, axes: int) -> Element:
    """Give elements with batch (N,) the batch (N, 1, .., 1), to broadcast over further axes of the data."""
    return take(g, (slice(None), *[None] * axes))


def require_tensor(action: Action, x: Data, axes: str) -> None:
    """Raise unless x is a tensor with at least the axes named, such as "N C H W"."""
    if not isinstance(x, Tensor):
        raise IntertwineError(f"{action} moves a tensor ({', '.join(axes.split())}), got {type(x).__name__}")
    if x.ndim < len(axes.split()):
        raise IntertwineError(
            f"{action} moves a tensor ({', '.join(axes.split())}), got shape {tuple(x.shape)}; the first axis counts "
            "items"
        )
