"""Representations given by matrices for the generators, or for the Lie algebra, checked to be homomorphisms."""

from __future__ import annotations

import functools
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element, leaves, read_tensor
from ..groups.lie import LieGroup
from .base import Representation
from .monomial import roots_of_unity, tangent_batch

TOLERANCE = 1e-8
"""Largest entry by which a relation may fail; generator images are usually exact to 1e-15."""
MAX_PHASE_ORDER = 24
"""Roots of unity of higher order are treated as general complex numbers."""
LARGEST_TABLE = 2**22
"""Numbers in the matrices of all elements up to which they are kept; else those asked for are made, if they are few."""
MAX_ORDER = 10_000
"""Words of a higher order are not used to test the images of a group that is too large to list."""


class FiniteImages(Representation):
    """A representation of a finite group by its generators' images, (generators, n, n); `trusted` ones are not checked.

    Raises:
        IntertwineError: when a relation of the group fails, with the relation's name.
    """

    def __init__(self, group: Group, images: Tensor, name: str = "rho", *, trusted: bool = False):
        images = images.to(torch.complex128 if images.is_complex() else torch.float64).contiguous()
        _check_square(group, images, len(group.generators), "generator")
        key = (name, tuple(images.shape), (images + 0.0).numpy().tobytes())
        super().__init__(group, images.shape[-1], key, is_complex=images.is_complex())
        self.images, self._name = images, name
        if trusted:
            return
        if group.is_listable:
            self._check_relations()
        else:
            _check_orders(group, images)

    def label(self) -> str:
        return self._name

    @cached_property
    def table(self) -> Tensor:
        """The matrices of all elements, (order, n, n)."""
        self.group.require_listable(f"a matrix of {self}, which is given by generator images,")
        out = torch.eye(self.dim, dtype=self.images.dtype).repeat(int(self.group.order), 1, 1)
        for child, generator, parent in self.group.cayley_tree:
            out[child] = self.images[generator] @ out[parent]
        return out

    def _check_relations(self) -> None:
        for k, row in enumerate(self.group.left_table):
            scale = self.table.abs().amax((-2, -1)).clamp(min=1.0)
            miss = (self.images[k] @ self.table - self.table[row]).abs().amax((-2, -1))
            wrong = (miss > TOLERANCE * scale[row]).nonzero()
            if len(wrong):
                words = _words(self.group)
                element = int(min(wrong.flatten().tolist(), key=lambda e: len(words[e])))
                left = _spell([k, *words[element]], self.group.generator_names)
                right = _spell(words[int(row[element])], self.group.generator_names)
                raise IntertwineError(
                    f"the images are no representation of {self.group}: the relation {left} = {right} fails by "
                    f"{float(miss[element]):.2g}"
                )

    def _generator(self, g: Element) -> int | None:
        """Which generator g is, for a group that is too large to list; None for a listable one."""
        if self.group.is_listable:
            return None
        same = (k for k, s in enumerate(self.group.generators) if _equal(g, s))
        found = next(same, None)
        if found is None:
            self.group.require_listable(f"a matrix of {self}, which is given by generator images,")
        return found

    def matrix(self, g: Element) -> Tensor:
        generator = self._generator(g)
        if generator is not None:
            return self.images[generator]
        position = self.group.index(g)
        large = int(self.group.order) * self.dim**2 > LARGEST_TABLE
        if large and position.numel() < int(self.group.order) // 8:
            return self._few(position)
        return self.table.to(leaves(g)[0].device)[position]

    def _few(self, position: Tensor) -> Tensor:
        """The matrices of a few elements, (..., n, n), from those on their way through the Cayley graph alone."""
        parent = torch.zeros(int(self.group.order), dtype=torch.int64)
        for child, _, above in self.group.cayley_tree:
            parent[child] = above
        needed = torch.zeros(len(parent), dtype=torch.bool)
        frontier = position.cpu().flatten()
        while len(frontier):
            needed[frontier] = True
            frontier = parent[frontier].unique()
            frontier = frontier[~needed[frontier]]
        needed[0] = True
        place = needed.cumsum(0) - 1
        out = torch.eye(self.dim, dtype=self.images.dtype).repeat(int(needed.sum()), 1, 1)
        for child, generator, above in self.group.cayley_tree:
            keep = needed[child]
            out[place[child[keep]]] = self.images[generator[keep]] @ out[place[above[keep]]]
        return out[place[position.cpu()]].to(position.device)

    def algebra(self, x: Element) -> Tensor:
        return torch.zeros(*tangent_batch(self.group, x), self.dim, self.dim, dtype=torch.float64)

    @cached_property
    def _monomial(self) -> tuple[int, Tensor, Tensor] | None:
        """(order, permutations, phases) of the generators, when each has one root of unity in every column."""
        if not len(self.images):
            return None
        modulus = self.images.abs()
        permutation = modulus.argmax(-2)
        values = torch.gather(self.images, -2, permutation[..., None, :]).squeeze(-2)
        lone = (modulus > 1e-12).sum(-2) == 1
        if not bool(lone.all()) or float((values.abs() - 1).abs().max()) > 1e-12:
            return None
        for order in (1, 2, *range(3, MAX_PHASE_ORDER + 1)) if self.is_complex else (1, 2):
            roots = roots_of_unity(order)
            miss, phase = (values[..., None] - roots).abs().min(-1)
            if float(miss.max()) < 1e-12:
                return order, permutation, phase
        return None

    @property
    def phase_order(self) -> int | None:
        return None if self._monomial is None else self._monomial[0]

    @cached_property
    def _tables(self) -> tuple[Tensor, Tensor]:
        permutation = self.table.abs().argmax(-2)
        values = torch.gather(self.table, -2, permutation[..., None, :]).squeeze(-2)
        return permutation, (values[..., None] - roots_of_unity(self.phase_order or 1)).abs().argmin(-1)

    def _move(self, g: Element) -> tuple[Tensor, Tensor]:
        if self._monomial is None:
            raise IntertwineError(f"{self} of {self.group} is not monomial")
        generator = self._generator(g)
        if generator is not None:
            return self._monomial[1][generator], self._monomial[2][generator]
        position = self.group.index(g)
        return self._tables[0][position], self._tables[1][position]

    def permutation(self, g: Element) -> Tensor:
        return self._move(g)[0]

    def phases(self, g: Element) -> Tensor:
        return self._move(g)[1]


class LieImages(Representation):
    """A representation of a matrix Lie group by images of its Lie algebra basis and of its components.

    rho(c exp(X)) = rho(c) exp(d rho(X)), with the logarithm of the group's matrix.

    Raises:
        IntertwineError: when a bracket of basis elements is not kept, or when the algebra's representation does not
            close up to one of the group (as spin 1/2 does not for SO(3)).
    """

    def __init__(self, group: LieGroup, images: Tensor, components: Tensor | None):
        images = images.to(torch.complex128 if images.is_complex() else torch.float64)
        _check_square(group, images, group.algebra_dim, "Lie algebra")
        n = images.shape[-1]
        parts = torch.zeros(0, n, n) if components is None else components
        parts = parts.to(torch.complex128 if parts.is_complex() else torch.float64)
        _check_square(group, parts, len(group.generators), "component")
        key = (tuple(images.shape), images.numpy().tobytes(), parts.numpy().tobytes())
        super().__init__(group, n, key, is_complex=images.is_complex() or parts.is_complex())
        self._lie, self.images, self.components = group, images, parts
        self._check_brackets()
        self._check_products()

    def label(self) -> str:
        return "rho"

    def algebra(self, x: Element) -> Tensor:
        coordinates = self._lie.coordinates(x)
        dtype = torch.promote_types(coordinates.dtype, self.images.dtype)
        return torch.einsum("...k,kij->...ij", coordinates.to(dtype), self.images.to(dtype))

    def matrix(self, g: Element) -> Tensor:
        from .logarithm import component_logarithms

        batch = self.group.batch_shape(g)
        flat = g.reshape(-1, *g.shape[len(batch) :])
        out = torch.zeros(len(flat), self.dim, self.dim, dtype=self.images.dtype)
        if self.is_complex:
            out = out.to(torch.complex128)
        for word, rows, logarithms in component_logarithms(self._lie, self._lie.as_matrix(flat)):
            first, *others = (torch.linalg.matrix_exp(self.algebra(x)) for x in logarithms)
            value = functools.reduce(torch.matmul, others, first)
            for k in reversed(word):
                value = self.components[k].to(value.dtype) @ value
            out[rows] = value.to(out.dtype)
        return out.reshape(*batch, self.dim, self.dim)

    def _check_brackets(self) -> None:
        basis, images = self._lie.algebra, self.images
        brackets = self._lie.coordinates(basis[:, None] @ basis - basis @ basis[:, None]).to(images.dtype)
        miss = images[:, None] @ images - images @ images[:, None] - torch.einsum("abk,kij->abij", brackets, images)
        size = miss.abs().amax((-2, -1))
        if size.numel() and float(size.max()) > TOLERANCE * max(1.0, float(images.abs().max()) ** 2):
            a, b = divmod(int(size.argmax()), len(basis))
            raise IntertwineError(
                f"the images are no representation of the Lie algebra of {self.group}: the bracket [X{a}, X{b}] is "
                f"not kept, by {float(size.max()):.2g}"
            )

    def _check_products(self) -> None:
        random = torch.Generator().manual_seed(0)
        g, h = self.group.sample(16, generator=random), self.group.sample(16, generator=random)
        together, apart = self.matrix(self.group.multiply(g, h)), self.matrix(g) @ self.matrix(h)
        miss = float((together - apart).abs().max())
        if miss > 1e-6 * max(1.0, float(apart.abs().max())):
            raise IntertwineError(
                f"the images represent the Lie algebra of {self.group} but not the group: products of elements fail by "
                f"{miss:.2g}. It belongs to a covering group (spin 1/2 belongs to SU(2), not to SO(3)), or the images "
                "of the components do not fit"
            )


def images(group: Group, given: Any, components: Any = None) -> Representation:
    """A representation from the images of a finite group's generators, or of a Lie algebra basis and components."""
    matrices = read_tensor(given, "the images, matrices (count, n, n)")
    if isinstance(group, LieGroup):
        parts = None if components is None else read_tensor(components, "the components, matrices (count, n, n)")
        return LieImages(group, matrices, parts)
    if group.is_finite:
        return FiniteImages(group, matrices)
    raise IntertwineError(
        f"images are taken for finite and for matrix Lie groups, not for {group}; lift from its parts"
    )


def _check_square(group: Group, images: Tensor, count: int, what: str) -> None:
    if images.ndim != 3 or images.shape[1] != images.shape[2] or len(images) != count:
        raise IntertwineError(
            f"{group} takes {count} square {what} images, shape ({count}, n, n); got {tuple(images.shape)}"
        )
    if not bool(images.isfinite().all()):
        raise IntertwineError(f"the {what} images contain NaN or infinity")


def _check_orders(group: Group, images: Tensor) -> None:
    """For a group too large to list: random words must have a trivial image whenever a power of them is trivial."""
    random = torch.Generator().manual_seed(0)
    eye = torch.eye(images.shape[-1], dtype=images.dtype)
    for length in (1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8):
        word = torch.randint(len(images), (length,), generator=random).tolist()
        g, matrix = group.identity, eye
        for k in word:
            g, matrix = group.multiply(g, group.generators[k]), matrix @ images[k]
        power, product, order = matrix, g, 1
        while order < MAX_ORDER and not _equal(product, group.identity):
            product, power, order = group.multiply(product, g), power @ matrix, order + 1
        if _equal(product, group.identity) and float((power - eye).abs().max()) > TOLERANCE * order:
            relation = _spell(word, group.generator_names)
            raise IntertwineError(f"the images are no representation of {group}: ({relation})^{order} = 1 fails")


def _equal(g: Element, h: Element) -> bool:
    return all(torch.equal(a, b) for a, b in zip(leaves(g), leaves(h), strict=True))


def _words(group: Group) -> list[list[int]]:
    """Every element as a product of generators, leftmost first."""
    words: list[list[int]] = [[] for _ in range(int(group.order))]
    for child, generator, parent in group.cayley_tree:
        for c, s, p in zip(child.tolist(), generator.tolist(), parent.tolist(), strict=True):
            words[c] = [s, *words[p]]
    return words


def _spell(word: list[int], names: tuple[str, ...]) -> str:
    spelled, at = [], 0
    while at < len(word):
        run = at
        while run < len(word) and word[run] == word[at]:
            run += 1
        spelled.append(names[word[at]] if run - at == 1 else f"{names[word[at]]}^{run - at}")
        at = run
    return " ".join(spelled) or "1"
