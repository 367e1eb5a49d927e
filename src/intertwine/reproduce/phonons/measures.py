"""How far predicted densities of states are from computed ones, and what follows from them."""

from __future__ import annotations

import torch
from torch import Tensor

GAS_CONSTANT = 8.314462618
"""J / (K mol)."""
KELVIN_PER_WAVE_NUMBER = 1.438776877
"""h c / k_B in K cm."""
ROOM = 300.0


def measures(found: Tensor, truth: Tensor, frequencies: Tensor) -> dict[str, float]:
    """Errors of spectra (crystals, frequencies), and of the heat capacity and mean frequency they imply."""
    found, truth, frequencies = found.double(), truth.double(), frequencies.double()
    off = found - truth
    return {
        "mse": float(off.square().mean()),
        "mae": float(off.abs().mean()),
        "r2": float(1 - off.square().sum() / (truth - truth.mean()).square().sum()),
        "capacity": float((heat_capacity(found, frequencies) - heat_capacity(truth, frequencies)).abs().mean()),
        "frequency": float((mean_frequency(found, frequencies) - mean_frequency(truth, frequencies)).abs().mean()),
    }


def heat_capacity(spectra: Tensor, frequencies: Tensor, temperature: float = ROOM) -> Tensor:
    """C_V in J / (K mol of atoms) of harmonic vibrations, 3 R sum g x^2 e^x / (e^x - 1)^2 with x = h c nu / k T.

    The spectrum g counts as normalised to sum 1. Shapes: (..., F), (F,) -> (...).
    """
    x = KELVIN_PER_WAVE_NUMBER * frequencies / temperature
    # (x / 2 / sinh(x / 2))^2, one at x = 0.
    half = (x / 2).clamp_min(1e-9)
    weight = (half / torch.sinh(half)).square()
    return 3 * GAS_CONSTANT * (spectra * weight).sum(-1) / spectra.sum(-1)


def mean_frequency(spectra: Tensor, frequencies: Tensor) -> Tensor:
    """sum g nu / sum g in 1/cm. Shapes: (..., F), (F,) -> (...)."""
    return (spectra * frequencies).sum(-1) / spectra.sum(-1)
