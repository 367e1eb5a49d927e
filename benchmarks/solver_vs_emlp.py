"""Our solver against emlp's on the same problems, in the same process: dimension, residual and CPU seconds.

    python -m benchmarks.solver_vs_emlp [--quick] [--only SO] [--limit 300] [--json figures.json]

Each problem has a fresh single-threaded process, so that `cold` is the first call of either library (imports are
not counted; emlp's compilation is). `warm` is a further call after all solutions are forgotten. Both end at the
same thing, a dense orthonormal basis of Hom(V^p, V^q): ours in float64, emlp's in float32. Our layers never ask for
it; `our solve s` is the warm time to what they use, the dimension and the factored maps. `residual` is the largest
entry of rho(g) W - W rho(g), and of its derivative, over the dense basis and in its precision. A dimension is right
when it is the one that the mathematics in `cases.py` gives. The exit status is 1 when a dimension of ours is wrong,
a residual too large, or a target missed by the dense ratio.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES
from benchmarks.measure import fresh_process, machine, seconds, table

RESIDUAL_TARGET = 1e-12
OURS = ["problem", "dim", "our route", "our cold s", "our warm s", "our solve s", "our residual"]
THEIRS = ["emlp dim", "emlp cold s", "emlp warm s", "emlp residual"]
JUDGED = ["warm / warm", "warm / solve", "target", "verdict"]


def measure(number: int, limit: float) -> dict[str, Any]:
    """Both libraries on one case, in a process of its own."""
    case = CASES[number]
    result: dict[str, Any] = {"name": case.name, "dim": case.dim, "target": case.target, "limit": limit}
    for line in fresh_process("-m", "benchmarks.solver_case", str(number), str(limit)):
        result |= line
    return result | {"ratio": ratio(result, "warm"), "ratio_factored": ratio(result, "solve")}


def ratio(result: dict[str, Any], ours: str) -> float | None:
    """emlp's warm CPU seconds over `ours` ("warm" or "solve"); at least the time it was given where it was stopped."""
    spent = result.get("theirs", {}).get("warm") or (result["limit"] if result["exit"] < 0 else None)
    return spent / result["ours"][ours] if spent and "ours" in result else None


def verdict(result: dict[str, Any]) -> str:
    """What is wrong on our side, or "ok"."""
    ours = result.get("ours")
    if ours is None:
        return f"FAILED {' '.join(result['error'])}"
    wrong = []
    if ours["dim"] != result["dim"]:
        wrong.append(f"DIMENSION {ours['dim']}")
    if not ours["residual"] <= RESIDUAL_TARGET:
        wrong.append("RESIDUAL")
    if result["target"] and result["ratio"] and result["ratio"] < result["target"]:
        wrong.append("RATIO")
    return ", ".join(wrong) or "ok"


def times(value: float | None, *, bound: bool = False) -> str:
    """A ratio; a lower bound where emlp was stopped."""
    return "-" if value is None else f"{'> ' if bound else ''}{value:,.0f}"


def failure(result: dict[str, Any]) -> str:
    """The name of the exception that ended emlp."""
    return " ".join(result["error"]).partition(":")[0].rpartition(".")[2] or "failed"


def row(result: dict[str, Any]) -> list[str]:
    """One line of the table."""
    ours, theirs = result.get("ours", {}), result.get("theirs", {})
    their_dim = str(theirs.get("dim", "-"))
    if theirs and theirs["dim"] != result["dim"]:
        their_dim += " wrong"
    stopped = "stopped" if result["exit"] < 0 else failure(result) if result["exit"] else "-"
    return [
        result["name"],
        str(result["dim"]),
        ours.get("route", "-"),
        seconds(ours.get("cold")),
        seconds(ours.get("warm")),
        seconds(ours.get("solve")),
        f"{ours['residual']:.0e}" if ours else "-",
        their_dim,
        seconds(theirs["cold"]) if theirs else stopped,
        seconds(theirs["warm"]) if "warm" in theirs else stopped,
        f"{theirs['residual']:.0e}" if theirs else "-",
        times(result["ratio"], bound="warm" not in theirs),
        times(result["ratio_factored"], bound="warm" not in theirs),
        times(result["target"]),
        verdict(result),
    ]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Our solver against emlp's.")
    parser.add_argument("--quick", action="store_true", help="run emlp only where it takes seconds")
    parser.add_argument("--only", default="", metavar="PATTERN", help="cases whose name matches")
    parser.add_argument("--limit", type=float, default=300, help="CPU seconds for one solve of emlp")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the figures here")
    return parser.parse_args()


def main() -> int:
    """Measure the chosen cases and print the table."""
    options = arguments()
    results = []
    for number, case in enumerate(CASES):
        if re.search(options.only, case.name):
            print(f"{case.name} ...", file=sys.stderr, flush=True)
            results.append(measure(number, 0 if options.quick and case.slow else options.limit))
    print(f"{machine()}; CPU seconds\n")
    print(table(OURS + THEIRS + JUDGED, [row(result) for result in results]))
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "results": results}, indent=1) + "\n")
    return int(any(verdict(result) != "ok" for result in results))


if __name__ == "__main__":
    sys.exit(main())
