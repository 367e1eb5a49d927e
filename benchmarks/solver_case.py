"""One problem of the comparison, measured in this process: ours, then emlp's, a JSON line for each.

python -m benchmarks.solver_case NUMBER EMLP_CPU_LIMIT
"""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np

from benchmarks.cases import CASES, Case
from benchmarks.measure import cpu_seconds, lift_cpu_limit, limit_cpu, peak_gib, repeated_cpu_seconds, report
from benchmarks.residual import residual


def measure_ours(case: Case) -> None:
    """Report our dimension, route, residual and CPU seconds, cold and warm."""
    import intertwine as tw

    def solve() -> Any:
        rep = case.ours(tw)
        space = rep ** case.orders[0] >> rep ** case.orders[1]
        return space, space.basis()

    cold, (space, basis) = cpu_seconds(solve)
    dtype = str(basis.dtype).removeprefix("torch.")
    figures = {"dim": space.dim, "route": space.route, "cold": cold, "dtype": dtype}
    discrete, algebra = our_generators(case.ours(tw))
    figures["residual"] = residual(basis.numpy(), case.orders, discrete, algebra)
    figures["warm"] = repeated_cpu_seconds(solve, tw.clear_caches)
    report({"ours": figures})


def our_generators(rep: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Matrices on V of the generators of the group and of its Lie algebra basis."""
    group = rep.group
    discrete = [rep.matrix(g).numpy() for g in group.generators]
    algebra = list(rep.algebra(group.algebra).numpy()) if group.algebra_dim else []
    return discrete, algebra


def measure_theirs(case: Case, limit: float) -> None:
    """Report the same of emlp; a solve of more than `limit` CPU seconds ends this process."""
    from benchmarks import peer

    group = case.theirs(peer)
    limit_cpu(limit)
    cold, solved = cpu_seconds(lambda: peer.solve(group, *case.orders))
    lift_cpu_limit()
    basis = peer.basis_array(solved, group.d ** case.orders[0], group.d ** case.orders[1])
    figures = {"dim": len(basis), "cold": cold, "dtype": str(basis.dtype)}
    figures["residual"] = residual(basis, case.orders, *peer.generators(group))
    report({"theirs": figures})
    limit_cpu(limit)
    figures["warm"] = repeated_cpu_seconds(lambda: peer.solve(group, *case.orders), peer.clear)
    figures["peak_gib"] = peak_gib()
    report({"theirs": figures})


def main() -> None:
    """Measure the case whose number stands on the command line."""
    case, limit = CASES[int(sys.argv[1])], float(sys.argv[2])
    measure_ours(case)
    if limit and importlib.util.find_spec("emlp"):
        measure_theirs(case, limit)


if __name__ == "__main__":
    main()
