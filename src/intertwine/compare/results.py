"""What a comparison found: the runs, their summary over seeds, and the two files that hold it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import store
from .intervals import Interval, interval
from .measure import Measurements

SCHEMA = 1
"""Raised when the meaning or the layout of results.json changes."""
SUMMARISED = (
    "upright",
    "turned",
    "kept",
    "error",
    "kappa",
    "parameters",
    "train_seconds",
    "inference_ms",
)


@dataclass(frozen=True)
class Run:
    """One route with one seed."""

    route: str
    seed: int
    train_seconds: float
    history: list[dict[str, float]]
    """The learning curve: epoch, loss (mean over the epoch), upright and turned scores on test items."""
    measured: Measurements

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "route": self.route,
            "seed": self.seed,
            "train_seconds": self.train_seconds,
            **self.measured.to_json(),
            "history": self.history,
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> Run:
        """The inverse of `to_json`."""
        own = ("route", "seed", "train_seconds", "history")
        measured = {name: item for name, item in value.items() if name not in own}
        return Run(**{name: value[name] for name in own}, measured=Measurements(**measured))

    def figure(self, name: str) -> float | None:
        """A number about the run by its name in results.json."""
        return self.train_seconds if name == "train_seconds" else getattr(self.measured, name)


@dataclass(frozen=True)
class Results:
    """All runs of a comparison with what was compared."""

    settings: dict[str, Any]
    """What the runs were made with: problem, group, budget, widths."""
    problem: dict[str, Any]
    """What the report says about the data: words, source, sizes, angles, routes."""
    runs: list[Run]
    show: dict[str, Any]
    """Examples and weight sharing for the report's pictures."""

    @property
    def routes(self) -> list[str]:
        """The routes, in the order asked for."""
        return list(dict.fromkeys(run.route for run in self.runs))

    @property
    def seeds(self) -> int:
        """How many repetitions there are."""
        return len({run.seed for run in self.runs})

    def figures(self, route: str, name: str) -> list[float]:
        """A number of every run of a route, by seed; empty where it is undefined."""
        values = [run.figure(name) for run in self.runs if run.route == route]
        return [value for value in values if value is not None]

    def summary(self) -> dict[str, dict[str, Interval]]:
        """Mean and 95 % interval over seeds, by route and by figure."""
        return {
            route: {
                name: interval(values, positive=self.is_error(name))
                for name in SUMMARISED
                if (values := self.figures(route, name))
            }
            for route in self.routes
        }

    def is_error(self, name: str) -> bool:
        """Whether a figure is an error, positive and better when smaller, rather than an accuracy or a cost."""
        return name == "error" or (name in ("upright", "turned") and not self.problem["classes"])

    def to_json(self) -> dict[str, Any]:
        """Everything, as results.json holds it."""
        summary = {route: {name: asdict(value) for name, value in row.items()} for route, row in self.summary().items()}
        return {
            "schema": SCHEMA,
            "settings": self.settings,
            "problem": self.problem,
            "summary": summary,
            "runs": [run.to_json() for run in self.runs],
            "show": self.show,
        }

    @staticmethod
    def read(path: Path) -> Results:
        """Read results.json."""
        value = json.loads(path.read_text())
        return Results(
            value["settings"], value["problem"], [Run.from_json(run) for run in value["runs"]], value["show"]
        )

    def write(self, folder: Path) -> None:
        """Write results.json and results.csv, each complete or not at all."""
        text = json.dumps(self.to_json(), indent=1, allow_nan=False, ensure_ascii=False)
        store.write(folder / "results.json", text.encode())
        store.write(folder / "results.csv", _table(self.runs).encode())


def _table(runs: Sequence[Run]) -> str:
    """One line for each run, with the numbers that are single."""
    names = [
        "route",
        "seed",
        *SUMMARISED,
        "error_low",
        "error_high",
        "error_floor",
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for run in runs:
        values = [run.route, run.seed, *(run.figure(name) for name in names[2:])]
        writer.writerow(["" if value is None else value for value in values])
    return text.getvalue()
