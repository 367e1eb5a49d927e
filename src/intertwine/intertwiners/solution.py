"""What every route of the solver returns: an orthonormal basis of Hom(A, B) in the form that is cheapest to apply."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor

Constants = Mapping[str, Tensor]


class Solution(ABC):
    """An orthonormal basis W_1 .. W_dim of the equivariant maps A -> B (Frobenius inner product).

    Constants are solved once in float64 and never change; a layer keeps a cast copy of them as buffers and passes it
    back, so that nothing here depends on the layer's dtype or device.
    """

    route: str
    shape: tuple[int, int]
    """(dim B, dim A)."""
    dim: int
    """Number of basis maps: real parameters when both representations are real, complex ones otherwise."""
    is_complex: bool

    @abstractmethod
    def constants(self) -> Constants:
        """The tensors that `matrix` and `apply` need: float64, complex128 or int64, contiguous."""

    @abstractmethod
    def matrix(self, coefficients: Tensor, constants: Constants | None = None) -> Tensor:
        """sum_k c_k W_k: coefficients (..., dim) -> (..., dim B, dim A)."""

    @abstractmethod
    def coefficients(self, matrix: Tensor) -> Tensor:
        """<W_k, M> for any matrix M, equivariant or not: (..., dim B, dim A) -> (..., dim)."""

    def basis(self) -> Tensor:
        """All basis maps, (dim, dim B, dim A), float64 or complex128."""
        return self.matrix(torch.eye(self.dim, dtype=torch.complex128 if self.is_complex else torch.float64))

    def apply(self, coefficients: Tensor, x: Tensor, constants: Constants | None = None) -> Tensor:
        """Mix channels with equivariant maps, y_o = sum_i W(c_oi) x_i.

        Shapes: coefficients (m_out, m_in, dim), x (..., m_in, dim A) -> (..., m_out, dim B).
        """
        return torch.einsum("oiba,...ia->...ob", self.matrix(coefficients, constants), x)

    def work(self, m_out: int, m_in: int) -> float:
        """Multiplications of `apply` for one sample; those of the dense matrix unless a route does better."""
        return float(m_out * m_in * self.shape[0] * self.shape[1])

    def resolve(self, constants: Constants | None, like: Tensor) -> Constants:
        """The given constants, or the solved ones cast to the dtype and device of `like`."""
        if constants is not None:
            return constants
        return {name: cast_like(value, like) for name, value in self.constants().items()}


def cast_like(value: Tensor, like: Tensor) -> Tensor:
    """Cast a constant to `like`'s precision and device; integers stay integers, complex stays complex."""
    if not (value.is_floating_point() or value.is_complex()):
        return value.to(like.device)
    dtype = like.dtype
    if value.is_complex() and not like.is_complex():
        dtype = torch.complex64 if like.dtype == torch.float32 else torch.complex128
    return value.to(device=like.device, dtype=dtype)
