"""A representation as a sum of irreducible ones: multiplicities, and the change of basis that shows it."""

from __future__ import annotations

from ..errors import IntertwineError
from ..groups.components import signature
from ..groups.lie import LieGroup
from ..groups.products import Product
from .base import Representation
from .decompose_finite import decompose_finite
from .decompose_lie import decompose_lie
from .decompose_mirror import decompose_mirror
from .decompose_product import decompose_product
from .decomposition import Decomposition
from .irreps_finite import has_irreps

__all__ = ["Decomposition", "decompose"]


def decompose(rho: Representation) -> Decomposition:
    """Split a representation into irreducible ones, over the reals where it is real.

    Raises:
        IntertwineError: for a group whose irreducible representations are not known.
    """
    group = rho.group
    if signature(group) is not None:
        return decompose_mirror(rho)
    if isinstance(group, LieGroup):
        return decompose_lie(rho)
    if has_irreps(group):
        return decompose_finite(rho)
    if isinstance(group, Product):
        return decompose_product(rho, group)
    raise IntertwineError(
        f"{rho} of {group} cannot be split: the irreducible representations of this kind of group are not known"
    )
