"""The colours of a page, once for light and once for dark, and how a figure refers to them.

matplotlib writes fixed colours into its SVG. A figure is therefore drawn in marker colours that occur
nowhere else, and every marker is replaced by a CSS variable, whose value follows the reader's light or dark
setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Colour:
    """A named colour of the page."""

    light: str
    dark: str
    marker: str
    """What a figure is drawn in: a hexadecimal colour that stands for the name."""


def _colours(table: dict[str, tuple[str, str]]) -> Mapping[str, Colour]:
    return MappingProxyType(
        {name: Colour(light, dark, f"#01{number:02x}fe") for number, (name, (light, dark)) in enumerate(table.items())}
    )


COLOURS: Mapping[str, Colour] = _colours(
    {
        "paper": ("#fbfaf6", "#15171c"),
        "card": ("#ffffff", "#1d2027"),
        "ink": ("#1f2328", "#e9e7e2"),
        "muted": ("#666d78", "#9aa3b0"),
        "line": ("#dedbd2", "#343944"),
        "right": ("#2c7a4b", "#6fce96"),
        "wrong": ("#b3372f", "#f08a80"),
        "series0": ("#7d8490", "#a4acb9"),
        "series1": ("#c8741a", "#f0a552"),
        "series2": ("#12857a", "#4fc7ba"),
        "series3": ("#4846d8", "#9c9bff"),
        "series4": ("#b0337f", "#ee86c2"),
        "series5": ("#5f7a1a", "#b3d160"),
    }
)
"""Contrast of text colours on paper and card is at least 4.5 to 1 in both settings."""

SERIES = tuple(name for name in COLOURS if name.startswith("series"))


def series(number: int) -> str:
    """The name of the colour of the n-th thing compared; they repeat after six."""
    return SERIES[number % len(SERIES)]


def css_variables() -> str:
    """Style rules that define --paper, --ink, ... for light and for dark."""
    light = "".join(f"--{name}:{colour.light};" for name, colour in COLOURS.items())
    dark = "".join(f"--{name}:{colour.dark};" for name, colour in COLOURS.items())
    return f":root{{color-scheme:light dark;{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def recolour(text: str) -> str:
    """Replace every marker colour by its CSS variable."""
    for name, colour in COLOURS.items():
        text = text.replace(colour.marker, f"var(--{name})")
    return text
