"""Draw the README's figure from a finished comparison: `python docs/readme_figure.py comparison/results.json`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from intertwine.compare import Results
from intertwine.data import load_digits

HERE = Path(__file__).parent / "_static" / "compare-digits.svg"
DIGIT = 4
"""Which of the digits stands above the curve."""
LABEL: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": 9}
COLOURS = {"plain": "#7d8490", "augment": "#c8741a", "average": "#12857a", "equivariant": "#4846d8"}
"""As in the report, on white."""


def accuracy(axes: Axes, results: Results) -> None:
    """Accuracy against the angle, with the whole range of the repetitions."""
    angles = results.problem["angles"]
    for route in results.routes:
        curves = 100 * np.array([run.measured.curve for run in results.runs if run.route == route])
        axes.fill_between(angles, curves.min(0), curves.max(0), color=COLOURS[route], alpha=0.2, lw=0)
        axes.plot(angles, curves.mean(0), color=COLOURS[route], lw=2, label=route)
    axes.set(xlabel="test digits turned by (degrees)", ylabel="accuracy (%)", ylim=(0, 101), xlim=(0, max(angles)))
    axes.set_xticks(range(0, int(max(angles)) + 1, 90))
    axes.legend(loc="lower center", ncols=4, frameon=False, fontsize=9, bbox_to_anchor=(0.5, 1.17), handlelength=1.2)
    digit = load_digits().x[DIGIT, 0].numpy()
    for turns in range(5):
        picture = axes.inset_axes((turns / 4 - 0.05, 1.02, 0.1, 0.16))
        picture.imshow(np.rot90(digit, turns), cmap="Greys")
        picture.axis("off")


def error_and_cost(axes: Axes, results: Results) -> None:
    """Equivariance error against training time, one point for each route."""
    for route, figures in results.summary().items():
        x, y = figures["train_seconds"].mean, max(figures["error"].mean, 1e-16)
        axes.scatter(x, y, s=figures["parameters"].mean / 150, color=COLOURS[route], alpha=0.85)
        axes.annotate(route, (x, y), xytext=(0, -19 if route == "average" else 11), **LABEL)
    axes.set(xlabel="training time (s)", ylabel="equivariance error", yscale="log", ylim=(1e-19, 1e3))
    axes.set_xlim(0, 1.25 * axes.get_xlim()[1])
    axes.text(0.98, 0.97, "area: parameters", transform=axes.transAxes, ha="right", fontsize=8, color="#555555")


def main(path: Path) -> None:
    """Write the figure, the same bytes for the same results."""
    results = Results.read(path)
    plt.rcParams.update({"svg.hashsalt": "intertwine", "font.family": "sans-serif", "axes.spines.top": False})
    plt.rcParams.update({"axes.spines.right": False, "figure.facecolor": "white", "svg.fonttype": "path"})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), width_ratios=(1.45, 1))
    accuracy(left, results)
    error_and_cost(right, results)
    figure.tight_layout(w_pad=2.5)
    figure.savefig(HERE, metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
