"""The irreducible representations (j1, j2) of Spin(1, 3) = SL(2, C), for all pairs of spins.

    rho(A) = W (D^j1(A) (x) conj(D^j2(A))) W^dagger,        D^j(A) the symmetric power of degree 2j, basis |j m>,

m descending. W = 1 where j1 > j2 and j1 + j2 is half-integer; (j2, j1) is the complex conjugate of (j1, j2); and where
j1 + j2 is an integer W leads to the basis of `Lorentz().irrep((j1, j2))`, so that the matrix is that of the Lorentz
transformation over A: real for j1 = j2, and the transformation itself for (1/2, 1/2).

Weyl spinors are (1/2, 0), the vector representation, and (0, 1/2); (1/2, 0).real has the four real components of a
Majorana spinor, and a Dirac spinor is (1/2, 0) + (0, 1/2).
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor

from ..groups.classical import Lorentz
from ..groups.coupling import spin_coupling
from ..groups.elements import Element
from ..groups.root_system import Weight
from ..groups.spin import SpinLorentz
from .highest_weight import check_size
from .irreps_lie import LieIrrep, real_if_close
from .module import Array, match
from .spins import spin_algebra
from .structure import kron


class SpinorIrrep(LieIrrep):
    """(j1, j2) of Spin(1, 3), with highest weight (2 j1, 2 j2)."""

    def __init__(self, group: SpinLorentz, highest: Weight):
        self._spin = group
        super().__init__(group, highest)

    def _place(self, highest: Weight) -> None:
        self.parent = None
        self.type = "real" if highest[0] == highest[1] else "complex"
        self._conjugate_weight = highest[::-1]

    @property
    def conj(self) -> SpinorIrrep:
        return SpinorIrrep(self._spin, self._conjugate_weight) if self.is_complex else self

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.dim == 1

    @cached_property
    def frame(self) -> Array:
        check_size(self.lie, self.highest, self.dim)
        first, second = self.highest
        if (first + second) % 2:
            identity: Array = np.eye(self.dim, dtype=np.complex128)
            shape = (first + 1, second + 1, self.dim)
            return identity.reshape(shape).swapaxes(0, 1).reshape(self.dim, -1) if self.is_conjugate else identity
        cover = self._spin.cover_algebra(self._spin.require_roots().raising)
        raising = LieIrrep(Lorentz(), self.highest).algebra(cover)
        return match(self.module, raising.numpy(), raising.mH.resolve_conj().numpy())

    def matrix(self, g: Element) -> Tensor:
        self.group.batch_shape(g)
        if self.is_conjugate:
            return self.conj.matrix(g).conj().resolve_conj()
        w = torch.from_numpy(self.frame).to(g.device)
        first, second = (symmetric_power(g, twice) for twice in self.highest)
        out = w @ kron(first, second.conj()) @ w.mH
        return out if self.is_complex else out.real

    def algebra(self, x: Element) -> Tensor:
        w = torch.from_numpy(self.frame).to(x.device)
        a, b = (spin_algebra(y, twice) for y, twice in zip((x[..., :2, :2], x[..., 2:, 2:]), self.highest, strict=True))
        one, two = (torch.eye(twice + 1, dtype=torch.complex128, device=x.device) for twice in self.highest)
        out = w @ (kron(a, two) + kron(one, b)) @ w.mH
        return out if self.is_complex else real_if_close(out)


def symmetric_power(g: Tensor, twice: int) -> Tensor:
    """D^j(g) of complex matrices (..., 2, 2), in the basis |j m>: (..., 2j + 1, 2j + 1)."""
    if not twice:
        return torch.ones_like(g[..., :1, :1])
    out = g
    for k in range(2, twice + 1):
        isometry = _isometry(k).to(g.device)
        out = isometry.mT @ kron(out, g) @ isometry
    return out


@lru_cache(maxsize=256)
def _isometry(twice: int) -> Tensor:
    """Spin j inside spin j - 1/2 times spin 1/2, (4j, 2j + 1)."""
    return torch.from_numpy(spin_coupling(twice - 1, 1, twice).toarray()).to(torch.complex128)
