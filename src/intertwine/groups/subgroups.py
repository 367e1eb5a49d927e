"""Homomorphisms that include a subgroup in a group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from .base import Group
from .classical import Lorentz
from .elements import Element, stack, take, tree_map
from .lie import LieGroup
from .permutation import PermutationGroup
from .products import Product
from .semidirect import Semidirect
from .spin import SpinLorentz

MAX_CHECKED = 5000
"""Order up to which all products with generators are tested."""


class Embedding:
    """A homomorphism H -> G, compared by its groups and by where the generators go.

    Args:
        source: H.
        target: G.
        function: maps batches of elements of H to batches of elements of G.

    Raises:
        IntertwineError: when the function is no homomorphism into G, by products of the generators with all elements of
            a small finite group, or of random elements of a larger one.
    """

    is_natural = False
    """Whether `inclusion` made it."""

    def __init__(self, source: Group, target: Group, function: Callable[[Element], Element]):
        self.source, self.target, self._function = source, target, function
        self._check()
        images = [function(s) for s in source.generators]
        if source.algebra_dim:
            images.append(function(source.exp(tree_map(lambda leaf: leaf * 0.1, source.algebra))))
        self.key = (source.key, target.key, *(_rounded(image) for image in images))

    @staticmethod
    def from_images(source: Group, target: Group, images: Sequence[Element]) -> Embedding:
        """The homomorphism of a finite group that sends its generators to the given elements of the target.

        Raises:
            IntertwineError: when the source cannot be listed, or the images do not satisfy its relations.
        """
        source.require_listable("an embedding from generator images")
        if len(images) != len(source.generators):
            raise IntertwineError(f"{source} has {len(source.generators)} generators, got {len(images)} images")
        table = tree_map(lambda leaf: leaf.expand(int(source.order), *leaf.shape).clone(), target.identity)
        for child, generator, parent in source.cayley_tree:
            products = target.multiply(take(stack(images), generator), take(table, parent))
            table = tree_map(lambda leaf, new, child=child: leaf.index_copy(0, child, new), table, products)
        return Embedding(source, target, partial(_look_up, table, source))

    def __call__(self, h: Element) -> Element:
        return self._function(h)

    def __reduce__(self) -> Any:
        return (inclusion, (self.source, self.target)) if self.is_natural else super().__reduce__()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Embedding) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"{self.source} -> {self.target}"

    def algebra(self, x: Element) -> Element:
        """The derivative, complex-linear in x; exact to about 1e-14 of its size.

        Raises:
            IntertwineError: when the groups are not both matrix Lie groups.
        """
        if not (isinstance(self.target, LieGroup) and isinstance(self.source, LieGroup)):
            raise IntertwineError(f"the derivative of the embedding {self} is only known between matrix groups")
        coordinates, images = self.source.coordinates(x), self._algebra_images
        dtype = torch.promote_types(coordinates.dtype, images.dtype)
        return torch.einsum("...k,kij->...ij", coordinates.to(dtype), images.to(dtype))

    @cached_property
    def _algebra_images(self) -> Tensor:
        """Y = d/dt f(exp(tX)) for every basis element X, from f(exp(tX)) - f(exp(-tX)) = 2 sinh(tY) at a small t."""
        basis = self.source.algebra
        if not len(basis):
            return torch.zeros_like(self.target.algebra)[:0]
        step = 0.02 / float(torch.linalg.matrix_norm(basis).max())
        sinh = self._odd_part(step * basis)
        while float(torch.linalg.matrix_norm(sinh).max()) > 0.1:  # steep, as z -> z^100 is
            step /= 2
            sinh = self._odd_part(step * basis)
        term = total = sinh
        for k in range(1, 10):  # arsinh s = s - s^3 / 6 + 3 s^5 / 40 - ...
            term = -term @ sinh @ sinh * ((2 * k - 1) / (2 * k))
            total = total + term / (2 * k + 1)
        return total / step

    def _odd_part(self, x: Tensor) -> Tensor:
        forward, back = self._function(self.source.exp(x)), self._function(self.source.exp(-x))
        return (self.target.as_matrix(forward) - self.target.as_matrix(back)) / 2  # type: ignore[attr-defined]

    def _check(self) -> None:
        for g, h in self._pairs():
            image = self._function(self.source.multiply(g, h))
            product = self.target.multiply(self._function(g), self._function(h))
            if not bool(self.target.contains(image).all()) or _distance(image, product) > 1e-8:
                raise IntertwineError(f"the map {self.source} -> {self.target} is no homomorphism into {self.target}")

    def _pairs(self) -> list[tuple[Element, Element]]:
        """What to test products on: generators and all elements, or random elements of a large group."""
        if self.source.order <= MAX_CHECKED:
            elements = self.source.elements()
            return [(tree_map(lambda leaf: leaf[None], s), elements) for s in self.source.generators]
        random = torch.Generator().manual_seed(0)
        return [(self.source.sample(8, generator=random), self.source.sample(8, generator=random))]


def inclusion(subgroup: Group, group: Group) -> Embedding:
    """The natural embedding of one group in another: same points, same matrices, a factor, or a part.

    Raises:
        IntertwineError: when none of these applies; then build an `Embedding` from a function of your own.
    """
    for rule in _RULES:
        function = rule(subgroup, group)
        if function is not None:
            try:
                embedding = Embedding(subgroup, group, function)
            except IntertwineError:
                continue
            embedding.is_natural = True
            return embedding
    raise IntertwineError(
        f"no natural embedding of {subgroup} in {group}: give tw.Embedding({subgroup}, {group}, function) instead"
    )


Rule = Callable[[Group, Group], Callable[[Element], Element] | None]


def _same(h: Group, g: Group) -> Callable[[Element], Element] | None:
    return (lambda x: x) if h == g else None


def _part(h: Group, g: Group) -> Callable[[Element], Element] | None:
    if isinstance(g, Product) and h in g.factors:
        return lambda x: g.embed(g.factors.index(h), x)
    if isinstance(g, Semidirect) and h == g.point:
        return g.turn
    if isinstance(g, Semidirect) and h == g.normal:
        return g.translation
    return None


def _matrices(h: Group, g: Group) -> Callable[[Element], Element] | None:
    """Elements with the same matrices."""
    geometric = isinstance(h, LieGroup) or (isinstance(h, PermutationGroup) and h.geometry is not None)
    if not geometric or not isinstance(g, LieGroup | PermutationGroup):
        return None
    if isinstance(g, LieGroup):
        if h.vector.dim != g.identity.shape[-1] or (h.vector.is_complex and g.dtype == torch.float64):
            return None
        return lambda x: h.vector.matrix(x).to(g.dtype)
    if g.geometry is None or h.vector.dim != g.vector.dim or not g.is_listable:
        return None
    table = g.vector.matrix(g.elements()).flatten(1)

    def nearest(x: Element) -> Tensor:
        matrix = h.vector.matrix(x)
        return g.elements()[torch.cdist(matrix.reshape(-1, table.shape[1]), table).argmin(1)].reshape(
            *matrix.shape[:-2], g.degree
        )

    return nearest


def _cover(h: Group, g: Group) -> Callable[[Element], Element] | None:
    return h.cover if isinstance(h, SpinLorentz) and g == Lorentz() else None


def _points(h: Group, g: Group) -> Callable[[Element], Element] | None:
    """Permutations of the same points, or of the first few of them."""
    if not (isinstance(h, PermutationGroup) and isinstance(g, PermutationGroup)) or h.degree > g.degree:
        return None
    rest = torch.arange(h.degree, g.degree)
    return lambda x: torch.cat([x, rest.expand(*x.shape[:-1], len(rest))], -1)


_RULES: tuple[Rule, ...] = (_same, _part, _cover, _matrices, _points)


def _look_up(table: Element, source: Group, h: Element) -> Element:
    return take(table, source.index(h))


def _distance(a: Element, b: Element) -> float:
    if isinstance(a, tuple):
        return max(_distance(x, y) for x, y in zip(a, b, strict=True))
    return float((a - b).abs().max()) if a.numel() else 0.0


def _rounded(g: Element) -> Any:
    if isinstance(g, tuple):
        return tuple(_rounded(part) for part in g)
    flat = torch.view_as_real(g.resolve_conj()) if g.is_complex() else g
    return tuple((flat.double() * 1e8).round().long().flatten().tolist())
