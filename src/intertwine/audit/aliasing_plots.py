"""The picture of an audit of aliasing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plots import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .aliasing_report import AliasingReport
    from .statistics import Estimate


def plot_aliasing(report: AliasingReport) -> Figure:
    """Above, the error with one source alone and with one source taken away; below, the error from layer to layer and
    the energy that is about to fold."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=(1, 1.3))
    _plot_sources(above, report)
    _plot_layers(below, report)
    figure.suptitle(f"{report.model}: aliasing under shifts", fontsize=11)
    return figure


def _plot_sources(axes: Axes, report: AliasingReport) -> None:
    names = list(report.sources)
    for shift, label, colour in ((-0.2, "alone", COLOURS["rotation"]), (0.2, "without", COLOURS["reflection"])):
        found: list[tuple[float, Estimate]] = []
        for k, name in enumerate(names):
            estimate = getattr(report.sources[name], label)
            if estimate is not None:
                found.append((k + shift, estimate))
        x, values = [at for at, _ in found], [e.value for _, e in found]
        axes.bar(x, values, 0.38, color=colour, alpha=0.7, label=f"this source {label}" if label == "alone" else label)
        ends = [[e.value - e.low for _, e in found], [e.high - e.value for _, e in found]]
        axes.errorbar(x, values, ends, fmt="none", ecolor="0.2", lw=1)
    if report.error is not None:
        axes.axhline(report.error.value, color="0.35", lw=1, ls="--", label=f"as it is {report.error.value:.3g}")
    axes.set_xticks(range(len(names)), names)
    axes.set_ylabel("relative error")
    axes.legend(frameon=False, fontsize=8)


def _plot_layers(axes: Axes, report: AliasingReport) -> None:
    places = range(len(report.layers))
    above = [(k, layer.above.value) for k, layer in zip(places, report.layers, strict=True) if layer.above is not None]
    total = [(k, layer.total) for k, layer in zip(places, report.layers, strict=True) if layer.total is not None]
    axes.bar([k for k, _ in above], [v for _, v in above], 0.8, color="0.8", label="energy about to fold")
    axes.plot([k for k, _ in total], [e.value for _, e in total], "o-", ms=3, color=COLOURS["rotation"], label="error")
    low, high = [e.low for _, e in total], [e.high for _, e in total]
    axes.fill_between([k for k, _ in total], low, high, color=COLOURS["rotation"], alpha=0.2, lw=0)
    strided = [k for k, layer in zip(places, report.layers, strict=True) if max(layer.stride) > 1]
    for number, k in enumerate(strided):
        axes.axvline(k, color="0.5", lw=0.8, ls=":", label="stride" if number == 0 else None)
    axes.set_xticks(places, [layer.name for layer in report.layers], rotation=90, fontsize=6)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
