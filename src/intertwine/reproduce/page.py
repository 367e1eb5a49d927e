"""The page of a reproduction: one file that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..report import render, svg
from .reproduction import Chart, Findings, Reproduction, Table

TEMPLATE = Path(__file__).parent / "reproduction.html"
WIDE, NARROW = 740, 330
"""Pixels of the page that a figure fills on a screen and on a telephone."""


def page(reproduction: Reproduction, findings: Findings) -> str:
    """The page; the same findings give the same bytes."""
    sections = [
        {
            "title": section.title,
            "text": section.text,
            "items": [_shown(item, caption) for item, caption in section.items],
        }
        for section in findings.sections
    ]
    values = {
        "name": reproduction.name,
        "headline": findings.headline,
        "lead": findings.lead,
        "papers": reproduction.papers,
        "sections": sections,
    }
    return render(TEMPLATE, values)


def _shown(item: Table | Chart, caption: str) -> dict[str, Any]:
    if isinstance(item, Table):
        return {"kind": "table", "table": item, "caption": caption}
    return {"kind": "chart", "figure": _figure(item), "legend": item.legend, "caption": caption}


def _figure(chart: Chart) -> str:
    """The figure twice, wide and narrow; a style rule shows the one that fits."""
    return "".join(
        f'<div class="{kind}">{svg(chart.draw, f"{chart.name}-{kind}", chart.label, width, chart.height)}</div>'
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
    )
