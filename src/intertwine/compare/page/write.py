"""Put the report together."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from ...errors import IntertwineError
from ...report import Drawing, render, svg
from .. import store, wording
from ..results import Results
from ..verdict import Case, verdict
from . import figures, sharing
from .style import Look, looks

TEMPLATE = Path(__file__).parent / "compare.html"
WIDE, NARROW = 740, 330
"""Pixels of the page that a figure fills on a screen and on a telephone."""
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def require_packages() -> None:
    """Refuse to begin a long training whose report could not be written.

    Raises:
        IntertwineError: matplotlib or jinja2 is not installed.
    """
    missing = [name for name in ("matplotlib", "jinja2") if importlib.util.find_spec(name) is None]
    if missing:
        raise IntertwineError(
            f"The report needs {' and '.join(missing)}, not installed here: pip install 'intertwine[report]'."
        )


def write_report(results: Results, path: Path) -> None:
    """Write the report of a comparison: one file that needs nothing else. The same results give the same bytes."""
    store.write(path, render(TEMPLATE, _values(results)).encode())


def _values(results: Results) -> dict[str, Any]:
    look = looks(results)
    case = Case(results)
    decided = verdict(results)
    return {
        "problem": results.problem,
        "settings": results.settings,
        "words": results.problem["words"],
        "is_classification": case.is_classification,
        "verdict": decided,
        "looks": look,
        "routes": results.routes,
        "seeds": results.seeds,
        "number_words": NUMBER_WORDS,
        "figures": _figures(results, look),
        "rows": [_row(case, route) for route in results.routes],
        "kept": _kept(results),
        "angle_text": _angle_text(case),
        "examples": _examples(results),
        "sharing": _sharing(results),
        "summary": _embedded({route: _plain(row) for route, row in case.summary.items()}),
    }


def _figures(results: Results, look: dict[str, Look]) -> dict[str, str]:
    """Every figure twice, wide and narrow; a style rule shows the one that fits."""
    count = len(results.routes)
    drawings: dict[str, tuple[Drawing, str, tuple[int, int]]] = {
        "scores": (figures.scores(results, look), "Test score by route", (70 + 46 * count, 90 + 46 * count)),
        "learning": (figures.learning(results, look), "Learning curves", (290, 460)),
        "errors": (figures.errors(results, look), "Equivariance error by route", (80 + 46 * count, 90 + 46 * count)),
    }
    if results.problem["angles"]:
        drawings["angle"] = (figures.by_angle(results, look), "Test score against angle", (360, 290))
    drawn = {
        name: f'<div class="wide">{svg(draw, f"{name}-wide", label, WIDE, heights[0])}</div>'
        f'<div class="narrow">{svg(draw, f"{name}-narrow", label, NARROW, heights[1])}</div>'
        for name, (draw, label, heights) in drawings.items()
    }
    return {"angle": "", **drawn}


def _angle_text(case: Case) -> str:
    """What to expect of the curve against the angle."""
    group, order = case.results.problem["group"], case.results.problem["order"]
    if order is None:
        return (
            f"{group} holds every turn. A network that keeps this symmetry draws a level line; any other knows only "
            f"the {case.many} that it was shown."
        )
    return (
        f"{group} has {order} elements, and the promise of symmetry holds at their angles alone. In between, a "
        "network is left to what it has learnt."
    )


def _row(case: Case, route: str) -> dict[str, str]:
    """The line of the table about one route."""
    row, classes = case.summary[route], case.is_classification
    cells = {name: wording.score(row[name].mean, classes) for name in ("upright", "turned")}
    cells |= {f"{name}_spread": wording.spread(row[name], classes) for name in ("upright", "turned")}
    return {
        "route": route,
        **cells,
        "kept": wording.percent(row["kept"].mean) if "kept" in row else "",
        "error": wording.small(row["error"].mean) if "error" in row else "undefined",
        "parameters": wording.count(row["parameters"].mean),
        "training": wording.seconds(row["train_seconds"].mean),
        "inference": f"{row['inference_ms'].mean:.2g} ms",
    }


def _kept(results: Results) -> list[dict[str, Any]]:
    """For each route the shares of test items by how many poses kept the answer, best first; empty for a regression."""
    rows = []
    for route in results.routes:
        runs = [run.measured.kept_counts for run in results.runs if run.route == route]
        totals = [sum(column) for column in zip(*runs, strict=True)]
        if not totals:
            return []
        poses = len(totals) - 1
        shares = [{"poses": k, "share": totals[k] / sum(totals)} for k in range(poses, -1, -1) if totals[k]]
        rows.append({"route": route, "poses": poses, "shares": shares, "mean": wording.percent(shares[0]["share"])})
    return rows


def _examples(results: Results) -> dict[str, Any]:
    """The items to turn, with their answers worded for the page."""
    shown = results.show["examples"]
    if not shown:
        return {}
    classes = results.problem["classes"]
    short = max(map(len, classes)) <= 2
    items = []
    for item in shown["items"]:
        answers = {
            route: [
                {
                    "name": classes[number],
                    "short": classes[number] if short else ("✓" if number == item["class"] else "✗"),
                    "right": number == item["class"],
                    "sure": wording.percent(sure, 0),
                }
                for number, sure in given
            ]
            for route, given in item["answers"].items()
        }
        items.append({"class": classes[item["class"]], "frames": item["frames"], "answers": answers})
    angles = [round(angle) for angle in shown["angles"]]
    start = angles.index(90) if 90 in angles else 0
    frames = _embedded([item["frames"] for item in items])
    return {"angles": angles, "items": items, "start": start, "frames": frames}


def _sharing(results: Results) -> dict[str, Any]:
    shared = results.show["sharing"]
    if not shared:
        return {}
    is_picture = len(shared["shape"]) == 3
    return {
        "tiles": sharing.tiles(shared) if is_picture else [],
        "first": "" if is_picture else sharing.table(shared["filters"]),
        "hidden": sharing.table(shared["hidden"]),
        "order": len(shared["filters"]),
        "free": wording.count(shared["free"]),
        "total": wording.count(shared["total"]),
    }


def _plain(row: dict[str, Any]) -> dict[str, list[float | None]]:
    return {name: [value.mean, value.low, value.high] for name, value in row.items()}


def _embedded(value: Any) -> str:
    """JSON that may stand inside a <script> element."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
