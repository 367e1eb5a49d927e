"""Wigner's matrices: the irreducible representations of SO(3), O(3) and SU(2) by spin.

In the basis |j m>, m descending, with Condon and Shortley's phases,

    D(alpha, beta, gamma) = exp(-i alpha J_z) exp(-i beta J_y) exp(-i gamma J_z),

where the middle factor comes from the eigenvectors of J_y, whose eigenvalues are known: errors do not grow with j. The
Euler angles of g = [[a, -conj(b)], [b, conj(a)]] in SU(2) are a = exp(-i (alpha + gamma) / 2) cos(beta / 2) and
b = exp(i (alpha - gamma) / 2) sin(beta / 2).

SO(3) acts on real spherical harmonics in the order m = -l .. l, orthonormal, with Y(m > 0) = (Y(-m) + (-1)^m Y(m)) /
sqrt 2 and Y(-m) = i (Y(-m) - (-1)^m Y(m)) / sqrt 2. For l = 1 that is the order (y, z, x), while `vector` has (x, y,
z). The polar axis is z. e3nn's polar axis is y: its D(R) is ours at P R P^T, where P takes (x, y, z) to (z, x, y).

Source: E. P. Wigner, Group Theory (1959), chapter 15.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..groups.elements import Element
from ..groups.lie import LieGroup
from ..groups.root_system import Weight
from ..groups.spin import SpinLorentz
from .base import Representation
from .irreps_lie import LieIrrep, real_if_close
from .spinors import SpinorIrrep
from .spins import projections, spin_algebra, spin_operators
from .structure import Conjugate

Array = NDArray[np.complex128]


class SpinIrrep(LieIrrep):
    """Spin j of SU(2) in the basis |j m>, m descending; or l of SO(3) in the basis of real spherical harmonics."""

    def __init__(self, group: LieGroup, highest: Weight):
        super().__init__(group, highest)
        self.is_complex = self._is_double = group.size == 2
        self.twice_spin = highest[0]

    @property
    def real(self) -> Representation:
        """Real spin: for SU(2) in the real basis, or in 2 dim real coordinates when the spin is half-integer."""
        return LieIrrep(self.lie, self.highest) if self._is_double and self.type == "real" else super().real

    @property
    def conj(self) -> Representation:
        return Conjugate(self) if self.is_complex else self

    @cached_property
    def frame(self) -> Array:
        if self._is_double:
            return np.eye(self.dim, dtype=np.complex128)
        # SO(3)'s raising operator is -(J_x + i J_y), so that its weight vectors are (-1)^(l - m) |l m>.
        return real_harmonics(self.twice_spin // 2).conj().T * (-1.0) ** np.arange(self.dim)

    @property
    def _from_spin(self) -> Tensor:
        return torch.from_numpy(_own_basis(self.twice_spin, self._is_double))

    def matrix(self, g: Element) -> Tensor:
        self.group.batch_shape(g)
        a, b = (g[..., 0, 0], g[..., 1, 0]) if self._is_double else half_rotation(g)
        m = torch.from_numpy(projections(self.twice_spin)).to(a.device)
        total, difference = -2 * a.angle(), 2 * b.angle()
        alpha, beta, gamma = (total + difference) / 2, 2 * torch.atan2(b.abs(), a.abs()), (total - difference) / 2
        turn = torch.from_numpy(_y_eigenvectors(self.twice_spin)).to(a.device)
        own = self._from_spin.to(a.device)
        left = (own.mH * torch.exp(-1j * alpha[..., None, None] * m)) @ turn
        right = (turn.mH * torch.exp(-1j * gamma[..., None, None] * m)) @ own
        out = (left * torch.exp(-1j * beta[..., None, None] * m)) @ right
        return out if self._is_double else out.real

    def algebra(self, x: Element) -> Tensor:
        if self._is_double:
            return spin_algebra(x, self.twice_spin)
        n = -1j * torch.stack([x[..., 2, 1], x[..., 0, 2], x[..., 1, 0]], -1)  # x = n . L with L = -i J
        own = self._from_spin
        spins = own.mH @ torch.from_numpy(spin_operators(self.twice_spin)) @ own
        return real_if_close(torch.einsum("...a,aij->...ij", n.to(torch.complex128), spins))


@lru_cache(maxsize=256)
def _y_eigenvectors(twice: int) -> Array:
    """Unitary V with J_y V = V m, m descending."""
    return np.linalg.eigh(spin_operators(twice)[1])[1][:, ::-1].copy()


@lru_cache(maxsize=256)
def _own_basis(twice: int, is_double: bool) -> Array:
    return np.eye(twice + 1, dtype=np.complex128) if is_double else real_harmonics(twice // 2)


@lru_cache(maxsize=256)
def real_harmonics(l: int) -> Array:
    """Columns: the real spherical harmonics m = -l .. l in terms of |l m>, m = l .. -l."""
    out: Array = np.zeros((2 * l + 1, 2 * l + 1), dtype=np.complex128)
    out[l, l] = 1.0
    for m in range(1, l + 1):
        up, down, sign = l - m, l + m, (-1.0) ** m  # rows of |l m> and |l -m>
        out[down, l + m], out[up, l + m] = 2**-0.5, sign * 2**-0.5
        out[down, l - m], out[up, l - m] = 1j * 2**-0.5, -1j * sign * 2**-0.5
    return out


def half_rotation(g: Tensor) -> tuple[Tensor, Tensor]:
    """(a, b) of an element of SU(2) over each rotation (..., 3, 3), by the largest entry of its quaternion."""
    d = g.diagonal(dim1=-2, dim2=-1)
    x, y, z = d.unbind(-1)
    squares = torch.stack([1 + x + y + z, 1 + x - y - z, 1 - x + y - z, 1 - x - y + z], -1)  # 4 w^2, 4 x^2, ..
    wx, wy, wz = g[..., 2, 1] - g[..., 1, 2], g[..., 0, 2] - g[..., 2, 0], g[..., 1, 0] - g[..., 0, 1]
    xy, xz, yz = g[..., 1, 0] + g[..., 0, 1], g[..., 0, 2] + g[..., 2, 0], g[..., 2, 1] + g[..., 1, 2]
    s0, s1, s2, s3 = squares.unbind(-1)
    rows = torch.stack(
        [torch.stack(row, -1) for row in ([s0, wx, wy, wz], [wx, s1, xy, xz], [wy, xy, s2, yz], [wz, xz, yz, s3])], -2
    )  # 4 q q^T
    pick = squares.argmax(-1)[..., None, None].expand(*squares.shape[:-1], 1, 4)
    q = torch.gather(rows, -2, pick).squeeze(-2)
    w, x, y, z = (q / q.norm(dim=-1, keepdim=True)).unbind(-1)
    return torch.complex(w, -z), torch.complex(y, -x)


def lie_irrep(group: LieGroup, highest: Weight) -> LieIrrep:
    """The irreducible representation of a highest weight, in the best basis its group has."""
    if isinstance(group, SpinLorentz):
        return SpinorIrrep(group, highest)
    spins = group.name in ("SO(3)", "SU(2)")
    return SpinIrrep(group, highest) if spins else LieIrrep(group, highest)
