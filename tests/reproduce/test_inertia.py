"""The inertia tensor of point masses, in the quick size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from intertwine.data.inertia import inertia_tensor
from intertwine.groups import O
from intertwine.reproduce import Request, reproduce
from intertwine.reproduce.inertia.bodies import BOXES, draw, turned
from intertwine.reproduce.inertia.networks import ENTRANTS, PointMasses, solve


def test_bodies_turn_with_their_tensors() -> None:
    items = draw("slab", 5, 0)
    assert items.x.shape == (5, 14, 4)
    assert bool((items.x[..., :3].abs() <= 2 * torch.tensor(BOXES["slab"])).all())
    moved = turned(items, O(3).sample(5))
    torch.testing.assert_close(inertia_tensor(moved.x).flatten(1), moved.y)


@pytest.mark.parametrize("name", ["gaussian", "polynomial"])
def test_the_layer_turns_with_its_bodies(name: str) -> None:
    model = ENTRANTS[name].make(14).double()
    items, g = draw("cube", 6, 1), O(3).sample(6)
    with torch.no_grad():
        still = turned(type(items)(items.x, model(items.x)), g)
        torch.testing.assert_close(model(still.x), still.y, atol=1e-12, rtol=1e-12)


def test_four_bodies_determine_the_radial_functions() -> None:
    model = ENTRANTS["polynomial"].make(14).double()
    assert isinstance(model, PointMasses)
    solve(model, draw("cube", 4, 2))  # a trace from each, for four polynomials
    test = draw("cube", 50, 3)
    with torch.no_grad():
        torch.testing.assert_close(model(test.x), test.y, atol=1e-9, rtol=1e-9)


def test_quick(tmp_path: Path) -> None:
    findings = reproduce("inertia", Request(size="quick", budget=0.3, out=tmp_path))
    assert "relative error" in findings.lead
    numbers = {(n["box"], n["model"], n["figure"]): n["value"] for n in findings.numbers}
    assert numbers["slab", "polynomial", "turned relative"] < 1e-12
    assert numbers["slab", "gaussian", "turned relative"] < numbers["slab", "augmented", "turned relative"]
    assert numbers["slab", "gaussian", "turned"] == pytest.approx(numbers["slab", "gaussian", "upright"], rel=1e-6)
    assert json.loads((tmp_path / "results.json").read_text())["settings"]["reproduction"] == "inertia"
    assert "0.002" in (tmp_path / "report.html").read_text()
