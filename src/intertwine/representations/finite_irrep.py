"""What an irreducible representation of a finite group knows beyond its matrices: its type, characters, real form."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element, take
from .base import Representation
from .monomial import tangent_batch
from .transversals import class_representatives, group_average, transversals

Reals = NDArray[np.float64]


class Irreducible(Representation):
    """What an irreducible representation knows beyond its matrices, over the reals or (`is_complex`) complex numbers.

    Attributes:
        type: "real", "complex" or "quaternionic": the algebra of the real matrices that commute with the real form.
    """

    type: str

    @property
    def real(self) -> Irreducible:
        """The irreducible real representation it belongs to: itself, or one of twice the dimension for other types."""
        if not self.is_complex:
            return self
        from .irreps_finite import finite_irreps

        own = self.class_character
        for rho in finite_irreps(self.group, real=True):
            if np.abs(class_product(self.group, own, rho.class_character)) > 0.5:
                return rho
        raise IntertwineError(f"the real form of {self} of {self.group} was not found; please report it")

    @cached_property
    def class_character(self) -> NDArray[Any]:
        """The character on every conjugacy class of a finite group, in the order of `class_representatives`."""
        return self.character(class_representatives(self.group)[0]).numpy()

    @cached_property
    def characters(self) -> tuple[int, ...]:
        """Positions in the character table of the irreducible complex constituents, with their multiplicity."""
        from .character_table import character_table

        table = character_table(self.group)
        first = self.group.class_table[0]
        own = self.character(take(self.group.elements(), first)).numpy()
        counts = np.real(table.values.conj() @ (own * table.sizes)).round() / int(self.group.order)
        return tuple(k for k, count in enumerate(counts.round().astype(int)) for _ in range(count))

    @cached_property
    def commutant(self) -> Reals:
        """The real matrices that commute with a real one, see `commutant`."""
        return commutant(self, {"real": 1, "complex": 2, "quaternionic": 4}[self.type])


class FiniteIrrep(Irreducible):
    """An irreducible representation of a finite group by orthogonal or unitary matrices, with a name."""

    def __init__(self, group: Group, dim: int, key: tuple[Any, ...], name: str, kind: str, *, is_complex: bool = False):
        super().__init__(group, dim, (name, *key), is_complex=is_complex)
        self.name, self.type = name, kind

    def label(self) -> str:
        return self.name

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return True

    def algebra(self, x: Element) -> Tensor:
        """Zero: a finite group has no Lie algebra."""
        return torch.zeros(*tangent_batch(self.group, x), self.dim, self.dim, dtype=torch.float64)


class Complexified(FiniteIrrep):
    """A real representation of real type on complex vectors."""

    def __init__(self, base: FiniteIrrep):
        super().__init__(base.group, base.dim, (base.key,), base.name, "real", is_complex=True)
        self.base = base

    @property
    def real(self) -> FiniteIrrep:
        return self.base

    @property
    def conj(self) -> Representation:
        return self

    @property
    def class_character(self) -> NDArray[Any]:  # type: ignore[override]
        return self.base.class_character

    def matrix(self, g: Element) -> Tensor:
        return self.base.matrix(g).to(torch.complex128)

    def apply(self, g: Element, x: Tensor) -> Tensor:
        return self.base.apply(g, x if x.is_complex() else x.to(torch.promote_types(x.dtype, torch.cfloat)))

    def character(self, g: Element) -> Tensor:
        return self.base.character(g).to(torch.complex128)

    @property
    def phase_order(self) -> int | None:
        return self.base.phase_order

    def permutation(self, g: Element) -> Tensor:
        return self.base.permutation(g)

    def phases(self, g: Element) -> Tensor:
        return self.base.phases(g)


def class_product(group: Group, a: NDArray[Any], b: NDArray[Any]) -> Any:
    """<a, b> = (1/|G|) sum_g conj(a(g)) b(g), over the last axis, of functions on the classes."""
    sizes = class_representatives(group)[1]
    return (np.conj(a) * (sizes / float(group.order))) @ b


def commutant(rho: Representation, size: int) -> Reals:
    """An orthonormal basis (up to the factor dim) of the matrices that commute with an irreducible real representation.

    (1,), (1, J) or (1, I, J, K), shape (size, dim, dim): all but the first are antisymmetric and square to -1. Over
    the complex numbers there is only the first.
    """
    found = [np.eye(rho.dim)]
    if rho.is_complex or size == 1:
        return np.stack(found)

    def conjugate(g: Element, x: Tensor) -> Tensor:
        m = rho.matrix(g)
        return (m @ x @ m.mT).sum(0)

    random = np.random.default_rng(0)
    for _ in range(size // 2):
        x = random.standard_normal((rho.dim, rho.dim))
        x = group_average(transversals(rho.group), conjugate, torch.from_numpy(x - x.T)).numpy()
        for unit in found:
            x = x - unit * (np.vdot(unit, x) / rho.dim)
        found.append((x - x.T) / np.linalg.norm(x - x.T) * rho.dim**0.5)
    if size == 4:
        found.append(found[1] @ found[2])
    return np.stack(found)
