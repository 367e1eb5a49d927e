"""From equivariant features to invariant numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..representations.base import Representation
from .bilinear import Bilinear
from .linear import Linear
from .module import Device, EquivariantModule, require_representation


class InvariantHead(EquivariantModule):
    """Invariant outputs: linear and quadratic invariants of x, then an ordinary two-layer perceptron.

    Shapes: (..., rho_in.dim) -> (..., features), real. For complex representations the real and imaginary parts of the
    invariants are used.

    Args:
        rho_in: the type of the features.
        features: how many numbers to return.
        hidden: how many invariants, and the width of the perceptron.
        generator: random numbers for the initial weights.

    Example:
        >>> G = O(3)
        >>> InvariantHead(5 * G.vector, 10)(torch.randn(32, 15)).shape
        torch.Size([32, 10])
    """

    def __init__(
        self,
        rho_in: Representation,
        features: int,
        *,
        hidden: int = 64,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        require_representation(self, rho_in)
        one = rho_in.group.trivial
        super().__init__(rho_in, features * one)
        self.linear = Linear(rho_in, hidden * one, generator=generator)
        self.quadratic = Bilinear(rho_in, hidden * one, generator=generator)
        width = hidden * (2 if rho_in.is_complex else 1)
        self.mlp = nn.Sequential(
            nn.SiLU(),
            Linear(width * one, hidden * one, generator=generator),
            nn.SiLU(),
            Linear(hidden * one, features * one, generator=generator),
        )
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        invariants = self.linear(x) + self.quadratic(x)
        if invariants.is_complex():
            invariants = torch.view_as_real(invariants).flatten(-2)
        return self.mlp(invariants)
