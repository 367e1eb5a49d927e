"""Direct products of different groups, and powers of one group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from .base import Group, RootData, broadcast
from .elements import Element, leaves, tree_map
from .named import named_representations

if TYPE_CHECKING:
    from ..representations.base import Representation


class Product(Group):
    """The direct product G1 x G2 x ...; elements are tuples, and products of products are flattened.

    A representation of a factor becomes one of the product by `lift`; `vector` is the tensor product of the factors'.
    """

    def __init__(self, factors: Sequence[Group]):
        flat = [part for g in factors for part in (g.factors if isinstance(g, Product) else (g,))]
        super().__init__(" x ".join(map(_bracket, flat)), ("product", *(g.key for g in flat)))
        self.factors = tuple(flat)
        self.order = math.prod(g.order for g in flat)
        self.is_compact = all(g.is_compact for g in flat)
        self.generators = tuple(self.embed(k, s) for k, g in enumerate(flat) for s in g.generators)
        self.generator_names = tuple(f"{name}{k + 1}" for k, g in enumerate(flat) for name in g.generator_names)

    def embed(self, factor: int, g: Element) -> Element:
        """The element of the product that is g in one factor and the identity in the others."""
        batch = self.factors[factor].batch_shape(g)
        return tuple(
            g if k == factor else tree_map(lambda leaf: broadcast(leaf, batch), other.identity)
            for k, other in enumerate(self.factors)
        )

    def tangent(self, factor: int, x: Element) -> Element:
        """The Lie algebra element of the product that is x in one factor and zero in the others."""
        leaf, basis = leaves(x)[0], leaves(self.factors[factor].algebra)[0]
        batch = leaf.shape[: leaf.ndim - basis.ndim + 1]
        return tuple(
            x if k == factor else tree_map(lambda unit: unit.new_zeros(*batch, *unit.shape[1:]), other.algebra)
            for k, other in enumerate(self.factors)
        )

    def lift(self, rho: Representation, factor: int | None = None) -> Representation:
        """A representation of one factor as a representation of the product.

        Raises:
            IntertwineError: when no factor, or more than one, is rho's group and `factor` does not say which.
        """
        places = [k for k, g in enumerate(self.factors) if g == rho.group]
        if factor is None and len(places) == 1:
            factor = places[0]
        if factor is None or factor not in places:
            found = f"factors {places}" if places else "no factor"
            raise IntertwineError(f"{rho.group} is {found} of {self}; give factor= as one of its positions")
        return named_representations["lifted"](self, rho, factor)

    @property
    def identity(self) -> Element:
        return tuple(g.identity for g in self.factors)

    def multiply(self, g: Element, h: Element) -> Element:
        return tuple(f.multiply(a, b) for f, a, b in zip(self.factors, g, h, strict=True))

    def inverse(self, g: Element) -> Element:
        return tuple(f.inverse(a) for f, a in zip(self.factors, g, strict=True))

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Element:
        """Independent draws in the factors."""
        return tuple(f.sample(n, generator=generator) for f in self.factors)

    def contains(self, g: Element, tolerance: float = 1e-9) -> Tensor:
        inside = [f.contains(a, tolerance) for f, a in zip(self.factors, g, strict=True)]
        return torch.stack(torch.broadcast_tensors(*inside)).all(0)

    @cached_property
    def algebra(self) -> Element:  # type: ignore[override]
        return self._tangents([g.algebra for g in self.factors])

    @cached_property
    def roots(self) -> RootData | None:  # type: ignore[override]
        lie = [g.roots if g.algebra_dim else None for g in self.factors]
        if any(data is None and g.algebra_dim for data, g in zip(lie, self.factors, strict=True)):
            return None
        empty = [g.algebra for g in self.factors]
        raising = [e if data is None else data.raising for data, e in zip(lie, empty, strict=True)]
        central = [e if data is None else data.central for data, e in zip(lie, empty, strict=True)]
        return RootData(self._tangents(raising), self._tangents(central))

    def _tangents(self, parts: Sequence[Element]) -> Element:
        """Stack tangent vectors of the factors, padded with zeros in the others."""
        counts = [leaves(part)[0].shape[0] for part in parts]
        total = sum(counts)

        def pad(leaf: Tensor, start: int) -> Tensor:
            out = torch.zeros(total, *leaf.shape[1:], dtype=leaf.dtype)
            out[start : start + len(leaf)] = leaf
            return out

        starts = [sum(counts[:k]) for k in range(len(parts))]
        return tuple(
            tree_map(lambda leaf, start=start: pad(leaf, start), part)
            for part, start in zip(parts, starts, strict=True)
        )

    def exp(self, x: Element) -> Element:
        batch = leaves(x)[0].shape[: leaves(x)[0].ndim - leaves(self.algebra)[0].ndim + 1]
        return tuple(
            g.exp(part) if g.algebra_dim else tree_map(lambda leaf: broadcast(leaf, batch), g.identity)
            for g, part in zip(self.factors, x, strict=True)
        )

    @cached_property
    def _elements(self) -> Element:
        places = torch.cartesian_prod(*[torch.arange(int(g.order)) for g in self.factors]).reshape(
            -1, len(self.factors)
        )
        return tuple(tree_map(lambda leaf, k=k: leaf[places[:, k]], g.elements()) for k, g in enumerate(self.factors))

    def index(self, g: Element) -> Tensor:
        position = torch.zeros((), dtype=torch.int64)
        for factor, part in zip(self.factors, g, strict=True):
            position = position * int(factor.order) + factor.index(part)
        return position


class Power(Group):
    """K^m, the base of a wreath product: elements of K with one more axis of length m before their own."""

    def __init__(self, base: Group, m: int):
        if m < 1:
            raise IntertwineError(f"a power of a group needs m >= 1, got {m}")
        super().__init__(f"{_bracket(base)}^{m}", ("power", base.key, m))
        self.base, self.m = base, m
        self.order = base.order**m
        self.is_compact = base.is_compact
        self.generators = tuple(self.place(k, s) for k in range(m) for s in base.generators)
        self.generator_names = tuple(f"{name}{k + 1}" for k in range(m) for name in base.generator_names)

    def place(self, k: int, g: Element) -> Element:
        """g at place k, the identity elsewhere."""

        def put(leaf: Tensor, unit: Tensor) -> Tensor:
            out = broadcast(unit, (self.m,)).to(leaf.dtype).clone()
            out[k] = leaf
            return out

        return tree_map(put, g, self.base.identity)

    @property
    def identity(self) -> Element:
        return tree_map(lambda leaf: broadcast(leaf, (self.m,)), self.base.identity)

    def multiply(self, g: Element, h: Element) -> Element:
        return self.base.multiply(g, h)

    def inverse(self, g: Element) -> Element:
        return self.base.inverse(g)

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Element:
        """Independent draws at the m places."""
        flat = self.base.sample(n * self.m, generator=generator)
        return tree_map(lambda leaf: leaf.reshape(n, self.m, *leaf.shape[1:]), flat)

    def contains(self, g: Element, tolerance: float = 1e-9) -> Tensor:
        return self.base.contains(g, tolerance).all(-1)

    @cached_property
    def algebra(self) -> Element:  # type: ignore[override]
        if not self.base.algebra_dim:
            return torch.zeros(0, 0, dtype=torch.float64)

        def place(leaf: Tensor) -> Tensor:
            blocks = torch.zeros(self.m, len(leaf), self.m, *leaf.shape[1:], dtype=leaf.dtype)
            for k in range(self.m):
                blocks[k, :, k] = leaf
            return blocks.flatten(0, 1)

        return tree_map(place, self.base.algebra)

    def exp(self, x: Element) -> Element:
        return self.base.exp(x)

    @cached_property
    def _elements(self) -> Element:
        places = torch.cartesian_prod(*[torch.arange(int(self.base.order))] * self.m).reshape(-1, self.m)
        return tree_map(lambda leaf: leaf[places], self.base.elements())

    def index(self, g: Element) -> Tensor:
        places = self.base.index(g)
        weights = int(self.base.order) ** torch.arange(self.m - 1, -1, -1, device=places.device)
        return (places * weights).sum(-1)

    def twist(self, by: Representation, h: Element, n: Element) -> Element:
        """Permute the places: (h n)_i = n_(h^-1 i)."""
        permutation = by.permutation(by.group.inverse(h))

        def move(leaf: Tensor, unit: Tensor) -> Tensor:
            batch = np.broadcast_shapes(permutation.shape[:-1], leaf.shape[: leaf.ndim - unit.ndim - 1])
            index = permutation.expand(*batch, self.m)
            index = index.reshape(*index.shape, *[1] * unit.ndim).expand(*index.shape, *unit.shape)
            return torch.gather(leaf.expand(*batch, self.m, *unit.shape), len(batch), index)

        return tree_map(move, n, self.base.identity)


def _bracket(group: Group) -> str:
    return f"({group.name})" if isinstance(group, Product) or "|x" in group.name else group.name
