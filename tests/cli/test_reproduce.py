"""`intertwine reproduce` as a user runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import intertwine.cli.reproduce
import intertwine_cli
from intertwine.compare import Progress
from intertwine.errors import IntertwineError
from intertwine.reproduce import Findings, Request

pytest.importorskip("rich")


def invoke(*arguments: str):
    return CliRunner().invoke(intertwine_cli.app, ["reproduce", *arguments])


def test_without_a_name_they_are_listed() -> None:
    result = invoke()
    assert result.exit_code == 0
    assert "jets" in result.output
    assert "arXiv:2201.08187" in result.output


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Request]]:
    """What would be carried out."""
    calls: list[tuple[str, Request]] = []

    def carry_out(name: str, request: Request, progress: Callable[[Progress], None]) -> Findings:
        calls.append((name, request))
        progress(Progress("job", 0, "finished", 1, 1, 1, 1, note="AUC 0.9"))
        return Findings("headline", "The lead says [it].", ())

    monkeypatch.setattr(intertwine.cli.reproduce, "run", carry_out)
    return calls


def test_options_become_the_request(asked: list[tuple[str, Request]], tmp_path: Path) -> None:
    out = str(tmp_path / "here")
    result = invoke("jets", "--quick", "--budget", "0.5", "--seeds", "2", "--out", out, "--threads", "2", "--resume")
    assert result.exit_code == 0, result.output
    assert asked == [("jets", Request("quick", 0.5, 2, Path(out), "cpu", 2, True))]
    assert "The lead says [it]." in result.output
    assert f"report: {out}" in result.output
    assert "AUC 0.9" in result.stderr


def test_the_folder_is_named_after_the_reproduction(asked: list[tuple[str, Request]]) -> None:
    invoke("jets", "--full", "--device", "cuda")
    assert asked[0][1] == Request("full", out=Path("reproduce-jets"), device="cuda")


def test_sizes_exclude_each_other_and_names_are_checked() -> None:
    assert invoke("jets", "--quick", "--full").exit_code == 2
    result = invoke("jest", "--quick")
    assert isinstance(result.exception, IntertwineError)
    assert "Did you mean 'jets'" in str(result.exception)


def test_an_interruption_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(name: str, request: Request, progress: Callable[[Progress], None]) -> Findings:
        raise KeyboardInterrupt

    monkeypatch.setattr(intertwine.cli.reproduce, "run", stop)
    result = invoke("jets")
    assert result.exit_code == 130
    assert "--resume" in result.stderr
