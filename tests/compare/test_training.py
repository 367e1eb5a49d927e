"""The training loop."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from intertwine.compare import Budget, Comparison, known_routes, make_problem
from intertwine.compare.runner import Bench
from intertwine.compare.training import begin, train
from intertwine.errors import IntertwineError


class Recorder(nn.Module):
    """A linear map that remembers what it was shown."""

    def __init__(self, size: int, outputs: int) -> None:
        super().__init__()
        self.map = nn.Linear(size, outputs)
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(x.detach().clone())
        return self.map(x)


def shown(spec: Comparison, route: str, seed: int, budget: Budget) -> list[Tensor]:
    problem = make_problem(spec)
    model = Recorder(4, problem.rho_out.dim)
    training = begin(model, budget, seed)
    for _ in train(training, known_routes.find(route)(), problem, problem.split(seed).train, budget, lambda m: {}):
        pass
    return model.seen


def test_all_routes_see_the_same_items_in_the_same_order(small: Comparison) -> None:
    budget = Budget(epochs=2, batch_size=32)
    plain, augment = (shown(small, route, 5, budget) for route in ("plain", "augment"))
    assert [len(x) for x in plain] == [32, 32, 26] * 2
    for a, b in zip(plain, augment, strict=True):
        torch.testing.assert_close(a.norm(dim=1), b.norm(dim=1))  # turns keep the length
        assert not torch.equal(a, b)
    assert not torch.equal(plain[0], plain[3]), "each pass has its own order"
    assert not torch.equal(plain[0], shown(small, "plain", 6, budget)[0])


def test_every_pass_shows_every_item_once(small: Comparison) -> None:
    seen = torch.cat(shown(small, "plain", 0, Budget(epochs=1, batch_size=7)))
    items = make_problem(small).split(0).train.x
    assert torch.equal(seen.unique(dim=0), items.unique(dim=0))


def test_a_loss_that_runs_away_is_named(small: Comparison) -> None:
    problem = make_problem(small)
    budget = Budget(epochs=3)
    model = nn.Linear(4, 2)
    nn.init.constant_(model.weight, float("inf"))
    steps = train(
        begin(model, budget, 0), known_routes.find("plain")(), problem, problem.split(0).train, budget, lambda m: {}
    )
    with pytest.raises(IntertwineError, match="smaller learning rate"):
        next(steps)


def test_the_learning_curve_is_measured_at_most_twenty_times(small: Comparison) -> None:
    problem = make_problem(small)
    for epochs, expected in ((3, 3), (50, 25), (47, 24)):
        budget = Budget(epochs=epochs, batch_size=90)
        training = begin(nn.Linear(4, 2), budget, 0)
        steps = train(
            training, known_routes.find("plain")(), problem, problem.split(0).train, budget, lambda m: {"upright": 0.5}
        )
        assert [state.epoch for state in steps] == list(range(1, epochs + 1))
        assert len(training.history) == expected
        assert training.history[-1]["epoch"] == epochs


def test_training_learns(small: Comparison) -> None:
    spec = replace(small, budget=Budget(epochs=150, batch_size=32, learning_rate=0.02), hidden=(32, 32))
    bench = Bench(spec, make_problem(spec), lambda step: None)
    done = bench.run(known_routes.find("equivariant")(), 0)
    assert done.measured.upright > 0.9
    assert done.history[-1]["loss"] < 0.5 * done.history[0]["loss"]
