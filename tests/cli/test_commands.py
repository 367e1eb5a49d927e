"""The commands as a user runs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import intertwine.cli.compare
import intertwine_cli
from intertwine.errors import IntertwineError


def run(*arguments: object) -> str:
    """What a command prints; its exception, if there is one, comes through."""
    result = CliRunner().invoke(intertwine_cli.app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_solve_prints_the_cross_product() -> None:
    text = run("solve", "SO(3)", "V*V", "V")
    assert "SO(3): V*V -> V, 1 map by" in text
    assert "1/√6 *" in text
    assert "1/√6" not in run("solve", "SO(3)", "V*V", "V", "--no-basis")


def test_solve_prints_the_weight_sharing_picture() -> None:
    text = run("solve", "C(3)", "regular", "regular")
    letters = [line.split() for line in text.splitlines()[-3:]]
    assert len({cell for row in letters for cell in row}) == 3
    assert all(letters[k][k] == letters[0][0] for k in range(3))


def test_solve_explains() -> None:
    assert "V*V -> V" in run("solve", "O(3)", "V*V", "V", "--explain")


def test_groups() -> None:
    listed = run("groups")
    assert "Rubik()" in listed
    assert "SO(3)" in listed
    described = run("groups", "D(4)")
    assert "5, of sizes 1, 2, 2, 2, 1" in described


def test_a_mistake_ends_with_a_message_and_status_2(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["intertwine", "solve", "SO(3)", "W", "V"])
    with pytest.raises(SystemExit) as stop:
        intertwine_cli.main()
    assert stop.value.code == 2
    assert "there is no representation called W" in capsys.readouterr().err


MODELS = """
import torch
def mean(): return lambda x: x.mean((1, 2, 3))[:, None]
def first(): return lambda x: x[:, 0, 0, :1]
"""


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Random pictures and two models in the current folder."""
    (tmp_path / "models_to_audit.py").write_text(MODELS)
    np.savez(tmp_path / "pictures.npz", x=torch.randn(60, 1, 6, 6).numpy())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_audit_tells_an_invariant_model_from_another(pictures: Path) -> None:
    common = ("pictures.npz", "--group", "C4", "--action-in", "pictures", "--action-out", "trivial")
    run("audit", "models_to_audit:mean", *common, "--json", "mean.json", "--below", "1e-6")
    assert json.loads((pictures / "mean.json").read_text())
    asked = ["audit", "models_to_audit:first", *common, "--below", "1e-6"]
    result = CliRunner().invoke(intertwine_cli.app, asked)
    assert result.exit_code == 1
    assert "is not below" in result.stderr


def test_shifts_tells_an_invariant_model_from_another(pictures: Path) -> None:
    saved = run("shifts", "models_to_audit:mean", "pictures.npz", "--sources", "--json", "mean.json", "--below", "1e-6")
    assert "every shift by whole pixels is exact" in saved
    assert "Aliasing audit" in saved
    assert json.loads((pictures / "mean.json").read_text())["period"] == 1
    result = CliRunner().invoke(intertwine_cli.app, ["shifts", "models_to_audit:first", "pictures.npz", "--below", "1"])
    assert result.exit_code == 1
    assert "is not below" in result.stderr


SMALL = ("--routes", "plain", "--seeds", 1, "--epochs", 2, "--examples", 100, "--hidden", "8")


def test_compare_trains_and_reports(tmp_path: Path) -> None:
    out = tmp_path / "small"
    text = run("compare", "--data", "digits", "--group", "C4", *SMALL, "--out", out)
    assert "plain" in text
    assert "weights" in text
    assert (out / "report.html").is_file()
    settings = json.loads((out / "results.json").read_text())["settings"]
    assert settings["budget"]["epochs"] == 2
    assert settings["hidden"] == [8]
    again = run("compare", "--data", "digits", "--group", "C4", *SMALL, "--out", out, "--resume")
    assert "was finished before" in again


def test_compare_says_how_to_go_on_after_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **keywords: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(intertwine.cli.compare, "run", interrupted)
    result = CliRunner().invoke(intertwine_cli.app, ["compare", "--out", str(tmp_path)])
    assert result.exit_code == 130
    assert "--resume" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--group", "Foo(3)"), "no group called Foo"),
        (("--routes", "plain,plane"), "Did you mean"),
        (("--hidden", "8,x"), "whole numbers with commas"),
        (("--data", "digitz"), "digits"),
        (("--rep-in", "V"), "leave rep_in"),
    ],
)
def test_mistakes_in_a_comparison(options: tuple[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(IntertwineError, match=message):
        run("compare", "--out", tmp_path / "none", *options)
