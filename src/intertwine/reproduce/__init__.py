"""Published results, done again: the paper's number beside ours.

    findings = reproduce("jets", Request(size="quick", out=Path("jets")))

Each reproduction is a class under `@register("name")` in a file or folder of its own, which says what there is to do
(`jobs`) and what came of it (`findings`: tables, charts, numbers). `reproduce` does the jobs once each, keeps what is
finished on disk, and writes results.json, results.csv and report.html; a call with `resume=True` goes on where an
interrupted one stopped. `known_reproductions.names()` lists them.
"""

from __future__ import annotations

from . import inertia, jets, phonons, pictures, potential
from .metrics import Figure, tagging
from .reproduction import (
    Chart,
    Desk,
    Findings,
    Job,
    Outcome,
    Reproduction,
    Request,
    Section,
    Table,
    known_reproductions,
    register,
)
from .runner import reproduce

__all__ = [
    "Chart",
    "Desk",
    "Figure",
    "Findings",
    "Job",
    "Outcome",
    "Reproduction",
    "Request",
    "Section",
    "Table",
    "inertia",
    "jets",
    "phonons",
    "pictures",
    "potential",
    "known_reproductions",
    "register",
    "reproduce",
    "tagging",
]
