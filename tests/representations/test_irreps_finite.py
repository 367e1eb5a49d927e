"""Character tables and irreducible representations of finite groups, against known degrees, types and identities."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import intertwine as tw
from intertwine.intertwiners.isotypic import solve_isotypic
from intertwine.intertwiners.nullspace import solve_nullspace
from intertwine.representations.character_table import character_table, spell
from intertwine.representations.irreps_finite import finite_irreps
from intertwine.representations.structure import direct_sum

M11 = tw.Group.from_permutations([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0], [0, 1, 6, 9, 5, 3, 10, 2, 8, 4, 7]], "M11")
F21 = tw.Group.from_permutations([[1, 2, 3, 4, 5, 6, 0], [0, 2, 4, 6, 1, 3, 5]], "F21")

# Real irreducible representations: dimension and type (real, complex, quaternionic).
REAL = {
    tw.C(1): "1R",
    tw.C(3): "1R 2C",
    tw.C(4): "1R 1R 2C",
    tw.C(7): "1R 2C 2C 2C",
    tw.D(4): "1R 1R 1R 1R 2R",
    tw.D(6): "1R 1R 1R 1R 2R 2R",
    tw.D(7): "1R 1R 2R 2R 2R",
    tw.S(3): "1R 1R 2R",
    tw.S(5): "1R 1R 4R 4R 5R 5R 6R",
    tw.A(4): "1R 2C 3R",
    tw.A(6): "1R 5R 5R 8R 8R 9R 10R",
    tw.Q(8): "1R 1R 1R 1R 4H",
    tw.Q(16): "1R 1R 1R 1R 2R 4H 4H",
    tw.Cube(full=True): "1R 1R 1R 1R 2R 2R 3R 3R 3R 3R",
    tw.Icosahedron(): "1R 3R 3R 4R 5R",
    F21: "1R 2C 6C",
    tw.C(2) * tw.Q(8): "1R 1R 1R 1R 1R 1R 1R 1R 4H 4H",
}
LETTER = {"real": "R", "complex": "C", "quaternionic": "H"}


@pytest.mark.parametrize("group", REAL, ids=str)
def test_real_irreps_have_the_known_dimensions_and_types(group):
    found = sorted(f"{rho.dim}{LETTER[rho.type]}" for rho in finite_irreps(group))
    assert found == sorted(REAL[group].split())


@pytest.mark.slow
def test_mathieu_group():
    assert [rho.dim for rho in M11.irreps(real=False)] == [1, 10, 10, 10, 11, 16, 16, 44, 45, 55]
    found = sorted(f"{rho.dim}{LETTER[rho.type]}" for rho in finite_irreps(M11))
    assert found == ["10R", "11R", "1R", "20C", "32C", "44R", "45R", "55R"]


@pytest.mark.parametrize("group", [*REAL, tw.semidirect(tw.Grid(3, 3), tw.D(4))], ids=str)
def test_characters_are_orthonormal_both_ways(group):
    table = character_table(group)
    order, chi, sizes = int(group.order), table.values, table.sizes
    assert np.abs(chi.conj() * sizes @ chi.T / order - np.eye(len(sizes))).max() < 1e-12
    assert np.abs(chi.T @ chi.conj() * np.sqrt(sizes * sizes[:, None]) / order - np.eye(len(sizes))).max() < 1e-12
    assert sum(d * d for d in table.degrees) == order


def test_frobenius_schur_counts_square_roots_of_one():
    roots = {tw.S(3): 4, tw.S(5): 26, tw.A(6): 46, tw.D(4): 6, tw.Q(16): 2, tw.Cube(full=True): 20}
    sign = {"real": 1, "complex": 0, "quaternionic": -1}
    for group, count in roots.items():
        table = character_table(group)
        assert sum(sign[kind] * d for kind, d in zip(table.types, table.degrees, strict=True)) == count


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("group", REAL, ids=str)
def test_irreps_are_unitary_homomorphisms_with_their_characters(group, real):
    random = torch.Generator().manual_seed(3)
    g, h = group.sample(12, generator=random), group.sample(12, generator=random)
    table = character_table(group)
    classes = [element for element, _ in group.classes()]
    for rho in finite_irreps(group, real=real):
        a, b = rho.matrix(g), rho.matrix(h)
        eye = torch.eye(rho.dim, dtype=torch.float64)
        assert float((a @ b - rho.matrix(group.multiply(g, h))).abs().max()) < 1e-12
        assert float((a.mH @ a - eye).abs().max()) < 1e-12
        character = np.array([complex(rho.character(element)) for element in classes])
        expected = sum(table.values[k] for k in rho.characters)
        assert np.abs(character - expected).max() < 1e-10


@pytest.mark.parametrize("group", [tw.C(5), tw.D(5), tw.Q(16), tw.A(4), tw.Icosahedron()], ids=str)
def test_schurs_lemma_counts_endomorphisms(group):
    size = {"real": 1, "complex": 2, "quaternionic": 4}
    for rho in finite_irreps(group):
        assert (rho >> rho).dim == size[rho.type]
    for k, rho in enumerate(group.irreps(real=False)):
        for other in group.irreps(real=False)[k:]:
            assert (rho >> other).dim == (rho is other)


@pytest.mark.parametrize("group", [tw.C(5), tw.D(5), tw.Q(16), F21, tw.Icosahedron()], ids=str)
def test_schur_route_is_the_null_space(group):
    irreps = group.irreps()
    a = group.regular * irreps[-1] if group.order < 20 else irreps[-1] * irreps[-1]
    b = direct_sum([(rho, 1) for rho in irreps])
    first, second = solve_isotypic(a, b), solve_nullspace(a, b)
    assert first.dim == second.dim
    w = torch.randn(b.dim, a.dim, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    nearest = [s.matrix(s.coefficients(w)) for s in (first, second)]
    assert float((nearest[0] - nearest[1]).abs().max()) < 1e-10


def test_printed_entries_are_integers_or_sums_of_roots():
    assert spell(np.array([2, 0, 0])) == "2"
    assert spell(np.array([0, 1, 1])) == "-1"
    assert spell(np.array([0, 1, 0, 0])) == "i"
    assert spell(np.array([1, 1, 0, 0, 1])) == "1+z5+z5^4"
    assert spell(np.array([1, 0, 0, 0, 1, 0])) == "-z3"
    assert spell(np.array([0, 0, 0, 0, 0, 1])) == "-z3"
    assert spell(np.array([2, 2, 0])) == "-2z3^2"
    table = str(tw.A(5).character_table())
    assert "1+z5+z5^4" in table
    assert len(table.splitlines()) == 6


def test_names_and_refusals():
    group = tw.A(5)
    assert group.irrep("3a") == group.irreps()[1]
    assert group.irrep(4).dim == 4
    with pytest.raises(tw.IntertwineError, match=r"\(5\), \(3,1,1\)\+, \(3,1,1\)-, \(4,1\), \(3,2\)"):
        group.irrep(3)
    with pytest.raises(tw.IntertwineError, match="infinitely many"):
        tw.SO(3).irreps()
    with pytest.raises(tw.IntertwineError, match="list of all elements"):
        tw.Rubik().irreps()


def test_opposite_waves_are_one_real_representation() -> None:
    for n in range(1, 9):
        for group in (tw.C(n), tw.D(n)):
            for k in range(1, n):
                assert group.irrep(k) == group.irrep(n - k)
                assert group.irrep(k) in group.irreps()
        assert [str(tw.C(n).irrep(k, real=False)) for k in range(n)] == [f"k={k}" for k in range(n)]
    for key in (5, -1, 2.5):
        with pytest.raises(tw.IntertwineError, match=r"0 \.\. 4"):
            tw.C(5).irrep(key)
    with pytest.raises(tw.IntertwineError, match=r"E1 \.\. E2"):
        tw.D(5).irrep("E3")
