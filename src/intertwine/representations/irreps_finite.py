"""All irreducible representations of a finite group, over the reals and over the complex numbers: which way to them.

Symmetric and alternating groups by Young's orthogonal form, cyclic and dihedral ones in closed form, direct products
factor by factor, grids with a point group by little groups, other groups by splitting what they act on.
"""

from __future__ import annotations

from typing import Any

from ..errors import IntertwineError
from ..groups.base import Group, on_cpu
from ..groups.products import Product
from ..groups.semidirect import Semidirect
from .alternating import alternating_irreps, is_alternating
from .finite_irrep import Irreducible
from .little_group import has_little_groups, little_group_irreps
from .outer_product import outer_irrep, outer_irreps
from .polygon import is_polygon, polygon_irrep, polygon_irreps
from .splitting import can_split, dimension_names, split_complex, split_real
from .transversals import is_symmetric
from .young import young_irrep, young_irreps

LARGEST_SYMMETRIC = 20
"""S(n) up to which all partitions of n, 627 of 20, are listed."""


def has_irreps(group: Group) -> bool:
    """Whether `finite_irreps` can be had."""
    if is_symmetric(group):
        return len(group.identity) <= LARGEST_SYMMETRIC
    if isinstance(group, Product):
        return all(has_irreps(factor) for factor in group.factors)
    return group.is_finite and (is_polygon(group) or is_alternating(group) or can_split(group))


@on_cpu
def finite_irreps(group: Group, *, real: bool = True) -> tuple[Irreducible, ...]:
    """All irreducible representations, by dimension, the trivial one first.

    Orthogonal matrices for `real`, where a complex or quaternionic constituent appears with its conjugate as one
    representation of twice the dimension; unitary ones otherwise.

    Raises:
        IntertwineError: when the group is too large to list.
    """
    if is_symmetric(group) and has_irreps(group):
        return young_irreps(len(group.identity), real)
    if is_alternating(group):
        return alternating_irreps(len(group.identity), real)
    if is_polygon(group):
        return polygon_irreps(group, real)
    if isinstance(group, Product) and has_irreps(group):
        return outer_irreps(group, real)
    if isinstance(group, Semidirect) and has_little_groups(group):
        return little_group_irreps(group, real)
    return split_real(group) if real else split_complex(group)


def complex_irreps(group: Group) -> tuple[Irreducible, ...]:
    """All irreducible representations over the complex numbers, by real matrices where they are of real type."""
    return tuple(rho.real if rho.type == "real" else rho for rho in finite_irreps(group, real=False))


def finite_irrep(group: Group, key: Any, real: bool) -> Irreducible:
    """One of them, by its name, by its dimension where that is enough, by a partition or a wave number.

    Every group also knows the names 1, 2a, 2b, 3 ..: the dimension, and a letter in the order of `finite_irreps`.

    Raises:
        IntertwineError: when there is none, or more than one; the message lists those there are.
    """
    if is_symmetric(group) and isinstance(key, tuple | list):
        return young_irrep(group, tuple(key), real)
    if is_polygon(group) and not (isinstance(key, str) and key[-1:].islower()):
        return polygon_irrep(group, key, real)
    if isinstance(group, Product) and isinstance(key, tuple | list) and len(key) == len(group.factors):
        return outer_irrep(group, [finite_irrep(*pair, real) for pair in zip(group.factors, key, strict=True)], real)
    found = finite_irreps(group, real=real)
    written = str(key).replace(" ", "")
    short = dimension_names([rho.dim for rho in found])
    matching = [rho for rho, name in zip(found, short, strict=True) if written in (str(rho), name)]
    matching = matching or [rho for rho in found if rho.dim == key]
    if len(matching) != 1:
        raise IntertwineError(
            f"{group} has {len(matching)} irreducible representations {key!r}; they are {', '.join(map(str, found))}"
        )
    return matching[0]
