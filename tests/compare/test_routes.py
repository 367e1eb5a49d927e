"""The routes: what they promise, and that a new one is a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from intertwine.compare import Comparison, Problem, Route, known_routes, make_problem, register_route, run
from intertwine.compare.runner import Bench
from intertwine.data import Labelled
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, D, Group


def bench(group: Group, data: str, hidden: tuple[int, ...] = (16, 16)) -> Bench:
    spec = Comparison(group, data, hidden=hidden)
    return Bench(spec, make_problem(spec), lambda step: None)


CASES = [(C(4), "digits"), (D(4), "digits"), (SO(3), "inertia")]


@pytest.mark.parametrize(("group", "data"), CASES)
@pytest.mark.parametrize("route", ["average", "equivariant", "plain"])
def test_which_routes_keep_the_symmetry(group: Group, data: str, route: str) -> None:
    at = bench(group, data)
    model = at.untrained(known_routes.find(route)(), seed=0).double()
    items = at.problem.split(0).test.take(torch.arange(40))
    x, g = items.x.double(), group.sample(40, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before, after = model(x), model(at.problem.action_in(g, x))
    difference = (after - at.problem.action_out(g, before)).norm() / (before - before.mean(0)).norm()
    if route == "plain":
        assert difference > 0.4, "the control must fail"
    else:
        assert difference < (0.25 if route == "average" and data == "inertia" else 1e-10)


def test_routes_with_the_same_backbone_start_from_the_same_weights() -> None:
    at = bench(C(4), "digits")
    plain, augment, average = (
        list(at.untrained(known_routes.find(name)(), 3).parameters()) for name in ("plain", "augment", "average")
    )
    for a, b, c in zip(plain, augment, average, strict=True):
        assert torch.equal(a, b)
        assert torch.equal(a, c)
    other = next(at.untrained(known_routes.find("plain")(), 4).parameters())
    assert not torch.equal(plain[0], other)


def test_making_a_model_leaves_the_global_random_state_alone() -> None:
    at, before = bench(C(4), "digits"), torch.get_rng_state()
    at.untrained(known_routes.find("plain")(), 0)
    assert torch.equal(torch.get_rng_state(), before)


def test_augmentation_moves_answers_along() -> None:
    at = bench(SO(3), "inertia")
    items = at.problem.split(0).train.take(torch.arange(30))
    seen = known_routes.find("augment")().batch(at.problem, items, torch.Generator().manual_seed(0))
    tensors, before = (it.y.unflatten(1, (3, 3)).double() for it in (seen, items))
    assert not torch.allclose(tensors, before, atol=0.1)
    torch.testing.assert_close(torch.linalg.eigvalsh(tensors), torch.linalg.eigvalsh(before), atol=1e-4, rtol=0)


def test_augmentation_shows_every_pose() -> None:
    at = bench(C(4), "digits")
    one = at.problem.split(0).train.take(torch.zeros(400, dtype=torch.int64))
    seen = known_routes.find("augment")().batch(at.problem, one, torch.Generator().manual_seed(0)).x
    poses, counts = seen.flatten(1).unique(dim=0, return_counts=True)
    assert len(poses) == 4
    assert counts.min() > 60
    assert {tuple(p.tolist()) for p in poses} == {tuple(one.x[0].rot90(k, (1, 2)).flatten().tolist()) for k in range(4)}


def test_the_equivariant_network_shares_its_weights() -> None:
    at = bench(C(4), "digits", hidden=(128, 128))
    counts = {
        name: sum(p.numel() for p in at.untrained(known_routes.find(name)(), 0).parameters())
        for name in ("plain", "equivariant")
    }
    # 64 -> 128 -> 128 -> 10 with biases, and the same with every orbit of weights counted once.
    assert counts["plain"] == 64 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10
    assert counts["equivariant"] == 64 * 32 + 32 + 32 * 32 * 4 + 32 + 32 * 10 + 10


def test_hidden_layers_of_two_widths_are_refused_with_the_fix() -> None:
    at = bench(C(4), "digits", hidden=(32, 16))
    with pytest.raises(IntertwineError, match="such as 32,32"):
        at.untrained(known_routes.find("equivariant")(), 0)


def test_a_route_that_does_not_apply_stops_the_comparison_before_it_begins(small: Comparison) -> None:
    spec = replace(small, group=C(8), data="digits", rep_in=None, routes=("plain", "equivariant"))
    with pytest.raises(IntertwineError):
        run(spec)
    assert not spec.out.exists()


@pytest.fixture
def constant_route() -> Iterator[str]:
    @register_route("constant")
    class Constant(Route):
        title, idea = "Constant", "It says the same to everything."

        def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
            class Same(nn.Module):
                def __init__(self) -> None:
                    super().__init__()
                    self.answer = nn.Parameter(torch.zeros(problem.rho_out.dim))

                def forward(self, x: Tensor) -> Tensor:
                    return self.answer.expand(len(x), -1)

            return Same()

        def batch(self, problem: Problem, items: Labelled, generator: torch.Generator) -> Labelled:
            return items.take(torch.randperm(len(items), generator=generator))

    yield "constant"
    known_routes._known.pop("constant")


def test_a_new_route_takes_part(small: Comparison, constant_route: str) -> None:
    results = run(replace(small, routes=("plain", constant_route)))
    assert results.routes == ["plain", "constant"]
    # A constant predictor is no symmetric model: its error is undefined, not zero.
    assert results.figures("constant", "error") == []
    assert "Constant" in (small.out / "report.html").read_text()
