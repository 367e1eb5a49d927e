"""How long `import intertwine` takes beside `import torch` alone: fresh processes, one after the other in turn.

    python -m benchmarks.import_time [--repeats 9]

Target: less than 1.5 times the CPU time of torch alone. The exit status is 1 when it is missed.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

from benchmarks.measure import fresh_process, machine, table

TARGET = 1.5
CODE = """
import json, sys, time
before, wall, cpu = set(sys.modules), time.perf_counter(), time.process_time()
import {module}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
packages = sorted({{name.partition(".")[0] for name in set(sys.modules) - before}} - sys.stdlib_module_names)
print(json.dumps(dict(wall=wall, cpu=cpu, packages=packages)))
"""


def main() -> int:
    """Measure both imports in turn and print medians and their ratio."""
    parser = argparse.ArgumentParser(description="`import intertwine` against `import torch` alone.")
    parser.add_argument("--repeats", type=int, default=9, help="fresh processes of each kind")
    repeats = parser.parse_args().repeats
    runs: dict[str, list[dict]] = {"torch": [], "intertwine": []}
    for _ in range(repeats + 1):
        for module, figures in runs.items():
            figures.append(fresh_process("-c", CODE.format(module=module))[0])
    # The first round reads the files from disk; the others find them in the page cache.
    cpu = {module: median(run["cpu"] for run in figures[1:]) for module, figures in runs.items()}
    wall = {module: median(run["wall"] for run in figures[1:]) for module, figures in runs.items()}
    ratio = cpu["intertwine"] / cpu["torch"]
    print(f"{machine()}; median of {repeats} fresh processes each\n")
    print(table(["import", "CPU s", "wall s"], [[m, f"{cpu[m]:.3f}", f"{wall[m]:.3f}"] for m in runs]))
    verdict = "ok" if ratio < TARGET else "MISSED"
    print(f"\nratio {ratio:.2f} (CPU), {wall['intertwine'] / wall['torch']:.2f} (wall); target {TARGET}: {verdict}")
    more = set(runs["intertwine"][0]["packages"]) - set(runs["torch"][0]["packages"])
    print(f"packages that torch alone does not import: {', '.join(sorted(more))}")
    return int(ratio >= TARGET)


if __name__ == "__main__":
    sys.exit(main())
