"""The irreducible representations of O(n), O(p, q) and SO(p, q) from those of the identity component.

Tensors carry an irreducible representation rho of the identity component to all matrices of determinant 1. A
reflection s takes rho to its mirror image g -> rho(s g s). Where that is rho again (the last two Dynkin labels agree,
or n is odd), tensors also say how reflections act. Otherwise rho and its mirror image are one irreducible one:

    mirror image != conj(rho):   rho(g) + rho(s g s),  and s exchanges the two;
    mirror image  = conj(rho):   real coordinates of z, and s takes z to U conj(z), rho(s g s) = U conj(rho(g)) U^-1.

Every one of these may be multiplied by a sign for each further component, its `twist`. With det it is another one where
the mirror image is the same, and an equivalent one otherwise. All those of O(n) and O(p, q) are real.

Source: W. Fulton and J. Harris, Representation Theory (1991), section 19.5.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.components import Twist, component_sign, connected, mirror, with_signature
from ..groups.elements import Element
from ..groups.lie import LieGroup
from ..groups.root_system import Weight
from .base import Representation
from .highest_weight import parent
from .irreps_lie import LieIrrep, Realified
from .module import Array, Module, match
from .wigner import SpinIrrep, lie_irrep


class MirrorIrrep(Representation):
    """An irreducible representation of O(n), O(p, q) or SO(p, q).

    Attributes:
        base: rho, of the identity component; of a mirror pair the one that `is_second` does not name.
        lie: the group.
        twist: for each generator of the group the sign by which it differs from the representation on tensors.
        is_paired: whether base and its mirror image are joined.
    """

    def __init__(self, group: LieGroup, base: LieIrrep, twist: Twist):
        (self.lie, self.shape), image = with_signature(group), mirror_weight(group, base.highest)
        self.is_paired = image != base.highest
        if self.is_paired:
            base = lie_irrep(connected(*self.shape), image) if is_second(group, base.highest) else base
            twist = (*(x * twist[-1] for x in twist[:-1]), 1)  # s^2 = 1, and det makes no difference
        self._is_real_pair = self.is_paired and not base.is_complex
        self.base, self.twist, self.labels = base, twist, base.labels
        is_complex = base.is_complex and not self.is_paired
        super().__init__(group, base.dim * (1 + self.is_paired), (base.key, twist), is_complex=is_complex)
        self.type = base.type if is_complex else "real"

    def label(self) -> str:
        from .mirror_names import mirror_name

        return mirror_name(self)

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.group.is_compact or self.base.is_unitary

    @property
    def conj(self) -> Representation:
        return MirrorIrrep(self.group, self.base.conj, self.twist) if self.is_complex else self  # type: ignore[arg-type]

    @property
    def dual(self) -> Representation:
        return self if self.is_unitary else super().dual

    @property
    def real(self) -> Representation:
        """The irreducible real representation it gives: itself unless it is one of SO(p, q) of complex type."""
        return Realified(self) if self.is_complex else self

    @property
    def is_conjugate(self) -> bool:
        """Whether it is the second of a pair of complex type, given as the complex conjugate of the first."""
        return self.is_complex and self.base.is_conjugate

    def matrix(self, g: Element) -> Tensor:
        self.group.batch_shape(g)
        sign = component_sign(*self.shape, self.twist, g)[..., None, None]
        if not self.is_paired:
            return sign * on_tensors(self.base, g)
        s = mirror(self.lie.size).to(g.device)
        flips = (torch.linalg.det(g) < 0)[..., None, None]
        h = torch.where(flips, g @ s, g)
        if self._is_real_pair:
            first, second = self.base.matrix(h), self.base.matrix(s @ h @ s)
            zero = torch.zeros_like(first)
            out = _blocks(torch.where(flips, zero, first), torch.where(flips, first, zero),
                          torch.where(flips, second, zero), torch.where(flips, zero, second))  # fmt: skip
        else:
            z = self.base.matrix(h)
            u = torch.from_numpy(antilinear(self.base)).to(g.device)
            moved = z @ u
            out = torch.where(
                flips,
                _blocks(moved.real, moved.imag, moved.imag, -moved.real),
                _blocks(z.real, -z.imag, z.imag, z.real),
            )
        return sign * out

    def algebra(self, x: Element) -> Tensor:
        if not self.is_paired:
            return self.base.algebra(x)
        if not self._is_real_pair:
            return Realified(self.base).algebra(x)
        s = mirror(self.lie.size).to(x)
        first, second = self.base.algebra(x), self.base.algebra(s @ x @ s)
        zero = torch.zeros_like(first)
        return _blocks(first, zero, zero, second)

    @cached_property
    def parts(self) -> list[tuple[Representation, Array]]:
        """Irreducible representations of the identity component, each with an isometry E (dim, part dim)."""
        eye: Array = np.eye(self.dim, dtype=np.complex128)
        if not self.is_paired:
            return [(self.base, eye)]
        if not self._is_real_pair:
            return [(Realified(self.base), eye)]
        image = lie_irrep(self.base.lie, mirror_weight(self.lie, self.base.highest))
        half = self.base.dim
        return [(self.base, eye[:, :half]), (image, eye[:, half:] @ _mirror_frame(self.base) @ image.frame.conj().T)]


@lru_cache(maxsize=1024)
def mirror_weight(group: LieGroup, highest: Weight) -> Weight:
    """The highest weight of g -> rho(s g s) for a reflection s: the last two labels change places where n is even."""
    if group.size % 2 or group.name.startswith("SO("):
        return highest
    if group.size == 2:
        return tuple(-charge for charge in highest)
    return (*highest[:-2], highest[-1], highest[-2])


def is_second(group: LieGroup, highest: Weight) -> bool:
    """Whether the representation is the second of a mirror pair: the one of lower weight, or of negative charge."""
    image = mirror_weight(group, highest)
    return image < highest if group.size == 2 else image > highest


def on_tensors(rho: LieIrrep, g: Tensor) -> Tensor:
    """rho at any matrices that preserve the metric, as they act on tensors, (..., dim, dim)."""
    if isinstance(rho, SpinIrrep):
        sign = torch.linalg.det(g).round()[..., None, None]
        return rho.matrix(g * sign) * sign ** (rho.twice_spin // 2)
    return rho.matrix(g)


@lru_cache(maxsize=1024)
def tensor_degree(group: LieGroup, highest: Weight) -> int:
    """The rank of the tensors among which the representation is found: -1 acts as (-1)^degree."""
    step = parent(group, highest)
    return 0 if step is None else 1 + (0 if step.is_vector else tensor_degree(group, step.highest))


@lru_cache(maxsize=256)
def _mirror_frame(rho: LieIrrep) -> Array:
    """Unitary W from the weight basis of the mirror image's highest weight: rho(s e_i s) W = W e_i."""
    s, e = mirror(rho.lie.size).to(torch.complex128), rho.lie.require_roots().raising
    raising = rho.algebra(s @ e @ s).to(torch.complex128)
    lowering = rho.algebra(s @ e.mH @ s).to(torch.complex128)
    module = Module(rho.module.system, (*rho.labels[:-2], rho.labels[-1], rho.labels[-2]) if rho.labels else ())
    return match(module, raising.numpy(), lowering.resolve_conj().numpy())


@lru_cache(maxsize=256)
def antilinear(rho: LieIrrep) -> Array:
    """Unitary U with rho(s g s) = U conj(rho(g)) U^-1 and U conj(U) = 1.

    Raises:
        IntertwineError: when rounding has spoilt the second equation.
    """
    u = _mirror_frame(rho) @ rho.conj.frame.conj().T  # type: ignore[attr-defined]
    if np.abs(u @ u.conj() - np.eye(len(u))).max() > 1e-9:
        raise IntertwineError(f"the reflections of {rho} of {rho.group} do not square to 1; please report it")
    return u


def _blocks(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    return torch.cat([torch.cat([a, b], -1), torch.cat([c, d], -1)], -2)
