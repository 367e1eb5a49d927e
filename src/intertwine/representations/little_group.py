"""Irreducible representations of N |x H for a grid N of translations, by little groups (Wigner and Mackey).

A character of N is a wave exp(2 pi i k . n / L). H moves the waves; let H_k keep k, and t_x run over representatives of
the cosets of H_k, with k_x = t_x k. Every irreducible representation sigma of H_k gives one of the whole group,

    (n, h) e_x (x) v = exp(2 pi i k_y . n / L) e_y (x) sigma(t_y^-1 h t_x) v,        y = h x,

and one k from each orbit gives all of them, once. Its Frobenius-Schur indicator is the sum of the characters of
sigma(h^2) over those h that take k to -k, over the order of H_k.

Source: E. Wigner, Ann. Math. 40 (1939) 149; J.-P. Serre, Linear Representations of Finite Groups (1977), section 8.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.additive import Grid
from ..groups.base import Group
from ..groups.chevalley import real_vectors
from ..groups.elements import Element, take
from ..groups.permutation import PermutationGroup
from ..groups.semidirect import Semidirect
from .finite_irrep import FiniteIrrep, Irreducible, Reals
from .transversals import group_average, transversals

KINDS = {1: "real", 0: "complex", -1: "quaternionic"}


@dataclass(frozen=True, eq=False)
class Star:
    """A wave, those that the point group turns it into, and the group that keeps it.

    Attributes:
        waves: (cosets, d) k_x; the first is k.
        targets: (order of H, cosets) y = h x.
        residues: (order of H, cosets) the position of t_y^-1 h t_x in the little group.
        little: the elements of H that keep k, as a group.
        flips: positions in the little group of h^2 for those h that take k to -k.
    """

    waves: Tensor
    targets: Tensor
    residues: Tensor
    little: Group
    flips: Tensor


class LittleGroupIrrep(FiniteIrrep):
    """The representation that a wave and a representation of its little group induce."""

    def __init__(self, group: Semidirect, star: Star, sigma: Irreducible):
        wave = ",".join(map(str, star.waves[0].tolist()))
        size = int(star.little.order)
        indicator = round(float(sigma.character(take(star.little.elements(), star.flips)).real.sum()) / size)
        dim = len(star.waves) * sigma.dim
        super().__init__(group, dim, (), f"({wave}){sigma}", KINDS[indicator], is_complex=True)
        self.star, self.sigma, self._grid = star, sigma, group.normal

    @cached_property
    def _blocks(self) -> Tensor:
        """sigma(t_y^-1 h t_x), (order of H, cosets, d, d)."""
        return self.sigma.matrix(self.star.little.elements())[self.star.residues]

    def matrix(self, g: Element) -> Tensor:
        n, h = g
        place = self.group.point.index(h)  # type: ignore[attr-defined]
        lengths = torch.tensor(self._grid.lengths, dtype=torch.float64)  # type: ignore[union-attr]
        angle = 2 * torch.pi * (n[..., None, :].double() @ (self.star.waves / lengths).mT).squeeze(-2)
        phase = torch.polar(torch.ones_like(angle), angle)
        targets = self.star.targets[place]
        blocks = self._blocks[place] * torch.gather(phase, -1, targets.expand(phase.shape))[..., None, None]
        cosets, d = blocks.shape[-3], blocks.shape[-1]
        onto = torch.nn.functional.one_hot(targets.expand(phase.shape), cosets).to(blocks.dtype)  # (..., x, y)
        return torch.einsum("...xy,...xij->...yixj", onto, blocks).reshape(*onto.shape[:-2], cosets * d, cosets * d)


class RealForm(FiniteIrrep):
    """The irreducible real representation that a complex one belongs to.

    Of real type: in a basis of vectors that v -> S conj(v) fixes, where S commutes with the group. Of other types: on
    the coordinates (Re z, Im z).
    """

    def __init__(self, base: FiniteIrrep):
        dim = base.dim if base.type == "real" else 2 * base.dim
        super().__init__(base.group, dim, (base.key,), base.name, base.type)
        self.base = base

    @cached_property
    def _frame(self) -> Tensor:
        random = torch.Generator().manual_seed(0)
        x = torch.randn(self.base.dim, self.base.dim, generator=random, dtype=torch.complex128)

        def act(g: Element, x: Tensor) -> Tensor:
            m = self.base.matrix(g)
            return (m @ x @ m.mT).sum(0)  # conj(rho)^dagger = rho^T

        s = group_average(transversals(self.group), act, x + x.mT)
        return torch.from_numpy(real_vectors((s * (self.base.dim**0.5 / torch.linalg.norm(s))).numpy()))

    @property
    def commutant(self) -> Reals:  # type: ignore[override]
        if self.type != "complex":
            return super().commutant
        turn = np.kron(np.array([[0.0, -1.0], [1.0, 0.0]]), np.eye(self.base.dim))
        return np.stack([np.eye(self.dim), turn]).astype(np.float64)

    def matrix(self, g: Element) -> Tensor:
        z = self.base.matrix(g)
        if self.type == "real":
            return (self._frame.mH @ z @ self._frame).real
        return torch.cat([torch.cat([z.real, -z.imag], -1), torch.cat([z.imag, z.real], -1)], -2)


def has_little_groups(group: Group) -> bool:
    """Whether the group is N |x H for a grid N and a permutation group H."""
    if not isinstance(group, Semidirect) or not group.is_listable:
        return False
    return isinstance(group.normal, Grid) and isinstance(group.point, PermutationGroup)


@lru_cache(maxsize=64)
def little_group_irreps(group: Semidirect, real: bool) -> tuple[FiniteIrrep, ...]:
    """All of them, by dimension, the trivial one first; over the reals one of each pair of conjugates."""
    from .irreps_finite import finite_irreps

    found: list[FiniteIrrep] = []
    for star in _stars(group):
        found += [LittleGroupIrrep(group, star, sigma) for sigma in finite_irreps(star.little, real=False)]
    if real:
        found = [RealForm(rho) for rho in _one_of_each_pair(found)]
    return tuple(sorted(found, key=lambda rho: rho.dim))


def _one_of_each_pair(irreps: list[FiniteIrrep]) -> list[FiniteIrrep]:
    kept: list[FiniteIrrep] = []
    for rho in irreps:
        conjugate = rho.class_character.conj()
        if rho.type != "complex" or not any(np.abs(other.class_character - conjugate).max() < 1e-8 for other in kept):
            kept.append(rho)
    return kept


def _stars(group: Semidirect) -> list[Star]:
    """The orbits of waves.

    Raises:
        IntertwineError: for a group without `has_little_groups`.
    """
    grid, point = group.normal, group.point
    if not (isinstance(grid, Grid) and isinstance(point, PermutationGroup)):
        raise IntertwineError(f"little groups are found for a grid with a permutation group, not for {group}")
    lengths = torch.tensor(grid.lengths)
    turns = torch.linalg.inv(group.by.matrix(point.elements())).mT  # k . h^-1 n = (h^-T k) . n
    waves = grid.elements()
    moved = torch.einsum("hij,kj->hki", turns, waves.double() / lengths) * lengths
    moved = grid.index(moved.round().long() % lengths)  # (order of H, waves)
    seen = torch.zeros(len(waves), dtype=torch.bool)
    found = []
    for k in range(len(waves)):
        if not seen[k]:
            seen[moved[:, k]] = True
            found.append(_star(point, waves, moved, k, int(grid.index(-waves[k] % lengths))))
    return found


def _star(point: PermutationGroup, waves: Tensor, moved: Tensor, k: int, opposite: int) -> Star:
    elements = point.elements()
    orbit, place = torch.unique(moved[:, k], return_inverse=True)
    first = torch.full((len(orbit),), len(place)).scatter_reduce(0, place, torch.arange(len(place)), "amin")
    order = first.argsort()  # the identity comes first
    orbit, cosets = orbit[order], take(elements, first[order])
    targets = torch.searchsorted(orbit.sort().values, moved[:, orbit])
    targets = orbit.argsort()[targets]
    little = PermutationGroup(elements[moved[:, k] == k], f"little group of {waves[k].tolist()} in {point}")
    products = point.multiply(elements[:, None], cosets[None])
    residues = little.index(point.multiply(point.inverse(cosets[targets]), products))
    flipping = elements[moved[:, k] == opposite]
    flips = little.index(point.multiply(flipping, flipping)) if len(flipping) else torch.zeros(0, dtype=torch.int64)
    return Star(waves[orbit], targets, residues, little, flips)
