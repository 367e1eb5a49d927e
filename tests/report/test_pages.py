"""Figures and pages that stand alone."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from intertwine.report import COLOURS, css_variables, data_uri, png, render, series, svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

matplotlib = pytest.importorskip("matplotlib")


def draw(figure: Figure) -> None:
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], marker="o", color=COLOURS["series1"].marker)
    axes.fill_between([0, 1], [0, 1], color=COLOURS["series2"].marker, alpha=0.2)
    axes.set_xlabel("a label & more")


def test_figures_repeat_byte_for_byte() -> None:
    assert svg(draw, "one", "a line", 300, 200) == svg(draw, "one", "a line", 300, 200)


def test_figures_on_one_page_share_no_id() -> None:
    first, second = (svg(draw, name, "a line", 300, 200) for name in ("one", "two"))
    ids = [set(re.findall(r'\sid="([^"]+)"', text)) for text in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for text, known in zip((first, second), ids, strict=True):
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
        assert used <= known


def test_figures_take_their_colours_from_the_page() -> None:
    text = svg(draw, "one", "a line", 300, 200)
    assert "var(--series1)" in text
    assert "var(--muted)" in text
    assert not any(colour.marker in text for colour in COLOURS.values())


def test_figures_keep_text_as_text_and_ask_for_nothing() -> None:
    text = svg(draw, "one", "a <line>", 300, 200)
    assert "a label &amp; more" in text
    assert 'aria-label="a &lt;line&gt;"' in text
    addresses = set(re.findall(r'https?://[^"\s]+', text)) - {
        "http://www.w3.org/1999/xlink",
        "http://www.w3.org/2000/svg",
    }
    assert not addresses


def test_matplotlib_settings_are_left_alone() -> None:
    before = dict(matplotlib.rcParams)
    svg(draw, "one", "a line", 300, 200)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("pixels", [np.arange(12).reshape(3, 4), np.arange(36).reshape(3, 4, 3)])
def test_png_holds_the_pixels(pixels: np.ndarray) -> None:
    from matplotlib.image import imread

    pixels = pixels.astype(np.uint8)
    read = (imread(io.BytesIO(png(pixels))) * 255).round().astype(np.uint8)
    assert np.array_equal(read, pixels)
    assert data_uri(png(pixels)).startswith("data:image/png;base64,iVBOR")


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2.1."""

    def luminance(colour: str) -> float:
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["ink", "muted", "right", "wrong"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_text_can_be_read(name: str, ground: str) -> None:
    assert contrast(COLOURS[name].light, COLOURS[ground].light) >= 4.5
    assert contrast(COLOURS[name].dark, COLOURS[ground].dark) >= 4.5


def test_series_repeat_after_six() -> None:
    assert [series(k) for k in (0, 5, 6)] == ["series0", "series5", "series0"]
    assert "--series5:" in css_variables()


def test_pages_escape_text_and_miss_nothing(tmp_path: Path) -> None:
    jinja2 = pytest.importorskip("jinja2")
    template = tmp_path / "page.html"
    template.write_text('{% extends "base.html" %}{% block title %}{{ name }}{% endblock %}')
    page = render(template, {"name": "<b> & co"})
    assert "<title>&lt;b&gt; &amp; co</title>" in page
    with pytest.raises(jinja2.UndefinedError):
        render(template, {})
