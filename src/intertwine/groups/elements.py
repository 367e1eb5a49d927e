"""Batches of group elements: a tensor, or a tuple of them for groups made of parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError

Element = Any
"""A tensor, or a tuple of elements; batch axes lead in every leaf. (A recursive alias defeats the type checkers.)"""


def tree_map(function: Callable[..., Tensor], *trees: Element) -> Element:
    """Apply `function` to the matching leaves of one or more elements."""
    if isinstance(trees[0], tuple):
        return tuple(tree_map(function, *parts) for parts in zip(*trees, strict=True))
    return function(*trees)


def leaves(g: Element) -> list[Tensor]:
    """The tensors an element is made of, in order."""
    return [leaf for part in g for leaf in leaves(part)] if isinstance(g, tuple) else [g]


def take(g: Element, index: Any) -> Element:
    """Index the leading batch axis of every leaf."""
    return tree_map(lambda leaf: leaf[index], g)


def stack(elements: Sequence[Element]) -> Element:
    """Stack elements along a new leading axis."""
    return tree_map(lambda *parts: torch.stack(parts), *elements)


def concatenate(batches: Sequence[Element]) -> Element:
    """Join batches along the leading axis."""
    return tree_map(lambda *parts: torch.cat(parts), *batches)


def to(g: Element, device: Any) -> Element:
    """Move every leaf to `device`."""
    return tree_map(lambda leaf: leaf.to(device), g)


def digest(values: Tensor) -> bytes:
    """A hash of the numbers in a tensor; 0.0 and -0.0 are one number."""
    return hashlib.sha256((values + 0.0).contiguous().numpy().tobytes()).digest()


def read_tensor(values: Any, what: str) -> Tensor:
    """A tensor from whatever a user gives; Python's numbers keep their double precision.

    Raises:
        IntertwineError: when the values are no array of numbers; `what` says what they should be.
    """
    if isinstance(values, Tensor):
        return values
    try:
        return torch.from_numpy(np.array(values))
    except (TypeError, ValueError, RuntimeError) as error:
        raise IntertwineError(f"cannot read {what}: {error}") from error
