"""The picture of an audit."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .curve import CurvePoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .report import AuditReport

COLOURS = {"rotation": "#3b6ea8", "reflection": "#b5543c", "element": "#3b6ea8"}


def plot_report(report: AuditReport) -> Figure:
    """Relative error against the group element (interval as a band, the action's floor dashed), agreement below.

    The figure is not registered with pyplot: save it with `figure.savefig`, or return it in a notebook.
    """
    from matplotlib.figure import Figure

    has_classes = any(point.agreement is not None for point in report.curve)
    figure = Figure(figsize=(6.4, 5.2 if has_classes else 3.4), layout="constrained")
    rows = figure.subplots(2 if has_classes else 1, 1, sharex=True, squeeze=False)[:, 0]
    _plot_error(rows[0], report)
    if has_classes:
        _plot_agreement(rows[1], report)
    rows[-1].set_xlabel(_axis_name(report.curve))
    figure.suptitle(f"{report.model} under {report.group}", fontsize=11)
    return figure


def _plot_error(axes: Axes, report: AuditReport) -> None:
    for part, points in _parts(report.curve).items():
        x = [point.at for point in points]
        axes.plot(x, [point.error.value for point in points], "o-", ms=4, color=COLOURS[part], label=part)
        low, high = [point.error.low for point in points], [point.error.high for point in points]
        axes.fill_between(x, low, high, color=COLOURS[part], alpha=0.2, lw=0)
    if report.error is not None:
        axes.axhline(report.error.value, color="0.35", lw=1, label=f"mean {report.error.value:.3g}")
        axes.axhspan(report.error.low, report.error.high, color="0.35", alpha=0.12, lw=0)
    if report.floor is not None:
        axes.axhline(report.floor.value, color="0.35", lw=1, ls="--", label=f"floor {report.floor.value:.3g}")
    axes.set_ylabel("relative error")
    axes.set_ylim(bottom=0)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8)


def _plot_agreement(axes: Axes, report: AuditReport) -> None:
    groups = _parts(report.curve)
    places = sorted({point.at for point in report.curve})
    step = min((b - a for a, b in pairwise(places)), default=1.0)
    width = 0.8 * step / len(groups)
    for k, (part, points) in enumerate(groups.items()):
        shown: list[tuple[float, Any]] = [(p.at, p.agreement) for p in points if p.agreement is not None]
        x = [at + (k - (len(groups) - 1) / 2) * width for at, _ in shown]
        y = [estimate.value for _, estimate in shown]
        spread = [[v.value - v.low for _, v in shown], [v.high - v.value for _, v in shown]]
        axes.bar(x, y, width, color=COLOURS[part], alpha=0.6)
        axes.errorbar(x, y, spread, fmt="none", ecolor="0.2", lw=1)
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("same prediction")


def _parts(curve: tuple[CurvePoint, ...]) -> dict[str, list[CurvePoint]]:
    found: dict[str, list[CurvePoint]] = {}
    for point in curve:
        found.setdefault(point.part, []).append(point)
    return {part: sorted(points, key=lambda p: p.at) for part, points in found.items()}


def _axis_name(curve: tuple[CurvePoint, ...]) -> str:
    if not curve:
        return "no angle or list of elements to plot against"
    return "element" if curve[0].part == "element" else "angle (degrees)"
