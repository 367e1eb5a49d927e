"""The groups and representations that the batteries go through."""

from __future__ import annotations

from collections.abc import Iterator

from intertwine.errors import IntertwineError
from intertwine.groups import (
    GL,
    SL,
    SO,
    SU,
    A,
    C,
    Cube,
    D,
    Grid,
    Group,
    Icosahedron,
    Lorentz,
    O,
    Q,
    R,
    Rubik,
    S,
    Sp,
    U,
    USp,
    semidirect,
    wreath,
)
from intertwine.representations import Representation, alt, sym

FINITE: list[Group] = [
    *[C(n) for n in (1, 2, 3, 8)],
    *[D(n) for n in (1, 2, 3, 4, 6)],
    *[S(n) for n in (1, 2, 3, 5, 8)],
    *[A(n) for n in (3, 4, 5)],
    *[Q(8), Q(12), Cube(), Cube(full=True), Icosahedron(), Icosahedron(full=True), Grid(5), Grid(3, 4)],
    *[semidirect(Grid(4, 4), D(4)), wreath(C(2), S(3)), C(3) * D(4), S(3) * S(3)],
    Group.from_presentation("r^4, f^2, (r f)^2"),
    Group.from_table([[0, 1, 2], [1, 2, 0], [2, 0, 1]]),
    Group.from_matrices([[[0, -1], [1, -1]]]),
]
COMPACT: list[Group] = [
    *[SO(n) for n in (2, 3, 4)],
    *[O(n) for n in (1, 2, 3)],
    *[U(1), U(2), SU(2), SU(3), USp(4)],
    *[SO(3) * S(3), SO(3) * SO(3), SU(2) * U(1), wreath(SO(2), S(3))],
]
OPEN: list[Group] = [
    *[SL(2), SL(3), GL(2), Sp(2), Sp(4), Lorentz(), O(1, 3), SO(2, 1), R(1), R(3)],
    *[semidirect(R(2), O(2)), semidirect(R(3), O(3)), semidirect(R(2), C(4))],
]
LARGE: list[Group] = [Rubik()]
GROUPS = FINITE + COMPACT + OPEN + LARGE


def representations(group: Group, largest: int = 90) -> Iterator[Representation]:
    """Representations of one group up to a dimension: all that its constructions give."""
    V, one = group.vector, group.trivial
    found = [V, one, 2 * one + 3 * V, V.dual, V.conj, V * V, V.dual * V + one, V**3, (V + one) * (V + 2 * one)]
    found += [sym(V, 2), sym(V, 3)] + ([alt(V, 2)] if V.dim > 1 else [])
    if group.is_listable and group.order <= 60:
        found += [group.regular, group.regular + V]
    for name in ("points", "adjoint"):
        try:
            found.append(getattr(group, name))
        except IntertwineError:
            continue
    yield from (rho for rho in dict.fromkeys(found) if rho.dim <= largest)


def pairs(group: Group) -> Iterator[tuple[Representation, Representation]]:
    """Representations between which all equivariant maps are checked."""
    V, one = group.vector, group.trivial
    if V.dim > 12:
        yield V, V if V.dim < 30 else one
        return
    yield from [(V, V), (one, V), (V * V, one), (2 * one + V, V + V.dual), (V * V, V)]
    if V.dim <= 4:
        yield from [(V * V, V * V), (V**3, V), (sym(V, 2), V * V), (V.dual * V, V * V.dual), (V + V * V, 2 * V + one)]
    if 1 < V.dim <= 4:
        yield alt(V, 2), V.dual
    if group.is_listable and group.order <= 24:
        yield from [(group.regular, group.regular), (group.regular, V), (V + one, group.regular + V)]
