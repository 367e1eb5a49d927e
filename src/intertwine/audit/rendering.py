"""How reports turn into text and JSON, and back."""

from __future__ import annotations

import math
from typing import Any

from .statistics import Estimate


def row(name: str, estimate: Estimate | None, meaning: str) -> dict[str, Any]:
    """A row of a table; numbers are None where undefined."""
    value, low, high = (math.nan,) * 3 if estimate is None else (estimate.value, estimate.low, estimate.high)
    numbers = {"estimate": value, "low": low, "high": high}
    return {"measure": name, **{k: None if math.isnan(v) else v for k, v in numbers.items()}, "meaning": meaning}


def number(value: float | None) -> str:
    """Three digits, or "undefined"."""
    return "undefined" if value is None else f"{value:.3g}"


def interval(row: dict[str, Any]) -> str:
    """The interval of a row, or nothing."""
    return "" if row["low"] is None else f"[{row['low']:.3g}, {row['high']:.3g}]"


def body(rows: list[dict[str, Any]]) -> list[str]:
    """The lines of a table of rows: measure, estimate, interval, meaning."""
    return columns([(r["measure"], number(r["estimate"]), interval(r), r["meaning"]) for r in rows], "<><<")


def columns(cells: list[tuple[str, ...]], align: str) -> list[str]:
    """Lines of aligned cells, indented by two."""
    widths = [max(len(line[k]) for line in cells) for k in range(len(align))]
    return [
        "  "
        + "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(line, align, widths, strict=True)).rstrip()
        for line in cells
    ]


def jsonable(value: Any) -> Any:
    """Plain dicts, lists and numbers; undefined numbers become null."""
    if isinstance(value, dict):
        return {key: jsonable(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_estimate(value: dict[str, Any] | None) -> Estimate | None:
    """An estimate as `jsonable` wrote it."""
    return None if value is None else Estimate(*(read_float(value[key]) for key in ("value", "low", "high")))


def read_float(value: float | None) -> float:
    """A number as `jsonable` wrote it."""
    return math.nan if value is None else float(value)
