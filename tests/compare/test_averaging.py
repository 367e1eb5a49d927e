"""Averages over a group: exact where it is finite, close where it is continuous."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from intertwine.actions import Pictures, Points, Trivial, Vectors
from intertwine.actions.action import Action
from intertwine.compare.averaging import averaging_points, fresh_elements, group_average
from intertwine.compare.poses import Poses
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D, Group, Icosahedron, Lorentz, O, R, S, semidirect
from intertwine.groups.elements import leaves, take


def smooth(inputs: int, outputs: int) -> nn.Module:
    """A network without kinks in float64."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(inputs, 32), nn.Tanh(), nn.Linear(32, outputs))
    return network.double()


def deviation(model: nn.Module, action_in: Action, action_out: Action, x: Tensor) -> float:
    """The largest |F(g x) - g F(x)| over fresh elements, in multiples of the spread of F."""
    g = action_in.group.sample(len(x), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return float((model(action_in(g, x)) - action_out(g, model(x))).abs().max() / model(x).std())


@pytest.mark.parametrize("group", [C(4), D(4), Cube(), S(4)])
def test_finite_averages_are_exactly_equivariant(group: Group) -> None:
    vector = group.vector
    action_in, action_out = Vectors(2 * vector), Vectors(vector)
    x = torch.randn(20, 2 * vector.dim, dtype=torch.float64)
    network = smooth(2 * vector.dim, vector.dim)
    averaged = group_average(network, action_in, action_out, (2 * vector.dim,), vector.dim)
    assert deviation(averaged, action_in, action_out, x) < 1e-12
    assert deviation(network, action_in, action_out, x) > 0.1, "the network alone must not pass"


def test_an_average_is_the_mean_over_the_group() -> None:
    group, x = C(4), torch.rand(3, 1, 6, 6, dtype=torch.float64)
    network = smooth(36, 5)
    averaged = group_average(network, Pictures(group), Trivial(group), (1, 6, 6), 5)
    expected = torch.stack([network(x.rot90(k, (2, 3))) for k in range(4)]).mean(0)
    torch.testing.assert_close(averaged(x), expected, atol=1e-12, rtol=0)


def test_an_average_of_an_equivariant_map_is_the_map() -> None:
    vector = SO(3).vector
    averaged = group_average(nn.Flatten(), Vectors(vector), Vectors(vector), (3,), 3)
    x = torch.randn(4, 3, dtype=torch.float64)
    torch.testing.assert_close(averaged(x), x, atol=1e-12, rtol=0)


@pytest.mark.parametrize(("group", "bound"), [(SO(2), 1e-3), (O(2), 1e-3), (SO(3), 0.02), (O(3), 0.02)])
def test_quadratures_come_close(group: Group, bound: float) -> None:
    vector = group.vector
    action_in, action_out = Vectors(2 * vector), Trivial(group)
    x = 0.7 * torch.randn(200, 2 * vector.dim, dtype=torch.float64)
    averaged = group_average(smooth(2 * vector.dim, 3), action_in, action_out, (2 * vector.dim,), 3)
    assert deviation(averaged, action_in, action_out, x) < bound


@pytest.mark.parametrize("group", [SO(2), O(2)])
def test_sixteen_turns_are_exact_below_degree_sixteen(group: Group) -> None:
    # The mean of cos^k is 0 for odd k and (k choose k/2) / 2^k for even k.
    cosines = group.vector.matrix(averaging_points(group).elements)[:, 0, 0]
    for k in range(1, 16):
        mean = 0.0 if k % 2 else math.comb(k, k // 2) / 2**k
        assert float((cosines**k).mean()) == pytest.approx(mean, abs=1e-12)
    assert float((cosines**16).mean()) != pytest.approx(math.comb(16, 8) / 2**16, abs=1e-12)


@pytest.mark.parametrize(("group", "count"), [(SO(3), 60), (O(3), 120)])
def test_the_icosahedron_is_exact_to_degree_five(group: Group, count: int) -> None:
    # By Schur the mean of x^k over the group is 0 for odd k, and |x|^2 / 3, |x|^4 / 5 for k = 2, 4.
    points = averaging_points(group)
    assert len(points) == count
    first = group.vector.matrix(points.elements)[:, 0, :]
    x = torch.tensor([0.3, -0.5, 0.8], dtype=torch.float64)
    size = x.square().sum()
    for power, mean in enumerate([0, 0, size / 3, 0, size**2 / 5, 0]):
        if power:
            assert float(((first @ x) ** power).mean()) == pytest.approx(float(mean), abs=1e-12)


def test_large_and_other_compact_groups_get_a_fixed_sample() -> None:
    points = averaging_points(S(6))
    assert len(points) == 64
    assert "random" in points.description
    assert torch.equal(leaves(points.elements)[0], leaves(averaging_points(S(6)).elements)[0])


def test_no_mean_over_the_lorentz_group() -> None:
    with pytest.raises(IntertwineError, match="not compact"):
        averaging_points(Lorentz())


CASES = [
    (Pictures(D(4)), (2, 6, 6), "places"),
    (Vectors(S(4).points), (4,), "places"),
    (Vectors(SO(3).vector), (5, 3), "matrices"),
    (Pictures(C(8)), (1, 8, 8), "matrices"),
    (Pictures(C(8)), (1, 20, 20), "action"),
    (Points(semidirect(R(3), SO(3))), (5, 3), "action"),
    (Trivial(C(4)), (7,), "stays"),
]


@pytest.mark.parametrize(("action", "shape", "way"), CASES)
def test_poses_do_what_the_action_does(action: Action, shape: tuple[int, ...], way: str) -> None:
    elements = action.group.sample(3, generator=torch.Generator().manual_seed(0))
    poses = Poses(action, elements, shape)
    ways = {"places": poses.places is not None, "matrices": poses.matrices is not None, "stays": poses.stays}
    assert [name for name, used in ways.items() if used] == ([] if way == "action" else [way])
    x = torch.randn(2, 3, *shape, dtype=torch.float64)
    for k in range(3):
        expected = action(take(elements, k), x[:, k])
        torch.testing.assert_close(poses.matched(x)[:, k], expected, atol=1e-10, rtol=0)
        torch.testing.assert_close(poses(x[:, k])[:, k], expected, atol=1e-10, rtol=0)


def test_fresh_elements_list_small_groups_and_sample_others() -> None:
    assert torch.equal(torch.stack(fresh_elements(C(4), 16, 7, seed=0)), C(4).elements())
    drawn = fresh_elements(Icosahedron(), 16, 7, seed=0)
    assert len(drawn) == 16
    assert all(len(leaves(g)[0]) == 7 for g in drawn)
    again = fresh_elements(Icosahedron(), 16, 7, seed=0)
    assert all(torch.equal(leaves(a)[0], leaves(b)[0]) for a, b in zip(drawn, again, strict=True))
