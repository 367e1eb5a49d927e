"""How solid harmonics of degree l come from those of degree l - 1, see `spherical_harmonics`."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from ...groups.base import on_cpu
from ...groups.classical import SO
from ...representations.clebsch_gordan import clebsch_gordan
from ...representations.wigner import lie_irrep

NORMALISATIONS = ("component", "norm", "integral")


@lru_cache(maxsize=256)
@on_cpu
def step(l: int, normalisation: str) -> Tensor:
    """c_l C as (3 (2l - 1), 2l + 1) in float64, the vector axis in the order (x, y, z)."""
    irreps = [lie_irrep(SO(3), (2 * degree,)) for degree in (1, l - 1, l)]
    c = clebsch_gordan(*irreps)[0][[2, 0, 1]]  # the basis of l = 1 is (y, z, x)
    # S_l = z^l on the polar axis.
    return (c / c[2, l - 1, l] * (factor(l, normalisation) / factor(l - 1, normalisation))).flatten(0, 1)


def factor(l: int, normalisation: str) -> float:
    """sqrt(sum_m Y_lm^2) on the sphere."""
    return {"component": 2 * l + 1, "norm": 1, "integral": (2 * l + 1) / (4 * torch.pi)}[normalisation] ** 0.5


@lru_cache(maxsize=512)
def step_in(l: int, normalisation: str, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The same in a precision and on a device."""
    return step(l, normalisation).to(device, dtype)
