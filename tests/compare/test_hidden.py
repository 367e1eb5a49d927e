"""The sweep over hidden representations: equal cost, the right kinds, and a symmetric model each."""

from __future__ import annotations

import pytest
import torch

from intertwine.compare import Comparison, known_routes, make_problem
from intertwine.compare.hidden import ELEMENTS, hidden_routes, sized
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D, S
from intertwine.groups.base import Group


def weights(model: torch.nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(("group", "data"), [(D(4), "digits"), (SO(3), "inertia")], ids=str)
def test_all_kinds_cost_about_the_same(group: Group, data: str) -> None:
    problem = make_problem(Comparison(group, data))
    target = weights(known_routes.find("equivariant")().model(problem, problem.hidden))
    for name in hidden_routes(group):
        model = known_routes.find(name)().model(problem, problem.hidden)
        assert weights(model) == pytest.approx(target, rel=0.12)


def test_the_models_are_equivariant() -> None:
    problem = make_problem(Comparison(Cube(), "inertia"))
    x = problem.split(0).test.x[:5].double()
    g = problem.group.sample(5, generator=torch.Generator().manual_seed(0))
    for name in hidden_routes(problem.group):
        model = known_routes.find(name)().model(problem, problem.hidden).double()
        with torch.no_grad():
            expected = problem.action_out(g, model(x))
            torch.testing.assert_close(model(problem.action_in(g, x)), expected, atol=1e-10, rtol=0)


def test_kinds_are_what_they_are_called() -> None:
    group = D(4)
    assert ELEMENTS["regular"](group).is_faithful
    assert ELEMENTS["irreps"](group).dim == 6
    assert not ELEMENTS["unfaithful"](group).is_faithful
    assert ELEMENTS["quotient"](group).dim == 4
    assert hidden_routes(SO(3)) == ("hidden-irreps", "hidden-unfaithful", "hidden-vectors", "hidden-tensors")
    assert "hidden-quotient" not in hidden_routes(C(4))
    assert "hidden-quotient" in hidden_routes(S(4))


def test_a_kind_that_the_group_lacks_is_refused() -> None:
    problem = make_problem(Comparison(SO(3), "inertia"))
    with pytest.raises(IntertwineError, match="quotient"):
        sized(problem, "quotient", problem.hidden)
