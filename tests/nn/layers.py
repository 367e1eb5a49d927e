"""One layer of every kind, made on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from intertwine.groups import SO, SU, C, D, Lorentz, O, S
from intertwine.nn import EMLP, Bilinear, EquivariantModule, Gate, InvariantHead, Linear, NormActivation, Pointwise

V, one = SO(3).vector, SO(3).trivial
RHO = V + 3 * one + V * V + V
SPIN = SU(2).trivial + 2 * SU(2).vector
NEAR = torch.eye(6, dtype=torch.bool).repeat(1, 2)
COMPLEX = {"complex Linear", "complex NormActivation", "complex Gate", "complex InvariantHead"}
PLACED: dict[str, Callable[..., EquivariantModule]] = {
    "Linear": lambda **k: Linear(RHO, 2 * one + 2 * V + V * V, **k),
    "Linear by look-up": lambda **k: Linear(C(4).trivial + 2 * C(4).regular, 3 * C(4).regular, **k),
    "Linear by blocks": lambda **k: Linear(24 * SU(4).adjoint, 24 * SU(4).adjoint, **k),
    "masked Linear": lambda **k: Linear(2 * C(6).regular, C(6).regular, mask=NEAR, **k),
    "Linear without maps": lambda **k: Linear(O(3).vector, 2 * O(3).trivial, **k),
    "complex Linear": lambda **k: Linear(SPIN, SPIN + SU(2).vector ** 2, **k),
    "Bilinear": lambda **k: Bilinear(V + one, V + one, **k),
    "NormActivation": lambda **k: NormActivation(RHO, **k),
    "complex NormActivation": lambda **k: NormActivation(SPIN, **k),
    "Gate": lambda **k: Gate(RHO, **k),
    "complex Gate": lambda **k: Gate(SPIN, **k),
    "InvariantHead": lambda **k: InvariantHead(V + 2 * one, 3, hidden=8, **k),
    "complex InvariantHead": lambda **k: InvariantHead(SPIN, 3, hidden=8, **k),
    "EMLP": lambda **k: EMLP(2 * V + one, V * V, 40, layers=2, **k),
    "EMLP of permutations": lambda **k: EMLP(S(4).vector, 2 * S(4).trivial, 48, layers=2, **k),
    "EMLP of boosts": lambda **k: EMLP(2 * Lorentz().vector, Lorentz().trivial, 30, layers=1, **k),
}
"""Layers that take `device` and `dtype`."""
LAYERS: dict[str, Callable[..., EquivariantModule]] = {
    **PLACED,
    "Pointwise": lambda: Pointwise(2 * S(4).vector, torch.nn.functional.gelu),
    "signed Pointwise": lambda: Pointwise(D(4).vector + 2 * D(4).regular, torch.tanh),
}


def inputs(layer: EquivariantModule, *batch: int, **options: Any) -> Tensor:
    """Random features in the precision of the layer."""
    parameter = next(layer.parameters(), torch.empty(0))
    dtype = parameter.dtype.to_complex() if layer.rho_in.is_complex else parameter.dtype
    return torch.randn(*batch, layer.rho_in.dim, **{"dtype": dtype, **options})
