"""Which irreducible representations a tensor product holds, from weights or characters alone: no matrices."""

from __future__ import annotations

from ..errors import IntertwineError
from ..groups.components import signature
from ..groups.lie import LieGroup
from ..groups.products import Product
from .base import Representation
from .clebsch_gordan_finite import tensor_decomposition_finite
from .clebsch_gordan_product import tensor_decomposition_product
from .irreps_finite import has_irreps
from .tensor_decomposition_lie import tensor_decomposition_lie
from .tensor_decomposition_mirror import tensor_decomposition_mirror


def tensor_decomposition(a: Representation, b: Representation) -> dict[Representation, int]:
    """The irreducible constituents of a (x) b over the complex numbers, with their multiplicities.

    For a finite group they are over the reals when a and b are real.

    Args:
        a, b: representations of one group whose irreducible representations are known.

    Raises:
        IntertwineError: for different groups, or a group without known irreducible representations.

    Example:
        >>> SU3 = SU(3)
        >>> tensor_decomposition(SU3.irrep(8), SU3.irrep("3"))
        {(2,1): 1, 3: 1, 6bar: 1}
    """
    for rho in (a, b):
        if not isinstance(rho, Representation):
            raise IntertwineError(f"a tensor product takes representations, got {rho!r}")
    if a.group != b.group:
        raise IntertwineError(f"a tensor product takes representations of one group, got {a.group} and {b.group}")
    if signature(a.group) is not None:
        return tensor_decomposition_mirror(a, b)
    if isinstance(a.group, LieGroup):
        return tensor_decomposition_lie(a, b)
    if has_irreps(a.group):
        return tensor_decomposition_finite(a, b)
    if isinstance(a.group, Product):
        return tensor_decomposition_product(a, b, a.group)
    raise IntertwineError(
        f"tensor products are decomposed for reductive Lie groups, not for {a.group}; "
        "(a * b).decompose() works wherever irreducible representations are known"
    )
