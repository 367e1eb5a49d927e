"""A small crystal, for the tests of networks on points."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

CELL = torch.tensor([[3.2, 0, 0], [0.6, 3.4, 0], [-0.3, 0.5, 3.1]], dtype=torch.float64)


def atoms(numbers: list[int], positions: Tensor, cell: Tensor | None = None) -> Any:
    found = SimpleNamespace(numbers=numbers, positions=positions.numpy())
    if cell is not None:
        found.cell, found.pbc = cell.numpy(), [True] * 3
    return found


def crystal_of_four() -> tuple[list[int], Tensor]:
    """Numbers and positions (4, 3), drawn anew."""
    return [1, 6, 8, 6], torch.rand(4, 3, dtype=torch.float64) @ CELL
