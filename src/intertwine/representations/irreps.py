"""Irreducible representations by name, for every kind of group."""

from __future__ import annotations

from ..errors import IntertwineError
from ..groups.base import Group
from .base import Representation
from .irreps_finite import FiniteIrrep, finite_irreps


def irreps(group: Group, real: bool = True) -> tuple[FiniteIrrep, ...]:
    """All irreducible representations of a finite group, in the order of its character table."""
    if not group.is_finite:
        raise IntertwineError(f"{group} has infinitely many irreducible representations")
    return finite_irreps(group, real=real)


def irrep(group: Group, key: int | str, real: bool = True) -> Representation:
    """The irreducible representation with a given dimension, where only one has it, or with a given name.

    Raises:
        IntertwineError: when there is none, or more than one; the message lists those there are.
    """
    found = irreps(group, real)
    named = [rho for rho in found if str(rho) == str(key)]
    matching = named or [rho for rho in found if rho.dim == key]
    if len(matching) != 1:
        raise IntertwineError(
            f"{group} has {len(matching)} irreducible representations {key!r}; they are {', '.join(map(str, found))}"
        )
    return matching[0]
