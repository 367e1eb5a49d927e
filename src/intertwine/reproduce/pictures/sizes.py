"""How large each size of the reproduction is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Size:
    """Data, networks and training of one size."""

    train: Mapping[int, int]
    """Numbers of training pictures, and the passes over them."""
    test: int
    """Test pictures."""
    seeds: int
    batch_size: int
    learning_rate: float
    width: int
    """Fields of the group CNN; the plain one has twice as many channels."""
    harmonic: int
    steerable: tuple[int, ...]
    order: int
    """Of the cyclic group of the steerable network."""


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "quick": Size({100: 10}, 500, 2, 50, 1e-2, 3, 2, (1, 1, 1, 1, 1, 1), 8),
        "default": Size({100: 60, 1000: 20, 12_000: 6}, 10_000, 3, 64, 5e-3, 10, 6, (3, 4, 6, 6, 8, 8), 8),
        "full": Size({100: 400, 1000: 100, 12_000: 40}, 10_000, 5, 64, 5e-3, 10, 6, (16, 24, 32, 32, 48, 64), 16),
    }
)
