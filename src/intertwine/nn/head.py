"""From equivariant features to invariant numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..representations.base import Representation
from .bilinear import Bilinear
from .linear import Linear
from .module import EquivariantModule


class InvariantHead(EquivariantModule):
    """Invariant outputs: linear and quadratic invariants of x, then an ordinary two-layer perceptron.

    Shapes: (..., rho_in.dim) -> (..., features). For complex representations the real and imaginary parts of the
    invariants are used.
    """

    def __init__(
        self,
        rho_in: Representation,
        features: int,
        *,
        hidden: int = 64,
        generator: torch.Generator | None = None,
    ):
        trivial = rho_in.group.trivial
        super().__init__(rho_in, features * trivial)
        self.linear = Linear(rho_in, hidden * trivial, generator=generator)
        self.quadratic = Bilinear(rho_in, hidden * trivial, generator=generator)
        width = hidden * (2 if rho_in.is_complex else 1)
        self.mlp = nn.Sequential(nn.SiLU(), nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, features))

    def forward(self, x: Tensor) -> Tensor:
        invariants = self.linear(x) + self.quadratic(x)
        if invariants.is_complex():
            invariants = torch.view_as_real(invariants).flatten(-2)
        return self.mlp(invariants)
