"""The equivariant linear layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..groups.base import on_cpu
from ..representations.base import Representation
from .forms import Dense
from .maps import Maps
from .module import Device, EquivariantModule


class Linear(EquivariantModule):
    """y = W x + b over all equivariant W and all invariant b: (..., rho_in.dim) -> (..., rho_out.dim).

    Args:
        rho_in, rho_out: representations of one group.
        bias: whether to add an invariant vector of rho_out (there may be none).
        mask: (rho_out.dim, rho_in.dim) bool; keep only maps that vanish outside, as the local kernels of a convolution
            do. It must itself be symmetric.
        gain: what the initial W multiplies features by; sqrt(2) makes up for a ReLU that follows.
        generator: random numbers for the initial weights.

    The parameters are the coefficients of orthonormal bases: `maps.weight` of rho_in >> rho_out and `bias` of the
    invariant vectors. The initial W keeps the mean square of every irreducible component; the initial bias is zero.

    Raises:
        IntertwineError: for representations of two groups, and for a mask that cuts a class of shared weights.

    Example:
        >>> G = SO(3)
        >>> Linear(8 * G.trivial + 4 * G.vector, 16 * G.vector)
        Linear(SO(3): 8x1 + 4xV -> 16xV, 64 maps by diagrams, 0 invariant biases)

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
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        space = rho_in >> rho_out
        self.maps = Maps(space if mask is None else on_cpu(space.mask)(mask), gain=gain, generator=generator)
        self.invariants, self.bias = None, None
        invariants = rho_out.group.trivial >> rho_out
        if bias and invariants.dim:
            weight = self.maps.weight
            self.invariants = Dense(invariants, weight.is_complex())
            self.bias = nn.Parameter(torch.zeros(invariants.dim, dtype=weight.dtype))
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        return self.maps(x, self.invariant_bias())

    def invariant_bias(self) -> Tensor | None:
        """The current b, (rho_out.dim,)."""
        if self.invariants is None or self.bias is None:
            return None
        return self.invariants.matrix(self.bias).squeeze(1)

    def matrix(self) -> Tensor:
        """The current W, (rho_out.dim, rho_in.dim)."""
        return self.maps.maps.matrix(self.maps.weight)

    def to_plain(self) -> nn.Linear:
        """The same map as a layer of torch with numbers of its own, which has nothing to assemble: for inference."""
        weight, bias = self.matrix().detach(), self.invariant_bias()
        layer = nn.Linear(*weight.mT.shape, bias=bias is not None, device="meta")
        layer.weight = nn.Parameter(weight)
        if bias is not None:
            layer.bias = nn.Parameter(bias.detach())
        return layer

    def __repr__(self) -> str:
        bias = 0 if self.bias is None else len(self.bias)
        return f"{type(self).__name__}({self.maps.maps}, {bias} invariant bias{'' if bias == 1 else 'es'})"
