"""The representations that every group knows by name, such as `G.vector`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import IntertwineError

if TYPE_CHECKING:
    from ..representations.base import Representation
    from ..representations.character_table import CharacterTable
    from ..representations.finite_irrep import Irreducible
    from .base import Group

named_representations: dict[str, Callable[..., Any]] = {}
"""How `G.vector` and its like are made. The representations package, which is built on this one, fills it."""


class WithRepresentations:
    """What makes representations of a group by name; a part of `Group`."""

    @property
    def trivial(self) -> Representation:
        """The trivial representation, one number that does not move."""
        return named_representations["trivial"](self)

    @property
    def vector(self) -> Representation:
        """The defining representation: matrices for a matrix group, points for a permutation group."""
        return named_representations["vector"](self)

    @property
    def points(self) -> Representation:
        """Functions on the points that a permutation group moves."""
        return named_representations["points"](self)

    @property
    def regular(self) -> Representation:
        """Functions on a finite group itself, (g f)(h) = f(g^-1 h)."""
        return named_representations["regular"](self)

    @property
    def adjoint(self) -> Representation:
        """The action on the Lie algebra, X -> g X g^-1, in the basis `algebra`."""
        return named_representations["adjoint"](self)

    def irreps(self, *, real: bool = True) -> tuple[Irreducible, ...]:
        """All irreducible representations of a finite group, over the reals or the complex numbers.

        They are ordered by dimension, the trivial one first. S(n) names its own by partitions of n, C(n) and D(n) by
        wave numbers, direct products by one for each factor, other groups by dimension and a letter.
        """
        return named_representations["irreps"](self, real)

    def irrep(self, key: Any, *, real: bool | None = None) -> Representation:
        """One irreducible representation, by dimension or name ("3a", "8", "3bar"), spin, charge or highest weight.

        Args:
            key: for a finite group a name that `irreps` lists, or a dimension; for S(n) a partition of n; for C(n) and
                D(n) a wave number; for SO(3) l; for O(3) l and parity, "1o"; for SU(2) a spin, "1/2"; for U(1) and
                SO(2) a charge; for the Lorentz group a pair of spins; for a product one key for each factor; for every
                Lie group the tuple of Dynkin labels in Bourbaki's order of nodes, then the charge for U(n) and GL(n).
            real: over the real numbers (for finite groups the default) or over the complex ones (for Lie groups the
                default; their representations of real type are given by real matrices all the same).
        """
        return named_representations["irrep"](self, key, real)

    def character_table(self) -> CharacterTable:
        """The irreducible characters of a finite group, exactly."""
        return named_representations["character table"](self)

    def quotient(self, subgroup: Group) -> Representation:
        """Functions on the left cosets g H of a subgroup of a finite group."""
        return named_representations["quotient"](self, subgroup)

    def representation(self, images: Any, *, components: Any = None) -> Representation:
        """A representation from images of the generators (finite) or of the Lie algebra basis and components."""
        return named_representations["images"](self, images, components)

    def induce(self, rho: Representation, group: Group) -> Representation:
        """The representation of `group` induced from rho, a representation of this subgroup.

        Raises:
            IntertwineError: when rho belongs to another group, or this one has no natural embedding in `group`.
        """
        if rho.group != self:
            raise IntertwineError(f"{self}.induce takes a representation of {self}, got one of {rho.group}")
        return named_representations["induced"](rho, group)
