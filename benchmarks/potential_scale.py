"""`models.InteratomicPotential` from scratch and at size: construction, first call, and 100,000 atoms in one inference.

    python -m benchmarks.potential_scale      # --atoms 10000; --block attention; --start without the large structure

64 channels, 3 layers, as in `potential_vs_e3nn`; each row has a fresh process with one thread, and needs no peer. CPU
seconds of `import intertwine`, of construction, and of the first energy and forces of 40 atoms with code compiled on
the way; then energy and forces of the large periodic structure of degree 2, with its peak memory. Exit status 1 where
a target is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from benchmarks.measure import fresh_process, peak_gib, report, table

ATOMS = 100_000
NETWORKS = {"potential, degree 2": 2, "potential, degree 3": 3, "tensor field network, degree 2": None}
BUILD_TARGET, FIRST_TARGET, MEMORY_TARGET = 1.0, 10.0, 16.0


def start(name: str) -> None:
    """Of this process: seconds of import, construction and first call."""
    begun = time.process_time()
    import torch

    import intertwine as tw
    from benchmarks.potential_vs_e3nn import CHANNELS, CUTOFF, SETTINGS, crystal

    imported = time.process_time()
    degree = NETWORKS[name]
    if degree is None:
        G = tw.O(3)
        network: Any = tw.models.TensorFieldNetwork(G.trivial, G.vector, cutoff=CUTOFF, channels=CHANNELS)
    else:
        settings = {**SETTINGS, "degree": degree, "harmonics": degree}
        network = tw.models.InteratomicPotential([6, 8], **settings, block="gate")
    built = time.process_time()
    structure = crystal(40)
    if degree is None:
        positions = structure.positions.float().requires_grad_()
        network(torch.ones(40, 1), tw.nn.radius_graph(positions, CUTOFF)).sum().backward()
    else:
        network.predict(structure)
    called = time.process_time()
    report({"import": imported - begun, "build": built - imported, "first": called - built})


def large(atoms: int, block: str) -> None:
    """Of this process: seconds of neighbours and of energy and forces, and its peak memory."""
    from benchmarks.potential_vs_e3nn import SETTINGS, crystal
    from intertwine.models import InteratomicPotential

    potential = InteratomicPotential([6, 8], **SETTINGS, block=block)
    begun = time.process_time()
    batch = potential.gather(crystal(atoms))
    gathered = time.process_time()
    potential.predict(batch)
    seconds = time.process_time() - gathered
    edges = len(batch.graph.edges)
    report({"edges": edges, "neighbours": gathered - begun, "seconds": seconds, "GiB": peak_gib()})


def main() -> int:
    """Measure in fresh processes and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--atoms", type=int, default=ATOMS)
    parser.add_argument("--block", default="gate", help="of the large structure's potential")
    parser.add_argument("--start", action="store_true", help="leave the large structure out")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        what = json.loads(options.child)
        start(what) if isinstance(what, str) else large(*what)
        return 0
    rows, reached = [], True
    for name in NETWORKS:
        found = child(name)
        reached &= found.get("build", BUILD_TARGET) < BUILD_TARGET and found.get("first", FIRST_TARGET) < FIRST_TARGET
        rows.append([name, *(f"{found.get(key, float('nan')):.2f}" for key in ("import", "build", "first"))])
    print(table(["CPU seconds", "import", f"build, target {BUILD_TARGET:g}", f"first, target {FIRST_TARGET:g}"], rows))
    if not options.start:
        found = child([options.atoms, options.block])
        fine = found.get("GiB", MEMORY_TARGET) < MEMORY_TARGET
        reached &= fine
        verdict = f"{'reached' if fine else 'missed'} ({MEMORY_TARGET:g} GiB)"
        print(f"\n{options.atoms:,} atoms, {options.block}, {json.dumps(found)}: {verdict}")
    return int(not reached)


def child(what: str | list[Any]) -> dict[str, Any]:
    """What a fresh process reports."""
    return fresh_process("-m", "benchmarks.potential_scale", "--child", json.dumps(what))[0]


if __name__ == "__main__":
    sys.exit(main())
