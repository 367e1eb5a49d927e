"""The operators of a spin, in the basis |j m>, m descending, with Condon and Shortley's phases."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.complex128]


def projections(twice: int) -> NDArray[np.float64]:
    """m from j down to -j."""
    return twice / 2 - np.arange(twice + 1.0)


@lru_cache(maxsize=256)
def spin_operators(twice: int) -> Array:
    """(J_x, J_y, J_z) in the basis |j m>, m descending: (3, 2j + 1, 2j + 1)."""
    k = np.arange(1, twice + 1.0)
    raising = np.diag(np.sqrt(k * (twice + 1 - k)), 1).astype(np.complex128)
    middle = np.diag(projections(twice)).astype(np.complex128)
    return np.stack([(raising + raising.T) / 2, (raising - raising.T) / 2j, middle])


def spin_algebra(x: Tensor, twice: int) -> Tensor:
    """The image of traceless matrices x = n . sigma (..., 2, 2) in spin j, 2 n . J: (..., 2j + 1, 2j + 1)."""
    up, down, middle = x[..., 0, 1], x[..., 1, 0], x[..., 0, 0] - x[..., 1, 1]
    n = torch.stack([up + down, 1j * (up - down), middle], -1).to(torch.complex128)
    return torch.einsum("...a,aij->...ij", n, torch.from_numpy(spin_operators(twice)).to(x.device))
