"""Band-limited functions on the sphere and on the group of rotations, by their Fourier coefficients.

    S^2:    f(x) = sum_l sqrt(2l+1) sum_m  c[l, m] Y_lm(x),            m = -l .. l
    SO(3):  f(g) = sum_l sqrt(2l+1) sum_nm c[l, n, m] D^l_mn(g),       l <= degree

with the real harmonics Y of `harmonics`, sum_m Y_lm(x)^2 = 1, and the real matrices D^l of `SO(3).irrep(l)`. The basis
is orthonormal for the mean over the sphere or the group: the mean of f^2 is the sum of c^2 (Plancherel), and the mean
of f is the first coefficient. A rotation moves f(x) to f(g^-1 x), which is D^l(g) on the last index of c[l]: the
coefficients are features of type sum_l (copies of irrep l).

Source: P. J. Kostelec, D. N. Rockmore, FFTs on the rotation group, J. Fourier Anal. Appl. 14 (2008).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.classical import SO
from .base import Representation
from .harmonics import harmonics
from .structure import direct_sum


@dataclass(frozen=True, repr=False)
class BandLimited(ABC):
    """Functions with Fourier coefficients of degree at most `degree`; compared by value."""

    degree: int

    def __post_init__(self) -> None:
        if not isinstance(self.degree, int) or self.degree < 0:
            raise IntertwineError(f"the degree of {type(self).__name__} is an integer >= 0, got {self.degree!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.degree})"

    @abstractmethod
    def copies(self, l: int) -> int:
        """How often degree l occurs."""

    @abstractmethod
    def basis(self, points: Tensor) -> Tensor:
        """The basis functions at points (..., point): (..., dim) float64, so that f(points) = basis @ c."""

    @property
    def dim(self) -> int:
        """Number of coefficients."""
        return sum(self.sizes)

    @property
    def sizes(self) -> list[int]:
        """Number of coefficients of each degree."""
        return [self.copies(l) * (2 * l + 1) for l in range(self.degree + 1)]

    @cached_property
    def representation(self) -> Representation:
        """How rotations move the coefficients."""
        group = SO(3)
        return direct_sum([(group.irrep(l), self.copies(l)) for l in range(self.degree + 1)])


class Sphere(BandLimited):
    """Functions on the unit sphere: (degree + 1)^2 coefficients c[l, m].

    Example:
        >>> Sphere(4).dim
        25
        >>> Sphere(2).representation
        l=0 + l=1 + l=2
    """

    def copies(self, l: int) -> int:
        return 1

    def basis(self, points: Tensor) -> Tensor:
        return torch.cat([(2 * l + 1) ** 0.5 * harmonics(points, l) for l in range(self.degree + 1)], -1)


class Rotations(BandLimited):
    """Functions on SO(3): (L+1)(2L+1)(2L+3)/3 coefficients c[l, n, m] for degree L.

    Example:
        >>> Rotations(4).dim
        165
        >>> Rotations(2).representation
        l=0 + 3xl=1 + 5xl=2
    """

    def copies(self, l: int) -> int:
        return 2 * l + 1

    def basis(self, points: Tensor) -> Tensor:
        group = SO(3)
        parts = [(2 * l + 1) ** 0.5 * group.irrep(l).matrix(points).mT.flatten(-2) for l in range(self.degree + 1)]
        return torch.cat(parts, -1)
