"""Layer normalisation of features: each sample by itself, each kind of term by its mean square over channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..representations.base import Representation
from ..representations.expand import expand
from .module import Device, EquivariantModule, Solved
from .products.places import Join, Take


class LayerNorm(EquivariantModule):
    """v -> weight (v - m) / sqrt(mean of |v - m|^2 / dim over the copies of its term + eps) + bias.

    The copies of one elementary term of rho, all in one sample (a point, a pixel), are normalised together. m is the
    mean over copies of scalars, and 0 of all other terms. weight is one number for each copy, bias one for each scalar.
    No statistics are kept, so that training and evaluation agree and a batch is computed item by item.

    Shapes: (..., rho.dim) -> (..., rho.dim), or with axis=1 (batch, rho.dim, *grid) -> the same.

    Args:
        rho: the type of the features, of any group with unitary matrices, real or complex.
        axis: where channels stand, -1 or 1.
        eps: keeps features near zero from being blown up; gradients are smooth there.
        affine: whether to learn weight and bias.

    Raises:
        IntertwineError: when some term is not unitary, or rho holds a single copy of a scalar, of which centring
            would leave nothing.

    Example:
        >>> G = O(3)
        >>> LayerNorm(2 * G.trivial + 2 * G.vector)(torch.tensor([1.0, 3.0, 0.0, 0.0, 2.0, 0.0, 0.0, 2.0])).detach()
        tensor([-1.0000,  1.0000,  0.0000,  0.0000,  1.7320,  0.0000,  0.0000,  1.7320])

    Source: J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, arXiv:1607.06450; Y.-L. Liao, T. Smidt,
    Equiformer, arXiv:2206.11990, section 4.1.
    """

    def __init__(
        self,
        rho: Representation,
        *,
        axis: int = -1,
        eps: float = 1e-5,
        affine: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho, rho, axis=axis)
        self.eps = eps
        with torch.device("cpu"):
            self.kinds = nn.ModuleList(_Kind(term, index, rho, affine) for term, index in expand(rho).items())
            self.join = Join(expand(rho).values())
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        v = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x  # squares would overflow
        v = v.movedim(self.axis, -1)
        out = self.join([kind(v, self.eps).flatten(-2) for kind in self.kinds])
        return out.movedim(-1, self.axis).to(x.dtype)

    def extra_repr(self) -> str:
        return f"{self.rho_in}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"


class _Kind(Solved):
    """The copies of one term: features (..., rho.dim) -> normalised (..., copies, dim)."""

    def __init__(self, term: Representation, index: Tensor, rho: Representation, affine: bool):
        super().__init__()
        if not term.is_unitary:
            raise IntertwineError(f"LayerNorm needs unitary terms, whose norms are invariant; {term} of {rho} is not")
        self.is_scalar = term.dim == 1 and term.is_trivial
        if self.is_scalar and len(index) == 1:
            raise IntertwineError(
                f"{rho} holds one scalar, and centring leaves nothing of it: give LayerNorm two scalars or none"
            )
        self.take = Take(index)
        kind = torch.get_default_dtype()
        self.weight = nn.Parameter(torch.ones(len(index), 1)) if affine else None
        self.bias = None
        if affine and self.is_scalar:
            self.bias = nn.Parameter(torch.zeros(len(index), 1, dtype=kind.to_complex() if rho.is_complex else kind))

    def forward(self, x: Tensor, eps: float) -> Tensor:
        v = self.take(x)
        if self.is_scalar:
            v = v - v.mean(-2, keepdim=True)
        square = (v * v.conj()).real if v.is_complex() else v * v
        scale = (square.mean((-2, -1), keepdim=True) + eps).rsqrt()
        out = v * (scale if self.weight is None else scale * self.weight)
        return out if self.bias is None else out + self.bias
