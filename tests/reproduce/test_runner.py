"""The frame: jobs once each, interrupted and resumed, settings kept apart, a page that stands alone."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

from intertwine.compare import Progress
from intertwine.errors import IntertwineError
from intertwine.reproduce import (
    Desk,
    Findings,
    Job,
    Outcome,
    Reproduction,
    Request,
    Section,
    Table,
    known_reproductions,
    reproduce,
    runner,
)

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")


@dataclass(frozen=True)
class Size:
    """Nothing but the repetitions."""

    seeds: int = 1


class Counting(Reproduction[Size]):
    """Three jobs that count to four, with checkpoints."""

    title = "counting"
    papers = ("Euclid, Elements",)
    steps: ClassVar[list[str]] = []
    stop_at: str | None = None
    sizes = dict.fromkeys(("quick", "default", "full"), Size())

    def jobs(self) -> list[Job]:
        return [Job(f"job-{k}", f"job {k}", k, lambda desk, k=k: self.count(desk, k)) for k in range(3)]

    def count(self, desk: Desk, k: int) -> Outcome:
        start = 0 if desk.checkpoint is None else desk.checkpoint["n"]
        for n in range(start, 4):
            if self.stop_at == f"{k}.{n}":
                raise KeyboardInterrupt
            self.steps.append(f"{k}.{n}")
            desk.save({"n": n + 1})
            desk.tell(n + 1, 4, "")
        return Outcome({"total": 4 * k, "note": f"{4 * k}"}, {"scores": torch.full((2,), float(k))})

    def findings(self, outcomes: Mapping[str, Outcome]) -> Findings:
        rows = [(name, str(o.record["total"])) for name, o in outcomes.items()]
        assert [float(o.tensors["scores"][0]) for o in outcomes.values()] == [0, 1, 2]
        table = Table(("job", "<total>"), rows, frozenset({0}))
        numbers = [{"job": name, "value": o.record["total"], "low": None} for name, o in outcomes.items()]
        return Findings("Counting & more", "It counts.", (Section("Totals", ("One",), ((table, "all"),)),), numbers)


@pytest.fixture
def request_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Request]:
    """Counting is registered for the test, and every checkpoint is written."""
    monkeypatch.setattr(runner, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(Counting, "steps", [])
    monkeypatch.setattr(Counting, "stop_at", None)
    known_reproductions.register("counting")(Counting)
    yield Request(out=tmp_path / "out")
    known_reproductions._known.pop("counting")


def test_results_in_three_forms(request_: Request) -> None:
    findings = reproduce("counting", request_)
    value = json.loads((request_.out / "results.json").read_text())
    assert value["jobs"]["job-2"]["total"] == 8
    assert value["settings"]["reproduction"] == "counting"
    assert value["numbers"] == findings.numbers
    with (request_.out / "results.csv").open() as file:
        assert list(csv.DictReader(file))[1] == {"job": "job-1", "value": "4", "low": ""}
    page = (request_.out / "report.html").read_text()
    assert "Counting &amp; more" in page
    assert "&lt;total&gt;" in page
    assert "Euclid, Elements" in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)


def test_an_interruption_loses_nothing(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counting, "stop_at", "1.2")
    with pytest.raises(KeyboardInterrupt):
        reproduce("counting", request_)
    monkeypatch.setattr(Counting, "stop_at", None)
    told: list[Progress] = []
    reproduce("counting", replace(request_, resume=True), told.append)
    assert Counting.steps == [f"{k}.{n}" for k in range(3) for n in range(4)]
    assert [(step.seed, step.state) for step in told if step.state != "training"] == [
        (0, "kept"),
        (1, "finished"),
        (2, "finished"),
    ]
    assert told[0].scores == "0"
    assert (told[-1].finished, told[-1].total) == (3, 3)


def test_without_resume_earlier_results_are_set_aside(request_: Request) -> None:
    reproduce("counting", request_)
    reproduce("counting", request_)
    assert len(Counting.steps) == 24
    assert (request_.out / "previous-1" / "report.html").is_file()


def test_other_settings_are_not_mixed_in(request_: Request) -> None:
    reproduce("counting", request_)
    with pytest.raises(IntertwineError, match=r"(?s)other settings.*budget: 1\.0 there, 2\.0 asked for"):
        reproduce("counting", replace(request_, resume=True, budget=2.0))


@pytest.mark.parametrize(
    ("bad", "message"),
    [({"size": "huge"}, "quick, default, full"), ({"budget": 0}, "positive"), ({"seeds": 0}, "least 1")],
)
def test_bad_requests(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        Request(**bad)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(IntertwineError, match=r"no reproduction 'jet'. Did you mean 'jets'"):
        reproduce("jet", Request())
