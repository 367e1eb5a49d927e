"""Train several ways to use a symmetry side by side on one problem, and report what each one gives and costs.

    results = run(Comparison(group=tw.C(4), data="digits", out=Path("digits-c4")), progress=None)

`Comparison` (frozen) holds: group, data (a name of `known_problems` or the path of an .npz file), routes
(names of `known_routes`), seeds (a number), budget (`Budget` or None), hidden (widths or None), examples (a
number or None), rep_in and rep_out (representations or None), out (a folder), device, resume. None means
what the problem proposes.

`run(spec, progress=None) -> Results` calls `progress(Progress)` as it goes (`with display() as progress:`
shows it on a terminal), and writes results.json, results.csv and report.html into `spec.out`. A
KeyboardInterrupt passes through; everything finished is on disk by then, and `Comparison(..., resume=True)`
goes on from there.

`Results.read(path)` reads results.json again, `results.summary()` gives the mean and 95 % interval of every
figure, `verdict(results)` says it in sentences, and `write_report(results, path)` makes the page anew.

A new route is a file with a `Route` under `@register_route("name")`; a new problem likewise, with
`register_problem`.
"""

from __future__ import annotations

from . import problems, routes
from .folder import Folder
from .intervals import Interval
from .measure import Measurements
from .page import write_report
from .problem import Problem, Split, Words, known_problems
from .problem import register as register_problem
from .progress import Progress, display
from .results import Results, Run
from .route import Route, known_routes
from .route import register as register_route
from .runner import make_problem, run
from .spec import Budget, Comparison
from .verdict import Verdict, verdict

__all__ = [
    "Budget",
    "Comparison",
    "Folder",
    "Interval",
    "Measurements",
    "Problem",
    "Progress",
    "Results",
    "Route",
    "Run",
    "Split",
    "Verdict",
    "Words",
    "display",
    "known_problems",
    "known_routes",
    "make_problem",
    "problems",
    "register_problem",
    "register_route",
    "routes",
    "run",
    "verdict",
    "write_report",
]
