"""The equivariant linear layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..representations.base import Representation
from .maps import Maps
from .module import EquivariantModule


class Linear(EquivariantModule):
    """y = W x + b over all equivariant W and all invariant b: (..., rho_in.dim) -> (..., rho_out.dim).

    Args:
        rho_in, rho_out: representations of one group.
        bias: whether to add an invariant vector of rho_out (there may be none).
        mask: (rho_out.dim, rho_in.dim) bool; keep only maps that vanish outside, as the local kernels of a convolution
            do. It must itself be symmetric.
        generator: random numbers for the initial weights.

    Parameters are the coefficients of an orthonormal basis of rho_in >> rho_out, `maps.weight`, and of the invariant
    vectors, `bias`. The initial W keeps the variance of features; the initial bias is zero.

    Source: M. Finzi, M. Welling, A. G. Wilson, A practical method for constructing equivariant multilayer perceptrons
    for arbitrary matrix groups, arXiv:2104.09459.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        bias: bool = True,
        mask: Tensor | None = None,
        generator: torch.Generator | None = None,
    ):
        super().__init__(rho_in, rho_out)
        space = rho_in >> rho_out
        self.maps = Maps(space if mask is None else space.mask(mask), generator=generator)
        invariants = rho_in.group.trivial >> rho_out
        self.register_parameter("bias", None)
        if bias and invariants.dim:
            vectors = invariants.basis().squeeze(-1).mT.contiguous()
            self.hold("invariants", vectors.to(torch.complex128) if self.maps.maps.is_complex else vectors)
            self.bias = nn.Parameter(torch.zeros(invariants.dim, dtype=self.invariants.dtype))

    def forward(self, x: Tensor) -> Tensor:
        if self.bias is None:
            return self.maps(x)
        return self.maps(x, self.invariants @ self.bias)

    def matrix(self) -> Tensor:
        """The current W, (rho_out.dim, rho_in.dim)."""
        return self.maps.maps.matrix(self.maps.weight)

    def extra_repr(self) -> str:
        bias = 0 if self.bias is None else len(self.bias)
        return f"{self.maps.maps}, {bias} invariant bias{'' if bias == 1 else 'es'}"

