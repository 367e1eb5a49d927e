"""Which irreducible representations a tensor product of Lie group representations holds, from weights alone."""

from __future__ import annotations

from ..errors import IntertwineError
from ..groups.lie import LieGroup
from .base import Representation
from .highest import multiplicities
from .highest_weight import tensor_weights
from .irreps_lie import LieIrrep
from .wigner import lie_irrep


def tensor_decomposition_lie(a: Representation, b: Representation) -> dict[Representation, int]:
    """`tensor_decomposition` by the formula of Racah, Speiser and Klimyk on the weights of the smaller factor.

    Raises:
        IntertwineError: for a group without highest weights.
    """
    group = a.group
    if not isinstance(group, LieGroup) or group.roots is None or (group.generators and group.is_compact):
        raise IntertwineError(
            f"tensor products are decomposed by weights for connected reductive Lie groups, not for {group}; "
            "(a * b).decompose() works wherever irreducible representations are known"
        )
    total: dict[tuple[int, ...], int] = {}
    for v, m in _weights(a).items():
        for w, n in _weights(b).items():
            for found, k in tensor_weights(group, v, w).items():
                total[found] = total.get(found, 0) + m * n * k
    ordered = sorted(total.items(), reverse=True)
    return {lie_irrep(group, w): m for w, m in ordered}


def _weights(rho: Representation) -> dict[tuple[int, ...], int]:
    return {rho.highest: 1} if isinstance(rho, LieIrrep) else multiplicities(rho)
