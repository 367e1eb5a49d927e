"""The figures of the report, each drawn into a figure of any size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...report import COLOURS, Drawing
from .. import wording
from ..intervals import Interval, interval
from ..results import Results
from .style import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NARROW_INCHES = 6.0
"""Figures below this width are for telephones: fewer ticks, panels one above the other."""
ROUNDING = 1e-17
"""Where a logarithmic axis puts an error of exactly zero."""


def scores(results: Results, look: dict[str, Look]) -> Drawing:
    """For each route the score on unmoved items (hollow) and on moved ones (filled), joined by a line."""
    summary = results.summary()

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for row, route in enumerate(reversed(results.routes)):
            still, moved = summary[route]["upright"], summary[route]["turned"]
            colour = look[route].drawn
            axes.plot([still.mean, moved.mean], [row, row], color=colour, lw=6, alpha=0.22)
            _whisker(axes, still, row, colour)
            _whisker(axes, moved, row, colour)
            axes.plot(still.mean, row, "o", ms=12, mfc=COLOURS["card"].marker, mec=colour, mew=2)
            axes.plot(moved.mean, row, "o", ms=7, color=colour)
            _label(axes, results, moved.mean, row)
            if not _close(results, still.mean, moved.mean):
                _label(axes, results, still.mean, row)
        axes.set_yticks(range(len(results.routes)), [look[r].title for r in reversed(results.routes)])
        axes.set_ylim(-0.6, len(results.routes) - 0.4)
        axes.tick_params(axis="y", labelcolor=COLOURS["ink"].marker)
        axes.grid(axis="y", visible=False)
        _score_axis(axes, results, "x")

    return draw


def by_angle(results: Results, look: dict[str, Look]) -> Drawing:
    """The score against the angle by which test items are turned, with a band over repetitions."""
    angles = results.problem["angles"]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for route in results.routes:
            curves = [run.measured.curve for run in results.runs if run.route == route]
            positive = results.is_error("turned")
            values = [interval(scores, positive=positive) for scores in zip(*curves, strict=True)]
            _band(axes, angles, values, look[route])
        axes.set_xlim(min(angles), max(angles))
        step = 90 if max(angles) > 180 else 45
        axes.set_xticks(range(0, int(max(angles)) + 1, step), [f"{k}°" for k in range(0, int(max(angles)) + 1, step)])
        axes.set_xlabel("turned by")
        _score_axis(axes, results, "y")

    return draw


def learning(results: Results, look: dict[str, Look]) -> Drawing:
    """The errors on test items along the training, unmoved and moved, on a logarithmic axis."""
    words, classes = results.problem["words"], bool(results.problem["classes"])

    def mistakes(value: float) -> float:
        return max(1 - value, 1 / results.problem["test"]) if classes else value

    def draw(figure: Figure) -> None:
        narrow = figure.get_figwidth() < NARROW_INCHES
        panels = figure.subplots(2, 1, sharex=True) if narrow else figure.subplots(1, 2, sharey=True)
        for axes, name, heading in zip(panels, ("upright", "turned"), (words["still"], words["moved"]), strict=True):
            for route in results.routes:
                histories = [run.history for run in results.runs if run.route == route]
                epochs = [point["epoch"] for point in histories[0]]
                rows = zip(*histories, strict=True)
                values = [interval([mistakes(point[name]) for point in row], positive=True) for row in rows]
                _band(axes, epochs, values, look[route], marks=False)
            axes.set_title(f"{heading} {words['many']}", loc="left", fontsize=11.5, color=COLOURS["ink"].marker)
            if not narrow or name == "turned":
                axes.set_xlabel("epochs")
            axes.set_yscale("log")
            axes.xaxis.get_major_locator().set_params(integer=True)
            if classes:
                shares = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
                axes.set_yticks(shares, [wording.percent(share, 0) for share in shares])
                axes.minorticks_off()
                axes.set_ylim(0.008, 1.1)
        figure.supylabel(
            "answers wrong" if classes else "mean squared error", fontsize=11.5, color=COLOURS["muted"].marker
        )

    return draw


def errors(results: Results, look: dict[str, Look]) -> Drawing:
    """The relative equivariance error of every run, on a logarithmic axis, with its interval over test items."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for row, route in enumerate(reversed(results.routes)):
            runs = [run.measured for run in results.runs if run.route == route and run.measured.error is not None]
            for number, run in enumerate(runs):
                height = row + 0.12 * (number - (len(runs) - 1) / 2)
                low, high = run.error_low or ROUNDING, run.error_high or ROUNDING
                axes.plot([max(low, ROUNDING), max(high, ROUNDING)], [height, height], color=look[route].drawn, lw=1.6)
                axes.plot(max(run.error or 0, ROUNDING), height, look[route].marker, ms=5, color=look[route].drawn)
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        axes.set_xlim(low / 3, max(high, 3.0))
        axes.axvline(1.0, color=COLOURS["muted"].marker, lw=1, ls=(0, (2, 3)))
        axes.set_yticks(range(len(results.routes)), [look[r].title for r in reversed(results.routes)])
        axes.set_ylim(-0.6, len(results.routes) - 0.4)
        axes.tick_params(axis="y", labelcolor=COLOURS["ink"].marker)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("relative equivariance error")

    return draw


def _band(axes: Axes, x: Sequence[float], values: Sequence[Interval], look: Look, *, marks: bool = True) -> None:
    means = [value.mean for value in values]
    if all(value.low is not None for value in values):
        low, high = [value.low for value in values], [value.high for value in values]
        axes.fill_between(x, low, high, color=look.drawn, alpha=0.16, lw=0)  # pyright: ignore[reportArgumentType]
    axes.plot(x, means, color=look.drawn, marker=look.marker if marks else None, ms=4.5, lw=2)


def _label(axes: Axes, results: Results, value: float, row: float) -> None:
    """The number above its dot."""
    text = f"{100 * value:.1f}" if results.problem["classes"] else wording.small(value)
    axes.annotate(
        text, (value, row), (0, 9), textcoords="offset points", ha="center", fontsize=10.5, color=COLOURS["ink"].marker
    )


def _close(results: Results, first: float, second: float) -> bool:
    """Whether the labels of two dots would lie upon each other."""
    if results.problem["classes"]:
        return abs(first - second) < 0.08
    return max(first, second) < 1.6 * min(first, second)


def _whisker(axes: Axes, value: Interval, row: float, colour: str) -> None:
    if value.low is not None and value.high is not None:
        axes.plot([value.low, value.high], [row, row], color=colour, lw=2)


def _score_axis(axes: Axes, results: Results, which: str) -> None:
    """Percent from 0 to 100 for an accuracy, a logarithm for an error."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    limits, scale = (axes.set_xlim, axes.set_xscale) if which == "x" else (axes.set_ylim, axes.set_yscale)
    if results.problem["classes"]:
        limits(-0.02, 1.03)
        axis.set_ticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
        text = "answers right"
    else:
        scale("log")
        text = "mean squared error"
    axis.set_label_text(text)
