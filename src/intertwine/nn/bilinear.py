"""Products of features: the tensor-product nonlinearity."""

from __future__ import annotations

import torch
from torch import Tensor

from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.leaves import Trivial
from ..representations.structure import direct_sum
from .linear import Linear
from .module import Device, EquivariantModule


class Bilinear(EquivariantModule):
    """y = W((A x) (x) (B x)) with equivariant A, B, W: quadratic in x, for any group.

    A and B bring x down to `rank` copies of each kind of term that it holds, so that the tensor product stays small;
    W is any equivariant map from that product to rho_out. Shapes: (..., rho_in.dim) -> (..., rho_out.dim).

    Args:
        rho_in, rho_out: representations of one group.
        rank: copies of each elementary term of rho_in in either factor of the product.
        gain: what the initial W multiplies products by.
        generator: random numbers for the initial weights.

    Example:
        >>> V = SO(3).vector
        >>> Bilinear(2 * V, V, rank=1).out  # the cross product, and vectors times the scalars among the factors
        Linear(SO(3): (1 + V)*(1 + V) -> V, 3 maps by diagrams, 0 invariant biases)
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        rank: int = 2,
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        terms = [term for term in expand(rho_in) if not isinstance(term, Trivial)]
        factor = direct_sum([(rho_in.group.trivial, rank), *((term, rank) for term in terms)])
        self.left = Linear(rho_in, factor, bias=False, generator=generator)
        self.right = Linear(rho_in, factor, bias=False, generator=generator)
        self.out = Linear(factor * factor, rho_out, bias=False, gain=gain, generator=generator)
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        left, right = self.left(x), self.right(x)
        return self.out((left[..., :, None] * right[..., None, :]).flatten(-2))
