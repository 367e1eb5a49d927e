"""results.json and results.csv: complete, read back, and equal to what can be computed from the weights."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import torch

from intertwine.compare import Comparison, Results, known_routes, make_problem
from intertwine.compare.intervals import interval
from intertwine.compare.runner import Bench
from intertwine.groups import C

FIGURES = {"upright", "turned", "kept", "error", "kappa", "parameters", "train_seconds", "inference_ms"}
ROUTES = ["plain", "augment", "average", "equivariant"]


def test_the_layout_of_results_json(digits: tuple[Results, Path]) -> None:
    value = json.loads((digits[1] / "results.json").read_text())
    assert set(value) == {"schema", "settings", "problem", "summary", "runs", "show"}
    assert value["schema"] == 1
    assert value["settings"]["group"] == "C(4)"
    assert value["settings"]["budget"] == {"epochs": 3, "batch_size": 64, "learning_rate": 0.01, "schedule": "cosine"}
    assert list(value["summary"]) == ROUTES
    for row in value["summary"].values():
        assert set(row) == FIGURES
        assert all(set(cell) == {"mean", "low", "high", "n"} for cell in row.values())
    assert [(r["route"], r["seed"]) for r in value["runs"]] == [(r, s) for s in (0, 1) for r in ROUTES]
    for run in value["runs"]:
        assert len(run["curve"]) == len(value["problem"]["angles"]) == 25
        assert [point["epoch"] for point in run["history"]] == [1, 2, 3]
        assert sum(run["kept_counts"]) == value["problem"]["test"] == 500
        assert len(run["kept_counts"]) == 5
        assert run["error_low"] <= run["error"] <= run["error_high"]


def test_what_is_written_is_read(digits: tuple[Results, Path]) -> None:
    results, out = digits
    again = Results.read(out / "results.json")
    assert again == results
    assert again.to_json() == results.to_json()


def test_the_summary_is_over_seeds(digits: tuple[Results, Path]) -> None:
    results, _ = digits
    values = [run.measured.upright for run in results.runs if run.route == "augment"]
    assert results.summary()["augment"]["upright"] == interval(values)


def test_the_table_has_a_line_for_each_run(digits: tuple[Results, Path]) -> None:
    results, out = digits
    with (out / "results.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 8
    assert set(rows[0]) >= FIGURES | {"route", "seed", "error_low", "error_high"}
    assert float(rows[5]["turned"]) == results.runs[5].measured.turned


def test_scores_follow_from_the_weights(digits: tuple[Results, Path]) -> None:
    """An independent count on the stored weights, with torch's own quarter turns."""
    results, out = digits
    spec = Comparison(C(4), hidden=(16, 16), examples=200, out=out)
    bench = Bench(spec, make_problem(spec), lambda step: None)
    for run in results.runs[:4]:
        model = bench.trained(known_routes.find(run.route)(), 0)
        test = bench.problem.split(0).test
        with torch.no_grad():
            answers = torch.stack([model(test.x.rot90(k, (2, 3))).argmax(1) for k in range(4)])
        assert run.measured.upright == pytest.approx(float((answers[0] == test.y).double().mean()))
        assert run.measured.turned == pytest.approx(float((answers == test.y).double().mean()))
        kept = (answers == answers[0]).sum(0)
        assert run.measured.kept_counts == torch.bincount(kept, minlength=5).tolist()
        assert run.measured.curve[0] == pytest.approx(run.measured.upright)
        quarter = results.problem["angles"].index(90)
        assert run.measured.curve[quarter] == pytest.approx(float((answers[1] == test.y).double().mean()))


def test_symmetric_routes_are_measured_as_symmetric(digits: tuple[Results, Path]) -> None:
    results, _ = digits
    for route in ("average", "equivariant"):
        assert all(error < 1e-9 for error in results.figures(route, "error"))
        assert all(kept == 1 for kept in results.figures(route, "kept"))
        assert results.figures(route, "upright") == pytest.approx(results.figures(route, "turned"))
    assert all(error > 0.1 for error in results.figures("plain", "error"))


def test_examples_and_sharing_are_kept_for_the_report(digits: tuple[Results, Path]) -> None:
    show = digits[0].show
    assert len(show["examples"]["items"]) == 6
    assert len({item["class"] for item in show["examples"]["items"]}) == 6
    for item in show["examples"]["items"]:
        assert len(item["frames"]) == len(show["examples"]["angles"]) == 24
        assert set(item["answers"]) == set(ROUTES)
    sharing = show["sharing"]
    filters = torch.tensor(sharing["filters"]).reshape(4, 8, 8)
    assert (sharing["free"], sharing["total"]) == (64, 256)
    # The four filters are the four turns of one.
    turned = {tuple(filters[0].rot90(k).flatten().tolist()) for k in range(4)}
    assert {tuple(f.flatten().tolist()) for f in filters} == turned
