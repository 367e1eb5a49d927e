"""What the trained networks say, as tables, and spectra by quartiles of their error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ...compare.intervals import interval
from ...data import PhononSpectra
from ...report import COLOURS, Drawing
from ..reproduction import Chart, Findings, Outcome, Request, Section, Table
from .measures import measures
from .published import PUBLISHED, TUTORIAL_VALIDATION
from .work import CUTOFF, SIZES, WEIGHT_DECAY, Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = ("r2", "mae", "mse", "capacity", "frequency")
COLUMNS = ("", "R²", "MAE", "MSE", "C_V, J/(K mol)", "mean frequency, 1/cm", "validation MSE", "weights", "seconds")
SHOWN = 5
"""Spectra drawn from each quartile."""
FORMS = {"r2": ".2f", "mae": ".3f", "mse": ".4f", "capacity": ".2f", "frequency": ".1f", "validation_mse": ".4f"}


def findings(tasks: Sequence[Task], outcomes: Mapping[str, Outcome], data: PhononSpectra, request: Request) -> Findings:
    """The page and the numbers."""
    records = [outcomes[task.name].record for task in tasks]
    degrees = list(dict.fromkeys(task.degree for task in tasks))
    said = ", ".join(f"{_mean(records, degree, 'mse'):.4f} with tensors to degree {degree}" for degree in degrees)
    best = min(
        (task for task in tasks if task.seed == 0), key=lambda task: outcomes[task.name].record["validation_mse"]
    )
    tensors = outcomes[best.name].tensors
    baseline = _baseline(data, tensors["crystals"])
    return Findings(
        "Phonon densities of states of unseen crystals",
        f"Mean squared error on the published test part: {said}; of the mean spectrum {baseline['mse']:.4f}.",
        (_table(records, degrees, baseline), _quartiles(tensors, data, best.degree), _method(request)),
        numbers=[
            {"degree": r["degree"], "seed": r["seed"], "figure": name, "value": r[name]}
            for r in records
            for name in (*FIGURES, "validation_mse", "parameters", "train_seconds")
        ],
    )


def _baseline(data: PhononSpectra, test: Tensor) -> dict[str, float]:
    mean = data.spectra[data.split["train"]].mean(0)
    return measures(mean.expand(len(test), -1), data.spectra[test], data.frequencies)


def _mean(records: list[dict[str, Any]], degree: int, name: str) -> float:
    return interval([r[name] for r in records if r["degree"] == degree]).mean


def _table(records: list[dict[str, Any]], degrees: Sequence[int], baseline: Mapping[str, float]) -> Section:
    rows = []
    for degree in degrees:
        runs = [r for r in records if r["degree"] == degree]
        shown = [_shown(runs, name) for name in (*FIGURES, "validation_mse")]
        seconds = sum(r["train_seconds"] for r in runs) / len(runs)
        rows.append((f"degree {degree} (here)", *shown, f"{runs[0]['parameters']:,}", f"{seconds:.0f}"))
    rows.append(("the mean spectrum (here)", *(format(baseline[name], FORMS[name]) for name in FIGURES), "", "", ""))
    ours = frozenset(range(len(rows)))
    rows.append(("E3NN, its tutorial", "", "", "", "", "", f"{TUTORIAL_VALIDATION}", "2,460,000", ""))
    rows += [(p.model, p.r2, p.mae, p.mse, p.capacity, p.frequency, "", "", "") for p in PUBLISHED]
    text = (
        "The tutorial's row is the least validation error in its log, on the same split; the last weights of ours are "
        "measured. The other published rows are on a split of their own, of the same kind of data, and their heat "
        "capacity seems to count another amount of substance: ours is per mole of atoms, at 300 K."
    )
    caption = "51 numbers a crystal, greatest one. C_V: mean absolute error of the heat capacity at 300 K."
    return Section("On the published split", (text,), ((Table(COLUMNS, rows, ours), caption),))


def _shown(runs: list[dict[str, Any]], name: str) -> str:
    found, form = interval([r[name] for r in runs]), FORMS[name]
    if found.low is None or found.high is None:
        return format(found.mean, form)
    return f"{found.mean:{form}} [{found.low:{form}}, {found.high:{form}}]"


def _quartiles(tensors: Mapping[str, Any], data: PhononSpectra, degree: int) -> Section:
    found, truth = tensors["spectra"].double(), data.spectra[tensors["crystals"]]
    order = (found - truth).square().mean(1).argsort()
    quartiles = [part[torch.linspace(0, len(part) - 1, SHOWN).long()] for part in order.chunk(4)]
    frequencies = data.frequencies.tolist()

    def draw(figure: Figure) -> None:
        grid = figure.subplots(4, SHOWN, sharex=True, sharey=True)
        for row, chosen in zip(grid, quartiles, strict=True):
            for axes, k in zip(row, chosen.tolist(), strict=True):
                axes.fill_between(frequencies, truth[k].tolist(), color=COLOURS["muted"].marker, alpha=0.3, lw=0)
                axes.plot(frequencies, found[k].tolist(), color=COLOURS["series3"].marker, lw=1.2)
                axes.set_xticks([0, 1000])
                axes.set_yticks([])
        for number, row in enumerate(grid):
            row[0].set_ylabel(("best", "second", "third", "worst")[number])
        grid[-1][SHOWN // 2].set_xlabel("wave number, 1/cm")

    legend: tuple[tuple[str, str], ...] = (("computed (DFPT)", "muted"), ("predicted", "series3"))
    label = "Computed and predicted densities of states, a row for each quartile of the error"
    drawing: Drawing = draw
    caption = f"Test crystals evenly spaced within each quartile of their error; the network of degree {degree}."
    return Section("Spectra by quartiles", (), ((Chart("quartiles", drawing, label, legend, 460), caption),))


def _method(request: Request) -> Section:
    size = SIZES[request.size]
    crystals = "all 1,192" if size.train is None else str(size.train)
    text = (
        f"Size “{request.size}”: {crystals} training crystals, {max(1, round(size.epochs * request.budget))} passes in "
        f"batches of {size.batch_size}, AdamW with weight decay {WEIGHT_DECAY:g} and a cosine from "
        f"{size.learning_rate:g} to zero, loss MSE; two layers of {size.channels} channels, cutoff {CUTOFF:g} Å, "
        "float32. Networks begin at the mean spectrum. The last weights are measured; the validation part only picks "
        "which network's spectra are drawn.",
        "1,522 crystals of 64 elements, densities of states by density functional perturbation theory (Petretto et "
        "al., Sci. Data 5, 180065, 2018), 0 to 1000 1/cm, split 1,192 / 141 / 189 as in the tutorial of Chen et al.",
    )
    return Section("How this was measured", text)
