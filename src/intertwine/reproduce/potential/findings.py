"""What the trained potentials say, as tables and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...compare.intervals import Interval, interval
from ...report import COLOURS, Drawing, series
from ..reproduction import Chart, Findings, Outcome, Request, Section, Table
from .entrants import ENTRANTS
from .published import PUBLISHED, SOURCE
from .work import BATCH, CUTOFF, LEARNING_RATE, SIZES, WARM_UP, Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D", "v")
DRAWN = ("NequIP", "MACE")
"""Published models in the chart."""
COLUMNS = ("", "structures", "energy, meV", "forces, meV/Å", "drift, meV/atom/ps", "weights", "seconds")
Runs = list[dict[str, Any]]


def findings(tasks: Sequence[Task], outcomes: Mapping[str, Outcome], request: Request) -> Findings:
    """The page and the numbers."""
    runs = [outcomes[task.name].record for task in tasks]
    molecules = list(dict.fromkeys(task.molecule for task in tasks))
    said = "; ".join(_said(molecule, runs) for molecule in molecules)
    return Findings(
        "Energies and forces from few structures",
        f"Mean absolute error of force components on unseen structures: {said}.",
        (*(_molecule(molecule, runs) for molecule in molecules), _curve(molecules[0], runs), _method(request)),
        numbers=[
            {**{k: r[k] for k in ("molecule", "entrant", "structures", "seed")}, "figure": name, "value": r[name]}
            for r in runs
            for name in ("energy", "forces", "parameters", "train_seconds", "steps")
        ],
    )


def _said(molecule: str, runs: Runs) -> str:
    most = max(r["structures"] for r in runs if r["molecule"] == molecule)
    values = ", ".join(
        f"{_mean(runs, 'forces', molecule, name, most).mean:.1f} ({ENTRANTS[name].title})"
        for name in dict.fromkeys(r["entrant"] for r in runs)
    )
    return f"{molecule} after {most} structures, in meV/Å, {values}"


def _of(runs: Runs, molecule: str, entrant: str, count: int) -> Runs:
    wanted = (molecule, entrant, count)
    return [r for r in runs if (r["molecule"], r["entrant"], r["structures"]) == wanted]


def _mean(runs: Runs, figure: str, *which: Any) -> Interval:
    return interval([r[figure] for r in _of(runs, *which)], positive=True)


def _molecule(molecule: str, runs: Runs) -> Section:
    own = [r for r in runs if r["molecule"] == molecule]
    published = PUBLISHED.get(molecule, ())
    rows: list[tuple[str, ...]] = []
    ours: set[int] = set()
    for count in sorted({r["structures"] for r in own} | {p.structures for p in published}):
        for name in dict.fromkeys(r["entrant"] for r in own if r["structures"] == count):
            ours.add(len(rows))
            rows.append(_row(molecule, name, count, runs))
        rows += [(p.model, p.counted, p.energy, p.forces, "", "", "") for p in published if p.structures == count]
    text = (
        f"The rows that are not bold were published ({SOURCE}), after far longer trainings of networks with many more "
        f"channels; ours are {own[0]['steps']:,} steps."
    )
    caption = "Mean absolute errors on unseen structures; drift of the total energy in molecular dynamics at 300 K."
    return Section(molecule.capitalize(), (text,), ((Table(COLUMNS, rows, frozenset(ours)), caption),))


def _row(molecule: str, name: str, count: int, runs: Runs) -> tuple[str, ...]:
    first = _of(runs, molecule, name, count)[0]
    drift = first["drift"]
    return (
        f"{ENTRANTS[name].title} (here)",
        f"{count:,}",
        _shown(_mean(runs, "energy", molecule, name, count)),
        _shown(_mean(runs, "forces", molecule, name, count)),
        "" if drift is None else f"{drift['drift']:.2g}",
        f"{first['parameters']:,}",
        f"{first['train_seconds']:.0f}",
    )


def _shown(found: Interval) -> str:
    if found.low is None or found.high is None:
        return f"{found.mean:.1f}"
    return f"{found.mean:.1f} [{found.low:.1f}, {found.high:.1f}]"


def _curve(molecule: str, runs: Runs) -> Section:
    names = list(dict.fromkeys(r["entrant"] for r in runs if r["molecule"] == molecule))
    titles = [ENTRANTS[name].title for name in names] + [f"{model}, published" for model in DRAWN]
    legend = tuple((title, series(k)) for k, title in enumerate(titles))
    label = f"Error of forces of {molecule} against the number of training structures"
    chart = Chart("efficiency", _efficiency(molecule, names, runs), label, legend, 340)
    text = " ".join(f"{ENTRANTS[name].title.capitalize()}: {ENTRANTS[name].idea}" for name in names)
    return Section("How many structures it takes", (text,), ((chart, f"{molecule.capitalize()}, lower is better."),))


def _efficiency(molecule: str, names: Sequence[str], runs: Runs) -> Drawing:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        counts = sorted({r["structures"] for r in runs if r["molecule"] == molecule})
        for k, name in enumerate(names):
            values = [_mean(runs, "forces", molecule, name, count).mean for count in counts]
            axes.plot(counts, values, color=COLOURS[series(k)].marker, marker=MARKERS[k % len(MARKERS)], ms=6)
        for k, model in enumerate(DRAWN, len(names)):
            points = [(p.structures, float(p.forces)) for p in PUBLISHED.get(molecule, ()) if p.model == model]
            axes.plot(*zip(*points, strict=True), "x", color=COLOURS[series(k)].marker, ms=7, mew=2)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(counts, [f"{n:,}" for n in counts])
        axes.minorticks_off()
        low, high = axes.get_ylim()
        marks = [v for v in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if low <= v <= high]
        axes.set_yticks(marks, [str(v) for v in marks])
        axes.set_xlabel("training structures")
        axes.set_ylabel("force error, meV/Å")

    return draw


def _method(request: Request) -> Section:
    size = SIZES[request.size]
    text = (
        f"Size “{request.size}”, budget {request.budget:g}: {round(size.steps * request.budget):,} steps of {BATCH} "
        f"structures for every training by Adam, whose learning rate rises to {LEARNING_RATE:g} over {WARM_UP:.0%} of "
        f"them and falls to zero along a cosine; {size.channels} channels, cutoff {CUTOFF:g} Å, float32. Loss: length "
        "of the error of the force on an atom, and error of the energy per atom, not squared. The last weights are "
        f"tested, on {size.test:,} structures of the test part. Nothing was chosen by validation.",
        f"Dynamics: {size.dynamics:,} steps of 0.5 fs of velocity Verlet by ASE at constant energy, from a test "
        "structure with velocities of 300 K; drift is the slope of a line through the total energy.",
        "rMD17: structures from molecular dynamics at 500 K, recomputed with PBE/def2-SVP (arXiv:2007.09593), split 1.",
    )
    return Section("How this was measured", text)
