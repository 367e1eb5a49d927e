"""What a decomposition into irreducible representations is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from .base import Representation
from .structure import direct_sum


@dataclass(frozen=True, eq=False)
class Decomposition:
    """rho(g) = Q (m_1 irrep_1 + m_2 irrep_2 + ...)(g) Q^-1.

    Attributes:
        terms: irreducible representation -> multiplicity; irreducible over the reals where rho is real.
        basis: Q (dim, dim), orthogonal or unitary when rho is; copies of one term follow each other.
    """

    terms: dict[Representation, int]
    basis: Tensor

    @cached_property
    def sum(self) -> Representation:
        """m_1 irrep_1 + m_2 irrep_2 + ..., the representation in the basis Q."""
        return direct_sum(list(self.terms.items()))

    def __repr__(self) -> str:
        return repr(self.sum)
