"""The training loop: pauses within an epoch, and goes on from any of them bit for bit."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from intertwine.compare import Budget, fit
from intertwine.compare.fit import Training, prepare
from intertwine.data import Labelled
from intertwine.errors import IntertwineError

BUDGET = Budget(epochs=3, batch_size=8, learning_rate=0.05)


def items() -> Labelled:
    x = torch.randn(30, 4, generator=torch.Generator().manual_seed(1))
    return Labelled(x, (x[:, 0] > x[:, 1]).long())


def begun() -> Training:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    return prepare(model, torch.optim.Adam(model.parameters()), seed=3)


def loss(model: nn.Module, batch: Labelled) -> Tensor:
    return nn.functional.cross_entropy(model(batch.x), batch.y)


def steps(training: Training):
    return fit.fit(training, items(), BUDGET, loss, lambda model: {"ones": 1.0}, "a test")


def finished(training: Training) -> tuple[list[Tensor], list[dict[str, float]]]:
    for _ in steps(training):
        pass
    return list(training.model.state_dict().values()), training.history


def test_pauses_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, history = finished(begun())
    assert [point["epoch"] for point in history] == [1, 2, 3]
    monkeypatch.setattr(fit, "PAUSE_SECONDS", 0.0)
    training = begun()
    seen = [(state.epoch, state.batches) for state in steps(training)]
    assert seen[:5] == [(0, 1), (0, 2), (0, 3), (1, 0), (1, 1)]
    assert all(torch.equal(a, b) for a, b in zip(weights, training.model.state_dict().values(), strict=True))
    assert training.history == history


@pytest.mark.parametrize("stop", range(11))
def test_goes_on_from_any_pause_bit_for_bit(stop: int, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, history = finished(begun())
    monkeypatch.setattr(fit, "PAUSE_SECONDS", 0.0)
    for number, state in enumerate(steps(begun())):
        if number == stop:
            stored = copy.deepcopy(state.state())
            break
    else:
        raise AssertionError("the training ended before the pause")
    resumed = begun()
    resumed.load(stored)
    again, later = finished(resumed)
    assert all(torch.equal(a, b) for a, b in zip(weights, again, strict=True))
    assert later == history


def test_a_loss_that_runs_away_is_called_by_its_name() -> None:
    training = begun()
    nn.init.constant_(next(training.model.parameters()), float("nan"))
    with pytest.raises(IntertwineError, match=r"loss of a test is nan.*smaller learning rate"):
        next(steps(training))
