"""What a group is: elements that multiply, generators, a Lie algebra, and a law to sample from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import torch
from torch import Tensor

from ..errors import IntertwineError
from .elements import Element, leaves, take
from .named import WithRepresentations

if TYPE_CHECKING:
    from .products import Product

MAX_ELEMENTS = 200_000
"""Groups above this order are never listed: a regular representation of that size is no longer useful."""


@dataclass(frozen=True)
class RootData:
    """Simple raising operators and central elements of the complexified Lie algebra of a reductive group.

    In the defining representation the lowering operators are f_i = e_i^dagger and the coroots h_i = [e_i, f_i].
    """

    raising: Element
    """(simple roots, ...) complex, stacked Lie algebra elements."""
    central: Element
    """(central directions, ...) complex; Hermitian with integer eigenvalues in the defining representation."""


class Group(WithRepresentations, ABC):
    """A group, compared and hashed by value: its name and the data that define it."""

    name: str
    order: int | float
    is_compact: bool = True
    generators: tuple[Element, ...]
    """Generators of a finite group; of a Lie group, one element for each further component."""
    generator_names: tuple[str, ...]
    roots: RootData | None = None
    recipe: tuple[Any, tuple[Any, ...]] | None = None
    """(constructor, arguments) of a group of the catalogue."""

    def __init__(self, name: str, key: tuple[Any, ...]):
        self.name = name
        self.key = key

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> Any:
        """Groups of the catalogue travel between processes by name, others by their data."""
        return self.recipe or super().__reduce__()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Group) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    # --- elements -----------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def identity(self) -> Element:
        """The neutral element, without batch axes."""

    @abstractmethod
    def multiply(self, g: Element, h: Element) -> Element:
        """g h, over broadcast batches."""

    @abstractmethod
    def inverse(self, g: Element) -> Element:
        """g^-1, over batches."""

    @abstractmethod
    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Element:
        """n random elements: by Haar measure where the group is compact, else by the law its class documents."""

    @abstractmethod
    def contains(self, g: Element, tolerance: float = 1e-9) -> Tensor:
        """Whether each element of a batch satisfies the equations of the group, (...) bool."""

    def batch_shape(self, g: Element) -> torch.Size:
        """The batch axes of g: (...).

        Raises:
            IntertwineError: when the trailing axes are not those of an element.
        """
        leaf, unit = leaves(g)[0], leaves(self.identity)[0]
        if leaf.shape[leaf.ndim - unit.ndim :] != unit.shape:
            raise IntertwineError(
                f"an element of {self} has trailing shape {tuple(unit.shape)}, got shape {tuple(leaf.shape)}"
            )
        return leaf.shape[: leaf.ndim - unit.ndim]

    # --- Lie algebra ----------------------------------------------------------------------------------------------

    @cached_property
    def algebra(self) -> Element:
        """A basis of the Lie algebra, stacked: (algebra_dim, ...). Empty for a finite group."""
        return torch.zeros(0, 0, dtype=torch.float64)

    @property
    def algebra_dim(self) -> int:
        """Dimension of the Lie algebra."""
        return leaves(self.algebra)[0].shape[0]

    def exp(self, x: Element) -> Element:
        """The element exp(x) of a Lie algebra element, over batches.

        Raises:
            IntertwineError: for a group without a Lie algebra.
        """
        raise IntertwineError(f"the exponential map of {self} is not known (a finite group has none)")

    def require_roots(self) -> RootData:
        """The simple roots.

        Raises:
            IntertwineError: for a group that is not reductive.
        """
        if self.roots is None:
            raise IntertwineError(f"{self} is not reductive: it has no roots, and its representations no weights")
        return self.roots

    # --- finite groups --------------------------------------------------------------------------------------------

    @property
    def is_finite(self) -> bool:
        """Whether the group has finitely many elements."""
        return self.order != math.inf

    @property
    def is_listable(self) -> bool:
        """Whether the group is finite and small enough for `elements()`."""
        return self.order <= MAX_ELEMENTS

    def require_listable(self, what: str) -> None:
        """Raise unless all elements can be listed."""
        if not self.is_listable:
            size = "infinitely many" if not self.is_finite else f"{self.order:,}"
            raise IntertwineError(
                f"{what} needs the list of all elements, and {self} has {size} (at most {MAX_ELEMENTS:,} are listed)"
            )

    def elements(self) -> Element:
        """All elements in a fixed order, the identity first.

        Raises:
            IntertwineError: for a group that is infinite or larger than `MAX_ELEMENTS`.
        """
        self.require_listable("elements()")
        return self._elements

    @cached_property
    def _elements(self) -> Element:
        raise IntertwineError(f"{self} does not list its elements")

    def index(self, g: Element) -> Tensor:
        """Position of each element of a batch in `elements()`, (...) int64. Raises for a non-element."""
        raise IntertwineError(f"{self} is infinite: its elements have no positions")

    @cached_property
    def left_table(self) -> Tensor:
        """(generators, order): position of s g for each generator s and element g."""
        self.require_listable("the multiplication table")
        rows = [self.index(self.multiply(s, self.elements())) for s in self.generators]
        return torch.stack(rows) if rows else torch.zeros(0, int(self.order), dtype=torch.int64)

    @cached_property
    def cayley_tree(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Breadth-first tree of the Cayley graph, a list of levels (element, generator, parent): element = s parent."""
        table, seen = self.left_table, torch.zeros(int(self.order), dtype=torch.bool)
        seen[0] = True
        frontier, levels = torch.zeros(1, dtype=torch.int64), []
        while len(frontier):
            reached = table[:, frontier].flatten()
            source = torch.arange(len(reached))
            first = torch.full((int(self.order),), len(reached)).scatter_reduce(0, reached, source, "amin")
            keep = first[reached] == source
            keep &= ~seen[reached]
            child, pick = reached[keep], source[keep]
            if len(child):
                levels.append((child, pick // len(frontier), frontier[pick % len(frontier)]))
            seen[child] = True
            frontier = child
        return levels

    def classes(self) -> list[tuple[Element, int]]:
        """Conjugacy classes of a finite group as (representative, size), in order of first appearance."""
        first, sizes = self.class_table
        return [(take(self.elements(), int(k)), int(size)) for k, size in zip(first, sizes, strict=True)]

    @cached_property
    def class_table(self) -> tuple[Tensor, Tensor]:
        """(position of the first element, size) of every conjugacy class, in order of first appearance."""
        sizes = torch.bincount(self.class_of)
        places = torch.arange(len(self.class_of))
        return torch.full((len(sizes),), len(places)).scatter_reduce(0, self.class_of, places, "amin"), sizes

    @cached_property
    def class_of(self) -> Tensor:
        """(order,) which conjugacy class every element is in; classes are numbered by first appearance."""
        labels = self._class_labels
        first = torch.full((int(labels.max()) + 1,), len(labels))
        first = first.scatter_reduce(0, labels, torch.arange(len(labels)), "amin")
        return first.argsort().argsort()[labels]

    @cached_property
    def _class_labels(self) -> Tensor:
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        elements, n = self.elements(), int(self.order)
        images = [self.index(self.multiply(self.multiply(s, elements), self.inverse(s))) for s in self.generators]
        if not images:
            return torch.zeros(1, dtype=torch.int64)
        target = torch.cat(images).numpy()
        source = torch.arange(n).repeat(len(images)).numpy()
        graph = coo_matrix((torch.ones(len(target)).numpy(), (source, target)), shape=(n, n))
        return torch.from_numpy(connected_components(graph, directed=False)[1]).long()

    # --- constructions --------------------------------------------------------------------------------------------

    def __mul__(self, other: Group) -> Product:
        """The direct product G x H."""
        from .products import Product

        return Product([self, other])

    @staticmethod
    def from_permutations(generators: Sequence[Sequence[int]] | Tensor, name: str | None = None) -> Group:
        """The group generated by permutations, each the list of images of 0 .. n-1."""
        from .permutation import PermutationGroup

        return PermutationGroup(generators, name)

    @staticmethod
    def from_matrices(generators: Any, name: str | None = None) -> Group:
        """The finite group generated by matrices (k, d, d); refused when they do not close."""
        from .finite import group_from_matrices

        return group_from_matrices(generators, name)

    @staticmethod
    def from_presentation(presentation: str, name: str | None = None) -> Group:
        """The finite group of a presentation such as "r^4, f^2, (r f)^2"."""
        from .presentation import group_from_presentation

        return group_from_presentation(presentation, name)

    @staticmethod
    def from_table(table: Any, name: str | None = None) -> Group:
        """The finite group of a multiplication table (n, n), table[i][j] = i j; refused when it is not a group."""
        from .finite import group_from_table

        return group_from_table(table, name)

    def subgroup(self, generators: Sequence[Element], name: str | None = None) -> Group:
        """The subgroup generated by some elements of a permutation group.

        Raises:
            IntertwineError: for generators outside the group, and for groups that are not permutation groups.
        """
        raise IntertwineError(f"subgroups are generated inside permutation groups; {self} is not one")


Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


def on_cpu(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compute what is kept for later on the CPU, whatever the default device is at the first call."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if torch.get_default_device().type == "cpu":  # entering the context costs more than a small problem
            return function(*args, **kwargs)
        with torch.device("cpu"):
            return function(*args, **kwargs)

    return run


def broadcast(unit: Tensor, batch: Sequence[int]) -> Tensor:
    """The unit tensor repeated over batch axes (a view)."""
    return unit.expand(*batch, *unit.shape)
