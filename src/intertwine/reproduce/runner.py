"""Do the jobs of a reproduction, once each, and write what they found."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..compare import Folder, Progress, store
from ..compare.page import require_packages
from ..compare.runner import threads
from .page import page
from .reproduction import Desk, Findings, Job, Outcome, Reproduction, Request, known_reproductions

CHECKPOINT_SECONDS = 5.0
"""A job in progress is put on record when its last record is older than this."""
SCHEMA = 1
"""Raised when the meaning or the layout of results.json changes."""

Listener = Callable[[Progress], None]


def reproduce(name: str, request: Request, progress: Listener | None = None) -> Findings:
    """Carry out a reproduction, and write results.json, results.csv and report.html into `request.out`.

    Every finished job is on disk at once and a job in progress every few seconds; with `resume=True` what is there
    is kept, and the rest goes on where it was.

    Raises:
        IntertwineError: there is no such reproduction, its data are missing, the folder to resume belongs to other
            settings, or a package for the report is missing.
    """
    require_packages()
    reproduction = known_reproductions.find(name)(request)
    tell = progress or _silent
    folder = Folder(request.out)
    with threads(request.threads):
        jobs = reproduction.jobs()
        settings = {"reproduction": name, "device": request.device, **reproduction.settings()}
        folder.open(settings, request.resume)
        outcomes: dict[str, Outcome] = {}
        for number, job in enumerate(jobs):
            outcomes[job.name] = _outcome(folder, job, request.device, number, len(jobs), tell)
        findings = reproduction.findings(outcomes)
    _write(folder, reproduction, settings, outcomes, findings)
    return findings


def _outcome(folder: Folder, job: Job, device: str, number: int, total: int, tell: Listener) -> Outcome:
    """The outcome of a job: as an earlier call left it, or made now."""

    def say(state: str, finished: int, epoch: int = 0, epochs: int = 1, note: str = "") -> None:
        tell(Progress(job.title, job.seed, state, epoch, epochs, finished, total, note=note))

    record, tensors = folder.record(job.name), folder.weights(job.name)
    if record is not None and tensors is not None:
        say("kept", number + 1, note=record.get("note", ""))
        return Outcome(record, tensors)
    saved = time.monotonic()

    def save(state: dict[str, Any]) -> None:
        nonlocal saved
        if time.monotonic() - saved >= CHECKPOINT_SECONDS:
            folder.save_checkpoint(job.name, state)
            saved = time.monotonic()

    desk = Desk(
        device,
        folder.checkpoint(job.name, device),
        save,
        lambda done, passes, note: say("training", number, done, passes, note),
    )
    outcome = job.run(desk)
    folder.finish(job.name, outcome.tensors, outcome.record)
    say("finished", number + 1, note=outcome.record.get("note", ""))
    return outcome


def _write(
    folder: Folder,
    reproduction: Reproduction,
    settings: dict[str, Any],
    outcomes: Mapping[str, Outcome],
    findings: Findings,
) -> None:
    value = {
        "schema": SCHEMA,
        "settings": settings,
        "papers": list(reproduction.papers),
        "numbers": findings.numbers,
        "jobs": {name: outcome.record for name, outcome in outcomes.items()},
    }
    text = json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False)
    store.write(folder.path / "results.json", text.encode())
    store.write(folder.path / "results.csv", _csv(findings.numbers).encode())
    store.write(folder.path / "report.html", page(reproduction, findings).encode())


def _csv(numbers: list[dict[str, Any]]) -> str:
    """One line for each number, under the headings that occur."""
    text = io.StringIO()
    headings = list(dict.fromkeys(key for row in numbers for key in row))
    writer = csv.DictWriter(text, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in numbers)
    return text.getvalue()


def _silent(step: Progress) -> None:
    """Tell nobody."""
