"""Spin(1, 3) = SL(2, C), the double cover of the Lorentz group.

An element is a complex 2 x 2 matrix A of determinant 1. It moves the Hermitian matrix X = t - x sigma_x - y sigma_y -
z sigma_z of an event to A X A^dagger, which is the Lorentz transformation

    Lambda_mn = trace(s_m A s_n A^dagger) / 2,        s = (1, -sigma_x, -sigma_y, -sigma_z),

so that A = exp(-i theta . sigma / 2) turns by theta and A = exp(-eta . sigma / 2) boosts by the rapidity eta, as
left-handed Weyl spinors do.

The Lie algebra is real of dimension 6, so that A and its complex conjugate are independent in the complexification:
its elements are the 4 x 4 matrices diag(a, b), and those of the group's own algebra have b = conj(a).

Source: M. E. Peskin and D. V. Schroeder, An Introduction to Quantum Field Theory (1995), section 3.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..errors import IntertwineError
from .base import RootData
from .catalogued import catalogued
from .classical import Lorentz
from .elements import Element
from .lie import LieGroup, bounded_positive, haar, unit_determinant
from .named import named_representations

if TYPE_CHECKING:
    from ..representations.base import Representation

PAULI = torch.tensor([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]]).to(torch.complex128)
"""(1, sigma_x, sigma_y, sigma_z), (4, 2, 2)."""
_EVENT = PAULI * torch.tensor([1.0, -1.0, -1.0, -1.0])[:, None, None]


@catalogued
def Spin(p: int, q: int = 0) -> SpinLorentz:
    """Spin(1, 3), the complex 2 x 2 matrices of determinant 1 (six real dimensions).

    The Lie algebra's basis lies over that of `Lorentz()`: three boosts -sigma_k / 2, then the rotations x -> y, x -> z
    and y -> z. `vector` is the left-handed Weyl spinor (1/2, 0). Samples lie over rotations times boosts of rapidity up
    to 2.

    Raises:
        IntertwineError: for other signatures.
    """
    if (p, q) != (1, 3):
        raise IntertwineError(
            f"Spin(1, 3) is the one that is known, got Spin({p}, {q}); SU(2), SU(2)*SU(2), USp(4) and SU(4) are "
            "Spin(3) to Spin(6)"
        )
    return SpinLorentz()


class SpinLorentz(LieGroup):
    """SL(2, C) as a real Lie group over the Lorentz group."""

    def __init__(self) -> None:
        x, y, z = PAULI[1:] / 2
        a = torch.stack([-x, -y, -z, -1j * z, 1j * y, -1j * x])
        up = torch.tensor([[0, 1], [0, 0]], dtype=torch.complex128)
        super().__init__(
            "Spin(1,3)",
            _pair(a, a.conj()),
            sampler=_sample,
            residual=lambda g: (torch.linalg.det(g) - 1).abs(),
            roots=RootData(
                torch.stack([_pair(up, 0 * up), _pair(0 * up, up)]), torch.zeros(0, 4, 4, dtype=torch.complex128)
            ),
            is_compact=False,
        )

    @property
    def identity(self) -> Element:
        return torch.eye(2, dtype=torch.complex128)

    @property
    def vector(self) -> Representation:
        return named_representations["irrep"](self, ("1/2", 0))

    @property
    def adjoint(self) -> Representation:
        return Lorentz().adjoint.restrict(self)

    def exp(self, x: Element) -> Element:
        return torch.linalg.matrix_exp(x[..., :2, :2])

    def as_matrix(self, g: Element) -> Tensor:
        return _pair(g, g.conj())

    def cover(self, g: Tensor) -> Tensor:
        """The Lorentz transformation Lambda of A, (..., 2, 2) -> (..., 4, 4); A and -A have the same one."""
        sigma = _EVENT.to(g.device)
        moved = g[..., None, :, :] @ sigma @ g.mH[..., None, :, :]
        return torch.einsum("mij,...nji->...mn", sigma, moved).real / 2

    def cover_algebra(self, x: Tensor) -> Tensor:
        """Its derivative, complex-linear on the matrices diag(a, b), (..., 4, 4) -> (..., 4, 4)."""
        sigma, a, b = _EVENT.to(x.device), x[..., None, :2, :2], x[..., None, 2:, 2:]
        return torch.einsum("mij,...nji->...mn", sigma, a @ sigma + sigma @ b.mT) / 2


def _sample(n: int, generator: torch.Generator | None) -> Tensor:
    return unit_determinant(haar(n, 2, generator, is_complex=True)) @ bounded_positive(PAULI[1:], n, generator)


def _pair(a: Tensor, b: Tensor) -> Tensor:
    """diag(a, b) in 2 x 2 blocks, (..., 4, 4)."""
    zero = torch.zeros_like(a)
    return torch.cat([torch.cat([a, zero], -1), torch.cat([zero, b], -1)], -2)
