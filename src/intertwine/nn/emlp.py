"""The equivariant multilayer perceptron, for any group and any representations."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..groups.base import Group
from ..representations.base import Representation
from ..representations.structure import direct_sum
from .bilinear import Bilinear
from .linear import Linear
from .module import Device, EquivariantModule, require_representation
from .nonlinear import Gate, Pointwise

LARGEST_REGULAR = 64
"""Order up to which the regular representation is the default hidden one; above it, tensors are smaller."""
RELU_GAIN, GATE_GAIN = 2**0.5, 1.6
"""Factors before an activation that keep the mean square of normal features: E relu(z)^2 = 1/2, gates by experiment."""
PRODUCT_GAIN = 0.1
"""Products of features start small beside the features, so that depth does not raise them to high powers at once."""


class EMLP(EquivariantModule):
    """Linear layers with equivariant nonlinearities between: rho_in -> hidden -> ... -> rho_out.

    A permutation representation in the hidden layers takes a pointwise ReLU, any other a product of features and gates.

    Args:
        rho_in, rho_out: representations of one group.
        hidden: the hidden representation, or a number of features, from which `hidden_representation` makes one.
        layers: hidden layers.
        generator: random numbers for the initial weights.

    Shapes: (..., rho_in.dim) -> (..., rho_out.dim).

    Example:
        >>> G = Lorentz()
        >>> EMLP(4 * G.vector, G.trivial, hidden=64)(torch.randn(32, 16)).shape
        torch.Size([32, 1])

    Source: M. Finzi, M. Welling, A. G. Wilson, arXiv:2104.09459.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        hidden: Representation | int = 128,
        *,
        layers: int = 3,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        if layers < 1:
            raise IntertwineError(f"EMLP needs at least one hidden layer, got layers={layers}")
        middle = hidden_representation(rho_in.group, hidden) if isinstance(hidden, int) else hidden
        require_representation(self, middle)
        parts: list[nn.Module] = []
        for k in range(layers):
            parts.append(_Layer(middle if k else rho_in, middle, generator))
        self.network = nn.Sequential(*parts, Linear(middle, rho_out, generator=generator))
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return self.network(x)


class _Layer(EquivariantModule):
    """Linear, then a pointwise function; or linear, plus products of features, then gates."""

    def __init__(self, rho_in: Representation, rho_out: Representation, generator: torch.Generator | None):
        super().__init__(rho_in, rho_out)
        self.activation: EquivariantModule
        self.products = None
        if rho_out.is_permutation:
            self.activation = Pointwise(rho_out)
            self.linear = Linear(rho_in, rho_out, gain=RELU_GAIN, generator=generator)
        else:
            self.activation = Gate(rho_out)
            middle = self.activation.rho_in
            self.linear = Linear(rho_in, middle, gain=GATE_GAIN, generator=generator)
            self.products = Bilinear(middle, middle, gain=PRODUCT_GAIN, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        if self.products is not None:
            y = y + self.products(y)
        return self.activation(y)


def hidden_representation(group: Group, features: int) -> Representation:
    """A hidden representation of about so many features.

    Small finite groups: copies of the regular representation, which holds every irreducible one. Other groups: equal
    shares of scalars, vectors and pairs of vectors (and their duals' where these differ).

    >>> hidden_representation(SO(3), 90)
    30x1 + 10xV + 3xV*V
    """
    if group.order <= LARGEST_REGULAR:
        return max(1, round(features / int(group.order))) * group.regular
    vector = group.vector
    terms = [group.trivial, vector, vector * vector]
    if vector.dual != vector:
        terms += [vector.dual, vector * vector.dual]
    terms = [term for term in terms if term.dim <= max(features, 1)]
    return direct_sum([(term, max(1, features // (len(terms) * term.dim))) for term in terms])
