"""The contract of an action on data."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..actions.action import Action, Data, batch_size, first
from ..errors import IntertwineError
from ..groups.elements import take
from .laws import equal, holds

EXACT = 1e-10
FLOAT32 = 1e-4
STEP = 1e-4
"""Of the central difference; actions are linear or affine in x, so its size hardly matters."""


def check_action(action: Action, x: Data, *, tolerance: float | None = None, seed: int = 0) -> None:
    """Check an action on a batch of data: composition, identity, batches, dtype and gradients.

    Args:
        action: the action.
        x: a batch of at least 3 items in float64.
        tolerance: how far composition may be off, relative to the greatest number of the result. Needed for an action
            that is not exact, on data that it suits (without fine detail, for Fourier rotations).

    Raises:
        IntertwineError: the law that fails, with the numbers.

    Example:
        >>> check_action(Pictures(C(4)), torch.randn(5, 1, 8, 8, dtype=torch.float64))
    """
    if tolerance is None and not action.is_exact:
        raise IntertwineError(f"{action} is not exact: say how far composition may be off, tolerance=1e-2 for instance")
    if batch_size(x) < 3 or first(x).dtype not in (torch.float64, torch.complex128):
        raise IntertwineError(
            f"check_action takes at least 3 items in float64, got {batch_size(x)} of {first(x).dtype}"
        )
    allowed = EXACT if tolerance is None else tolerance
    group, n = action.group, batch_size(x)
    random = torch.Generator().manual_seed(seed)
    g, h = group.sample(n, generator=random), group.sample(n, generator=random)
    moved = action(g, x)
    _alike(action, "shape and dtype are kept", moved, x)
    _equal(action, "pi(g) pi(h) x = pi(g h) x", action(g, action(h, x)), action(group.multiply(g, h), x), allowed)
    still = action(group.identity, x)
    _equal(action, "pi(1) pi(g) x = pi(g) x", action(group.identity, moved), moved, allowed)
    if action.is_exact:
        _equal(action, "pi(1) x = x", still, x, allowed)
    _equal(
        action,
        "each item is moved by its own element",
        _pick(moved, 1),
        action(take(g, slice(1, 2)), _pick(x, 1)),
        EXACT,
    )
    copies = action(take(g, torch.zeros(n, dtype=torch.int64)), x)
    _equal(action, "one element moves every item", action(take(g, 0), x), copies, EXACT)
    single = _map(lambda part: part.to(torch.complex64 if part.is_complex() else torch.float32), x)
    _alike(action, "single precision is kept", action(g, single), single)
    _equal(action, "single precision", action(g, single), moved, FLOAT32)
    _check_gradient(action, g, x)


def _check_gradient(action: Action, g: object, x: Data) -> None:
    """The directional derivative by backpropagation against a central difference; actions are smooth in x."""
    leaves = _map(lambda part: part.detach().clone().requires_grad_(), x)
    moved = action(g, leaves)
    holds(action, "the result is differentiable in x", all(part.requires_grad for part in _parts(moved)))
    weights = [torch.randn_like(part) for part in _parts(moved)]
    slopes = torch.autograd.grad(_inner(_parts(moved), weights), _parts(leaves))
    direction = [torch.randn_like(part) for part in _parts(x)]

    def value(step: float) -> Tensor:
        shifted = [part + step * d for part, d in zip(_parts(x), direction, strict=True)]
        return _inner(_parts(action(g, tuple(shifted) if isinstance(x, tuple | list) else shifted[0])), weights)

    difference = (value(STEP) - value(-STEP)) / (2 * STEP)
    equal(action, "gradient in x", _inner([s.conj() for s in slopes], direction), difference, 1e-6)


def _inner(a: list[Tensor], b: list[Tensor]) -> Tensor:
    return torch.stack([(p * q).sum().real for p, q in zip(a, b, strict=True)]).sum()


def _parts(x: Data) -> list[Tensor]:
    return list(x) if isinstance(x, tuple | list) else [x]


def _map(function: Callable[[Tensor], Tensor], x: Data) -> Data:
    return tuple(function(part) for part in x) if isinstance(x, tuple | list) else function(x)


def _pick(x: Data, i: int) -> Data:
    return _map(lambda part: part[i : i + 1], x)


def _alike(action: Action, law: str, a: Data, b: Data) -> None:
    for left, right in zip(_parts(a), _parts(b), strict=True):
        same = left.shape == right.shape and left.dtype == right.dtype and left.device == right.device
        holds(action, law, same, f"{tuple(left.shape)} {left.dtype} against {tuple(right.shape)} {right.dtype}")


def _equal(action: Action, law: str, a: Data, b: Data, tolerance: float) -> None:
    for left, right in zip(_parts(a), _parts(b), strict=True):
        equal(action, law, left, right, tolerance)
