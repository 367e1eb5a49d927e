"""Pages that stand alone: inline SVG figures, light and dark, no request to anywhere."""

from __future__ import annotations

from .figure import Drawing, svg
from .page import render
from .raster import data_uri, png
from .theme import COLOURS, css_variables, series

__all__ = ["COLOURS", "Drawing", "css_variables", "data_uri", "png", "render", "series", "svg"]
