"""The live progress table. Imported only where `rich` is to be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from .progress import Listener, Progress


@contextmanager
def live(stream: TextIO) -> Iterator[Listener]:
    """A listener that keeps a table of routes and a bar of all runs up to date."""
    console = Console(file=stream)
    bars = Bars(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
    task = bars.add_task("runs", total=None)
    latest: dict[str, Progress] = {}
    with Live(bars, console=console, refresh_per_second=8) as screen:

        def tell(step: Progress) -> None:
            latest[step.route] = step
            within = step.epoch / step.epochs if step.state == "training" else 0.0
            bars.update(task, total=step.total, completed=round(step.finished + within, 2))
            screen.update(Group(_table(latest), bars))

        yield tell


def _table(latest: dict[str, Progress]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("route", "seed", "epoch", "", "test score"):
        table.add_column(heading)
    for step in latest.values():
        style = "green" if step.state in ("finished", "kept") else ""
        epoch = f"{step.epoch}/{step.epochs}"
        table.add_row(step.route, str(step.seed), epoch, step.state, step.scores, style=style)
    return table
