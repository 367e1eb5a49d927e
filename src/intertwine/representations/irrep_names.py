"""How irreducible representations of Lie groups are called: highest weights, dimensions, spins, charges.

The names follow physics: "8", "3bar" (of a conjugate pair the greater highest weight has no bar), "1/2" for a spin,
an integer for a charge, and a pair of spins for the Lorentz group. Where several representations have one dimension
only the Dynkin labels tell them apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ..errors import IntertwineError
from ..groups.lie import LieGroup
from ..groups.root_system import Weight, whole_numbers
from .highest_weight import dual_weight, is_circle, parent
from .module import semisimple_part

MOST_WEIGHTS = 50_000
"""Highest weights among which a dimension is looked up, a few seconds of work."""


def highest_weight(group: LieGroup, key: Any) -> Weight:
    """The highest weight that a user means: (Dynkin labels, then central charges).

    Raises:
        IntertwineError: for a weight that is not dominant or belongs to a covering group, a dimension that none or
            several have, or a name that cannot be read.
    """
    rank, charges = semisimple_part(group).rank, _charge_count(group)
    if is_spin_pair(group):
        return _pair(group, key)
    if charges and not rank:
        return _charge(group, key)
    if is_rotation(group) or group.name == "SU(2)":
        return _spin(group, key)
    if isinstance(key, str) and key.startswith("("):
        key = _labels(group, key)
    if isinstance(key, Sequence) and not isinstance(key, str):
        if len(key) != rank + charges:
            extra = f" and then {charges} central charge" if charges else ""
            raise IntertwineError(f"a highest weight of {group} has {rank} Dynkin labels{extra}, got {tuple(key)}")
        labels, central = semisimple_part(group).check_dominant(tuple(key)[:rank]), whole_numbers(key[rank:])
        if central is None:
            raise IntertwineError(f"central charges of {group} are integers, got {tuple(key[rank:])}")
        return (*labels, *central)
    return _by_dimension(group, str(key))


def first_of_pair(key: Any) -> Any:
    """ "a" for the name "(a + b)" of a joined pair; any other key as it is."""
    if isinstance(key, str) and key.startswith("(") and " + " in key:
        first, rest = key[1:].split(" + ", 1)
        return first + rest[rest.rindex(")") + 1 :]
    return key


def name(group: LieGroup, highest: Weight) -> str:
    """How the representation is written."""
    system = semisimple_part(group)
    if is_spin_pair(group):
        return f"({_half(highest[0])},{_half(highest[1])})"
    if not system.rank:
        return f"q={-highest[0] if is_circle(group) else highest[0]}"
    if is_rotation(group):
        return f"l={highest[0] // 2}"
    if group.name == "SU(2)":
        return f"j={_half(highest[0])}"
    written = f"({','.join(map(str, highest))})"
    if len(highest) > system.rank:
        return written
    dim = system.dimension(highest)
    if dim > 2000:
        return written
    found = _of_dimension(group, dim)
    if len(found) == 1:
        return str(dim)
    if len(found) == 2 and dual_weight(group, found[0]) == found[1]:
        return f"{dim}bar" if highest == found[1] else str(dim)
    return written


def is_rotation(group: LieGroup) -> bool:
    """Whether the group is SO(3), whose representations are called by l."""
    return group.name == "SO(3)"


def is_spin_pair(group: LieGroup) -> bool:
    """Whether representations are called by two spins (j1, j2)."""
    return group.name in ("Lorentz()", "SO(1,3)", "Spin(1,3)")


def _charge_count(group: LieGroup) -> int:
    return 0 if group.roots is None else len(group.roots.central)


def _half(twice: int) -> str:
    return str(Fraction(twice, 2))


def _twice(group: LieGroup, spin: Any) -> int:
    try:
        twice = 2 * Fraction(str(spin).strip())
    except (ValueError, ZeroDivisionError):
        twice = Fraction(-1, 2)
    if twice.denominator != 1 or twice < 0:
        known = "0, 1, 2, ..., and half-integers belong to SU(2)" if is_rotation(group) else "0, 1/2, 1, 3/2, ..."
        raise IntertwineError(f"{spin!r} is no spin of {group}: spins are {known}")
    return int(twice)


def _pair(group: LieGroup, key: Any) -> Weight:
    parts = key.strip("() ").split(",") if isinstance(key, str) else key
    if not isinstance(parts, Sequence) or len(parts) != 2:
        raise IntertwineError(f"a representation of {group} is called by two spins such as (1/2, 1/2), got {key!r}")
    first, second = (_twice(group, part) for part in parts)
    return first, second


def _charge(group: LieGroup, key: Any) -> Weight:
    if isinstance(key, Sequence) and not isinstance(key, str) and len(key) == 1:
        key = key[0]
    try:
        charge = int(str(key).removeprefix("q="))
    except ValueError:
        raise IntertwineError(f"a representation of {group} is called by its integer charge, got {key!r}") from None
    return (-charge if is_circle(group) else charge,)


def _spin(group: LieGroup, key: Any) -> Weight:
    if isinstance(key, Sequence) and not isinstance(key, str):
        return semisimple_part(group).check_dominant(key)
    return (_twice(group, key.split("=")[-1] if isinstance(key, str) else key),)


def _labels(group: LieGroup, key: str) -> Weight:
    try:
        return tuple(int(label) for label in key.strip("()").split(","))
    except ValueError:
        raise IntertwineError(f"{key!r} is no highest weight of {group}: Dynkin labels are integers") from None


def _by_dimension(group: LieGroup, key: str) -> Weight:
    digits = key.removesuffix("bar")
    if not digits.isdecimal():
        raise IntertwineError(
            f"{key!r} names no irreducible representation of {group}; give a dimension (8, '3bar') or Dynkin labels "
            f"such as {semisimple_part(group).highest_root() if semisimple_part(group).rank else ()}"
        )
    if _charge_count(group):
        raise IntertwineError(f"representations of {group} are called by Dynkin labels and a charge, not by dimension")
    found = _of_dimension(group, int(digits))
    if len(found) == 1 and digits == key:
        return found[0]
    if len(found) == 2 and dual_weight(group, found[0]) == found[1]:
        return found[digits != key]
    listed = ", ".join(map(str, found))
    conjugate = " with a conjugate" if digits != key else ""
    raise IntertwineError(
        f"{group} has {len(found)} irreducible representations of dimension {digits}{conjugate}"
        + (f": {listed}; give the Dynkin labels" if found and digits == key else f": {listed or 'none'}")
    )


@lru_cache(maxsize=1024)
def _of_dimension(group: LieGroup, dim: int) -> tuple[Weight, ...]:
    """Highest weights of this dimension that the group has, the greatest first."""
    system = semisimple_part(group)
    upto = list(itertools.islice(system.highest_weights(dim), MOST_WEIGHTS))
    if len(upto) == MOST_WEIGHTS:
        raise IntertwineError(f"{dim} is too large a dimension to look up for {group}: give the Dynkin labels")
    found = [w for w in upto if system.dimension(w) == dim and exists(group, w)]
    return tuple(sorted(found, reverse=True))


def exists(group: LieGroup, highest: Weight) -> bool:
    """Whether the group itself, and not only a covering group, has the highest weight."""
    try:
        parent(group, highest)
    except IntertwineError:
        return False
    return True
