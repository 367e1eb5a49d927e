"""Types of features on points that the tests of layers go through, one pair for each group."""

from __future__ import annotations

from intertwine.groups import SO, Cube, Group, O
from intertwine.representations import Representation

CUTOFF = 1.2
CASES = ["O(3)", "SO(3)", "Cube", "O(2)", "SO(2)"]


def types(name: str) -> tuple[Representation, Representation]:
    if name == "O(3)":
        G: Group = O(3)
        even, odd, vector, axial, two = (G.irrep(key) for key in ("0e", "0o", "1o", "1e", "2e"))
        return 3 * even + 2 * vector + axial, 2 * vector + axial + odd + two + even
    if name == "SO(3)":
        G = SO(3)
        return 2 * G.trivial + 3 * G.irrep(1) + G.irrep(2), G.irrep(2) + 2 * G.irrep(1) + G.trivial
    if name == "Cube":
        return 2 * Cube().vector + Cube().trivial, Cube().regular + Cube().vector
    G = O(2) if name == "O(2)" else SO(2)
    return 2 * G.trivial + 2 * G.vector, G.vector + 2 * G.trivial
