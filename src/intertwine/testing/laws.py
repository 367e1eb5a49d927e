"""How a battery says that a law does not hold: the object, the law and the numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.elements import Element, leaves

TOLERANCE = 1e-9
"""For equations between float64 numbers, relative to their size."""


def equal(subject: Any, law: str, left: Tensor, right: Tensor, tolerance: float = TOLERANCE) -> None:
    """Raise unless two tensors agree, relative to their greatest entry or 1.

    Raises:
        IntertwineError: with the greatest difference and where it is.
    """
    if left.shape != right.shape:
        raise IntertwineError(f"{subject}: {law} fails: shape {tuple(left.shape)} against {tuple(right.shape)}")
    if not left.numel():
        return
    wide = torch.complex128 if left.is_complex() or right.is_complex() else torch.float64
    a, b = left.detach().cpu().to(wide), right.detach().cpu().to(wide)
    difference, scale = (a - b).abs(), max(1.0, float(b.abs().max()))
    if not bool((difference <= tolerance * scale).all()):  # NaN fails, too
        at = tuple(int(i) for i in torch.unravel_index(difference.nan_to_num(torch.inf).argmax(), difference.shape))
        raise IntertwineError(
            f"{subject}: {law} fails: {a[at]} against {b[at]} at {at}, a difference of {difference[at]:.3g} "
            f"where {tolerance * scale:.3g} is allowed"
        )


def equal_elements(subject: Any, law: str, left: Element, right: Element, tolerance: float = TOLERANCE) -> None:
    """`equal` for group elements, leaf by leaf."""
    for a, b in zip(leaves(left), leaves(right), strict=True):
        equal(subject, law, a, b, tolerance)


def holds(subject: Any, law: str, condition: bool, numbers: str = "") -> None:
    """Raise unless a condition is met.

    Raises:
        IntertwineError: with the law, and the numbers where there are any.
    """
    if not condition:
        raise IntertwineError(f"{subject}: {law} fails{': ' + numbers if numbers else ''}")
