"""The charts of the jets page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...report import COLOURS, Drawing, series
from .entrants import ENTRANTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from .findings import Result

MARKERS = ("o", "s", "^", "D")
ROUNDING = 1e-17
"""Where a logarithmic axis puts no change at all."""
PLACES = {name: place for place, name in enumerate(("flow", "trees", "cg", "vector"))}


def legend() -> tuple[tuple[str, str], ...]:
    """The entrants with their colours."""
    return tuple((entrant.title, series(PLACES[entrant.name])) for entrant in ENTRANTS.values())


def _style(name: str) -> tuple[str, str]:
    """The colour and the mark of an entrant."""
    return COLOURS[series(PLACES[name])].marker, MARKERS[PLACES[name]]


def efficiency(found: Sequence[Result]) -> Drawing:
    """1 - AUC against the number of training jets, both logarithmic."""

    def draw(figure: Canvas) -> None:
        axes = figure.add_subplot()
        for name in ENTRANTS:
            curve = [r for r in found if r.entrant.name == name]
            jets = [r.jets for r in curve]
            areas = [r.figures["auc"] for r in curve]
            colour, mark = _style(name)
            misses = [1 - (area.value or 0) for area in areas]
            lowest, highest = [1 - (area.high or 0) for area in areas], [1 - (area.low or 0) for area in areas]
            axes.fill_between(jets, lowest, highest, color=colour, alpha=0.13, lw=0)
            axes.plot(jets, misses, color=colour, marker=mark, ms=6)
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = sorted({r.jets for r in found})
        axes.set_xticks(ticks, [f"{k:,}" for k in ticks])
        axes.minorticks_off()
        low, high = axes.get_ylim()
        marks = [v for v in (0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5) if low <= v <= high]
        axes.set_yticks(marks, [f"{v:g}" for v in marks])
        axes.set_xlabel("training jets")
        axes.set_ylabel("1 − AUC")

    return draw


def drift(best: Sequence[Result]) -> Drawing:
    """The mean change of the logits against gamma, both logarithmic."""

    def draw(figure: Canvas) -> None:
        axes = figure.add_subplot()
        speeds = [row["beta"] for row in best[0].drift]
        gammas = [(1 - beta**2) ** -0.5 for beta in speeds]
        for result in best:
            colour, mark = _style(result.entrant.name)
            moved = [max(row["mean"], ROUNDING) for row in result.drift]
            axes.plot(gammas, moved, color=colour, marker=mark, ms=6)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(gammas, [f"{beta:g}" for beta in speeds])
        axes.minorticks_off()
        axes.set_xlabel("speed of the observer, in that of light")
        axes.set_ylabel("change of the logit")

    return draw
