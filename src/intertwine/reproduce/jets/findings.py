"""What the trained taggers say, as tables and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from ...compare.intervals import interval
from ...data import JET_SETS
from ..metrics import Figure, tagging
from ..reproduction import Chart, Findings, Outcome, Request, Section, Table
from . import charts
from .drift import JETS
from .entrants import ENTRANTS, Entrant
from .published import TABLE
from .sizes import SIZES
from .work import Task

DATA = {
    "top": "Top jets",
    "quark-gluon": "Quark and gluon jets",
    "top-tagging": "Top jets of the public set",
}


@dataclass(frozen=True)
class Result:
    """One entrant on so many jets of a set, over all seeds."""

    data: str
    entrant: Entrant
    jets: int
    figures: dict[str, Figure]
    drift: list[dict[str, float]]
    parameters: int | None
    train_seconds: float
    inference_ms: float


def results(tasks: Sequence[Task], labels: Mapping[str, Tensor], outcomes: Mapping[str, Outcome]) -> list[Result]:
    """The tasks brought together over seeds, in order."""
    groups: dict[tuple[str, int, str], list[Outcome]] = {}
    for task in tasks:
        groups.setdefault((task.data, task.jets, task.entrant.name), []).append(outcomes[task.name])
    found = []
    for (data, jets, name), runs in groups.items():
        scores = [run.tensors["scores"].cpu() for run in runs]
        records = [run.record for run in runs]
        found.append(
            Result(
                data,
                ENTRANTS[name],
                jets,
                tagging(scores, labels[data].cpu()),
                _drift([record["drift"] for record in records]),
                records[0]["parameters"],
                sum(record["train_seconds"] for record in records) / len(records),
                sum(record["inference_ms"] for record in records) / len(records),
            )
        )
    return found


def _drift(runs: list[list[dict[str, float]]]) -> list[dict[str, float]]:
    """At each speed the mean over seeds of the mean movement, and the largest of all."""
    return [
        {
            "beta": rows[0]["beta"],
            "mean": interval([row["mean"] for row in rows]).mean,
            "largest": max(row["largest"] for row in rows),
            "kept": interval([row["kept"] for row in rows]).mean,
        }
        for rows in zip(*runs, strict=True)
    ]


def findings(
    tasks: Sequence[Task], labels: Mapping[str, Tensor], outcomes: Mapping[str, Outcome], request: Request
) -> Findings:
    """The page and the numbers."""
    found = results(tasks, labels, outcomes)
    best = _largest(found, next(iter(labels)))
    return Findings(
        headline="Does it pay to know that jets look the same to every observer?",
        lead=_lead(best),
        sections=(
            *(section for data in labels for section in _of_data(data, _largest(found, data), request, tasks, labels)),
            _efficiency(found),
            _observers(best),
            _method(tasks, labels, request),
        ),
        numbers=[row for result in found for row in _numbers(result)],
    )


def _largest(found: list[Result], data: str) -> list[Result]:
    """The results of a set at its largest number of training jets."""
    of_data = [result for result in found if result.data == data]
    most = max(result.jets for result in of_data)
    return [result for result in of_data if result.jets == most]


def _lead(best: list[Result]) -> str:
    said = [f"{r.entrant.title} {_number(r.figures['auc'].value, 4)}" for r in best]
    control = next(r for r in best if not r.entrant.invariant)
    vector = next(r for r in best if r.entrant.name == "vector")
    return (
        f"Area under the ROC curve after {best[0].jets:,} training jets: {', '.join(said)}. Seen from a frame at 99 % "
        f"of the speed of light, the logits of {vector.entrant.title} move by {vector.drift[1]['mean']:.1g} on "
        f"average, those of {control.entrant.title} by {control.drift[1]['mean']:.2g}."
    )


COLUMNS = ("", "accuracy", "AUC", "1/εB at εS = 50 %", "1/εB at εS = 30 %", "weights")


def _of_data(
    data: str, best: list[Result], request: Request, tasks: Sequence[Task], labels: Mapping[str, Tensor]
) -> list[Section]:
    """The table of a set; published rows join it where the task is the same."""
    rows = [_row(result) for result in best]
    ours = frozenset(range(len(rows)))
    text = [JET_SETS[data].source] if data in JET_SETS else [PUBLIC_SOURCE]
    if data in ("top", "top-tagging"):
        rows += [(p.model, p.accuracy, p.auc, p.rejection50, p.rejection30, p.parameters) for p in TABLE]
        text.append(_not_comparable(data, best))
    seeds = len({task.seed for task in tasks})
    caption = (
        f"After {best[0].jets:,} training jets, on {len(labels[data]):,} test jets; mean over {seeds} "
        f"{'training' if seeds == 1 else 'trainings'}. Brackets: 95 % interval over test jets (bootstrap). "
        + ("± 95 % interval over trainings. " if seeds > 1 else "")
        + "A rejection of ∞ means that the interval has no upper end: too few background jets pass."
    )
    return [Section(DATA[data], tuple(text), ((Table(COLUMNS, rows, ours), caption),))]


PUBLIC_SOURCE = (
    "The public set of Kasieczka, Plehn, Thompson and Russel (Zenodo 2603256): PYTHIA 8 with the ATLAS card of Delphes."
)


def _not_comparable(data: str, best: list[Result]) -> str:
    if data == "top-tagging":
        return "Grey rows are as published, on the same set."
    return (
        f"Grey rows are as published, on another set: 1,211,000 training jets and a detector (Delphes), where ours are "
        f"{best[0].jets:,} without one. They say what is possible there, and are no yardstick for the rows above them."
    )


def _row(result: Result) -> tuple[str, ...]:
    digits = {"accuracy": 3, "auc": 4, "rejection 50": 0, "rejection 30": 0}
    cells = [_cell(result.figures[name], places) for name, places in digits.items()]
    weights = "" if result.parameters is None else f"{result.parameters:,}"
    return (f"{result.entrant.title} (here)", *cells, weights)


def _cell(figure: Figure, places: int) -> str:
    """The value with its spread over trainings, and below it the interval over test jets."""
    text = _number(figure.value, places)
    if figure.seeds_low is not None and figure.seeds_high is not None:
        text += f" ± {_number((figure.seeds_high - figure.seeds_low) / 2, places)}"
    return f"{text}\n[{_number(figure.low, places)}, {_number(figure.high, places)}]"


def _number(value: float | None, places: int) -> str:
    return "∞" if value is None else f"{value:.{places}f}"


def _efficiency(found: list[Result]) -> Section:
    data = found[0].data
    curve = [result for result in found if result.data == data]
    chart = Chart(
        "efficiency",
        charts.efficiency(curve),
        "Area under the curve against the number of training jets",
        charts.legend(),
        340,
    )
    text = (
        "What a network is told it need not learn. The fewer jets there are, the more that should be worth; the bands "
        "are 95 % intervals over test jets.",
    )
    return Section("How many jets it takes", text, ((chart, f"{DATA[data]}: 1 - AUC, lower is better."),))


def _observers(best: list[Result]) -> Section:
    rows = [
        (
            result.entrant.title,
            *(f"{row['mean']:.1e} ({row['largest']:.1e})" for row in result.drift),
            f"{result.drift[-1]['kept']:.1%}",
        )
        for result in best
    ]
    speeds = [f"β = {row['beta']}" for row in best[0].drift]
    table = Table(("", *speeds, f"class kept at {best[0].drift[-1]['beta']}"), rows, frozenset(range(len(rows))))
    text = (
        "The same test jets for an observer in motion: each boosted in its own random direction. A tagger that "
        "respects the symmetry gives the same logit, up to rounding.",
    )
    caption = (
        f"Mean (largest) |change of the logit| over {JETS} test jets at most, with networks and momenta in their "
        "default precision."
    )
    chart = Chart("drift", charts.drift(best), "Change of the logits against the speed", charts.legend(), 320)
    return Section("Seen by another observer", text, ((table, caption), (chart, "Mean change of the logit.")))


def _method(tasks: Sequence[Task], labels: Mapping[str, Tensor], request: Request) -> Section:
    size = SIZES[request.size]
    passes = {(t.data, t.jets): t.epochs for t in tasks}
    trained = "; ".join(f"{DATA[data]}, {jets:,} jets: {epochs} passes" for (data, jets), epochs in passes.items())
    seen = ", ".join(f"{count} ({DATA[data]})" for data, count in size.particles.items())
    optimizer = (
        "AdamW with weight decay 0.01 and LorentzNet's schedule, on one device, without dropout; the last weights are "
        "tested, where LorentzNet took those best in validation"
        if size.follows_paper
        else "Adam with a cosine to zero, the same for all networks; the last weights are tested"
    )
    text = (
        f"Size “{request.size}”, budget {request.budget:g}. Everyone sees the hardest particles of a jet: {seen}. "
        f"{trained}. Batches of {size.batch_size}, learning rate {size.learning_rate}, {optimizer}. Nothing was "
        "tuned for one of them.",
        *(f"{e.title}: {e.idea}" for e in ENTRANTS.values()),
        "Lorentz networks get no reference vectors (no beam, no time axis): the symmetry is exact.",
        "Background rejection is 1 / (share of the background that passes the cut which keeps the share εS of the "
        "signal); means over trainings are of that share. With a seed come the training jets drawn and the first "
        "weights.",
    )
    return Section("How this was measured", text)


def _numbers(result: Result) -> list[dict[str, Any]]:
    base = {"data": result.data, "model": result.entrant.name, "jets": result.jets}
    rows = [{**base, "figure": name, **asdict(figure)} for name, figure in result.figures.items()]
    for row in result.drift:
        for name in ("mean", "largest", "kept"):
            rows.append({**base, "figure": f"drift {row['beta']} {name}", "value": row[name]})
    single = {
        "weights": result.parameters,
        "train seconds": result.train_seconds,
        "ms for 1,000 jets": result.inference_ms,
    }
    return rows + [{**base, "figure": name, "value": value} for name, value in single.items()]
