"""`intertwine reproduce`: do a published result again, or list those that can be done."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from ..compare import display
from ..reproduce import Request, known_reproductions
from ..reproduce import reproduce as run


def listing() -> None:
    """Print the reproductions with their papers."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("name", no_wrap=True)
    table.add_column("what")
    for name in known_reproductions.names():
        known = known_reproductions.find(name)
        table.add_row(name, "\n".join([known.title, *(f"[dim]{paper}[/dim]" for paper in known.papers)]))
    Console(highlight=False).print(table)
    print("Carry one out: intertwine reproduce NAME [--quick | --full]")


def reproduce(name: str, request: Request) -> None:
    """Carry a reproduction out with a live display, then print its lead and where the report is.

    What is finished is kept when it is interrupted, and the message says how to go on.
    """
    try:
        with display() as progress:
            findings = run(name, request, progress=progress)
    except KeyboardInterrupt:
        print(f"\nInterrupted. What is finished is kept in {request.out}; go on with --resume.", file=sys.stderr)
        sys.exit(130)
    Console(highlight=False).print("", findings.lead, "", markup=False)
    print(f"report: {request.out / 'report.html'}")
