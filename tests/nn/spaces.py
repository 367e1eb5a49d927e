"""The groups and features that layers are tested on."""

from __future__ import annotations

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
    semidirect,
    wreath,
)
from intertwine.representations import Representation, alt, pixels, sym

UNITARY: list[Group] = [
    *[C(1), C(4), C(5), D(4), S(4), A(4), Q(8), Cube(), Icosahedron(full=True), Grid(6), Rubik()],
    *[SO(2), SO(3), SO(4), O(2), O(3), U(1), U(2), SU(2), SU(3)],
    *[C(3) * SO(3), S(3) * O(2), SO(3) * SO(3), wreath(C(2), S(3)), wreath(SO(2), S(3)), semidirect(Grid(3, 3), C(4))],
]
OTHERS: list[Group] = [
    *[Lorentz(), O(1, 3), SO(2, 1), Sp(4), SL(2), SL(3), GL(2)],
    *[R(2), semidirect(R(2), O(2)), semidirect(R(3), SO(3)), semidirect(R(2), C(4))],
]
GROUPS = UNITARY + OTHERS


def features(group: Group) -> Representation:
    """Sums in mixed order, with tensor products and duals where they stay small."""
    V, one = group.vector, group.trivial
    if V.dim > 10:
        return 2 * one + V
    return V + 2 * one + V.dual + V * V + V if V.dim <= 4 else V + 2 * one + V


SPACES: list[tuple[Representation, Representation]] = [
    (3 * C(4).regular, 2 * C(4).regular),
    (2 * C(4).vector + C(4).regular, C(4).trivial + C(4).vector),
    (pixels(D(4), (5, 5)), 2 * D(4).regular + D(4).trivial),
    (S(4).vector ** 3, S(4).vector ** 2 + S(4).trivial),
    (sym(SO(3).vector, 2) + SO(3).adjoint, alt(SO(3).vector, 2) + 2 * SO(3).vector ** 2),
    (2 * SO(3).vector ** 4, 2 * sym(SO(3).vector, 3)),
    (SU(2).vector + SU(2).vector.conj, 2 * SU(2).vector + SU(2).trivial),
    (3 * U(1).vector + U(1).vector ** 2, U(1).vector + U(1).vector.dual),
    (SU(3).adjoint + SU(3).trivial, 2 * SU(3).adjoint),
    (Lorentz().vector + Lorentz().vector ** 2, Lorentz().vector + alt(Lorentz().vector, 2)),
    (Sp(4).vector + Sp(4).vector ** 2, Sp(4).trivial + Sp(4).vector),
    (24 * SU(4).adjoint, 24 * SU(4).adjoint),
]
"""Spaces that meet every route of the solver, one matrix and the factored form."""
