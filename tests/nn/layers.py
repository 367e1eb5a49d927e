"""One layer of every kind, made on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from intertwine.groups import SO, SU, C, D, Lorentz, O, S
from intertwine.nn import (
    EMLP,
    Bilinear,
    EquivariantModule,
    FourierNet,
    Gate,
    InvariantMLP,
    Linear,
    NormActivation,
    Pointwise,
    TensorProduct,
    TensorSquare,
)
from intertwine.representations import Representation

V, one = SO(3).vector, SO(3).trivial
RHO = V + 3 * one + V * V + V
SPIN = SU(2).trivial + 2 * SU(2).vector
NEAR = torch.eye(6, dtype=torch.bool).repeat(1, 2)
THREE = 2 * one + 2 * V + SO(3).irrep(2)
COMPLEX = {
    "complex Linear",
    "complex NormActivation",
    "complex Gate",
    "complex InvariantMLP",
    "complex TensorProduct",
    "complex TensorSquare",
    "complex FourierNet",
}


class Paired(EquivariantModule):
    """A tensor product as a layer of one input (x, y), or (x, y, weights) where these are external."""

    def __init__(self, rho1: Representation, rho2: Representation, *args: Any, **options: Any):
        product = TensorProduct(rho1, rho2, *args, **options)
        weights = product.weight_numel if product.external else 0
        super().__init__(rho1 + rho2 + weights * rho1.group.trivial if weights else rho1 + rho2, product.rho_out)
        self.product, self.sizes = product, [rho1.dim, rho2.dim, weights]

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        x, y, weight = x.split(self.sizes, -1)
        return self.product(x, y, weight) if self.product.external else self.product(x, y)


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
    "InvariantMLP": lambda **k: InvariantMLP(V + 2 * one, 3, hidden=8, **k),
    "complex InvariantMLP": lambda **k: InvariantMLP(SPIN, 3, hidden=8, **k),
    "TensorProduct": lambda **k: Paired(THREE, one + V, V + 2 * one + THREE, **k),
    "TensorProduct of many": lambda **k: Paired(THREE, THREE, THREE, **k),
    "TensorProduct, channelwise": lambda **k: Paired(
        THREE, one + V + SO(3).irrep(2), channelwise=True, keep=THREE, **k
    ),
    "TensorProduct, channelwise, summed": lambda **k: Paired(
        2 * one + 2 * V, one + 2 * V, V + 2 * one + V, channelwise=True, **k
    ),
    "TensorProduct of permutations": lambda **k: Paired(2 * S(4).vector, S(4).vector, S(4).vector, **k),
    "TensorProduct of boosts": lambda **k: Paired(2 * Lorentz().vector, Lorentz().vector, Lorentz().vector ** 2, **k),
    "complex TensorProduct": lambda **k: Paired(SPIN, SU(2).vector, SPIN, **k),
    "TensorSquare": lambda **k: TensorSquare(RHO, THREE, **k),
    "complex TensorSquare": lambda **k: TensorSquare(SPIN, SPIN + SU(2).irrep(1), **k),
    "FourierNet": lambda **k: FourierNet(2 * V + one, V * V, 6, layers=1, **k),
    "complex FourierNet": lambda **k: FourierNet(SPIN, SU(2).vector, 6, layers=1, **k),
    "FourierNet of boosts": lambda **k: FourierNet(2 * Lorentz().vector, Lorentz().trivial, 4, layers=2, **k),
    "EMLP": lambda **k: EMLP(2 * V + one, V * V, 40, layers=2, **k),
    "EMLP of permutations": lambda **k: EMLP(S(4).vector, 2 * S(4).trivial, 48, layers=2, **k),
    "EMLP of boosts": lambda **k: EMLP(2 * Lorentz().vector, Lorentz().trivial, 30, layers=1, **k),
}
"""Layers that take `device` and `dtype`."""
LAYERS: dict[str, Callable[..., EquivariantModule]] = {
    **PLACED,
    "TensorProduct, external": lambda: Paired(THREE, one + V, THREE, external=True),
    "TensorProduct, channelwise, external": lambda: Paired(THREE, one + V, channelwise=True, external=True),
    "Pointwise": lambda: Pointwise(2 * S(4).vector, torch.nn.functional.gelu),
    "signed Pointwise": lambda: Pointwise(D(4).vector + 2 * D(4).regular, torch.tanh),
}


def inputs(layer: EquivariantModule, *batch: int, **options: Any) -> Tensor:
    """Random features in the precision of the layer."""
    constants = (b for b in layer.buffers() if b.is_floating_point() or b.is_complex())
    parameter = next(layer.parameters(), next(constants, torch.empty(0)))
    dtype = parameter.dtype.to_complex() if layer.rho_in.is_complex else parameter.dtype
    return torch.randn(*batch, layer.rho_in.dim, **{"dtype": dtype, **options})
