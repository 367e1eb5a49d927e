"""An interruption loses nothing that was finished, and changes nothing about what follows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from intertwine.compare import Budget, Comparison, Progress, Results, run, runner, store
from intertwine.compare.folder import Folder
from intertwine.errors import IntertwineError

TIMES = ("train_seconds", "inference_ms")


@pytest.fixture(autouse=True)
def often_saved_and_never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every epoch; no report, which has its own tests."""
    monkeypatch.setattr(runner, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(runner, "write_report", lambda results, path: None)


def outcome(results: Results) -> list[dict[str, Any]]:
    """Everything about the runs but the times."""
    return [{k: v for k, v in run.to_json().items() if k not in TIMES} for run in results.runs]


def weights(folder: Path) -> dict[str, dict[str, Any]]:
    names = sorted(path.name for path in (folder / "runs").iterdir())
    return {name: Folder(folder).weights(name) or {} for name in names}


def assert_same(first: Path, second: Path) -> None:
    one, two = weights(first), weights(second)
    assert one.keys() == two.keys()
    for name, values in one.items():
        assert values, f"{name} has no weights"
        for key, value in values.items():
            assert torch.equal(value, two[name][key]), f"{name} differs in {key}"


def interrupt_at(route: str, seed: int, epoch: int) -> Callable[[Progress], None]:
    def tell(step: Progress) -> None:
        if (step.route, step.seed, step.epoch, step.state) == (route, seed, epoch, "training"):
            raise KeyboardInterrupt

    return tell


@pytest.mark.parametrize("routes", [("plain", "average"), ("augment", "equivariant")])
def test_a_resumed_comparison_is_the_same_bit_for_bit(small: Comparison, routes: tuple[str, ...]) -> None:
    whole = replace(small, routes=routes, out=small.out / "whole")
    broken = replace(small, routes=routes, out=small.out / "broken")
    expected = run(whole)
    with pytest.raises(KeyboardInterrupt):
        run(broken, progress=interrupt_at(routes[1], 0, 2))
    seen: list[Progress] = []
    found = run(replace(broken, resume=True), progress=seen.append)
    assert outcome(found) == outcome(expected)
    assert_same(whole.out, broken.out)
    first = {(s.route, s.seed): s for s in reversed(seen)}
    assert first[routes[0], 0].state == "kept"
    assert (first[routes[1], 0].state, first[routes[1], 0].epoch) == ("training", 2)


def test_the_same_comparison_twice_is_the_same_bit_for_bit(small: Comparison) -> None:
    first, second = (replace(small, out=small.out / name) for name in ("a", "b"))
    assert outcome(run(first)) == outcome(run(second))
    assert_same(first.out, second.out)


def test_more_seeds_and_routes_keep_what_is_finished(small: Comparison) -> None:
    before = run(small)
    seen: list[Progress] = []
    after = run(replace(small, resume=True, seeds=3, routes=("average", "augment", "plain")), progress=seen.append)
    kept = {(s.route, s.seed) for s in seen if s.state == "kept"}
    assert kept == {(r, s) for r in ("plain", "average") for s in (0, 1)}
    assert len(after.runs) == 9
    by_name = {(r["route"], r["seed"]): r for r in outcome(after)}
    assert all(by_name[r["route"], r["seed"]] == r for r in outcome(before))


@pytest.mark.parametrize("name", ["record.json", "weights.pt"])
@pytest.mark.parametrize("damage", [lambda content: content[:-7], lambda content: b""])
def test_a_damaged_finished_run_is_made_again(small: Comparison, name: str, damage: Callable[[bytes], bytes]) -> None:
    expected = run(replace(small, seeds=1))
    path = small.out / "runs" / "plain-0" / name
    path.write_bytes(damage(path.read_bytes()))
    seen: list[Progress] = []
    found = run(replace(small, seeds=1, resume=True), progress=seen.append)
    assert outcome(found) == outcome(expected)
    assert [s.route for s in seen if s.state == "finished"] == ["plain"]


def test_a_damaged_checkpoint_starts_its_run_again(small: Comparison) -> None:
    expected = run(replace(small, seeds=1, out=small.out / "whole"))
    broken = replace(small, seeds=1, out=small.out / "broken")
    with pytest.raises(KeyboardInterrupt):
        run(broken, progress=interrupt_at("plain", 0, 2))
    path = broken.out / "runs" / "plain-0" / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:1000])
    assert outcome(run(replace(broken, resume=True))) == outcome(expected)


def test_other_settings_are_not_mixed_in(small: Comparison) -> None:
    run(replace(small, seeds=1))
    other = replace(small, resume=True, hidden=(4, 4), budget=Budget(epochs=2))
    with pytest.raises(IntertwineError, match=r"(?s)other settings.*hidden: \[8, 8\] there, \[4, 4\] asked for"):
        run(other)
    assert Folder(small.out).record("plain-0") is not None


def test_results_that_are_there_are_set_aside(small: Comparison) -> None:
    spec = replace(small, seeds=1, routes=("plain",))
    run(spec)
    (spec.out / "notes.txt").write_text("mine")
    before = (spec.out / "results.json").read_bytes()
    run(replace(spec, budget=Budget(epochs=1)))
    run(replace(spec, budget=Budget(epochs=2)))
    assert (spec.out / "previous-1" / "results.json").read_bytes() == before
    assert (spec.out / "previous-2" / "runs" / "plain-0" / "weights.pt").exists()
    assert (spec.out / "notes.txt").read_text() == "mine"
    assert json.loads((spec.out / "results.json").read_text())["settings"]["budget"]["epochs"] == 2


SCRIPT = """
import sys
from pathlib import Path
import intertwine.compare.runner as runner
from intertwine.compare import Budget, Comparison, run
from intertwine.groups import C

runner.CHECKPOINT_SECONDS = 0.0
data, out, epochs = sys.argv[1:]
G = C(4)
run(Comparison(G, data, ("plain", "augment"), 1, Budget(int(epochs), 32), (8, 8), rep_in=2 * G.vector,
out=Path(out)))
"""


def test_kill_dash_nine(small: Comparison, own_data: Path) -> None:
    epochs = 200
    spec = replace(small, routes=("plain", "augment"), seeds=1, budget=Budget(epochs, 32), out=small.out / "killed")
    command = [sys.executable, "-c", SCRIPT, str(own_data), str(spec.out), str(epochs)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    checkpoint = spec.out / "runs" / "augment-0" / "checkpoint.pt"
    try:
        deadline = time.monotonic() + 120
        while not checkpoint.exists():
            assert process.poll() is None, "the comparison ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.002)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (spec.out / "results.json").exists()
    (checkpoint.parent / ".record.json-stray").write_text("half a rec")
    state = store.read_tensors(checkpoint)
    assert state is not None
    assert 0 < state["epoch"] < epochs
    seen: list[Progress] = []
    found = run(replace(spec, resume=True), progress=seen.append)
    assert (seen[0].route, seen[0].state) == ("plain", "kept")
    assert not list(spec.out.rglob(".*"))
    whole = replace(spec, out=small.out / "whole")
    assert outcome(found) == outcome(run(whole))
    assert_same(whole.out, spec.out)
