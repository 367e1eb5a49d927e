"""Semidirect products N |x H: the Euclidean groups, p4m, wreath products."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..errors import IntertwineError
from .additive import Grid, R
from .base import Group
from .elements import Element, leaves, tree_map
from .products import Power, _bracket

if TYPE_CHECKING:
    from ..representations.base import Representation


class Semidirect(Group):
    """N |x H with product (n1, h1)(n2, h2) = (n1 . (h1 n2), h1 h2); elements are tuples (n, h).

    H acts on N through a representation: linearly on R(d), by integer matrices on a Grid, by permuting the places of
    a Power. `vector` is affine on R^d, permutes the points of a grid, and is monomial for a wreath product. `sample`
    draws the two parts independently.

    Raises:
        IntertwineError: when the representation's dimension does not fit N, or does not act by automorphisms.
    """

    def __init__(self, normal: R | Grid | Power, point: Group, by: Representation | None = None):
        self.by = point.vector if by is None else by
        wreath = isinstance(normal, Power)
        name = f"{normal.base.name} wr {point.name}" if wreath else f"{_bracket(normal)} |x {_bracket(point)}"
        super().__init__(name, ("semidirect", normal.key, point.key, self.by))
        self.normal, self.point = normal, point
        self._check()
        self.order = math.inf if math.inf in (normal.order, point.order) else normal.order * point.order
        self.is_compact = normal.is_compact and point.is_compact
        self.generators = tuple(self.translation(s) for s in normal.generators)
        self.generators += tuple(self.turn(s) for s in point.generators)
        self.generator_names = (*normal.generator_names, *(f"{name}'" for name in point.generator_names))

    def _check(self) -> None:
        size = {R: "d", Grid: "lengths", Power: "m"}[type(self.normal)]
        size = getattr(self.normal, size)
        size = len(size) if isinstance(size, tuple) else size
        if self.by.group != self.point or self.by.dim != size:
            raise IntertwineError(
                f"{self.normal} needs a {size}-dimensional representation of {self.point} to act on it, got {self.by} "
                f"of {self.by.group} with dimension {self.by.dim}"
            )
        if isinstance(self.normal, Power) and not self.by.is_permutation:
            raise IntertwineError(f"the places of {self.normal} are permuted, and {self.by} is no permutation action")
        random = torch.Generator().manual_seed(0)
        h = self.point.sample(8, generator=random)
        a, b = self.normal.sample(8, generator=random), self.normal.sample(8, generator=random)
        together = self.act(h, self.normal.multiply(a, b))
        apart = self.normal.multiply(self.act(h, a), self.act(h, b))
        back = self.act(self.point.inverse(h), self.act(h, a))
        if not (_close(together, apart) and _close(back, a)):
            raise IntertwineError(
                f"{self.point} does not act on {self.normal} by automorphisms; for a grid, its lengths must be "
                "permuted along with its axes (a quarter turn needs a square grid)"
            )

    def act(self, h: Element, n: Element) -> Element:
        """The automorphism by which h moves n."""
        return self.normal.twist(self.by, h, n)

    def translation(self, n: Element) -> Element:
        """The element (n, 1)."""
        batch = self.normal.batch_shape(n)
        return n, tree_map(lambda leaf: leaf.expand(*batch, *leaf.shape), self.point.identity)

    def turn(self, h: Element) -> Element:
        """The element (1, h)."""
        batch = self.point.batch_shape(h)
        return tree_map(lambda leaf: leaf.expand(*batch, *leaf.shape), self.normal.identity), h

    @property
    def identity(self) -> Element:
        return self.normal.identity, self.point.identity

    def multiply(self, g: Element, h: Element) -> Element:
        return self.normal.multiply(g[0], self.act(g[1], h[0])), self.point.multiply(g[1], h[1])

    def inverse(self, g: Element) -> Element:
        turn = self.point.inverse(g[1])
        return self.act(turn, self.normal.inverse(g[0])), turn

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Element:
        """Independent draws of the two parts: Haar when both are compact."""
        return self.normal.sample(n, generator=generator), self.point.sample(n, generator=generator)

    def contains(self, g: Element, tolerance: float = 1e-9) -> Tensor:
        return self.normal.contains(g[0], tolerance) & self.point.contains(g[1], tolerance)

    @cached_property
    def algebra(self) -> Element:  # type: ignore[override]
        a, b = self.normal.algebra_dim, self.point.algebra_dim

        def pad(leaf: Tensor, before: int, after: int) -> Tensor:
            zero = leaf.new_zeros(1, *leaf.shape[1:])
            return torch.cat([zero.expand(before, *leaf.shape[1:]), leaf, zero.expand(after, *leaf.shape[1:])])

        return (
            tree_map(lambda leaf: pad(leaf, 0, b), self.normal.algebra),
            tree_map(lambda leaf: pad(leaf, a, 0), self.point.algebra),
        )

    def exp(self, x: Element) -> Element:
        """exp of (v, X): the translation part is (integral of exp(tX) dt) v, read off the affine matrix."""
        if not isinstance(self.normal, R):
            if self.point.algebra_dim or not self.normal.algebra_dim:
                return super().exp(x)
            n = self.normal.exp(x[0])
            return n, repeat_over(self.point.identity, self.normal.batch_shape(n))
        matrix = self.vector.algebra(x)
        affine, d = torch.linalg.matrix_exp(matrix), self.normal.d
        if not self.point.algebra_dim:
            return affine[..., :d, d], repeat_over(self.point.identity, affine.shape[:-2])
        return affine[..., :d, d], self.point.exp(x[1])

    @cached_property
    def _elements(self) -> Element:
        a, b = int(self.normal.order), int(self.point.order)
        places = torch.cartesian_prod(torch.arange(a), torch.arange(b))
        first = tree_map(lambda leaf: leaf[places[:, 0]], self.normal.elements())
        return first, tree_map(lambda leaf: leaf[places[:, 1]], self.point.elements())

    def index(self, g: Element) -> Tensor:
        return self.normal.index(g[0]) * int(self.point.order) + self.point.index(g[1])


def semidirect(normal: R | Grid | Power, point: Group, by: Representation | None = None) -> Semidirect:
    """N |x H, with H acting through `by` (its `vector` unless said): `semidirect(R(2), O(2))` is E(2)."""
    return Semidirect(normal, point, by)


def wreath(base: Group, top: Group) -> Semidirect:
    """The wreath product of a group K with a permutation group on m points: K^m |x H."""
    return Semidirect(Power(base, top.points.dim), top, top.points)


def repeat_over(g: Element, batch: torch.Size) -> Element:
    """An element repeated over batch axes (a view)."""
    return tree_map(lambda leaf: leaf.expand(*batch, *leaf.shape), g)


def _close(a: Element, b: Element) -> bool:
    return all(bool(((x - y).abs() < 1e-9).all()) for x, y in zip(leaves(a), leaves(b), strict=True))
