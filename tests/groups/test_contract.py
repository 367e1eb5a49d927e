"""The contract of a group for the corners of the catalogue: small parameters, odd signatures, nested constructions."""

from __future__ import annotations

import math

import pytest
import torch

import intertwine as tw
from intertwine.testing import check_group

KLEIN = tw.Group.from_table([[i ^ j for j in range(4)] for i in range(4)], "Klein")
CORNERS: list[tw.Group] = [
    *[tw.C(5), tw.C(12), tw.D(5), tw.S(4), tw.A(1), tw.A(2), tw.A(6), tw.Q(16), tw.Grid(1), tw.Grid(2, 1, 3)],
    *[tw.SO(1), tw.O(1), tw.U(1), tw.SU(1), tw.SL(1), tw.GL(1)],
    *[tw.SO(5), tw.O(4), tw.U(3), tw.USp(2), tw.GL(3), tw.SL(4), tw.Sp(6)],
    *[tw.SO(0, 3), tw.SO(1, 1), tw.O(1, 1), tw.SO(2, 2), tw.O(2, 2), tw.SO(3, 0)],
    *[KLEIN, tw.S(5).subgroup([[1, 0, 2, 3, 4], [0, 1, 3, 4, 2]]), tw.S(3).subgroup([])],
    *[tw.C(2) * tw.C(3) * tw.S(3), tw.SO(2) * tw.C(4), tw.Lorentz() * tw.SU(2), tw.C(2) * (tw.C(3) * tw.O(2))],
    *[tw.wreath(tw.S(3), tw.S(2)), tw.wreath(tw.C(3), tw.C(3)), tw.wreath(tw.SU(2), tw.S(2))],
    *[tw.semidirect(tw.Grid(3, 3), tw.C(4)), tw.semidirect(tw.Grid(2, 2, 2), tw.Cube())],
    *[tw.semidirect(tw.R(3), tw.Icosahedron()), tw.semidirect(tw.R(4), tw.Lorentz())],
]


@pytest.mark.parametrize("group", CORNERS, ids=repr)
def test_the_contract(group: tw.Group) -> None:
    """Axioms, batches, exponential map, list of elements, Haar measure, value and pickle."""
    check_group(group)


@pytest.mark.parametrize("group", CORNERS, ids=repr)
def test_a_batch_may_have_any_shape(group: tw.Group) -> None:
    """Batch axes lead in every operation."""
    from intertwine.groups.elements import leaves, tree_map

    g = tree_map(lambda leaf: leaf.reshape(2, 3, *leaf.shape[1:]), group.sample(6))
    assert group.batch_shape(group.inverse(g)) == (2, 3)
    product = group.multiply(g, group.inverse(g))
    for leaf, unit in zip(leaves(product), leaves(group.identity), strict=True):
        assert torch.allclose(leaf, unit.expand_as(leaf), atol=1e-8)
    assert group.contains(g).shape == (2, 3)
    if group.is_listable:
        assert torch.equal(group.index(g).flatten(), group.index(tree_map(lambda leaf: leaf.flatten(0, 1), g)))


@pytest.mark.parametrize(
    ("group", "order"),
    [(tw.SO(1), 1), (tw.O(1), 2), (tw.SU(1), 1), (tw.SL(1), 1), (tw.U(1), math.inf), (tw.GL(1), math.inf)],
    ids=repr,
)
def test_matrix_groups_of_dimension_one(group: tw.Group, order: float) -> None:
    """Without a Lie algebra a matrix group is finite."""
    assert group.order == order
    assert group.is_finite == (order < math.inf)
    if group.is_finite:
        assert (group.regular >> group.regular).dim == order


def test_elements_of_another_group_are_no_elements() -> None:
    """`contains` judges each element of a batch by itself."""
    batch = torch.tensor([[0, 1, 2, 3], [1, 0, 2, 3], [1, 0, 3, 2], [0, 0, 0, 0], [9, 1, 2, 3]])
    assert tw.A(4).contains(batch).tolist() == [True, False, True, False, False]
    assert tw.S(4).contains(batch).tolist() == [True, True, True, False, False]
    stickers = torch.stack([torch.arange(48), torch.zeros(48, dtype=torch.int64), torch.arange(48).flip(0)])
    assert tw.Rubik().contains(stickers).tolist() == [True, False, False]
    mirror = torch.diag(torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64))
    turn = torch.linalg.matrix_exp(tw.SO(3).algebra[0])
    assert tw.SO(3).contains(torch.stack([turn, mirror, 2 * turn])).tolist() == [True, False, False]
    assert tw.O(3).contains(torch.stack([turn, mirror, 2 * turn])).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("group", "element"),
    [
        (tw.Lorentz(), [-1.0, 1, 1, -1]),  # reverses time
        (tw.Lorentz(), [1.0, 1, 1, -1]),  # mirrors space
        (tw.SO(1, 3), [1.0, 1, 1, -1]),
        (tw.SL(2), [1.0, -1]),
        (tw.SL(2), [2.0, 2]),
        (tw.Sp(4), [1.0, -1, 1, 1]),
        (tw.SU(2), [1j, 1]),
        (tw.U(2), [2.0, 1]),
        (tw.USp(2), [1j, 1]),
        (tw.Grid(3, 4), None),
    ],
    ids=repr,
)
def test_near_misses(group: tw.Group, element: list[complex] | None) -> None:
    """Matrices that satisfy all equations of the group but one."""
    if element is None:
        assert group.contains(torch.tensor([[2, 3], [3, 3], [-1, 0]])).tolist() == [True, False, False]
    else:
        assert not bool(group.contains(torch.diag(torch.tensor(element, dtype=leaf_dtype(group)))))


def leaf_dtype(group: tw.Group) -> torch.dtype:
    return group.identity.dtype
