"""Finite groups by name: orders, classes, the list of elements, and what their generators do in space."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

import intertwine as tw

ORDERS_AND_CLASSES: list[tuple[tw.Group, int, int]] = [
    *[(tw.C(n), n, n) for n in (1, 2, 3, 4, 7, 12)],
    *[(tw.D(n), 2 * n, (n + 3) // 2 if n % 2 else n // 2 + 3) for n in (1, 2, 3, 4, 5, 6, 9)],
    *[(tw.S(n), math.factorial(n), k) for n, k in enumerate([1, 2, 3, 5, 7, 11], start=1)],
    *[(tw.A(n), max(1, math.factorial(n) // 2), k) for n, k in enumerate([1, 1, 3, 4, 5, 7, 9], start=1)],
    *[(tw.Q(8), 8, 5), (tw.Q(12), 12, 6), (tw.Q(16), 16, 7)],
    *[(tw.Cube(), 24, 5), (tw.Cube(full=True), 48, 10)],
    *[(tw.Icosahedron(), 60, 5), (tw.Icosahedron(full=True), 120, 10)],
    *[(tw.Grid(6), 6, 6), (tw.Grid(2, 3, 2), 12, 12)],
    *[(tw.C(3) * tw.S(3), 18, 9), (tw.S(3) * tw.S(3), 36, 9), (tw.wreath(tw.C(2), tw.S(3)), 48, 10)],
    *[(tw.wreath(tw.S(2), tw.S(2)), 8, 5), (tw.semidirect(tw.Grid(4, 4), tw.C(4)), 64, 13)],
]  # fmt: skip


@pytest.mark.parametrize(("group", "order", "classes"), ORDERS_AND_CLASSES, ids=repr)
def test_order_and_number_of_classes(group: tw.Group, order: int, classes: int) -> None:
    """Against the literature; by the orbit-stabiliser theorem the classes count commuting pairs."""
    assert group.order == order
    found = group.classes()
    assert len(found) == classes
    assert sum(size for _, size in found) == order
    if order <= 64:
        from intertwine.groups.elements import leaves, take

        elements = group.elements()
        left = group.multiply(take(elements, (slice(None), None)), elements)
        right = group.multiply(elements, take(elements, (slice(None), None)))
        same = torch.stack([(a == b).flatten(2).all(-1) for a, b in zip(leaves(left), leaves(right), strict=True)])
        assert int(same.all(0).sum()) == classes * order


@pytest.mark.parametrize(
    ("group", "sizes"),
    [
        (tw.S(4), [1, 3, 6, 6, 8]),
        (tw.S(5), [1, 10, 15, 20, 20, 24, 30]),
        (tw.A(5), [1, 12, 12, 15, 20]),
        (tw.Q(8), [1, 1, 2, 2, 2]),
        (tw.D(4), [1, 1, 2, 2, 2]),
        (tw.Cube(), [1, 3, 6, 6, 8]),
        (tw.Icosahedron(), [1, 12, 12, 15, 20]),
    ],
    ids=repr,
)
def test_class_sizes(group: tw.Group, sizes: list[int]) -> None:
    """Sorted; the identity's class comes first."""
    found = group.classes()
    assert sorted(size for _, size in found) == sizes
    representative, size = found[0]
    assert torch.equal(representative, group.identity)
    assert size == 1


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8])
def test_cyclic_groups_turn_counter_clockwise(n: int) -> None:
    """elements()[k] turns the plane by k / n of a full turn, and moves corner j of the polygon to corner j + k."""
    group = tw.C(n)
    angle = 2 * math.pi * torch.arange(n, dtype=torch.float64) / n
    turns = torch.stack([torch.stack([angle.cos(), -angle.sin()], -1), torch.stack([angle.sin(), angle.cos()], -1)], -2)
    assert torch.allclose(group.vector.matrix(group.elements()), turns, atol=1e-12)
    assert torch.equal(group.elements(), (torch.arange(n)[:, None] + torch.arange(n)) % n)


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_polygons_move_with_their_plane(n: int) -> None:
    """`vector` carries the corner (cos, sin)(2 pi k / n) to the corner that the permutation says."""
    group = tw.D(n)
    angle = 2 * math.pi * torch.arange(n, dtype=torch.float64) / n
    corners = torch.stack([angle.cos(), angle.sin()], -1)
    g = group.elements()
    moved = torch.einsum("gij,kj->gki", group.vector.matrix(g), corners)
    assert torch.allclose(moved, corners[g], atol=1e-12)
    rotations = torch.linalg.det(group.vector.matrix(g)) > 0
    assert int(rotations.sum()) == n


def test_mirrors_of_dihedral_groups() -> None:
    """f mirrors (x, y) to (x, -y), for D(1) and D(2), too, where corners alone would not tell."""
    for n in (1, 2, 3, 4, 7):
        group = tw.D(n)
        assert group.generator_names == ("r", "f")
        expected = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
        assert torch.equal(group.vector.matrix(group.generators[1]), expected)
        assert group.vector.is_faithful


@pytest.mark.parametrize("full", [False, True])
def test_solids_in_space(full: bool) -> None:
    """Orthogonal matrices, rotations unless `full`; the cube's are all signed permutation matrices."""
    for group, order in ((tw.Cube(full), 24), (tw.Icosahedron(full), 60)):
        matrices = group.vector.matrix(group.elements())
        eye = torch.eye(3, dtype=torch.float64)
        assert torch.allclose(matrices @ matrices.mT, eye.expand_as(matrices), atol=1e-9)
        assert int((torch.linalg.det(matrices) > 0).sum()) == order
        assert int((matrices.diagonal(dim1=-2, dim2=-1).sum(-1) > 3 - 1e-9).sum()) == 1
    signed = tw.Cube(full).vector.matrix(tw.Cube(full).elements())
    assert torch.equal(signed.abs().sum(-1), torch.ones(len(signed), 3, dtype=torch.float64))


def test_traces_of_the_icosahedron() -> None:
    """Turns by 0, 180, 120, 72 and 144 degrees have traces 1 + 2 cos(angle)."""
    group = tw.Icosahedron()
    golden = (1 + 5**0.5) / 2
    traces = {round(float(group.vector.character(g)), 9): size for g, size in group.classes()}
    expected = {3.0: 1, -1.0: 15, 0.0: 20, golden: 12, 1 - golden: 12}
    assert traces == {round(value, 9): size for value, size in expected.items()}


@pytest.mark.parametrize("order", [8, 12, 16, 20])
def test_quaternion_groups(order: int) -> None:
    """a^(order/4) = b^2 = -1 and b a b^-1 = a^-1, in the permutations and in the matrices."""
    group = tw.Q(order)
    a, b = group.generators
    power = group.identity
    for _ in range(order // 4):
        power = group.multiply(power, a)
    assert torch.equal(power, group.multiply(b, b))
    assert torch.equal(group.multiply(group.multiply(b, a), group.inverse(b)), group.inverse(a))
    minus = -torch.eye(4, dtype=torch.float64)
    assert torch.allclose(group.vector.matrix(power), minus, atol=1e-12)
    involutions = group.index(group.multiply(group.elements(), group.elements())) == 0
    assert int(involutions.sum()) == 2


def test_quaternions_multiply_from_the_left() -> None:
    """In Q(8), a is i and b is j in the basis 1, i, j, k."""
    group = tw.Q(8)
    i, j = (group.vector.matrix(s) for s in group.generators)
    one = torch.eye(4, dtype=torch.float64)
    assert torch.equal(i @ one[0], one[1])
    assert torch.equal(j @ one[0], one[2])
    assert torch.equal(i @ one[2], one[3])  # i j = k
    assert torch.equal(j @ one[1], -one[3])  # j i = -k


# --- elements, positions, the Cayley graph --------------------------------------------------------------------------

LISTED = [tw.C(1), tw.C(6), tw.D(4), tw.S(4), tw.A(5), tw.Q(8), tw.Grid(2, 3), tw.C(2) * tw.S(3), tw.O(1),
          tw.wreath(tw.C(2), tw.S(2)), tw.semidirect(tw.Grid(3, 3), tw.D(4))]  # fmt: skip


@pytest.mark.parametrize("group", LISTED, ids=repr)
def test_the_cayley_tree_reaches_every_element_once(group: tw.Group) -> None:
    """element = generator * parent; parents stand one level above, and the identity is the root."""
    from intertwine.groups.elements import leaves, stack, take

    level = torch.full((int(group.order),), -1)
    level[0] = 0
    for depth, (child, generator, parent) in enumerate(group.cayley_tree, start=1):
        assert bool((level[child] == -1).all())
        assert bool((level[parent] == depth - 1).all())
        level[child] = depth
        steps = take(stack(list(group.generators)), generator)
        product = group.multiply(steps, take(group.elements(), parent))
        for a, b in zip(leaves(product), leaves(take(group.elements(), child)), strict=True):
            assert torch.allclose(a.double(), b.double())
    assert bool((level >= 0).all())


def test_the_cayley_tree_is_breadth_first() -> None:
    """In C(7) with one generator, r^k stands at level k; in S(4), levels count words in a transposition and a cycle."""
    assert [child.tolist() for child, _, _ in tw.C(7).cayley_tree] == [[k] for k in range(1, 7)]
    sizes = [len(child) for child, _, _ in tw.S(4).cayley_tree]
    assert sum(sizes) == 23
    assert sizes[0] == 2


@pytest.mark.parametrize("group", LISTED, ids=repr)
def test_the_left_table(group: tw.Group) -> None:
    """Each generator permutes the elements; the identity's column names the generator."""
    table = group.left_table
    assert table.shape == (len(group.generators), group.order)
    for row, s in zip(table, group.generators, strict=True):
        assert torch.equal(row.sort().values, torch.arange(int(group.order)))
        assert int(row[0]) == int(group.index(s))


def test_elements_come_in_lexicographic_order() -> None:
    """Permutations in the order of their images, and products in the order of their factors."""
    rows = tw.S(4).elements().tolist()
    assert all(a < b for a, b in pairwise(rows))
    first, second = (tw.C(2) * tw.C(3)).elements()
    assert tw.C(2).index(first).tolist() == [0, 0, 0, 1, 1, 1]
    assert tw.C(3).index(second).tolist() == [0, 1, 2, 0, 1, 2]
    assert tw.Grid(2, 3).elements().tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]


# --- sampling -------------------------------------------------------------------------------------------------------

BELL = [1, 1, 2, 5, 15, 52]
MATHIEU_24 = [
    [*range(1, 23), 0, 23],
    [2 * k % 23 for k in range(23)] + [23],
    [23, *[(-pow(k, -1, 23)) % 23 for k in range(1, 23)], 0],
    [*[(9 * k**3 if pow(k, 11, 23) != 1 else pow(9, -1, 23) * k**3) % 23 for k in range(23)], 23],
]


def fixed_points(group: tw.Group, n: int) -> torch.Tensor:
    g = group.sample(n, generator=torch.Generator().manual_seed(1))
    return (g == torch.arange(g.shape[-1])).sum(-1).double()


@pytest.mark.parametrize(
    ("group", "transitivity"), [(tw.S(9), 5), (tw.S(12), 5), (tw.A(11), 5), (tw.A(6), 4)], ids=repr
)
def test_samples_are_uniform(group: tw.Group, transitivity: int) -> None:
    """In a k-transitive group the k-th moment of the number of fixed points is the k-th Bell number."""
    fixed = fixed_points(group, 20_000)
    for k in range(1, transitivity + 1):
        error = float((fixed**k).std()) / len(fixed) ** 0.5
        assert abs(float((fixed**k).mean()) - BELL[k]) < 5 * error


def test_samples_of_a_group_known_by_generators_alone() -> None:
    """The Mathieu group M24: its order by Schreier-Sims, and uniform samples; it is five times transitive."""
    group = tw.Group.from_permutations(MATHIEU_24, "M24")
    assert group.order == 244_823_040
    assert not group.is_listable
    fixed = fixed_points(group, 20_000)
    for k in range(1, 6):
        error = float((fixed**k).std()) / len(fixed) ** 0.5
        assert abs(float((fixed**k).mean()) - BELL[k]) < 5 * error
    assert bool(group.contains(group.sample(3)).all())


def test_samples_repeat_with_their_generator() -> None:
    """The generator decides; without one, torch's global state does."""
    for group in (tw.S(5), tw.A(5), tw.SO(3), tw.Rubik(), tw.Lorentz(), tw.R(2), tw.Grid(3, 3)):
        first, second = (group.sample(4, generator=torch.Generator().manual_seed(7)) for _ in range(2))
        assert torch.equal(first, second)
        torch.manual_seed(3)
        third = group.sample(4)
        torch.manual_seed(3)
        assert torch.equal(third, group.sample(4))
        assert group.sample(0).shape[0] == 0
