"""The general recipe as a network, for any group: irreducible representations, Schur, Clebsch-Gordan, repeat."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..groups.base import on_cpu
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.leaves import Trivial
from ..representations.structure import direct_sum
from .constituents import constituents, products
from .invariant_mlp import SILU_GAIN, InvariantMLP, with_conjugate
from .linear import Linear
from .module import Device, EquivariantModule, require_representation
from .nonlinear import Gate
from .products.tensor_square import TensorSquare

LARGEST_PRODUCT = 3
"""Products enter the hidden type up to so many times the dimension of what they are products of."""
PRODUCT_GAIN = 0.1
"""Products start smaller than the features beside them, so that depth does not raise these to high powers at once."""


class FourierNet(EquivariantModule):
    """rho_in -> hidden -> ... -> rho_out, where hidden is a sum of irreducible representations.

    Each of the layers mixes copies of the same irreducible representation (all that is linear and equivariant, by
    Schur's lemma), adds the Clebsch-Gordan products of the result with itself, sends the invariants among them through
    a perceptron, and lets that rescale the rest by gates. At the end come one more linear map and one more product.
    Complex features enter together with their conjugates, so that the network is not confined to holomorphic functions.

    Shapes: (..., rho_in.dim) -> (..., rho_out.dim).

    Args:
        rho_in, rho_out: representations of one group.
        hidden: the hidden type, or a number of channels, from which `hidden_irreps` makes one.
        layers: hidden layers; the output is a polynomial of degree 2^(layers + 1) in x, but for gates and perceptrons.
        generator: random numbers for the initial weights.

    Raises:
        IntertwineError: when some term of rho_out cannot be reached from hidden.

    Example:
        >>> G = SU(3)
        >>> net = FourierNet(2 * G.vector, G.trivial, hidden=8)
        >>> net(torch.randn(10, 6, dtype=torch.complex64)).shape
        torch.Size([10, 1])

    Source: R. Kondor, Z. Lin, S. Trivedi, Clebsch-Gordan nets, arXiv:1806.09231; A. Bogatskiy et al., arXiv:2006.04780.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        hidden: Representation | int = 32,
        *,
        layers: int = 2,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        if layers < 1:
            raise IntertwineError(f"FourierNet needs at least one hidden layer, got layers={layers}")
        self.hidden = hidden_irreps(rho_in, rho_out, hidden) if isinstance(hidden, int) else hidden
        require_representation(self, self.hidden)
        if rho_in.group.trivial not in expand(self.hidden):
            raise IntertwineError(
                f"the hidden type of FourierNet needs scalars to make gates from: {self.hidden} + 16*G.trivial"
            )
        entered = rho_in + rho_in.conj if rho_in.is_complex else rho_in
        stages = [_Stage(self.hidden if k else entered, self.hidden, generator) for k in range(layers)]
        self.stages = nn.Sequential(*stages)
        self.readout = Linear(self.hidden, rho_out, generator=generator)
        self.products = TensorSquare(self.hidden, rho_out, gain=PRODUCT_GAIN, generator=generator)
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        x = self.stages(with_conjugate(x) if self.rho_in.is_complex else x)
        y = self.readout(x) + self.products(x)
        return y.real if y.is_complex() and not self.rho_out.is_complex else y


class _Stage(EquivariantModule):
    """Linear, plus products of its result; a perceptron on the scalars of both adds to them and makes the gates."""

    scalars: Tensor

    def __init__(self, rho_in: Representation, rho_out: Representation, generator: torch.Generator | None):
        super().__init__(rho_in, rho_out)
        self.linear = Linear(rho_in, rho_out, generator=generator)
        self.products = TensorSquare(rho_out, rho_out, gain=PRODUCT_GAIN, generator=generator)
        self.gate = Gate(rho_out)
        self.hold("scalars", expand(rho_out)[rho_out.group.trivial].flatten())
        count = len(self.scalars)
        gates = self.gate.rho_in.dim - rho_out.dim
        self.mlp = InvariantMLP(
            rho_out, count + gates, hidden=max(count, gates), layers=1, squares=False, generator=generator
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.linear(x)
        y = y + self.products(y)
        made = self.mlp(y).to(y.dtype)
        scalars, gates = made.split([len(self.scalars), made.shape[-1] - len(self.scalars)], -1)
        scalars = (y.index_select(-1, self.scalars) + scalars) / 2**0.5
        return SILU_GAIN * self.gate(torch.cat([y.index_copy(-1, self.scalars, scalars), gates], -1))


@on_cpu
def hidden_irreps(rho_in: Representation, rho_out: Representation, channels: int) -> Representation:
    """A hidden type: `channels` scalars, and channels / sqrt(dim) copies of other irreducible representations.

    These are the ones in rho_in, in rho_out, in the group's vector and in their conjugates, and those in products of
    two of them that are not much larger.

    Where irreducible representations of the group are not known, the terms of rho_in, rho_out and the vector stand for
    them.

    >>> G = SO(3)
    >>> hidden_irreps(5 * G.vector, G.trivial, 32)
    32x1 + 18xV + 14xl=2
    """
    if channels < 1:
        raise IntertwineError(f"hidden counts channels, at least 1, or is a representation; got {channels}")
    group = rho_in.group
    base = constituents([rho_in, rho_out, group.vector])
    base = constituents([*base, *(rho.conj for rho in base)])
    largest = LARGEST_PRODUCT * max(rho.dim for rho in base)
    try:
        multiplied = [rho for rho in products(base, base) if rho.dim <= largest]
    except IntertwineError:
        multiplied = []  # irreducible representations of this group are not known
    found = dict.fromkeys([group.trivial, *base, *multiplied])
    return direct_sum([(rho, _copies(rho, channels)) for rho in sorted(found, key=lambda rho: rho.dim)])


def _copies(rho: Representation, channels: int) -> int:
    return channels if isinstance(rho, Trivial) else max(1, round(channels / rho.dim**0.5))
