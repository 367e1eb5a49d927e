"""The groups that have a name on the command line, with one line of meaning each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .. import groups
from ..groups.base import Group


@dataclass(frozen=True)
class Entry:
    """A named family: how its arguments are read, the largest integer they may hold, and what it is."""

    name: str
    example: str
    meaning: str
    largest: int = 0
    takes: Literal["integers", "groups", "text"] = "integers"

    @property
    def build(self) -> Callable[..., Group]:
        """The constructor."""
        return Group.from_presentation if self.name == "presentation" else getattr(groups, self.name)


CATALOGUE = {
    entry.name: entry
    for entry in (
        Entry("C", "C(4)", "rotations of a regular n-gon; cyclic shifts of n places", 4096),
        Entry("D", "D(4)", "rotations and reflections of a regular n-gon", 4096),
        Entry("S", "S(5)", "all permutations of n things", 64),
        Entry("A", "A(5)", "even permutations of n things", 64),
        Entry("Q", "Q(8)", "the quaternion group: +-1, +-i, +-j, +-k", 4096),
        Entry("Cube", "Cube()", "rotations of the cube; with full=True its reflections too"),
        Entry("Icosahedron", "Icosahedron()", "rotations of the icosahedron; with full=True its reflections too"),
        Entry("Rubik", "Rubik()", "face turns of Rubik's cube, moving 48 stickers"),
        Entry("SO", "SO(3)", "rotations of n-space; SO(p,q) keeps a form of that signature", 32),
        Entry("O", "O(3)", "rotations and reflections of n-space; O(p,q) likewise", 32),
        Entry("U", "U(2)", "unitary n x n matrices", 16),
        Entry("SU", "SU(3)", "unitary n x n matrices of determinant 1", 16),
        Entry("Sp", "Sp(4)", "linear maps of n-space, n even, that keep a symplectic form", 32),
        Entry("USp", "USp(4)", "unitary and symplectic: the compact form of Sp", 16),
        Entry("SL", "SL(3)", "n x n matrices of determinant 1: they keep volume", 16),
        Entry("GL", "GL(3)", "all invertible n x n matrices", 16),
        Entry("Lorentz", "Lorentz()", "rotations and boosts of space-time, the connected part of O(1,3)"),
        Entry("Spin", "Spin(1,3)", "complex 2 x 2 matrices of determinant 1, the double cover of the Lorentz group", 3),
        Entry("G2", "G2()", "the automorphisms of the octonions, on their 7 imaginary units"),
        Entry("F4", "F4()", "the compact exceptional group on 26 dimensions"),
        Entry("E", "E(8)", "the compact exceptional groups E(6), E(7), E(8), on 27, 56 and 248 dimensions", 8),
        Entry("Grid", "Grid(8, 8)", "cyclic translations of a grid of that shape", 4096),
        Entry("R", "R(2)", "translations of d-space", 32),
        Entry("semidirect", "semidirect(R(2), O(2))", "two groups, the second acting on the first", takes="groups"),
        Entry("wreath", "wreath(C(2), S(3))", "a copy of a group at each place, places permuted", takes="groups"),
        Entry("presentation", 'presentation("r^4, f^2, (r f)^2")', "generators and relations", takes="text"),
    )
}
