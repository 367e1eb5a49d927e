"""The emlp half: the same groups in emlp's words. Imported only where emlp is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from emlp import groups  # pyright: ignore[reportMissingImports]
from emlp.reps import T, V  # pyright: ignore[reportMissingImports]
from emlp.reps.linear_operators import LazyPerm, densify  # pyright: ignore[reportMissingImports]
from emlp.reps.representation import Rep  # pyright: ignore[reportMissingImports]


class Permutations(groups.Group):
    """A permutation group by generators, permutation[i] = image of i, acting on its points."""

    def __init__(self, name: str, permutations: Sequence[Sequence[int]]) -> None:
        # LazyPerm(p) sends v to v[p], which moves e_i to position p^-1[i]; the inverse keeps our convention.
        self.discrete_generators = [LazyPerm(np.argsort(np.asarray(p))) for p in permutations]
        self.d = len(permutations[0])
        super().__init__(name)


def solve(group: groups.Group, order_in: int, order_out: int) -> Any:
    """emlp's orthonormal basis of V^order_in >> V^order_out, shape (entries, maps)."""
    return (T(order_in) >> T(order_out))(group).equivariant_basis().block_until_ready()


def clear() -> None:
    """Forget every solved basis, so that the next call solves again (compiled code stays)."""
    Rep.solcache.clear()


def basis_array(basis: Any, dim_in: int, dim_out: int) -> np.ndarray:
    """(entries, maps) in emlp's order, output index first, as (maps, dim_out, dim_in)."""
    return np.asarray(basis).T.reshape(-1, dim_out, dim_in)


def generators(group: groups.Group) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Dense matrices of the discrete generators and of the Lie algebra basis on V."""
    return [_dense(h) for h in group.discrete_generators], [_dense(x) for x in group.lie_algebra]


def _dense(operator: Any) -> np.ndarray:
    matrix = np.asarray(densify(operator))
    return matrix.astype(np.complex128 if np.iscomplexobj(matrix) else np.float64)


def vector(group: groups.Group) -> Any:
    """emlp's base representation of a group."""
    return V(group)


def linear(rep: Any) -> Any:
    """emlp's equivariant torch.nn.Linear from `rep` to itself."""
    from emlp.nn import pytorch  # pyright: ignore[reportMissingImports]

    return pytorch.Linear(rep, rep)
