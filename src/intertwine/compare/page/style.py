"""How the routes look in every figure."""

from __future__ import annotations

from dataclasses import dataclass

from ...report import COLOURS, series
from ..results import Results

MARKERS = ("o", "s", "^", "D", "v", "P")


@dataclass(frozen=True)
class Look:
    """A route's name on the page, its colour and its mark: told apart without colour too."""

    title: str
    colour: str
    """The CSS variable without its dashes."""
    marker: str

    @property
    def drawn(self) -> str:
        """The colour as figures are drawn in it."""
        return COLOURS[self.colour].marker


FIXED = {"plain": 0, "augment": 1, "average": 2, "equivariant": 3}
"""The first four routes keep their colours whichever of them take part."""


def looks(results: Results) -> dict[str, Look]:
    """The look of every route, by name."""
    described = results.problem["routes"]
    found: dict[str, Look] = {}
    further = len(FIXED)
    for route in results.routes:
        number = FIXED.get(route, further)
        further += route not in FIXED
        found[route] = Look(described[route]["title"], series(number), MARKERS[number % len(MARKERS)])
    return found
