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
    """Report our dimension, route, residual and CPU seconds, cold and warm, in factored and in dense form."""
    import intertwine as tw
    from intertwine.intertwiners import clear_cache

    vector = case.ours(tw)

    def solve() -> Any:
        space = vector ** case.orders[0] >> vector ** case.orders[1]
        return space, space.dim

    def densify() -> Any:
        space, _ = solve()
        return space, space.basis()

    cold, (space, basis) = cpu_seconds(densify)
    dtype = str(basis.dtype).removeprefix("torch.")
    figures = {"dim": space.dim, "route": space.route, "cold": cold, "dtype": dtype}
    figures["residual"] = residual(basis.numpy(), case.orders, *our_generators(vector))
    figures["solve"] = repeated_cpu_seconds(solve, clear_cache)
    figures["warm"] = repeated_cpu_seconds(densify, clear_cache)
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
