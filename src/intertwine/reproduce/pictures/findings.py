"""What the trained networks say, as tables and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...compare.intervals import Interval, interval
from ...report import COLOURS, Drawing, series
from ..reproduction import Chart, Findings, Outcome, Request, Section, Table
from .entrants import ENTRANTS, Entrant
from .published import Published
from .sizes import SIZES
from .work import Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D", "v")
COLUMNS = ("", "test error %", "answers changed by 45°", "weights", "seconds of training", "conditions")


@dataclass(frozen=True)
class Result:
    """One network on so many pictures, over all seeds."""

    entrant: Entrant
    pictures: int
    error: Interval
    changed: Interval
    parameters: int
    seconds: float
    epochs: int


def results(tasks: Sequence[Task], outcomes: Mapping[str, Outcome]) -> list[Result]:
    """The tasks brought together over seeds, in order."""
    groups: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for task in tasks:
        groups.setdefault((task.pictures, task.entrant.name), []).append(outcomes[task.name].record)
    return [
        Result(
            ENTRANTS[name],
            pictures,
            interval([100 * run["error"] for run in runs], positive=True),
            interval([100 * run["changed"] for run in runs], positive=True),
            runs[0]["parameters"],
            sum(run["train_seconds"] for run in runs) / len(runs),
            runs[0]["epochs"],
        )
        for (pictures, name), runs in groups.items()
    ]


def findings(
    tasks: Sequence[Task], outcomes: Mapping[str, Outcome], request: Request, published: Sequence[Published]
) -> Findings:
    """The page and the numbers."""
    found = results(tasks, outcomes)
    most = max(result.pictures for result in found)
    best = [result for result in found if result.pictures == most]
    return Findings(
        headline="Does it pay to know that a turned picture shows the same thing?",
        lead=_lead(best),
        sections=(_table(best, published, tasks), _curve(found), _all(found), _method(found, request)),
        numbers=[row for result in found for row in _numbers(result)],
    )


def _lead(best: list[Result]) -> str:
    said = ", ".join(f"{result.entrant.title} {result.error.mean:.2f} %" for result in best)
    return f"Test error after {best[0].pictures:,} training pictures: {said}."


def _table(best: list[Result], published: Sequence[Published], tasks: Sequence[Task]) -> Section:
    rows = [
        (
            f"{result.entrant.title} (here)",
            _with_interval(result.error),
            f"{result.changed.mean:.1f} %",
            f"{result.parameters:,}",
            f"{result.seconds:.0f}",
            f"{result.epochs} passes",
        )
        for result in best
    ]
    ours = frozenset(range(len(rows)))
    rows += [(p.model, p.error, "", p.weights, "", p.conditions) for p in published]
    seeds = len({task.seed for task in tasks})
    caption = (
        f"After {best[0].pictures:,} training pictures; mean over {seeds} "
        f"{'training' if seeds == 1 else 'trainings with their 95 % interval'}. Grey rows are as published."
    )
    text = (
        "The published networks were trained until they stopped improving, on another draw of 12,000 turned digits. "
        "Ours had the few passes stated in the last column: the rows above the grey ones compare with each other."
        if published
        else "No errors are published for this set; the rows compare with each other.",
    )
    return Section("Everyone on the same pictures", text, ((Table(COLUMNS, rows, ours), caption),))


def _with_interval(value: Interval) -> str:
    if value.low is None or value.high is None:
        return f"{value.mean:.2f}"
    return f"{value.mean:.2f} [{value.low:.2f}, {value.high:.2f}]"


def _curve(found: list[Result]) -> Section:
    chart = Chart("efficiency", efficiency(found), "Test error against the number of training pictures", legend(), 340)
    text = ("What a network is told it need not learn: the fewer pictures there are, the more that should be worth.",)
    return Section("How many pictures it takes", text, ((chart, "Test error in per cent, lower is better."),))


def _all(found: list[Result]) -> Section:
    counts = sorted({result.pictures for result in found})
    rows = [
        (
            entrant.title,
            *(_with_interval(r.error) for n in counts for r in found if r.pictures == n and r.entrant == entrant),
        )
        for entrant in ENTRANTS.values()
    ]
    table = Table(("test error %", *(f"{n:,} pictures" for n in counts)), rows, frozenset(range(len(rows))))
    return Section("The same as numbers", (), ((table, "Mean over trainings with its 95 % interval."),))


def _method(found: list[Result], request: Request) -> Section:
    size = SIZES[request.size]
    passes = "; ".join(f"{n:,} pictures: {e} passes" for n, e in dict.fromkeys((r.pictures, r.epochs) for r in found))
    text = (
        f"Size “{request.size}”, budget {request.budget:g}. {passes}. Batches of {size.batch_size}, Adam with a cosine "
        f"from {size.learning_rate:g} to zero, the same for all networks; the last weights are tested, on "
        f"{size.test:,} turned pictures of the test part. Nothing was tuned for one of them, and nothing chosen by "
        "validation.",
        *(f"{entrant.title}: {entrant.idea}" for entrant in ENTRANTS.values()),
        "Answers changed by 45°: the share of test pictures whose class changes when they are turned once more, which "
        "for quarter turns is zero by construction in the three networks that know them.",
    )
    return Section("How this was measured", text)


def _numbers(result: Result) -> list[dict[str, Any]]:
    base = {"model": result.entrant.name, "pictures": result.pictures}
    return [
        {**base, "figure": "error %", "value": result.error.mean, "low": result.error.low, "high": result.error.high},
        {**base, "figure": "changed by 45 degrees %", "value": result.changed.mean},
        {**base, "figure": "weights", "value": result.parameters},
        {**base, "figure": "train seconds", "value": result.seconds},
    ]


def legend() -> tuple[tuple[str, str], ...]:
    """The networks with their colours."""
    return tuple((entrant.title, series(place)) for place, entrant in enumerate(ENTRANTS.values()))


def efficiency(found: Sequence[Result]) -> Drawing:
    """Test error against the number of training pictures, both logarithmic."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, name in enumerate(ENTRANTS):
            curve = [r for r in found if r.entrant.name == name]
            counts, colour = [r.pictures for r in curve], COLOURS[series(place)].marker
            low = [r.error.mean if r.error.low is None else r.error.low for r in curve]
            high = [r.error.mean if r.error.high is None else r.error.high for r in curve]
            axes.vlines(counts, low, high, color=colour, alpha=0.4, lw=2)
            axes.plot(counts, [r.error.mean for r in curve], color=colour, marker=MARKERS[place], ms=6)
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = sorted({r.pictures for r in found})
        axes.set_xticks(ticks, [f"{k:,}" for k in ticks])
        axes.minorticks_off()
        low, high = axes.get_ylim()
        marks = [v for v in (0.5, 1, 2, 3, 5, 10, 20, 30, 50, 90) if low <= v <= high]
        axes.set_yticks(marks, [f"{v:g}" for v in marks])
        axes.set_xlabel("training pictures")
        axes.set_ylabel("test error, %")

    return draw
