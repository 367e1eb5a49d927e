"""The weight-sharing pattern of an equivariant layer as small pictures: one colour, one weight."""

from __future__ import annotations

import colorsys
import math
from typing import Any

import numpy as np

from ...report import data_uri, png

GOLDEN = 0.618034
"""Hues a golden section apart are the most different that any number of hues can be."""


def tiles(sharing: dict[str, Any]) -> list[str]:
    """One picture for each filter of the first layer, where the inputs are pixels: (order,) addresses.

    A weight takes its colour from its place in the first filter: hue by direction from the middle, paler
    outwards.
    """
    shape = sharing["shape"]
    filters = np.array(sharing["filters"])
    height, width = shape[-2:]
    first = filters[0].reshape(shape)[0]
    colours = {int(first[i, j]): _by_place(i, j, height, width) for i in range(height) for j in range(width)}
    return [_picture(row.reshape(shape)[0], colours) for row in filters]


def table(classes: list[list[int]]) -> str:
    """A whole weight matrix, (out, in) class numbers, as one picture; no weight (-1) is white."""
    matrix = np.array(classes)
    present = [int(k) for k in np.unique(matrix) if k >= 0]
    colours = {k: _by_number(number) for number, k in enumerate(present)}
    return _picture(matrix, colours)


def _picture(classes: np.ndarray, colours: dict[int, tuple[int, int, int]]) -> str:
    blank = (255, 255, 255)
    pixels = [[colours.get(int(k), blank) for k in row] for row in classes]
    return data_uri(png(np.array(pixels, dtype=np.uint8)))


def _by_place(i: int, j: int, height: int, width: int) -> tuple[int, int, int]:
    y, x = (height - 1) / 2 - i, j - (width - 1) / 2
    radius = math.hypot(x, y) / math.hypot((width - 1) / 2, (height - 1) / 2)
    return _rgb(math.atan2(y, x) / math.tau, 0.28 + 0.42 * radius, 0.95 - 0.25 * radius)


def _by_number(number: int) -> tuple[int, int, int]:
    return _rgb(0.66 + GOLDEN * number, 0.5, 0.88 - 0.2 * (number % 3) / 2)


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)
