"""What the trained potentials say, as tables and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...compare.intervals import Interval, interval
from ...report import COLOURS, Drawing, series
from ..reproduction import Chart, Findings, Outcome, Request, Section, Table
from .published import PUBLISHED
from .work import BATCH, CUTOFF, LAYERS, LEARNING_RATE, SIZES, WARM_UP, Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D")
COLUMNS = ("", "energy, meV", "forces, meV/Å", "drift, meV/atom/ps", "weights", "seconds", "conditions")
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
            {**{k: r[k] for k in ("molecule", "degree", "structures", "seed")}, "figure": name, "value": r[name]}
            for r in runs
            for name in ("energy", "forces", "parameters", "train_seconds", "steps")
        ],
    )


def _said(molecule: str, runs: Runs) -> str:
    most = max(r["structures"] for r in runs if r["molecule"] == molecule)
    degrees = dict.fromkeys(r["degree"] for r in runs)
    values = ", ".join(
        f"{_mean(runs, 'forces', molecule, degree, most).mean:.0f} with tensors to degree {degree}"
        for degree in degrees
    )
    return f"{molecule} after {most} structures, in meV/Å, {values}"


def _of(runs: Runs, molecule: str, degree: int, count: int) -> Runs:
    wanted = (molecule, degree, count)
    return [r for r in runs if (r["molecule"], r["degree"], r["structures"]) == wanted]


def _mean(runs: Runs, figure: str, *which: Any) -> Interval:
    return interval([r[figure] for r in _of(runs, *which)], positive=True)


def _molecule(molecule: str, runs: Runs) -> Section:
    own = [r for r in runs if r["molecule"] == molecule]
    rows = []
    for count in sorted({r["structures"] for r in own}):
        for degree in sorted({r["degree"] for r in own}):
            first = _of(runs, molecule, degree, count)[0]
            drift = first["drift"]
            rows.append(
                (
                    f"degree {degree} (here)",
                    _shown(_mean(runs, "energy", molecule, degree, count)),
                    _shown(_mean(runs, "forces", molecule, degree, count)),
                    "" if drift is None else f"{drift['drift']:.2g}",
                    f"{first['parameters']:,}",
                    f"{first['train_seconds']:.0f}",
                    f"{count} structures, {first['steps']:,} steps",
                )
            )
    ours = frozenset(range(len(rows)))
    rows += [(p.model, p.energy, p.forces, "", "", "", p.conditions) for p in PUBLISHED.get(molecule, ())]
    text = (
        "The published rows were trained on 950 structures, with 50 for validation, and far longer. They say what is "
        "possible, and are no yardstick for the rows above."
    )
    caption = "Mean absolute errors on unseen structures; drift of the total energy in molecular dynamics at 300 K."
    return Section(molecule.capitalize(), (text,), ((Table(COLUMNS, rows, ours), caption),))


def _shown(found: Interval) -> str:
    if found.low is None or found.high is None:
        return f"{found.mean:.1f}"
    return f"{found.mean:.1f} [{found.low:.1f}, {found.high:.1f}]"


def _curve(molecule: str, runs: Runs) -> Section:
    degrees = sorted({r["degree"] for r in runs if r["molecule"] == molecule})
    legend = tuple((f"degree {degree}", series(k)) for k, degree in enumerate(degrees))
    label = f"Error of forces of {molecule} against the number of training structures"
    chart = Chart("efficiency", _efficiency(molecule, degrees, runs), label, legend, 340)
    text = "Degree 0 sees distances alone; vectors and tensors let a layer see angles."
    return Section("How many structures it takes", (text,), ((chart, f"{molecule.capitalize()}, lower is better."),))


def _efficiency(molecule: str, degrees: Sequence[int], runs: Runs) -> Drawing:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        counts = sorted({r["structures"] for r in runs if r["molecule"] == molecule})
        for k, degree in enumerate(degrees):
            values = [_mean(runs, "forces", molecule, degree, count).mean for count in counts]
            axes.plot(counts, values, color=COLOURS[series(k)].marker, marker=MARKERS[k % len(MARKERS)], ms=6)
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
        f"them and falls to zero along a cosine; {LAYERS} layers of {size.channels} channels, cutoff {CUTOFF:g} Å, "
        "float32. Loss: length of the error of the force on an atom, and error of the energy per atom, not squared. "
        "The last weights are tested, on "
        f"{size.test:,} structures of the test part. Nothing was tuned for one degree, nothing chosen by validation.",
        f"Dynamics: {size.dynamics:,} steps of 0.5 fs of velocity Verlet by ASE at constant energy, from a test "
        "structure with velocities of 300 K; drift is the slope of a line through the total energy.",
        "rMD17: structures from molecular dynamics at 500 K, recomputed with PBE/def2-SVP (arXiv:2007.09593), split 1.",
    )
    return Section("How this was measured", text)
