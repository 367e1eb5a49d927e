"""matplotlib figures as inline SVG that several on a page can share without clashing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from .theme import COLOURS, recolour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Drawing = Callable[["Figure"], None]
"""A function that draws into a figure of any size; a wide and a narrow one are made of the same drawing."""

POINTS_PER_INCH = 72
"""One typographic point of the figure is one pixel of the page."""


def svg(draw: Drawing, name: str, label: str, width: int, height: int) -> str:
    """Draw a figure of width x height pixels, and return it as an <svg> element.

    The same drawing gives the same bytes. Ids begin with `name`, text stays text, colours of the theme
    become CSS variables, and a screen reader hears `label`.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(rc=_style(name)):
        figure = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH), layout="constrained")
        draw(figure)
        for axes in figure.axes:
            _quiet(axes)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _embeddable(stream.getvalue(), name, label)


def _style(name: str) -> dict[Any, Any]:
    ink, muted, line = (COLOURS[key].marker for key in ("ink", "muted", "line"))
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.family": "DejaVu Sans",
        "font.size": 11.5,
        "text.color": ink,
        "axes.labelcolor": muted,
        "axes.edgecolor": line,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": line,
        "grid.linewidth": 0.7,
        "xtick.color": muted,
        "ytick.color": muted,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "lines.linewidth": 2.0,
        "lines.solid_capstyle": "round",
    }


def _quiet(axes: Axes) -> None:
    """Leave away what says nothing: frames and tick marks."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(which="both", length=0)


def _embeddable(text: str, name: str, label: str) -> str:
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\sid=")', rf"\g<1>{name}-", text)
    text = re.sub(r'((?:xlink:)?href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r"(url\(#)", rf"\g<1>{name}-", text)
    view = re.search(r'viewBox="([^"]*)"', text)
    if view is None:
        raise RuntimeError("matplotlib wrote an SVG without a viewBox")
    head = (
        f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view[1]}" role="img" aria-label="{escape(label)}">'
    )
    return recolour(head + text[text.index(">") + 1 :].strip())
