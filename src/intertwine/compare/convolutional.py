"""What the convolutional routes share: the same stack of layers, whatever its fields are."""

from __future__ import annotations

from typing import Any

from torch import nn

from ..errors import IntertwineError
from ..models import SteerableCNN
from ..representations.base import Representation
from .problem import Problem

CHANNELS_SHARE = 4
"""A hidden layer of width w becomes a convolution with w / 4 channels: it has one value at every pixel."""
KERNEL_SIZE = 5
SMALLEST_SIDE = 8
"""Pictures are sampled down after a convolution while their sides are at least so many pixels."""


def plane(problem: Problem) -> Representation:
    """How the group moves the plane of the problem's pictures.

    Raises:
        IntertwineError: the problem has no pictures, or its group does not turn them.
    """
    vector = problem.group.vector
    if len(problem.shape) != 3 or vector.dim != 2 or not vector.is_orthogonal:
        raise IntertwineError(
            f"The convolutional routes take pictures and a group of the plane such as C(4), D(4) or SO(2); the problem "
            f"{problem.name!r} has items of shape {tuple(problem.shape)} and the group {problem.group}."
        )
    return vector


def channels(width: int, size: int) -> int:
    """How many fields of so many channels each make about the channels of a hidden width, at least one."""
    return max(1, round(width / CHANNELS_SHARE / size))


def network(problem: Problem, space: Representation, hidden: tuple[int, ...], size: int, **options: Any) -> nn.Module:
    """Convolutions of 5 x 5 with batch norm, anti-aliased strides, and a head on invariants.

    Args:
        space: how the layers' group moves the plane.
        hidden: widths, one for each convolution.
        size: channels of one field.
    """
    side, pool_after = min(problem.shape[1:]), []
    for k in range(1, len(hidden)):
        if side >= SMALLEST_SIDE:
            pool_after.append(k)
            side = (side + 1) // 2
    return SteerableCNN(
        problem.shape[0] * space.group.trivial,
        problem.rho_out.dim,
        widths=[channels(width, size) for width in hidden],
        kernel_sizes=[KERNEL_SIZE] * len(hidden),
        pool_after=pool_after,
        space=space,
        **options,
    )
