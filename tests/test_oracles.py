"""Tables that no code of this package computed, against groups, representations and the solver."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from tests.oracles.finite_groups import FINITE_GROUPS
from tests.oracles.rotation_branching import ICOSAHEDRAL, OCTAHEDRAL
from tests.oracles.tensor_counts import (
    LORENTZ_CONNECTED,
    LORENTZ_FULL,
    ORTHOGONAL,
    RUBIK,
    SPECIAL_ORTHOGONAL,
    SPECIAL_UNITARY,
    SYMMETRIC,
    SYMPLECTIC,
    UNITARY,
)

import intertwine as tw
from intertwine.representations.character_table import character_table

LARGEST_BASIS = 5 * 10**6
"""Numbers in a dense basis up to which the tests look at it."""


def linear_group_on_vectors(p: int, generators: list[list[list[int]]]) -> tw.Group:
    """A group of matrices modulo the prime p, as permutations of the nonzero column vectors."""
    vectors = [v for v in product(range(p), repeat=2) if any(v)]
    images = [
        [vectors.index(((a * x + b * y) % p, (c * x + d * y) % p)) for x, y in vectors] for (a, b), (c, d) in generators
    ]
    return tw.Group.from_permutations(images)


BUILD: dict[str, Callable[[], tw.Group]] = {
    "S3": lambda: tw.S(3),
    "S5": lambda: tw.S(5),
    "A4": lambda: tw.A(4),
    "A6": lambda: tw.A(6),
    "A7": lambda: tw.A(7),
    "C3": lambda: tw.C(3),
    "C4": lambda: tw.C(4),
    "C7": lambda: tw.C(7),
    "D4": lambda: tw.D(4),
    "D6": lambda: tw.D(6),
    "D7": lambda: tw.D(7),
    "SL(2,5)": lambda: linear_group_on_vectors(5, [[[1, 1], [0, 1]], [[1, 0], [1, 1]]]),
    "GL(2,3)": lambda: linear_group_on_vectors(3, [[[1, 1], [0, 1]], [[1, 0], [1, 1]], [[2, 0], [0, 1]]]),
    "Oh": lambda: tw.Cube(full=True),
    "Q16": lambda: tw.Q(16),
    "F21": lambda: tw.Group.from_presentation("a^7, b^3, b a b^-1 a^-2"),
}


@pytest.mark.parametrize("name", FINITE_GROUPS)
def test_order_classes_and_involutions(name: str) -> None:
    """The order, the number of conjugacy classes, and how many elements square to the identity."""
    facts, group = FINITE_GROUPS[name], BUILD[name]()
    elements = group.elements()
    assert group.order == facts.order == len(elements)
    classes = group.classes()
    assert len(classes) == len(facts.degrees)
    assert sum(size for _, size in classes) == facts.order
    squares = group.index(group.multiply(elements, elements))
    assert int((squares == group.index(group.identity)).sum()) == facts.square_roots_of_identity


@pytest.mark.parametrize("name", FINITE_GROUPS)
def test_character_table(name: str) -> None:
    """Degrees and types of the irreducible characters, and orthogonality of the rows."""
    facts, group = FINITE_GROUPS[name], BUILD[name]()
    table = character_table(group)
    types = {1: "real", 0: "complex", -1: "quaternionic"}
    expected = sorted(zip(facts.degrees, (types[t] for t in facts.types), strict=True))
    assert sorted(zip(table.degrees, table.types, strict=True)) == expected
    products = (table.values * table.sizes) @ table.values.conj().T / facts.order
    assert products == pytest.approx(np.eye(len(facts.degrees)), abs=1e-9)


@pytest.mark.parametrize("name", [n for n, f in FINITE_GROUPS.items() if f.order <= 120])
def test_regular_representation(name: str) -> None:
    """Endomorphisms are the group algebra; Sym^2 has (order + square roots of 1) / 2 invariants, by Frobenius-Schur."""
    facts, group = FINITE_GROUPS[name], BUILD[name]()
    regular = group.regular
    assert (regular >> regular).dim == facts.order
    assert (group.trivial >> regular).dim == 1
    if facts.order <= 24:
        square = tw.sym(regular, 2)
        assert (group.trivial >> square).dim == (facts.order + facts.square_roots_of_identity) // 2


@pytest.mark.parametrize("name", [n for n, f in FINITE_GROUPS.items() if f.order <= 400])
def test_dimension_is_the_mean_of_characters(name: str) -> None:
    """dim Hom(V, V*V) = mean of chi^3 over the group, for its points."""
    group = BUILD[name]()
    points = group.points
    character = points.character(group.elements())
    assert (points >> points * points).dim == pytest.approx(float((character**3).double().mean()), abs=1e-9)


def invariants(table: dict[tuple[int, int], int]) -> list[tuple[int, int, int, int]]:
    """Rows (n, p, q, count) with the p + q factors of each entry split in two halves."""
    return [(n, k // 2, k - k // 2, count) for (n, k), count in table.items()]


def check(rep: tw.Representation, p: int, q: int, count: int) -> None:
    """dim Hom(V^p, V^q) is `count`, and where its basis is small enough to write down, it is orthonormal."""
    space = rep**p >> rep**q
    assert space.dim == count
    if rep.dim ** (p + q) * count <= LARGEST_BASIS:
        basis = space.basis().flatten(1)
        assert torch.allclose(basis @ basis.mH, torch.eye(count, dtype=basis.dtype), atol=1e-10)


@pytest.mark.parametrize(("n", "p", "q", "count"), [(*key, count) for key, count in SYMMETRIC.items()])
def test_symmetric_groups(n: int, p: int, q: int, count: int) -> None:
    """Set partitions."""
    check(tw.S(n).vector, p, q, count)


@pytest.mark.parametrize(("n", "p", "q", "count"), invariants(ORTHOGONAL))
def test_orthogonal_groups(n: int, p: int, q: int, count: int) -> None:
    """Brauer diagrams."""
    check(tw.O(n).vector, p, q, count)


@pytest.mark.parametrize(("n", "p", "q", "count"), invariants(SPECIAL_ORTHOGONAL))
def test_special_orthogonal_groups(n: int, p: int, q: int, count: int) -> None:
    """Brauer diagrams and those with one Levi-Civita symbol."""
    check(tw.SO(n).vector, p, q, count)


@pytest.mark.parametrize(("m", "p", "q", "count"), invariants(SYMPLECTIC))
def test_symplectic_groups(m: int, p: int, q: int, count: int) -> None:
    """Brauer diagrams with the symplectic form."""
    check(tw.Sp(2 * m).vector, p, q, count)


@pytest.mark.parametrize(("n", "k", "count"), [(*key, count) for key, count in UNITARY.items()])
def test_unitary_groups(n: int, k: int, count: int) -> None:
    """Schur-Weyl duality, over the complex numbers."""
    check(tw.U(n).vector, k, k, count)


@pytest.mark.parametrize(("n", "p", "q", "count"), [(*key, count) for key, count in SPECIAL_UNITARY.items()])
def test_special_unitary_groups(n: int, p: int, q: int, count: int) -> None:
    """Schur-Weyl duality and the determinant."""
    check(tw.SU(n).vector, p, q, count)


@pytest.mark.parametrize(("k", "count"), LORENTZ_CONNECTED.items())
def test_connected_lorentz_group(k: int, count: int) -> None:
    """SL(2, C) behind it."""
    check(tw.Lorentz().vector, k // 2, k // 2, count)


@pytest.mark.parametrize(("k", "count"), LORENTZ_FULL.items())
def test_full_lorentz_group(k: int, count: int) -> None:
    """Parity and time reversal remove the maps with an odd number of Levi-Civita symbols."""
    check(tw.O(1, 3).vector, k // 2, k // 2, count)


@pytest.mark.parametrize(("p", "q", "count"), [(*key, count) for key, count in RUBIK.items()])
def test_rubik(p: int, q: int, count: int) -> None:
    """The true cube, not a larger group of permutations of the stickers."""
    group = tw.Rubik()
    assert group.order == 43_252_003_274_489_856_000
    check(group.vector, p, q, count)


@pytest.mark.parametrize("degree", range(9))
@pytest.mark.parametrize(("group", "table"), [(tw.Cube(), OCTAHEDRAL), (tw.Icosahedron(), ICOSAHEDRAL)])
def test_polynomials_under_rotations(group: tw.Group, table: list[dict[str, int]], degree: int) -> None:
    """Polynomials of degree k are the harmonics of degree k, k - 2, ...: Sym^k(V) splits as their tables say."""
    multiplicity: dict[str, int] = {}
    for harmonic in range(degree, -1, -2):
        for name, count in table[harmonic].items():
            multiplicity[name] = multiplicity.get(name, 0) + count
    polynomials = tw.sym(group.vector, degree)
    assert (group.trivial >> polynomials).dim == multiplicity.get("A1", 0) + multiplicity.get("A", 0)
    assert (polynomials >> polynomials).dim == sum(count**2 for count in multiplicity.values())
