"""Irreducible representations by name, for every kind of group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.classical import SO
from ..groups.lie import LieGroup
from ..groups.products import Product
from .base import Representation
from .finite_irrep import FiniteIrrep
from .irrep_names import highest_weight
from .irreps_finite import finite_irrep, finite_irreps
from .structure import tensor_product
from .wigner import ParityIrrep, lie_irrep


def irreps(group: Group, real: bool = True) -> tuple[FiniteIrrep, ...]:
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
    if _is_odd_orthogonal(group):
        return _with_parity(group, key)
    if group.roots is None or (group.generators and group.is_compact):
        raise IntertwineError(f"irreducible representations of {group} are not known; its identity component has them")
    found = lie_irrep(group, highest_weight(group, key))
    return found.real if real else found


def _is_odd_orthogonal(group: LieGroup) -> bool:
    return group.is_compact and group.name.startswith("O(") and group.size % 2 == 1


def _with_parity(group: LieGroup, key: Any) -> Representation:
    name, parity = key, None
    if isinstance(key, str | tuple) and key:
        name, parity = key[:-1], key[-1]
    if parity not in ("e", "o", 1, -1):
        raise IntertwineError(
            f"a representation of {group} is one of SO({group.size}) with a parity, such as '2e' or '1o', got {key!r}"
        )
    rotations = SO(group.size)
    inner = name[0] if isinstance(name, tuple) and len(name) == 1 and group.size == 3 else name
    return ParityIrrep(group, lie_irrep(rotations, highest_weight(rotations, inner)), 1 if parity in ("e", 1) else -1)


def _product(group: Product, keys: Any, real: bool | None) -> Representation:
    if not isinstance(keys, Sequence) or isinstance(keys, str) or len(keys) != len(group.factors):
        raise IntertwineError(f"a representation of {group} is a product of one for each factor, got {keys!r}")
    if real:
        raise IntertwineError(f"real forms of products are not made; take those of the factors of {group} and multiply")
    pairs = zip(group.factors, keys, strict=True)
    parts = [irrep(factor, key, False if factor.is_finite else None) for factor, key in pairs]
    return tensor_product([group.lift(part, k) for k, part in enumerate(parts)])
