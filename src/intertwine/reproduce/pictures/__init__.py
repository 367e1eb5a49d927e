"""Pictures at every angle: which network needs the fewest of them."""

from __future__ import annotations

from .rotated import RotatedFashion, RotatedMNIST

__all__ = ["RotatedFashion", "RotatedMNIST"]
