"""Irreducible representations of the alternating groups, from Young's orthogonal form.

A shape and its mirror image (rows for columns) give one representation of A(n). A shape that is its own mirror image
gives two halves: J e_T = sign(T) e_T', with T' the transposed tableau, commutes with every even permutation. When J^2
= 1 the halves are its eigenspaces, over the reals; when J^2 = -1 they are complex and conjugate to each other.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..groups.base import Group
from ..groups.catalogue import A, S
from ..groups.elements import Element
from ..groups.permutation import PermutationGroup
from .base import Representation
from .finite_irrep import Complexified, FiniteIrrep, Reals
from .partitions import conjugate, partitions
from .young import YoungIrrep, tableau_transposes


class AlternatingIrrep(FiniteIrrep):
    """The representation of A(n) that a shape gives, or the half of it where J = half, or i half.

    A complex half is given on its own when `is_complex`, both as one real representation otherwise (half = 0).
    """

    def __init__(self, group: Group, young: YoungIrrep, half: int, kind: str, *, is_complex: bool = False):
        name = young.name + {0: "", 1: "+", -1: "-"}[half]
        dim = young.dim // 2 if half else young.dim
        super().__init__(group, dim, (is_complex,), name, kind, is_complex=is_complex)
        self.young, self.half = young, half

    @property
    def conj(self) -> Representation:
        if not self.is_complex:
            return self
        return AlternatingIrrep(self.group, self.young, -self.half, self.type, is_complex=True)

    @property
    def real(self) -> FiniteIrrep:
        return AlternatingIrrep(self.group, self.young, 0, self.type) if self.is_complex else self

    @property
    def commutant(self) -> Reals:  # type: ignore[override]
        one = np.eye(self.dim)
        return np.stack([one, _associator(self.young)]) if self.type == "complex" and not self.half else one[None]

    @property
    def _basis(self) -> tuple[Tensor, Tensor, Tensor]:
        """Basis vectors (e_T + f e_T') / sqrt 2 of a half: the places of T and T', and f."""
        place, signs = tableau_transposes(self.young.shape)
        first = np.flatnonzero(np.arange(len(place)) < place)
        factor = torch.from_numpy(self.half * signs[first])
        if self.is_complex:  # J e_T = sign e_T' and J e_T' = -sign e_T: eigenvalue i half on e_T - i half sign e_T'
            factor = -1j * factor
        return torch.from_numpy(first), torch.from_numpy(place[first]), factor

    def matrix(self, g: Element) -> Tensor:
        whole = self.young.matrix(g)
        if not self.half:
            return whole
        first, second, factor = (t.to(whole.device) for t in self._basis)
        columns = whole[..., first] + whole[..., second] * factor
        return (columns[..., first, :] + columns[..., second, :] * factor.conj()[:, None]) / 2


def _associator(young: YoungIrrep) -> Reals:
    """J."""
    place, signs = tableau_transposes(young.shape)
    out = np.zeros((young.dim, young.dim))
    out[place, np.arange(young.dim)] = signs
    return out


def is_alternating(group: Group) -> bool:
    """Whether the group is A(n) of the catalogue."""
    return isinstance(group, PermutationGroup) and group.name == f"A({group.degree})" and group == A(group.degree)


@lru_cache(maxsize=64)
def alternating_irreps(n: int, real: bool) -> tuple[FiniteIrrep, ...]:
    """All of A(n), by dimension, the trivial one first; a shape stands for itself and its mirror image."""
    found: list[FiniteIrrep] = []
    group = A(n)
    for shape in partitions(n):
        young, mirror = YoungIrrep(S(n), shape), conjugate(shape)
        if n < 2 or shape > mirror:
            whole = AlternatingIrrep(group, young, 0, "real")
            found.append(whole if real else Complexified(whole))
        elif shape == mirror:
            place, signs = tableau_transposes(shape)
            if signs[0] * signs[place[0]] > 0:
                halves = [AlternatingIrrep(group, young, half, "real") for half in (1, -1)]
                found += halves if real else [Complexified(rho) for rho in halves]
            elif real:
                found.append(AlternatingIrrep(group, young, 0, "complex"))
            else:
                found += [AlternatingIrrep(group, young, half, "complex", is_complex=True) for half in (1, -1)]
    return tuple(sorted(found, key=lambda rho: rho.dim))
