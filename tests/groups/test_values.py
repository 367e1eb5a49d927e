"""Groups are values: equality, hashes, printing, copies."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

import intertwine as tw
from intertwine.groups.components import connected
from intertwine.groups.lie import LieGroup

NAMES: list[tuple[tw.Group, str]] = [
    (tw.C(4), "C(4)"), (tw.D(3), "D(3)"), (tw.S(5), "S(5)"), (tw.A(4), "A(4)"), (tw.Q(8), "Q(8)"),
    (tw.Cube(), "Cube()"),
    (tw.Cube(True), "Cube(full=True)"), (tw.Rubik(), "Rubik()"), (tw.SO(3), "SO(3)"), (tw.SO(1, 3), "SO(1,3)"),
    (tw.O(2), "O(2)"), (tw.O(1, 3), "O(1,3)"), (tw.SU(3), "SU(3)"), (tw.Sp(4), "Sp(4)"), (tw.Lorentz(), "Lorentz()"),
    (tw.Grid(4, 5), "Grid(4, 5)"), (tw.R(3), "R(3)"), (tw.S(3) * tw.SO(2), "S(3) x SO(2)"),
    (tw.semidirect(tw.R(2), tw.O(2)), "R(2) |x O(2)"), (tw.wreath(tw.C(2), tw.S(3)), "C(2) wr S(3)"),
    (tw.semidirect(tw.R(2), tw.SO(2)) * tw.C(2), "(R(2) |x SO(2)) x C(2)"),
    (tw.Group.from_presentation("a^3"), "<a^3>"),
    (tw.Group.from_permutations([[1, 0]]), "<1 permutations of 2 points>"),
]  # fmt: skip


@pytest.mark.parametrize(("group", "name"), NAMES, ids=str)
def test_names(group: tw.Group, name: str) -> None:
    """As it is written."""
    assert repr(group) == group.name == name


def test_equality_is_by_value() -> None:
    """The same call gives an equal group; another name or other data another one."""
    made = [
        lambda: tw.SO(3), lambda: tw.S(4), lambda: tw.S(3) * tw.SO(2), lambda: tw.semidirect(tw.R(2), tw.O(2)),
        lambda: tw.wreath(tw.C(2), tw.S(3)), lambda: tw.Grid(2, 3),
        lambda: tw.Group.from_presentation("a^3, b^2, (a b)^2"),
        lambda: tw.Group.from_permutations([[1, 2, 0]]), lambda: tw.Group.from_matrices([[0, -1], [1, 0]]),
        lambda: tw.S(4).subgroup([[1, 0, 2, 3]]), lambda: tw.R(2), lambda: tw.SO(2, 1),
        lambda: tw.Icosahedron(full=True),
    ]  # fmt: skip
    groups = [make() for make in made]
    for k, make in enumerate(made):
        assert groups[k] == make()
        assert hash(groups[k]) == hash(make())
        assert [g == groups[k] for g in groups].count(True) == 1
    assert tw.SO(3) != tw.SO(1, 2) != tw.SO(2, 1)
    assert tw.Grid(2, 3) != tw.Grid(3, 2)
    assert tw.Group.from_permutations([[1, 2, 0]]) != tw.Group.from_permutations([[2, 0, 1]])
    assert tw.Group.from_permutations([[1, 2, 0]], "a") != tw.Group.from_permutations([[1, 2, 0]], "b")
    assert tw.S(3) * tw.C(2) != tw.C(2) * tw.S(3)
    assert tw.SO(3) != "SO(3)"
    assert len({tw.C(4), tw.C(4), tw.C(5)}) == 2


def test_a_borrowed_name_does_not_make_a_group() -> None:
    """Another basis of the Lie algebra under the name of SO(3) is another group, solved as what it is."""
    base = tw.SO(3)
    skew = torch.tensor([[1.0, 2, 0], [0, 1, 3], [0, 0, 1]], dtype=torch.float64)
    back = torch.linalg.inv(skew)
    group = LieGroup(
        "SO(3)", skew @ base.algebra @ back, residual=lambda g: base._residual(back @ g @ skew),
        sampler=lambda n, generator: skew @ base.sample(n, generator=generator) @ back,
    )  # fmt: skip
    assert group != base
    V, g = group.vector, group.sample(5)
    for space, dim in ((V * V >> V, 1), (V * V >> V * V, 3)):
        assert space.dim == dim
        w = space.basis()
        left = space.rho_out.matrix(g)[:, None] @ w
        assert torch.allclose(left, w @ space.rho_in.matrix(g)[:, None], atol=1e-9)


@pytest.mark.parametrize(("group", "name"), NAMES, ids=str)
def test_copies(group: tw.Group, name: str) -> None:
    """Pickled and deep copies are equal and work."""
    for other in (pickle.loads(pickle.dumps(group)), copy.deepcopy(group)):
        assert other == group
        assert hash(other) == hash(group)
        assert repr(other) == name
        other.sample(2)


def test_pickles_are_small() -> None:
    """A group of the catalogue travels as the call that makes it, whatever it has computed."""
    group = tw.A(6)
    group.elements()
    group.classes()
    assert len(pickle.dumps(group)) < 200
    assert pickle.loads(pickle.dumps(group)) is group


def test_a_group_of_the_catalogue_keeps_its_constructor() -> None:
    for group, component in ((tw.Lorentz(), connected(1, 3)), (tw.SO(4), connected(4))):
        assert component == group
        assert component.recipe is not None
        assert component.recipe[0] is not connected
