"""From equivariant features to invariant numbers, and an ordinary perceptron on those."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..representations.base import Representation
from .linear import Linear
from .module import Device, EquivariantModule, require_representation
from .products.tensor_square import TensorSquare, square_entries

SILU_GAIN = 1.68
"""What makes up for a SiLU: 1 / sqrt(E silu(z)^2) for normal z."""


class InvariantMLP(EquivariantModule):
    """A perceptron on invariants of x: on the linear ones, and the quadratic ones where `squares` is set.

    Linear invariants are the scalars among the features and whatever else the group leaves fixed (the mean of a set,
    the trace of a matrix). Quadratic ones are all invariant products of two features: inner products of vectors,
    Minkowski products of four-vectors, x^dagger x of complex ones. Their size is made manageable by asinh, since
    products of four-vectors range over decades.

    Shapes: (..., rho_in.dim) -> (..., features), real. Of complex invariants real and imaginary parts are used.

    Args:
        rho_in: the type of x.
        features: how many numbers to return.
        hidden: how many combinations of invariants enter, and the width of the perceptron.
        layers: hidden layers.
        squares: whether quadratic invariants enter.
        generator: random numbers for the initial weights.

    Raises:
        IntertwineError: when x has no such invariants.

    Example:
        >>> G = O(3)
        >>> InvariantMLP(5 * G.vector, 10)(torch.randn(32, 15)).shape
        torch.Size([32, 10])
    """

    def __init__(
        self,
        rho_in: Representation,
        features: int,
        *,
        hidden: int = 64,
        layers: int = 2,
        squares: bool = True,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        require_representation(self, rho_in)
        one = rho_in.group.trivial
        super().__init__(rho_in, features * one)
        if layers < 1:
            raise IntertwineError(f"InvariantMLP needs at least one hidden layer, got layers={layers}")
        self.linear, self.quadratic = None, None
        if (rho_in >> one).dim:
            self.linear = Linear(rho_in, hidden * one, generator=generator)
        doubled = rho_in + rho_in.conj if rho_in.is_complex else rho_in
        if squares and square_entries(doubled, one):
            self.quadratic = TensorSquare(doubled, hidden * one, generator=generator)
        if self.linear is None and self.quadratic is None:
            degree = "one or two" if squares else "one"
            raise IntertwineError(
                f"{rho_in} of {rho_in.group} has no invariants of degree {degree}; give the perceptron other features"
            )
        width = hidden * (2 if rho_in.is_complex else 1)
        parts: list[nn.Module] = []
        for _ in range(layers - 1):
            parts += [nn.SiLU(), Linear(width * one, hidden * one, gain=SILU_GAIN, generator=generator)]
            width = hidden
        self.mlp = nn.Sequential(
            *parts, nn.SiLU(), Linear(width * one, features * one, gain=SILU_GAIN, generator=generator)
        )
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        found: list[Tensor] = [] if self.linear is None else [self.linear(x)]
        if self.quadratic is not None:
            found.append(_compressed(self.quadratic(with_conjugate(x) if self.rho_in.is_complex else x)))
        invariants = found[0] + found[1] if len(found) == 2 else found[0]
        if invariants.is_complex():
            invariants = torch.view_as_real(invariants).flatten(-2)
        return self.mlp(invariants)


def with_conjugate(x: Tensor) -> Tensor:
    """(x, conj x), of type rho + rho.conj."""
    return torch.cat([x, x.conj()], -1)


def _compressed(z: Tensor) -> Tensor:
    return torch.complex(z.real.asinh(), z.imag.asinh()) if z.is_complex() else z.asinh()
