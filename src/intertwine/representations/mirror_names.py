"""How irreducible representations of O(n), O(p, q) and SO(p, q) are called: one of the identity component, and signs.

O(n), n odd: "1o" and "2e", odd or even under the point reflection -1. O(n), n even: "4+" acts as on tensors, "4-" with
the determinant in addition; mirror pairs such as "(2,0)" of O(4) or "1" of O(2) need no sign. O(1, 3): letters name the
reversals that bring in a further sign, P for space and T for time: "(1/2,1/2)" is a four-vector, "(1/2,1/2)P" an axial
one, "(0,0)P" a pseudoscalar. Other O(p, q) and SO(p, q): letters p and q for their generators in the same way.
"""

from __future__ import annotations

from typing import Any

from ..errors import IntertwineError
from ..groups.components import Twist, connected, twists, with_signature
from ..groups.lie import LieGroup
from .irrep_names import first_of_pair, highest_weight
from .mirror import MirrorIrrep, mirror_weight, tensor_degree
from .wigner import lie_irrep


def mirror_irrep(group: LieGroup, key: Any) -> MirrorIrrep:
    """The irreducible representation that a user means.

    Raises:
        IntertwineError: for a name without the sign it needs, or one that the identity component does not know.
    """
    name, suffix = _split(group, first_of_pair(key))
    base = connected(*with_signature(group)[1])
    if isinstance(name, tuple) and len(name) == 1 and base.name in ("SO(3)", "SO(2)"):
        name = name[0]
    rho = lie_irrep(base, highest_weight(base, name))
    is_paired = mirror_weight(group, rho.highest) != rho.highest
    if suffix is None and group.is_compact and not is_paired:
        kinds = "a parity, such as '2e' or '1o'" if group.size % 2 else "a sign, such as '4+' or '4-'"
        raise IntertwineError(
            f"a representation of {group} is one of {base} with {kinds} unless it joins a mirror pair, got {key!r}"
        )
    twist = tuple(1 for _ in group.generators)
    if suffix is not None:
        flips = -1 if group.size % 2 and group.is_compact and tensor_degree(base, rho.highest) % 2 else 1
        twist = tuple(flips * sign for sign in _suffixes(group)[suffix])
    return MirrorIrrep(group, rho, twist)


def mirror_name(rho: MirrorIrrep) -> str:
    """How the representation is written."""
    group, twist = rho.lie, rho.twist
    name = str(rho.base).removeprefix("l=").removeprefix("q=")
    if rho.is_paired and group.size > 2:
        image = lie_irrep(rho.base.lie, mirror_weight(group, rho.base.highest))
        name = f"({name} + {image})"
    if group.is_compact and rho.is_paired:
        return name
    if group.is_compact and group.size % 2 and tensor_degree(rho.base.lie, rho.base.highest) % 2:
        twist = (-twist[0],)
    return name + next(suffix for suffix, signs in _suffixes(group).items() if signs == twist)


def _suffixes(group: LieGroup) -> dict[str, Twist]:
    """What is written after the name of a representation of the identity component, and the signs it stands for."""
    if group.is_compact:
        return {"e": (1,), "o": (-1,)} if group.size % 2 else {"+": (1,), "-": (-1,)}
    letters = ("T", "P") if group.name == "O(1,3)" else ("p", "q")
    found = {
        "".join(letter for letter, sign in zip(letters, twist, strict=False) if sign < 0): twist
        for twist in twists(group)
    }
    return {"PT" if suffix == "TP" else suffix: twist for suffix, twist in found.items()}


def _split(group: LieGroup, key: Any) -> tuple[Any, str | None]:
    """(name in the identity component, suffix)."""
    suffixes = sorted(filter(None, _suffixes(group)), key=len, reverse=True)
    if isinstance(key, str):
        suffix = next((s for s in suffixes if key.endswith(s) and len(key) > len(s)), None)
        return (key[: -len(suffix)], suffix) if suffix else (key, None)
    if isinstance(key, tuple | list) and key and isinstance(key[-1], str) and key[-1] in suffixes:
        return tuple(key[:-1]), key[-1]
    if isinstance(key, tuple) and len(key) == 2 and group.is_compact and group.size == 3 and key[1] in (1, -1):
        return key[:1], "e" if key[1] == 1 else "o"
    return key, None
