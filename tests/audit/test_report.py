"""The report prints, tabulates, plots and travels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from intertwine.actions import Pictures, Trivial
from intertwine.audit import AuditReport, Estimate, audit
from intertwine.errors import IntertwineError
from intertwine.groups import C, O


@pytest.fixture(scope="module")
def report() -> AuditReport:
    weights = torch.randn(64, 4, generator=torch.Generator().manual_seed(0))
    x = torch.randn(150, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    return audit(lambda x: x.flatten(1) @ weights, x, Pictures(O(2)), Trivial(O(2)))


@pytest.fixture
def undefined() -> AuditReport:
    return audit(lambda x: 0 * x.flatten(1) + 1, torch.randn(20, 1, 4, 4), Pictures(C(4)), Trivial(C(4)))


def test_prints_the_equation_and_the_numbers(report: AuditReport):
    text = str(report)
    assert "f(Pictures(O(2), fft) x) = Trivial(O(2)) f(x)" in text
    assert "relative error" in text
    assert "floor: composition" in text
    assert "150 items" in text
    assert "<AuditReport of <lambda> under O(2)" in repr(report)


def test_table_rows(report: AuditReport):
    rows = {row["measure"]: row for row in report.table()}
    assert report.error is not None
    assert rows["relative error"]["estimate"] == report.error.value
    assert rows["relative error"]["low"] < rows["relative error"]["high"]
    assert {"agreement", "kappa", "floor: round trip", "action: composition", "greatest deviation"} <= set(rows)
    assert all(set(row) == {"measure", "estimate", "low", "high", "meaning"} for row in rows.values())


@pytest.mark.parametrize("kind", ["report", "undefined"])
def test_json_there_and_back(kind: str, request, tmp_path: Path):
    original = request.getfixturevalue(kind)
    original.to_json(tmp_path / "audit.json")
    again = AuditReport.from_json(tmp_path / "audit.json")
    assert str(again) == str(original)
    again.to_json(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "audit.json").read_bytes()
    json.loads((tmp_path / "audit.json").read_text(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def test_foreign_json_is_refused(tmp_path: Path):
    (tmp_path / "other.json").write_text('{"schema": 1, "error": 3}')
    with pytest.raises(IntertwineError, match="not an audit report"):
        AuditReport.from_json(tmp_path / "other.json")


def test_figure(report: AuditReport, tmp_path: Path):
    figure = report.plot()
    error, agreement = figure.axes
    assert error.get_ylabel() == "relative error"
    assert agreement.get_ylabel() == "same prediction"
    lines = {str(line.get_label()) for line in error.get_lines()}
    assert {"rotation", "reflection"} <= lines
    assert any(label.startswith("floor") for label in lines)
    figure.savefig(tmp_path / "audit.svg")
    assert (tmp_path / "audit.svg").stat().st_size > 10_000


def test_figure_of_an_undefined_error(undefined: AuditReport):
    assert undefined.plot() is not None


def test_estimates_print_with_their_interval():
    assert f"{Estimate(0.5, 0.25, 0.75)}" == "0.5 [0.25, 0.75]"
    assert f"{Estimate(0.5, 0.25, 0.75):.1%}" == "50.0% [25.0%, 75.0%]"
