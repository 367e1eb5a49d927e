"""Irreducible representations of reductive Lie groups by highest weight.

Every irreducible representation lies in a tensor product of a smaller one with the defining representation V or its
dual, so that with the isometry K: V_lambda -> V_mu (x) V found on the Lie algebra

    rho_lambda(g) = K^dagger (rho_mu(g) (x) g) K        for every g of the group, compact or not, without logarithms.

Bases: the representation V has the basis of the matrices themselves; one of real type a real basis, in which the
matrices are real; of a conjugate pair of complex type the greater highest weight has a weight basis, and the other is
its complex conjugate; one of quaternionic type has a weight basis. All are unitary for the compact form.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor

from ..groups.elements import Element
from ..groups.lie import LieGroup
from ..groups.root_system import Weight
from .base import Representation
from .highest_weight import Step, algebra_images, check_size, frame, is_circle, kind, parent, weight_isometry
from .module import Array, Module, semisimple_part
from .structure import Conjugate

if TYPE_CHECKING:
    from .mirror import MirrorIrrep


class LieIrrep(Representation):
    """The irreducible representation of a highest weight.

    Attributes:
        lie: the group.
        labels: Dynkin labels in Bourbaki's order of nodes.
        charges: eigenvalues of the central elements, for U(n), GL(n) and SO(2).
        type: "real", "complex" or "quaternionic": whether the group preserves a real form, none, or a quaternionic
            structure.

    Raises:
        IntertwineError: when the weight is not dominant, or belongs to a covering group only, as spinors do.
    """

    def __init__(self, group: LieGroup, highest: Weight, *key: Any):
        system = semisimple_part(group)
        self.labels = system.check_dominant(highest[: system.rank])
        self.charges = highest[system.rank :]
        self.highest = (*self.labels, *self.charges)
        self.lie = group
        self._place(self.highest)
        is_complex = self.type != "real"
        super().__init__(group, system.dimension(self.labels), (self.highest, *key), is_complex=is_complex)

    def _place(self, highest: Weight) -> None:
        """Find where the representation comes from, and its conjugate."""
        self.parent = parent(self.lie, highest)
        self.type, self._conjugate_weight = kind(self.lie, highest)

    def label(self) -> str:
        from .irrep_names import name

        return name(self.lie, self.highest)

    @cached_property
    def module(self) -> Module:
        """The same representation of the Lie algebra in its weight basis."""
        return Module(semisimple_part(self.group), self.labels)

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.group.is_compact or (self.dim == 1 and not any(self.charges))

    @property
    def conj(self) -> Representation:
        if self.type == "complex":
            return LieIrrep(self.lie, self._conjugate_weight)
        return Conjugate(self) if self.is_complex else self

    @property
    def real(self) -> Representation:
        """The irreducible real representation it gives: itself, or its 2 dim real coordinates (real parts first)."""
        return Realified(self) if self.type != "real" else self

    @cached_property
    def frame(self) -> Array:
        """Unitary W (dim, dim) from the weight basis to its own: rho(e_i) = W e_i W^dagger."""
        return frame(self.lie, self.highest)

    @property
    def is_conjugate(self) -> bool:
        """Whether it is the second of a pair of complex type, given as the complex conjugate of the first."""
        return self.type == "complex" and self.highest < self._conjugate_weight

    @cached_property
    def _isometry(self) -> Tensor:
        """K (dim mu, dim V, dim) in the representations' own bases."""
        check_size(self.lie, self.highest, self.dim)
        step = cast("Step", self.parent)
        mu = LieIrrep(self.lie, step.highest)
        k = weight_isometry(self.lie, self.highest) @ self.frame.conj().T
        largest = k.ravel()[np.argmax(np.abs(k) > np.abs(k).max() - 1e-6)]
        k = k * (abs(largest) / largest)
        if not (self.is_complex or mu.is_complex or self.lie.dtype.is_complex):
            k = np.ascontiguousarray(k.real)
        return torch.from_numpy(k).unflatten(0, (mu.dim, -1))

    def matrix(self, g: Element) -> Tensor:
        batch = self.group.batch_shape(g)
        if self.is_conjugate:
            return self.conj.matrix(g).conj().resolve_conj()
        if self.parent is None:
            return character(self.lie, self.charges, g).expand(*batch, 1, 1)
        v = _vector(self.lie, g, self.parent.is_dual)
        if self.parent.is_vector:
            return v
        mu = LieIrrep(self.lie, self.parent.highest).matrix(g)
        k = self._isometry.to(g.device)
        dtype = torch.promote_types(torch.promote_types(mu.dtype, v.dtype), k.dtype)
        half = torch.einsum("...ai,ijk->...ajk", mu.to(dtype), k.to(dtype))
        moved = torch.einsum("...bj,...ajk->...abk", v.to(dtype), half)
        out = torch.einsum("abl,...abk->...lk", k.conj().to(dtype), moved)
        return out if self.is_complex or not out.is_complex() else out.real

    @cached_property
    def _images(self) -> Tensor:
        """The images of the Lie algebra basis, (algebra_dim, dim, dim)."""
        images = algebra_images(self.lie, self.highest, self.lie.algebra.numpy(), self.frame)
        return images if self.is_complex else images.real.contiguous()

    def algebra(self, x: Element) -> Tensor:
        if self.parent is not None and self.parent.is_vector:
            return -x.mT if self.parent.is_dual else x
        images = self._images
        if x is self.lie.algebra:
            return images
        coordinates = self.lie.coordinates(x)
        dtype = torch.promote_types(coordinates.dtype, images.dtype)
        return torch.einsum("...k,kij->...ij", coordinates.to(dtype), images.to(dtype))


class Realified(Representation):
    """A complex representation on the real coordinates (Re z, Im z) of its vectors z, of twice the dimension."""

    def __init__(self, base: LieIrrep | MirrorIrrep):
        super().__init__(base.group, 2 * base.dim, (base.key,))
        self.base = base
        self.type, self.labels = base.type, base.labels

    def label(self) -> str:
        return f"({self.base} + {self.base.conj})" if self.base.type == "complex" else f"({self.base} as real)"

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.base.is_unitary

    def matrix(self, g: Element) -> Tensor:
        z = self.base.matrix(g)
        return torch.cat([torch.cat([z.real, -z.imag], -1), torch.cat([z.imag, z.real], -1)], -2)

    def algebra(self, x: Element) -> Tensor:
        """Complex-linear in x: z and its conjugate move by the two conjugate representations."""
        z, w = self.base.algebra(x), self.base.conj.algebra(x)
        even, odd = (z + w) / 2, (z - w) / 2j
        return real_if_close(torch.cat([torch.cat([even, -odd], -1), torch.cat([odd, even], -1)], -2))


def character(group: LieGroup, charges: Weight, g: Tensor) -> Tensor:
    """The one-dimensional representation of some central charges, (..., 1, 1)."""
    if not any(charges):
        return torch.ones(*g.shape[:-2], 1, 1, dtype=torch.float64, device=g.device)
    if is_circle(group):  # the vector (1, i) / sqrt 2 of charge 1 turns by exp(-i angle)
        phase = torch.complex(g[..., 0, 0], -g[..., 1, 0])
        return (phase ** charges[0])[..., None, None]
    return (torch.linalg.det(g) ** (charges[0] // group.size))[..., None, None]


def _vector(group: LieGroup, g: Tensor, is_dual: bool) -> Tensor:
    if not is_dual:
        return g
    return g.conj().resolve_conj() if group.is_compact else torch.linalg.inv(g).mT


def real_if_close(x: Tensor) -> Tensor:
    """Drop an imaginary part that is rounding only."""
    return x.real if x.is_complex() and float(x.imag.abs().max() if x.numel() else 0.0) < 1e-9 else x
