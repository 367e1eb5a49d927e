"""Learnable coefficients of a space of equivariant maps."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..intertwiners.hom import Hom
from .forms import Dense, Factored
from .initial import initial_weights
from .module import Device, EquivariantModule, in_precision

FACTORED_ADVANTAGE = 2.0
"""How many times fewer multiplications the blocks must need before they beat one dense product.

Measured on one CPU core for irreducible features of SO(3), SU(3), G2 and S(5), 176 to 2,048 of them, forward and
backward: from 3 times fewer on, blocks took 0.9 to 0.13 times as long as torch's dense layer at batch 1,024, and 0.9 to
1.2 times as long as the product with an assembled matrix at batch 64.
"""


class Maps(EquivariantModule):
    """x -> W x + bias with W = sum_k weight_k W_k over an orthonormal basis of equivariant maps.

    Shapes: x (..., rho_in.dim), bias (rho_out.dim,) -> (..., rho_out.dim).

    The initial W multiplies the mean square of every irreducible component of features by gain^2.
    """

    def __init__(
        self,
        maps: Hom,
        *,
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(maps.rho_in, maps.rho_out)
        self.maps, self.gain = maps, gain
        kind = torch.get_default_dtype()
        self.weight = nn.Parameter(torch.empty(maps.dim, dtype=kind.to_complex() if maps.is_complex else kind))
        self.form = (Factored if is_factored(maps) else Dense)(maps, maps.is_complex)
        self.reset_parameters(generator)
        self.place(device, dtype)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights anew (see `initial_weights`)."""
        with torch.no_grad():
            self.weight.copy_(self.gain * initial_weights(self.maps, generator))

    def forward(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        self.check(x)
        return self.form(in_precision(x, self.weight, self.maps), self.weight, bias)


def is_factored(maps: Hom) -> bool:
    """Whether applying the blocks one by one takes so much less work that W is better not built."""
    work = sum(block.solution.work(*block.shape[:2]) for block in maps.blocks)
    return 0 < work * FACTORED_ADVANTAGE < maps.shape[0] * maps.shape[1]
