"""What is shown while a comparison runs."""

from __future__ import annotations

import io

import pytest

from intertwine.compare import Progress, display
from intertwine.compare.progress import lines


def step(state: str, epoch: int = 0, **more: object) -> Progress:
    return Progress("plain", 0, state, epoch, 10, 1 if state in ("finished", "kept") else 0, 4, **more)  # pyright: ignore[reportArgumentType]


def test_lines_say_when_a_run_begins_and_ends() -> None:
    stream = io.StringIO()
    tell = lines(stream)
    for at in range(3):
        tell(step("training", at))
    tell(step("measuring", 10))
    tell(step("finished", 10, upright=0.975, turned=0.4))
    assert stream.getvalue() == ("[1/4] plain, seed 0: training\n[1/4] plain, seed 0: 97.5% as given, 40.0% moved\n")


def test_lines_tell_what_was_kept_and_resumed() -> None:
    stream = io.StringIO()
    tell = lines(stream)
    tell(step("training", 7))
    tell(step("kept", 10, upright=0.5, turned=0.25, is_classification=False))
    assert "training (from epoch 7)" in stream.getvalue()
    assert "was finished before" in stream.getvalue()


def test_errors_are_no_percentages() -> None:
    assert step("finished", upright=0.0123, turned=4.5, is_classification=False).scores == (
        "error 0.0123 as given, 4.5 moved"
    )
    assert step("training").scores == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_live_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with display(stream) as tell:
        tell(step("training", 3, upright=0.9, turned=0.5))
        tell(step("finished", 10, upright=0.975, turned=0.4))
    shown = stream.getvalue()
    assert "97.5% as given, 40.0% moved" in shown
    assert "1/4" in shown
    assert "\x1b[" in shown


def test_a_terminal_without_rich_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    stream = Terminal()
    with display(stream) as tell:
        tell(step("training", 0))
    assert stream.getvalue() == "[1/4] plain, seed 0: training\n"


def test_no_terminal_gets_lines() -> None:
    stream = io.StringIO()
    with display(stream) as tell:
        tell(step("finished", 10, upright=1.0, turned=1.0))
    assert "\x1b" not in stream.getvalue()
