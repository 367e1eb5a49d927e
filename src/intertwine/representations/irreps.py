"""Irreducible representations by name, for every kind of group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.components import signature
from ..groups.lie import LieGroup
from ..groups.products import Product
from .base import Representation
from .finite_irrep import Irreducible
from .irrep_names import first_of_pair, highest_weight
from .irreps_finite import finite_irrep, finite_irreps
from .mirror_names import mirror_irrep
from .outer_product import OuterProduct, outer_irrep
from .wigner import lie_irrep


def irreps(group: Group, real: bool = True) -> tuple[Irreducible, ...]:
    """All irreducible representations of a finite group, by dimension, the trivial one first."""
    if not group.is_finite:
        raise IntertwineError(f"{group} has infinitely many irreducible representations; take them by irrep(...)")
    return finite_irreps(group, real=real)


def irrep(group: Group, key: Any, real: bool | None = None) -> Representation:
    """The irreducible representation with a given dimension, name, spin or highest weight.

    Raises:
        IntertwineError: when there is none, or more than one; the message lists those there are.
    """
    if group.is_finite:
        return finite_irrep(group, key, True if real is None else real)
    if isinstance(group, Product):
        return _product(group, key, real)
    if not isinstance(group, LieGroup):
        raise IntertwineError(f"irreducible representations are known for finite and reductive groups, not for {group}")
    if signature(group) is not None:
        found = mirror_irrep(group, key)
        return found.real if real else found
    if group.roots is None or (group.generators and group.is_compact):
        raise IntertwineError(f"irreducible representations of {group} are not known; its identity component has them")
    single = first_of_pair(key)
    found = lie_irrep(group, highest_weight(group, single))
    return found.real if real or single != key else found


def _product(group: Product, keys: Any, real: bool | None) -> Representation:
    if not isinstance(keys, Sequence) or isinstance(keys, str) or len(keys) != len(group.factors):
        raise IntertwineError(f"a representation of {group} is a product of one for each factor, got {keys!r}")
    pairs = list(zip(group.factors, keys, strict=True))
    if real:
        return outer_irrep(group, [irrep(factor, key, True) for factor, key in pairs], True)
    return OuterProduct(group, [_over_complex(irrep(f, key, False if f.is_finite else None)) for f, key in pairs])


def _over_complex(rho: Representation) -> Representation:
    """Real matrices for a representation of real type of a finite group."""
    return rho.real if isinstance(rho, Irreducible) and rho.type == "real" else rho
