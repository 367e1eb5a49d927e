"""Representations of one group made from those of another: restricted, lifted to a product, induced."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element, take, tree_map
from ..groups.products import Product
from ..groups.subgroups import Embedding, inclusion
from .base import Representation
from .leaves import Trivial
from .monomial import tangent_batch
from .powers import Power
from .structure import Sum, TensorProduct, direct_sum, tensor_product


def restricted(rho: Representation, subgroup: Group | Embedding) -> Representation:
    """rho on a subgroup; sums, products and powers are restricted part by part."""
    embedding = subgroup if isinstance(subgroup, Embedding) else inclusion(subgroup, rho.group)
    if embedding.target != rho.group:
        raise IntertwineError(f"{rho} is a representation of {rho.group}, but the embedding goes to {embedding.target}")
    if embedding.source == rho.group and not isinstance(subgroup, Embedding):
        return rho
    if isinstance(rho, Sum):
        return direct_sum([(restricted(part, embedding), count) for part, count in rho.terms])
    if isinstance(rho, TensorProduct):
        return tensor_product([restricted(part, embedding) for part in rho.factors])
    if isinstance(rho, Power):
        return Power(restricted(rho.base, embedding), rho.k, alternating=rho.alternating)
    if isinstance(rho, Lifted) and embedding.is_natural and embedding.source in rho.product.factors:
        own = rho.factor == rho.product.factors.index(embedding.source)
        return rho.base if own else direct_sum([(Trivial(embedding.source), rho.dim)])
    return Trivial(embedding.source) if isinstance(rho, Trivial) else Restricted(rho, embedding)


def lifted(group: Product, rho: Representation, factor: int) -> Representation:
    """rho of one factor as a representation of the product; sums and tensor products are lifted part by part."""
    if isinstance(rho, Sum):
        return direct_sum([(lifted(group, part, factor), count) for part, count in rho.terms])
    if isinstance(rho, TensorProduct):
        return tensor_product([lifted(group, part, factor) for part in rho.factors])
    return Trivial(group) if isinstance(rho, Trivial) else Lifted(group, rho, factor)


class Pullback(Representation):
    """rho composed with a homomorphism: restricted to a subgroup, or lifted from a factor of a product."""

    base: Representation

    @abstractmethod
    def image(self, g: Element) -> Element:
        """The element of the base's group that acts."""

    @abstractmethod
    def _pull(self, rho: Representation) -> Representation:
        """The same pullback of another representation of the base's group."""

    @property
    def dual(self) -> Representation:
        return self.conj if self.is_unitary else self._pull(self.base.dual)

    @property
    def conj(self) -> Representation:
        return self._pull(self.base.conj)

    def matrix(self, g: Element) -> Tensor:
        return self.base.matrix(self.image(g))

    def apply(self, g: Element, x: Tensor) -> Tensor:
        return self.base.apply(self.image(g), x)

    def character(self, g: Element) -> Tensor:
        return self.base.character(self.image(g))

    @property
    def phase_order(self) -> int | None:
        return self.base.phase_order

    def permutation(self, g: Element) -> Tensor:
        return self.base.permutation(self.image(g))

    def phases(self, g: Element) -> Tensor:
        return self.base.phases(self.image(g))


class Restricted(Pullback):
    """rho(i(h)) for the embedding i of a subgroup."""

    def __init__(self, base: Representation, embedding: Embedding):
        super().__init__(embedding.source, base.dim, (base.key, embedding.key), is_complex=base.is_complex)
        self.base, self.embedding = base, embedding

    def label(self) -> str:
        return f"{self.base}|{self.embedding.source}"

    def image(self, g: Element) -> Element:
        return self.embedding(g)

    @cached_property
    def is_unitary(self) -> bool:  # type: ignore[override]
        """A representation may become unitary on a smaller group, as the Lorentz group's does on rotations."""
        return self.base.is_unitary or super().is_unitary

    def _pull(self, rho: Representation) -> Representation:
        return restricted(rho, self.embedding)

    def algebra(self, x: Element) -> Tensor:
        if not self.group.algebra_dim:
            return torch.zeros(*tangent_batch(self.group, x), self.dim, self.dim, dtype=torch.float64)
        return self.base.algebra(self.embedding.algebra(x))


class Lifted(Pullback):
    """rho of one factor of a direct product."""

    def __init__(self, group: Product, base: Representation, factor: int):
        super().__init__(group, base.dim, (base.key, factor), is_complex=base.is_complex)
        self.product, self.base, self.factor = group, base, factor

    def label(self) -> str:
        return f"{self.base}[{self.factor + 1}]"

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.base.is_unitary

    def image(self, g: Element) -> Element:
        return g[self.factor]

    def _pull(self, rho: Representation) -> Representation:
        return lifted(self.product, rho, self.factor)

    def algebra(self, x: Element) -> Tensor:
        if not self.base.group.algebra_dim:
            batch = tangent_batch(self.group, x)
            return torch.zeros(*batch, self.dim, self.dim, dtype=torch.float64)
        return self.base.algebra(x[self.factor])


class Induced(Representation):
    """Ind_H^G rho: one copy of rho for every left coset, g (t_i, v) = (t_j, rho(h) v) where g t_i = t_j h."""

    def __init__(self, base: Representation, group: Group):
        base.group.require_listable("induction")
        group.require_listable("induction")
        embedding = inclusion(base.group, group)
        index = int(group.order) // int(base.group.order)
        super().__init__(group, index * base.dim, (base.key, embedding.key), is_complex=base.is_complex)
        self.base, self._embedding, self._index = base, embedding, index

    def label(self) -> str:
        return f"Ind({self.base})"

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.base.is_unitary

    @property
    def dual(self) -> Representation:
        return Induced(self.base.dual, self.group)

    @property
    def conj(self) -> Representation:
        return Induced(self.base.conj, self.group)

    @cached_property
    def _cosets(self) -> tuple[Tensor, Tensor, Element]:
        """(coset j of every element, position in H of t_j^-1 g, representatives t_j)."""
        group, order = self.group, int(self.group.order)
        members = group.index(self._embedding(self.base.group.elements()))
        coset, place = torch.full((order,), -1), torch.full((order,), -1)
        firsts: list[int] = []
        for first in range(order):
            if coset[first] < 0:
                row = group.index(group.multiply(take(group.elements(), first), take(group.elements(), members)))
                coset[row], place[row] = len(firsts), torch.arange(len(row))
                firsts.append(first)
        return coset, place, take(group.elements(), torch.tensor(firsts))

    def _moves(self, g: Element) -> tuple[Tensor, Element]:
        """(target coset of every coset, the element of H that acts on the way), (..., index)."""
        coset, place, representatives = self._cosets
        spread = tree_map(lambda leaf, unit: leaf.unsqueeze(leaf.ndim - unit.ndim), g, self.group.identity)
        moved = self.group.index(self.group.multiply(spread, representatives))
        return coset[moved], take(self.base.group.elements(), place[moved])

    def matrix(self, g: Element) -> Tensor:
        target, h = self._moves(g)
        blocks = self.base.matrix(h)  # (..., index, d, d)
        where = torch.nn.functional.one_hot(target, self._index).to(blocks.dtype)  # (..., i, j)
        return torch.einsum("...ij,...iab->...jaib", where, blocks).flatten(-4, -3).flatten(-2)

    def algebra(self, x: Element) -> Tensor:
        return torch.zeros(*tangent_batch(self.group, x), self.dim, self.dim, dtype=torch.float64)

    @property
    def phase_order(self) -> int | None:
        return self.base.phase_order

    def permutation(self, g: Element) -> Tensor:
        target, h = self._moves(g)
        return (target[..., None] * self.base.dim + self.base.permutation(h)).flatten(-2)

    def phases(self, g: Element) -> Tensor:
        return self.base.phases(self._moves(g)[1]).flatten(-2)


def induced(rho: Representation, group: Group) -> Representation:
    """Induction from a subgroup; sums are induced term by term."""
    if isinstance(rho, Sum):
        return direct_sum([(induced(part, group), count) for part, count in rho.terms])
    return Induced(rho, group)
