"""Representations that groups are born with: trivial, defining, adjoint, and permutations of points."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.additive import Grid, R
from ..groups.base import Group
from ..groups.elements import Element, leaves, take
from ..groups.lie import LieGroup
from ..groups.permutation import PermutationGroup
from ..groups.products import Product
from ..groups.semidirect import Semidirect
from ..groups.subgroups import inclusion
from .base import Representation
from .monomial import Monomial, insert_axis


class Trivial(Monomial):
    """One number that does not move."""

    def __init__(self, group: Group):
        super().__init__(group, 1, ())

    def label(self) -> str:
        return "1"

    def permutation(self, g: Element) -> Tensor:
        return torch.zeros(*self.group.batch_shape(g), 1, dtype=torch.int64, device=leaves(g)[0].device)


class Points(Monomial):
    """Functions on the points of a permutation group: rho(g) e_i = e_g(i)."""

    def __init__(self, group: Group):
        if not isinstance(group, PermutationGroup):
            raise IntertwineError(f"only permutation groups have points; {group} has `vector` and `regular`")
        self._is_defining = group.geometry is None
        super().__init__(group, group.degree, ())

    def label(self) -> str:
        return "V" if self._is_defining else "points"

    def permutation(self, g: Element) -> Tensor:
        self.group.batch_shape(g)
        return g


class Regular(Monomial):
    """Functions on a finite group, (g f)(h) = f(g^-1 h), in the order of `elements()`."""

    def __init__(self, group: Group):
        group.require_listable("the regular representation")
        super().__init__(group, int(group.order), ())

    def label(self) -> str:
        return "regular"

    def permutation(self, g: Element) -> Tensor:
        spread = insert_axis(self.group, g)
        return self.group.index(self.group.multiply(spread, self.group.elements()))

    def character(self, g: Element) -> Tensor:
        return (self.group.index(g) == 0).double() * self.dim


class Cosets(Monomial):
    """Functions on the left cosets of a subgroup of a finite group, in order of first appearance."""

    def __init__(self, group: Group, subgroup: Group):
        group.require_listable("a quotient representation")
        embedding = inclusion(subgroup, group)
        super().__init__(group, int(group.order) // int(subgroup.order), (embedding.key,))
        self.subgroup, self._embedding = subgroup, embedding

    def label(self) -> str:
        return f"G/{self.subgroup}"

    @cached_property
    def _cosets(self) -> tuple[Tensor, Tensor]:
        """(coset of every element, first element of every coset)."""
        group, members = self.group, self._embedding(self.subgroup.elements())
        elements = group.elements()
        smallest = group.index(group.multiply(insert_axis(group, elements), members)).amin(-1)
        firsts, coset = torch.unique(smallest, return_inverse=True)
        return coset, firsts

    def permutation(self, g: Element) -> Tensor:
        coset, firsts = self._cosets
        representatives = take(self.group.elements(), firsts)
        return coset[self.group.index(self.group.multiply(insert_axis(self.group, g), representatives))]


class Defining(Representation):
    """The matrices themselves."""

    def __init__(self, group: LieGroup):
        super().__init__(group, group.size, (), is_complex=group.dtype.is_complex)

    def label(self) -> str:
        return "V"

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.group.is_compact

    def matrix(self, g: Element) -> Tensor:
        self.group.batch_shape(g)
        return g

    def algebra(self, x: Element) -> Tensor:
        return x


class Affine(Representation):
    """R^d |x H on (x, 1): the matrices [[h, t], [0, 1]]; not completely reducible."""

    is_unitary = False  # type: ignore[assignment]

    def __init__(self, group: R | Semidirect):
        self._by = group.by if isinstance(group, Semidirect) else None
        d = group.normal.d if isinstance(group, Semidirect) and isinstance(group.normal, R) else group.d  # type: ignore[union-attr]
        super().__init__(group, d + 1, ())

    def label(self) -> str:
        return "V"

    def _assemble(self, linear: Tensor, shift: Tensor, corner: float) -> Tensor:
        top = torch.cat([linear, shift[..., None].to(linear.dtype)], -1)
        bottom = torch.zeros_like(top[..., :1, :])
        bottom[..., -1] = corner
        return torch.cat([top, bottom], -2)

    def matrix(self, g: Element) -> Tensor:
        d = self.dim - 1
        if self._by is None:
            eye = torch.eye(d, dtype=torch.float64, device=g.device).expand(*g.shape[:-1], d, d)
            return self._assemble(eye, g, 1.0)
        shift, h = g
        return self._assemble(self._by.matrix(h), shift, 1.0)

    def algebra(self, x: Element) -> Tensor:
        d = self.dim - 1
        shift = x if self._by is None else x[0]
        linear = torch.zeros(*shift.shape[:-1], d, d, dtype=shift.dtype)
        if self._by is not None and self._by.group.algebra_dim:
            linear = linear + self._by.algebra(x[1])
        return self._assemble(linear, shift, 0.0)


class GridPoints(Monomial):
    """Grid |x H on the points of the grid: (n, h) moves x to h x + n."""

    def __init__(self, group: Semidirect):
        super().__init__(group, int(group.normal.order), ())
        self._semidirect = group

    def label(self) -> str:
        return "V"

    def permutation(self, g: Element) -> Tensor:
        normal, point = self._semidirect.normal, self._semidirect.point
        shift, h = g
        turned = self._semidirect.act(insert_axis(point, h), normal.elements())
        return normal.index(normal.multiply(insert_axis(normal, shift), turned))


class Adjoint(Representation):
    """X -> g X g^-1 on the Lie algebra of a matrix group, in its basis `algebra`."""

    def __init__(self, group: Group):
        if not isinstance(group, LieGroup):
            raise IntertwineError(f"the adjoint representation is known for matrix Lie groups, not for {group}")
        super().__init__(group, group.algebra_dim, ())
        self._lie = group

    def label(self) -> str:
        return "adjoint"

    def matrix(self, g: Element) -> Tensor:
        basis, inverse = self._lie.algebra, self._lie.as_matrix(self._lie.inverse(g))
        moved = self._lie.as_matrix(g)[..., None, :, :] @ basis @ inverse[..., None, :, :]
        return self._lie.coordinates(moved).mT

    def algebra(self, x: Element) -> Tensor:
        basis = self._lie.algebra.to(x.dtype)
        spread = x[..., None, :, :]
        return self._lie.coordinates(spread @ basis - basis @ spread).mT


def vector(group: Group) -> Representation:
    """The defining representation of any group."""
    from .derived import lifted
    from .images import FiniteImages
    from .structure import tensor_product
    from .wreath import WreathVector

    if isinstance(group, LieGroup):
        return Defining(group)
    if isinstance(group, PermutationGroup):
        return Points(group) if group.geometry is None else FiniteImages(group, group.geometry, "V")
    if isinstance(group, Product):
        return tensor_product([lifted(group, f.vector, k) for k, f in enumerate(group.factors)])
    if isinstance(group, Grid):
        return Regular(group)
    if isinstance(group, R) or (isinstance(group, Semidirect) and isinstance(group.normal, R)):
        return Affine(group)
    if isinstance(group, Semidirect):
        return GridPoints(group) if isinstance(group.normal, Grid) else WreathVector(group)
    raise IntertwineError(f"{group} has no defining representation")
