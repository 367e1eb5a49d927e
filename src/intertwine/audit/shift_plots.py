"""The picture of an audit under shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plots import COLOURS
from .statistics import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .shift_report import ShiftReport


def plot_shifts(report: ShiftReport) -> Figure:
    """Relative error against the distance with its interval as a band; agreement below where there is one."""
    from matplotlib.figure import Figure

    agreement = [(p.at, p.agreement) for p in report.curve if p.agreement is not None]
    figure = Figure(figsize=(6.4, 5.0 if agreement else 3.2), layout="constrained")
    rows = figure.subplots(2 if agreement else 1, 1, sharex=True, squeeze=False)[:, 0]
    _band(rows[0], [(p.at, p.error) for p in report.curve if p.error is not None])
    if report.floor is not None:
        rows[0].axhline(report.floor.value, color="0.35", lw=1, ls="--", label=f"floor {report.floor.value:.3g}")
        rows[0].legend(frameon=False, fontsize=8)
    rows[0].set_ylabel("relative error")
    rows[0].set_ylim(bottom=0)
    if agreement:
        _band(rows[1], agreement)
        rows[1].set_ylabel("same prediction")
    rows[-1].set_xlabel("shift (pixels)")
    rows[-1].set_xticks(range(int(max((p.at for p in report.curve), default=0)) + 1))
    figure.suptitle(f"{report.model} under shifts", fontsize=11)
    return figure


def _band(axes: Axes, points: list[tuple[float, Estimate]]) -> None:
    x = [at for at, _ in points]
    axes.plot(x, [value.value for _, value in points], "o-", ms=3, color=COLOURS["rotation"])
    low, high = [value.low for _, value in points], [value.high for _, value in points]
    axes.fill_between(x, low, high, color=COLOURS["rotation"], alpha=0.2, lw=0)
