"""Dimensions of spaces of equivariant kernels, counted independently of this library by escnn 1.0.13 (2D and 3D).

Each row: group, input and output field | dimensions at kernel sizes 3, 5 (, 7) with rings one pixel apart that carry
degrees 0; 2; 2; 3 | in the plane, kernels on one ring of every degree 0 .. 8.

Fields: triv, reg, sign (of D(1)); quot is C(n)/C(2); k is the irrep of frequency k of C(n) and SO(2), one-dimensional
at k = n/2; (f,k) that of D(n) and O(2), whose sign under the reflection is -1 where f = 1 and k is 0 or n/2; lk the
harmonics of degree k in space.
"""

from __future__ import annotations

from intertwine.groups import SO, C, Cube, D, Group, O
from intertwine.representations import Representation, alt
from intertwine.representations.harmonics import Harmonics

ROWS = """
D(1) triv triv | 4 7 11 | 1 1 1 1 1 1 1 1 1
D(1) triv sign | 2 4 7 | 0 1 1 1 1 1 1 1 1
D(1) sign triv | 2 4 7 | 0 1 1 1 1 1 1 1 1
D(1) sign sign | 4 7 11 | 1 1 1 1 1 1 1 1 1
D(1) sign reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(2) triv triv | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(2) reg reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(2) 1 triv | 2 4 8 | 0 2 0 2 0 2 0 2 0
C(2) 1 reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(2) 1 1 | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(3) triv reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(3) triv 1 | 4 8 12 | 0 2 2 0 2 2 0 2 2
C(3) reg triv | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(3) reg reg | 18 33 54 | 3 6 6 6 6 6 6 6 6
C(3) reg 1 | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(3) 1 triv | 4 8 12 | 0 2 2 0 2 2 0 2 2
C(3) 1 reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(4) triv triv | 2 3 4 | 1 0 0 0 2 0 0 0 2
C(4) triv reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(4) triv 1 | 2 4 8 | 0 2 0 2 0 2 0 2 0
C(4) triv 2 | 2 4 6 | 0 0 2 0 0 0 2 0 0
C(4) triv quot | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(4) reg triv | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(4) reg reg | 24 44 72 | 4 8 8 8 8 8 8 8 8
C(4) reg 1 | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(4) reg 2 | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(4) reg quot | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(4) 1 triv | 2 4 8 | 0 2 0 2 0 2 0 2 0
C(4) 1 reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(4) 1 2 | 2 4 8 | 0 2 0 2 0 2 0 2 0
C(4) 2 reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(4) 2 2 | 2 3 4 | 1 0 0 0 2 0 0 0 2
C(4) quot 1 | 4 8 16 | 0 4 0 4 0 4 0 4 0
C(4) quot 2 | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(6) triv reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(6) triv 2 | 2 4 6 | 0 0 2 0 2 0 0 0 2
C(6) triv quot | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(6) reg triv | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(6) reg 1 | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(6) reg 2 | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(6) 1 triv | 2 4 6 | 0 2 0 0 0 2 0 2 0
C(6) 1 reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(6) 1 1 | 6 10 14 | 2 0 2 0 2 0 4 0 2
C(6) 1 2 | 2 4 10 | 0 2 0 4 0 2 0 2 0
C(6) 1 quot | 4 8 16 | 0 4 0 4 0 4 0 4 0
C(6) 2 triv | 2 4 6 | 0 0 2 0 2 0 0 0 2
C(6) 2 reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(6) 2 1 | 2 4 10 | 0 2 0 4 0 2 0 2 0
C(6) 2 2 | 6 10 14 | 2 0 2 0 2 0 4 0 2
C(6) 2 quot | 8 14 20 | 2 0 4 0 4 0 4 0 4
C(6) quot 1 | 4 8 16 | 0 4 0 4 0 4 0 4 0
C(6) quot 2 | 8 14 20 | 2 0 4 0 4 0 4 0 4
C(6) quot quot | 12 21 30 | 3 0 6 0 6 0 6 0 6
C(8) triv reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(8) triv 1 | 2 4 6 | 0 2 0 0 0 0 0 2 0
C(8) triv 2 | 2 4 6 | 0 0 2 0 0 0 2 0 0
C(8) reg triv | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(8) reg reg | 48 88 144 | 8 16 16 16 16 16 16 16 16
C(8) reg 2 | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(8) 1 triv | 2 4 6 | 0 2 0 0 0 0 0 2 0
C(8) 1 1 | 6 10 14 | 2 0 2 0 0 0 2 0 4
C(8) 1 2 | 2 4 8 | 0 2 0 2 0 2 0 2 0
C(8) 2 triv | 2 4 6 | 0 0 2 0 0 0 2 0 0
C(8) 2 quot | 8 14 20 | 2 0 4 0 4 0 4 0 4
C(8) quot triv | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(8) quot 1 | 4 8 16 | 0 4 0 4 0 4 0 4 0
C(8) quot 2 | 8 14 20 | 2 0 4 0 4 0 4 0 4
C(16) triv triv | 2 3 4 | 1 0 0 0 0 0 0 0 0
C(16) triv 1 | 2 4 6 | 0 2 0 0 0 0 0 0 0
C(16) triv 2 | 2 4 6 | 0 0 2 0 0 0 0 0 0
C(16) triv quot | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(16) reg triv | 6 11 18 | 1 2 2 2 2 2 2 2 2
C(16) reg reg | 96 176 288 | 16 32 32 32 32 32 32 32 32
C(16) reg 1 | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(16) reg quot | 48 88 144 | 8 16 16 16 16 16 16 16 16
C(16) 1 triv | 2 4 6 | 0 2 0 0 0 0 0 0 0
C(16) 1 reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(16) 1 1 | 6 10 14 | 2 0 2 0 0 0 0 0 0
C(16) 1 2 | 2 4 8 | 0 2 0 2 0 0 0 0 0
C(16) 1 quot | 4 8 16 | 0 4 0 4 0 4 0 4 0
C(16) 2 reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
C(16) 2 1 | 2 4 8 | 0 2 0 2 0 0 0 0 0
C(16) 2 quot | 8 14 20 | 2 0 4 0 4 0 4 0 4
C(16) quot triv | 4 7 10 | 1 0 2 0 2 0 2 0 2
C(16) quot reg | 48 88 144 | 8 16 16 16 16 16 16 16 16
C(16) quot 2 | 8 14 20 | 2 0 4 0 4 0 4 0 4
C(16) quot quot | 32 56 80 | 8 0 16 0 16 0 16 0 16
D(2) triv reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(2) triv (0,0) | 3 5 7 | 1 0 1 0 1 0 1 0 1
D(2) triv (0,1) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) triv (1,0) | 1 2 3 | 0 0 1 0 1 0 1 0 1
D(2) triv (1,1) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) reg (0,0) | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(2) reg (0,1) | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(2) reg (1,0) | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(2) reg (1,1) | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(2) (0,0) triv | 3 5 7 | 1 0 1 0 1 0 1 0 1
D(2) (0,0) reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(2) (0,0) (0,1) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) (0,0) (1,0) | 1 2 3 | 0 0 1 0 1 0 1 0 1
D(2) (0,1) triv | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) (0,1) (0,1) | 3 5 7 | 1 0 1 0 1 0 1 0 1
D(2) (1,0) (0,0) | 1 2 3 | 0 0 1 0 1 0 1 0 1
D(2) (1,0) (0,1) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) (1,0) (1,0) | 3 5 7 | 1 0 1 0 1 0 1 0 1
D(2) (1,1) triv | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) (1,1) reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(2) (1,1) (0,0) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) (1,1) (0,1) | 1 2 3 | 0 0 1 0 1 0 1 0 1
D(2) (1,1) (1,0) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(2) (1,1) (1,1) | 3 5 7 | 1 0 1 0 1 0 1 0 1
D(4) triv triv | 2 3 4 | 1 0 0 0 1 0 0 0 1
D(4) triv (0,0) | 2 3 4 | 1 0 0 0 1 0 0 0 1
D(4) triv (0,2) | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) triv (1,1) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(4) triv (1,2) | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) reg triv | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(4) reg (0,0) | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(4) reg (1,2) | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(4) (0,0) triv | 2 3 4 | 1 0 0 0 1 0 0 0 1
D(4) (0,0) reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(4) (0,0) (0,0) | 2 3 4 | 1 0 0 0 1 0 0 0 1
D(4) (0,0) (1,1) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(4) (0,2) triv | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) (0,2) reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(4) (0,2) (0,0) | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) (0,2) (1,0) | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) (0,2) (1,2) | 0 0 0 | 0 0 0 0 1 0 0 0 1
D(4) (1,0) reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(4) (1,0) (0,0) | 0 0 0 | 0 0 0 0 1 0 0 0 1
D(4) (1,0) (1,0) | 2 3 4 | 1 0 0 0 1 0 0 0 1
D(4) (1,0) (1,1) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(4) (1,0) (1,2) | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) (1,1) reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
D(4) (1,1) (0,0) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(4) (1,1) (1,0) | 1 2 4 | 0 1 0 1 0 1 0 1 0
D(4) (1,2) triv | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) (1,2) reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(4) (1,2) (0,0) | 1 2 3 | 0 0 1 0 0 0 1 0 0
D(4) (1,2) (0,2) | 0 0 0 | 0 0 0 0 1 0 0 0 1
D(8) triv reg | 6 11 18 | 1 2 2 2 2 2 2 2 2
D(8) triv (1,1) | 1 2 3 | 0 1 0 0 0 0 0 1 0
D(8) reg reg | 96 176 288 | 16 32 32 32 32 32 32 32 32
D(8) reg (1,1) | 12 22 36 | 2 4 4 4 4 4 4 4 4
D(8) (1,1) triv | 1 2 3 | 0 1 0 0 0 0 0 1 0
D(8) (1,1) reg | 12 22 36 | 2 4 4 4 4 4 4 4 4
D(8) (1,1) (1,1) | 3 5 7 | 1 0 1 0 0 0 1 0 2
SO(2) triv triv | 2 3 4 | 1 0 0 0 0 0 0 0 0
SO(2) triv 1 | 2 4 6 | 0 2 0 0 0 0 0 0 0
SO(2) triv 2 | 2 4 6 | 0 0 2 0 0 0 0 0 0
SO(2) triv 3 | 0 0 2 | 0 0 0 2 0 0 0 0 0
SO(2) 1 2 | 2 4 8 | 0 2 0 2 0 0 0 0 0
SO(2) 2 triv | 2 4 6 | 0 0 2 0 0 0 0 0 0
SO(2) 2 1 | 2 4 8 | 0 2 0 2 0 0 0 0 0
SO(2) 2 2 | 4 6 8 | 2 0 0 0 2 0 0 0 0
SO(2) 2 3 | 2 4 6 | 0 2 0 0 0 2 0 0 0
SO(2) 3 triv | 0 0 2 | 0 0 0 2 0 0 0 0 0
SO(2) 3 2 | 2 4 6 | 0 2 0 0 0 2 0 0 0
O(2) triv (1,1) | 1 2 3 | 0 1 0 0 0 0 0 0 0
O(2) triv (1,3) | 0 0 1 | 0 0 0 1 0 0 0 0 0
O(2) (1,0) triv | 0 0 0 | 0 0 0 0 0 0 0 0 0
O(2) (1,0) (1,0) | 2 3 4 | 1 0 0 0 0 0 0 0 0
O(2) (1,0) (1,1) | 1 2 3 | 0 1 0 0 0 0 0 0 0
O(2) (1,0) (1,2) | 1 2 3 | 0 0 1 0 0 0 0 0 0
O(2) (1,0) (1,3) | 0 0 1 | 0 0 0 1 0 0 0 0 0
O(2) (1,1) triv | 1 2 3 | 0 1 0 0 0 0 0 0 0
O(2) (1,1) (1,0) | 1 2 3 | 0 1 0 0 0 0 0 0 0
O(2) (1,1) (1,1) | 3 5 7 | 1 0 1 0 0 0 0 0 0
O(2) (1,1) (1,2) | 1 2 4 | 0 1 0 1 0 0 0 0 0
O(2) (1,1) (1,3) | 1 2 3 | 0 0 1 0 1 0 0 0 0
O(2) (1,2) triv | 1 2 3 | 0 0 1 0 0 0 0 0 0
O(2) (1,2) (1,1) | 1 2 4 | 0 1 0 1 0 0 0 0 0
O(2) (1,2) (1,2) | 2 3 4 | 1 0 0 0 1 0 0 0 0
O(2) (1,2) (1,3) | 1 2 3 | 0 1 0 0 0 1 0 0 0
O(2) (1,3) triv | 0 0 1 | 0 0 0 1 0 0 0 0 0
O(2) (1,3) (1,0) | 0 0 1 | 0 0 0 1 0 0 0 0 0
O(2) (1,3) (1,1) | 1 2 3 | 0 0 1 0 1 0 0 0 0
SO(3) l0 l0 | 2 3
SO(3) l0 l1 | 1 2
SO(3) l0 l2 | 1 2
SO(3) l1 l0 | 1 2
SO(3) l1 l1 | 4 7
SO(3) l1 l2 | 2 4
SO(3) l2 l0 | 1 2
Cube() triv reg | 10 19
Cube() reg triv | 10 19
"""


def rows() -> list[tuple[str, list[int], list[int]]]:
    """(fields, dimensions by kernel size, dimensions by degree) of every row."""
    parts = [[p.strip() for p in line.split("|")] + [""] for line in ROWS.strip().splitlines()]
    return [(p[0], [int(n) for n in p[1].split()], [int(n) for n in p[2].split()]) for p in parts]


def fields(names: str) -> tuple[Group, Representation, Representation]:
    """The group and both fields of a row."""
    group_name, a, b = names.split()
    group = _group(group_name)
    return group, _field(group, a), _field(group, b)


def _group(name: str) -> Group:
    makers = {"C": C, "D": D, "SO": SO, "O": O, "Cube": Cube}
    maker, number = name.rstrip(")").split("(")
    return makers[maker](*[int(n) for n in number.split()])


def _field(group: Group, name: str) -> Representation:
    V = group.vector
    if name in ("triv", "reg"):
        return group.trivial if name == "triv" else group.regular
    if name == "sign":
        return alt(V, 2)
    if name == "quot":
        half = group.elements()[int(group.order) // 2]  # elements() lists the powers of the turn
        return group.quotient(group.subgroup([half]))
    flip, frequency = (int(n) for n in name.strip("()").split(",")) if "," in name else (0, int(name.strip("l")))
    if frequency == 0:
        return alt(V, 2) if flip else group.trivial
    if group.is_finite and 2 * frequency * len(group.generators) == group.order:  # generators: a turn(, a reflection)
        return group.representation([[[-1.0]], [[1.0 - 2 * flip]]][: len(group.generators)])
    return Harmonics(V, frequency)
