"""Groups from permutations, matrices, tables and presentations, and those that products make."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import intertwine as tw
from intertwine.groups.elements import leaves, stack, take


def facts(group: tw.Group) -> tuple[int, list[int], int]:
    """Order, sorted class sizes and number of involutions: enough to tell all groups up to order 15 apart."""
    elements = group.elements()
    squares = group.index(group.multiply(elements, elements))
    return int(group.order), sorted(size for _, size in group.classes()), int((squares == 0).sum())


def table_of(group: tw.Group) -> torch.Tensor:
    """The multiplication table of a group as positions."""
    elements = group.elements()
    return group.index(group.multiply(take(elements, (slice(None), None)), elements))


def turn(angle: float) -> list[list[float]]:
    return [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]


# --- one group, many ways -------------------------------------------------------------------------------------------

SAME: list[tuple[tw.Group, tw.Group]] = [
    (tw.Group.from_presentation("r^4, f^2, (r f)^2"), tw.D(4)),
    (tw.Group.from_presentation("r^7"), tw.C(7)),
    (tw.Group.from_presentation("i^4, i^2 = j^2, j i j^-1 = i^-1"), tw.Q(8)),
    (tw.Group.from_presentation("a^2, b^3, (a b)^5"), tw.A(5)),
    (tw.Group.from_presentation("s^2, t^2, u^2, (s t)^3, (t u)^3, (s u)^2"), tw.S(4)),
    (tw.Group.from_presentation("a b = b a, a^2 = 1, b^3 = 1"), tw.C(6)),
    (tw.Group.from_presentation("x^2*y^-2, x^4, y*x*y^-1*x"), tw.Q(8)),
    (tw.Group.from_presentation("a"), tw.C(1)),
    (tw.Group.from_permutations([[1, 2, 3, 0], [0, 3, 2, 1]]), tw.D(4)),
    (tw.Group.from_permutations([[*range(1, 12), 0]]), tw.C(12)),
    (tw.Group.from_permutations(torch.tensor([[1, 0, 2], [0, 2, 1]])), tw.S(3)),
    (tw.Group.from_matrices([turn(2 * math.pi / 5)]), tw.C(5)),
    (tw.Group.from_matrices([turn(2 * math.pi / 360)]), tw.C(360)),
    (tw.Group.from_matrices([turn(math.pi / 3), [[1, 0], [0, -1]]]), tw.D(6)),
    (tw.Group.from_matrices([[0, -1], [1, -1]]), tw.C(3)),  # in the basis of a hexagonal lattice, not orthogonal
    (tw.Group.from_matrices([np.roll(np.eye(3), 1, 0), np.diag([-1, 1, 1])]), tw.C(2) * tw.A(4)),
    (tw.Group.from_matrices(tw.Q(8).geometry), tw.Q(8)),
    (tw.Group.from_table(table_of(tw.D(4))), tw.D(4)),
    (tw.Group.from_table(table_of(tw.A(4)).tolist()), tw.A(4)),
    (tw.Group.from_table([[1, 0], [0, 1]]), tw.C(2)),  # the identity may bear any label
    (tw.Group.from_table([[0]]), tw.C(1)),
    (tw.C(2) * tw.C(3), tw.C(6)),
    (tw.Grid(2, 3), tw.C(6)),
    (tw.wreath(tw.C(2), tw.S(2)), tw.D(4)),
    (tw.wreath(tw.C(2), tw.S(3)), tw.Cube(full=True)),
    (tw.semidirect(tw.Grid(5), tw.C(2), tw.C(2).representation([[[-1.0]]])), tw.D(5)),
    (tw.semidirect(tw.Grid(2, 2), tw.C(3), tw.C(3).representation([[[0.0, -1], [1, -1]]])), tw.A(4)),
    (tw.S(4).subgroup([[1, 2, 3, 0], [0, 3, 2, 1]]), tw.D(4)),
    (tw.Icosahedron(), tw.A(5)),
    (tw.Cube(), tw.S(4)),
    (tw.Icosahedron(full=True), tw.A(5) * tw.C(2)),
]  # fmt: skip


@pytest.mark.parametrize(("group", "known"), SAME, ids=lambda group: group.name)
def test_the_same_group(group: tw.Group, known: tw.Group) -> None:
    """Order, class sizes and involutions agree."""
    assert facts(group) == facts(known)
    assert group != known  # values, not isomorphism classes


@pytest.mark.parametrize("group", [tw.Q(8), tw.D(3), tw.C(4) * tw.C(2), tw.A(4)], ids=repr)
def test_tables_keep_their_products(group: tw.Group) -> None:
    """The generator of row i is the element i, and products are as the table says."""
    table = table_of(group)
    from_table = tw.Group.from_table(table)
    elements = stack(list(from_table.generators))
    products = from_table.multiply(elements[:, None], elements)
    assert torch.equal(from_table.index(products), from_table.index(elements)[table])


def test_presentations_act_by_multiplication_from_the_left() -> None:
    """The generators satisfy the relations as written, which the inverse order would not."""
    group = tw.Group.from_presentation("a^7, b^3, b a b^-1 = a^2")
    a, b = group.generators
    assert group.generator_names == ("a", "b")
    conjugate = group.multiply(group.multiply(b, a), group.inverse(b))
    assert torch.equal(conjugate, group.multiply(a, a))
    assert not torch.equal(group.multiply(group.multiply(group.inverse(b), a), b), group.multiply(a, a))


def test_generators_keep_their_order() -> None:
    """In a presentation, that of their first appearance."""
    assert tw.Group.from_presentation("r^4, f^2, (r f)^2").generator_names == ("r", "f")
    assert tw.Group.from_presentation("(t s)^3, s^2, t^2").generator_names == ("t", "s")


@pytest.mark.parametrize(
    "text",
    [
        "r^4,f^2,(r f)^2",
        "r^4, f^2, (r*f)^2",
        " r ^ 4 , f^2, r f r f",
        "r^-4, f f, (f r)^-2",
        "r r r r = 1, f = f^-1, r f = f r^-1",
    ],
)
def test_ways_to_write_a_presentation(text: str) -> None:
    """Spaces, stars, powers, brackets and equations."""
    assert facts(tw.Group.from_presentation(text)) == facts(tw.D(4))


def test_matrices_become_the_vector() -> None:
    """Also when they are not orthogonal: the defining representation is what was given."""
    matrices = torch.tensor([[[0, -1], [1, -1]], [[0, 1], [1, 0]]], dtype=torch.float64)
    group = tw.Group.from_matrices(matrices, "hexagonal")
    assert repr(group) == "hexagonal"
    assert torch.equal(group.vector.matrix(torch.stack(group.generators)), matrices)
    assert not group.vector.is_orthogonal
    assert group.vector.is_faithful


@pytest.mark.parametrize("group", [tw.D(5), tw.Cube(), tw.Icosahedron(), tw.Q(12)], ids=repr)
def test_conjugate_matrices_generate_the_same_group(group: tw.Group) -> None:
    """In a skew basis the orbits of the basis vectors change, the group does not."""
    matrices = group.vector.matrix(torch.stack(group.generators))
    basis = torch.randn(len(matrices[0]), len(matrices[0]), dtype=torch.float64)
    conjugate = tw.Group.from_matrices(basis @ matrices @ torch.linalg.inv(basis))
    assert facts(conjugate) == facts(group)
    assert (conjugate.vector >> conjugate.vector).dim == (group.vector >> group.vector).dim


# --- products -------------------------------------------------------------------------------------------------------


def test_direct_products() -> None:
    """Flat, with tuples for elements; factors commute; order and compactness multiply."""
    group = tw.S(3) * tw.C(4) * tw.SO(2)
    assert repr(group) == "S(3) x C(4) x SO(2)"
    assert group == tw.S(3) * (tw.C(4) * tw.SO(2))
    assert group.order == math.inf
    assert group.is_compact
    assert not (tw.S(3) * tw.Lorentz()).is_compact
    g, h = group.embed(0, tw.S(3).sample(5)), group.embed(2, tw.SO(2).sample(5))
    for a, b in zip(leaves(group.multiply(g, h)), leaves(group.multiply(h, g)), strict=True):
        assert torch.equal(a, b)
    assert len(group.generators) == 3
    assert group.generator_names == ("s1", "c1", "r2")
    assert (tw.S(3) * tw.C(4)).order == 24


def test_the_euclidean_group_moves_points() -> None:
    """(t, h) x = h x + t: two motions after each other, and the inverse motion."""
    group = tw.semidirect(tw.R(2), tw.O(2))
    assert repr(group) == "R(2) |x O(2)"
    g, h = group.sample(20), group.sample(20)
    x = torch.randn(20, 2, dtype=torch.float64)

    def move(element, points: torch.Tensor) -> torch.Tensor:
        shift, matrix = element
        return (matrix @ points[..., None]).squeeze(-1) + shift

    assert torch.allclose(move(group.multiply(g, h), x), move(g, move(h, x)))
    assert torch.allclose(move(group.inverse(g), move(g, x)), x)
    lifted = torch.cat([x, torch.ones(20, 1, dtype=torch.float64)], -1)
    assert torch.allclose(group.vector.apply(g, lifted)[:, :2], move(g, x))


def test_the_wallpaper_group_p4m_on_a_grid() -> None:
    """Grid |x D(4) is the Euclidean motion modulo the periods: on the points of the grid as on their coordinates."""
    group = tw.semidirect(tw.Grid(4, 4), tw.D(4))
    assert group.order == 128
    g = group.elements()
    points = tw.Grid(4, 4).elements()
    matrices = tw.D(4).vector.matrix(g[1]).round().long()
    moved = (torch.einsum("gij,pj->gpi", matrices, points) + g[0][:, None]) % 4
    assert torch.equal(group.vector.permutation(g), tw.Grid(4, 4).index(moved))
    assert (group.vector >> group.vector).dim == 6  # distances on the periodic grid, up to mirrors


def test_wreath_products_permute_what_their_base_moves() -> None:
    """C(2) wr S(3) as signed permutations of three places: all 48 of them, the symmetries of a cube."""
    sign = tw.C(2).representation([[[-1.0]]])
    group = tw.wreath(tw.C(2), tw.S(3))
    n, h = group.elements()
    signs = sign.matrix(n).flatten(-2).squeeze(-1)
    matrices = torch.zeros(48, 3, 3, dtype=torch.float64)
    matrices[torch.arange(48)[:, None], h, torch.arange(3)] = torch.gather(signs, 1, h)
    assert len(torch.unique(matrices.flatten(1), dim=0)) == 48
    product = group.index(group.multiply(take(group.elements(), (slice(None), None)), group.elements()))
    assert torch.equal(matrices[product], matrices[:, None] @ matrices)


def test_semidirect_products_are_not_direct() -> None:
    """Control: turns and translations do not commute; with the trivial action they do."""
    group = tw.semidirect(tw.Grid(3, 3), tw.C(4))
    shift, rotation = group.translation(torch.tensor([1, 0])), group.turn(tw.C(4).generators[0])
    assert int(group.index(group.multiply(shift, rotation))) != int(group.index(group.multiply(rotation, shift)))
    still = tw.semidirect(tw.Grid(3, 3), tw.C(4), 2 * tw.C(4).trivial)
    assert len(still.classes()) == still.order == 36


def test_normal_subgroups_are_normal() -> None:
    """h (n, 1) h^-1 = (h n, 1)."""
    for group in (tw.semidirect(tw.Grid(4, 4), tw.D(4)), tw.wreath(tw.S(3), tw.S(2)), tw.semidirect(tw.R(3), tw.SO(3))):
        n, h = group.normal.sample(6), group.point.sample(6)
        turn = group.turn(h)
        moved = group.multiply(group.multiply(turn, group.translation(n)), group.inverse(turn))
        for a, b in zip(leaves(moved), leaves(group.translation(group.act(h, n))), strict=True):
            assert torch.allclose(a.double(), b.double(), atol=1e-9)


def test_the_exponential_of_a_motion() -> None:
    """A screw: turning about an axis while moving along it."""
    group = tw.semidirect(tw.R(3), tw.SO(3))
    spin = tw.SO(3).algebra[0] * (math.pi / 2)
    axis = torch.tensor([0.0, 0, 1], dtype=torch.float64)
    assert torch.allclose(spin @ axis, 0 * axis)
    shift, rotation = group.exp((2 * axis, spin))
    assert torch.allclose(shift, 2 * axis)
    assert torch.allclose(rotation, torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]], dtype=torch.float64), atol=1e-12)
