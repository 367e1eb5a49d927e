"""`intertwine compare`: train several ways of using a symmetry on one problem, side by side."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..compare import Budget, Comparison, Results, display, run
from ..compare.hidden import hidden_routes
from ..compare.intervals import Interval
from ..compare.runner import make_problem
from ..errors import IntertwineError
from ..groups.base import Group
from .expressions import parse_group, parse_representation


@dataclass(frozen=True)
class Request:
    """What is asked on the command line; None leaves the choice to the problem."""

    data: str
    group: str
    routes: str
    seeds: int
    epochs: int | None
    batch_size: int | None
    learning_rate: float | None
    hidden: str | None
    examples: int | None
    rep_in: str | None
    rep_out: str | None
    out: Path
    device: str
    resume: bool


def compare(request: Request) -> None:
    """Run the comparison with a live display, then print its table and where the report is.

    Finished runs are kept when it is interrupted, and the message says how to go on.
    """
    spec = _comparison(request)
    try:
        with display() as progress:
            results = run(spec, progress=progress)
    except KeyboardInterrupt:
        print(f"\nInterrupted. Finished runs are kept in {spec.out}; go on with --resume.", file=sys.stderr)
        sys.exit(130)
    Console(highlight=False).print("", _summary(results), "")
    print(f"report: {spec.out / 'report.html'}")


def _comparison(request: Request) -> Comparison:
    group = parse_group(request.group)
    spec = Comparison(
        group=group,
        data=request.data,
        routes=_routes(request.routes, group),
        seeds=request.seeds,
        hidden=None if request.hidden is None else _widths(request.hidden),
        examples=request.examples,
        rep_in=None if request.rep_in is None else parse_representation(request.rep_in, group),
        rep_out=None if request.rep_out is None else parse_representation(request.rep_out, group),
        out=request.out,
        device=request.device,
        resume=request.resume,
    )
    given = {name: getattr(request, name) for name in ("epochs", "batch_size", "learning_rate")}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        return spec
    proposed: Budget = make_problem(spec).budget
    return replace(spec, budget=replace(proposed, **given))


def _routes(text: str, group: Group) -> tuple[str, ...]:
    """Names with commas between; "hidden" stands for one route for each kind of hidden representation."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(known for name in names for known in (hidden_routes(group) if name == "hidden" else (name,)))


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(width) for width in text.split(","))
    except ValueError:
        raise IntertwineError(f'hidden widths are whole numbers with commas between, "128,128"; got "{text}"') from None


def _summary(results: Results) -> Table:
    score, unit = (_percent, "\n%") if results.problem["classes"] else (_number, "\nerror")
    columns: dict[str, tuple[str, Callable[[Interval], str]]] = {
        "upright": (f"as given{unit}", score),
        "turned": (f"moved{unit}", score),
        "error": ("equiv.\nerror", lambda value: f"{value.mean:.1e}"),
        "parameters": ("\nweights", lambda value: f"{value.mean:,.0f}"),
        "train_seconds": ("training\ntime", lambda value: f"{value.mean:.1f} s"),
        "inference_ms": ("time for\n1,000", lambda value: f"{value.mean:.1f} ms"),
    }
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("\nroute", no_wrap=True)
    for heading, _ in columns.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for route, figures in results.summary().items():
        cells = [show(figures[name]) if name in figures else "" for name, (_, show) in columns.items()]
        table.add_row(route, *cells)
    return table


def _percent(value: Interval) -> str:
    return f"{100 * value.mean:.1f}{_spread(value, 100, '.1f')}"


def _number(value: Interval) -> str:
    return f"{value.mean:.3g}{_spread(value, 1, '.1g')}"


def _spread(value: Interval, unit: float, digits: str) -> str:
    return "" if value.low is None else f" ± {unit * (value.mean - value.low):{digits}}"
