"""What came of it: a table for each box, and the radial functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...compare.intervals import interval
from ...report import COLOURS, Drawing, series
from ..reproduction import Chart, Findings, Outcome, Request, Section, Table
from .networks import ENTRANTS
from .work import LEARNING_RATE, SIZES, Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PUBLISHED = (
    ("Tensor field network, 2,000 steps", "0.226"),
    ("Tensor field network, 5,000 steps", "0.007"),
    ("Tensor field network, 10,000 steps", "0.002"),
)
"""Loss on 1,000 bodies from the cube, as the authors' notebook prints it; one body a step, Adam at 1e-4."""
COLUMNS = ("", "loss", "loss, turned", "relative error, turned", "weights", "seconds")
BOX_TITLES = {"cube": "The paper's bodies: points in a cube", "slab": "Bodies that lie flat: points in a slab"}


def findings(tasks: Sequence[Task], outcomes: Mapping[str, Outcome], request: Request) -> Findings:
    """The page and the numbers."""
    records = [outcomes[task.name].record for task in tasks]
    boxes = list(dict.fromkeys(task.box for task in tasks))
    best = [r for r in records if r["model"] == "polynomial"]
    worst = max(r["turned relative"] for r in best)
    lead = (
        "One convolution on points, its weights solved for by least squares, gives the inertia tensor of unseen bodies "
        f"at unseen angles with a relative error of {worst:.1e} in double and "
        f"{max(r['turned single'] for r in best):.1e} in single precision."
    )
    return Findings(
        "From point masses to the inertia tensor",
        lead,
        (*(_table(box, records) for box in boxes), _radial(records), _method(request)),
        numbers=[
            {"box": r["box"], "model": r["model"], "seed": r["seed"], "figure": name, "value": r[name]}
            for r in records
            for name in ("upright", "turned", "turned relative", "parameters", "train_seconds")
        ],
    )


def _table(box: str, records: list[dict[str, Any]]) -> Section:
    rows = []
    for entrant in ENTRANTS.values():
        runs = [r for r in records if r["box"] == box and r["model"] == entrant.name]
        rows.append(
            (
                f"{entrant.title} (here)",
                _shown([r["upright"] for r in runs]),
                _shown([r["turned"] for r in runs]),
                _shown([r["turned relative"] for r in runs]),
                f"{runs[0]['parameters']:,}",
                f"{sum(r['train_seconds'] for r in runs) / len(runs):.1f}",
            )
        )
    ours = frozenset(range(len(rows)))
    if box == "cube":
        rows += [(name, loss, "", "", "", "") for name, loss in PUBLISHED]
    caption = "Loss: half the sum of squares over the nine entries, mean over test bodies. Grey rows are as published."
    text = (
        "Turned: every test body by a rotation or reflection of its own. A cube looks much the same from all sides, so "
        "that a perceptron loses little there; what lies flat in training and stands upright in the test shows the "
        "difference."
    )
    return Section(BOX_TITLES[box], (text,) if box == "slab" else (), ((Table(COLUMNS, rows, ours), caption),))


def _shown(values: Sequence[float]) -> str:
    found = interval(values, positive=True)
    if found.low is None or found.high is None:
        return f"{found.mean:.2g}"
    return f"{found.mean:.2g} [{found.low:.2g}, {found.high:.2g}]"


def _radial(records: list[dict[str, Any]]) -> Section:
    curves = {r["model"]: r["radial"] for r in records if r["box"] == "cube" and r["seed"] == 0 and r["radial"]}
    legend = (("r² (truth)", "muted"), *((ENTRANTS[name].title, series(k)) for k, name in enumerate(curves)))
    chart = Chart("radial", _drawing(curves), "Radial functions against distance", legend, 320)
    caption = "Solid: the part of degree 0; dashed: of degree 2. Training knows distances up to some 1.2."
    return Section("The radial functions learned", (), ((chart, caption),))


def _drawing(curves: Mapping[str, list[list[float]]]) -> Drawing:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        radii = [row[0] for row in next(iter(curves.values()))]
        axes.plot(radii, [r * r for r in radii], color=COLOURS["muted"].marker, lw=5, alpha=0.35)
        for k, rows in enumerate(curves.values()):
            colour = COLOURS[series(k)].marker
            axes.plot(radii, [row[1] for row in rows], color=colour)
            axes.plot(radii, [row[2] for row in rows], color=colour, ls="--")
        axes.set_xlabel("distance")
        axes.set_ylabel("response to a unit mass")

    return draw


def _method(request: Request) -> Section:
    size = SIZES[request.size]
    text = (
        f"Size “{request.size}”: {size.train:,} bodies to train on, {round(size.epochs * request.budget)} passes, "
        f"batches of {size.batch_size}, Adam with a cosine from {LEARNING_RATE:g} to zero; {size.test:,} bodies to "
        "test on, drawn apart. Fifteen points; the first, from which the tensor is taken, has no mass; the others have "
        "0.5 to 2.",
        *(f"{entrant.title}: {entrant.idea}" for entrant in ENTRANTS.values()),
    )
    return Section("How this was measured", text)
