"""Symmetric and alternating powers."""

from __future__ import annotations

import itertools
import math
from functools import cached_property

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.elements import Element
from .base import Representation
from .structure import kron


class Power(Representation):
    """The symmetric or alternating power, on the orthonormal basis of (anti)symmetrised products e_i1 .. e_ik."""

    def __init__(self, base: Representation, k: int, *, alternating: bool):
        choose = itertools.combinations if alternating else itertools.combinations_with_replacement
        self.base, self.k, self.alternating = base, k, alternating
        self._indices = list(choose(range(base.dim), k))
        if not self._indices:
            raise IntertwineError(f"alt({base}, {k}) is zero: {base} has only {base.dim} dimensions")
        super().__init__(base.group, len(self._indices), (base.key, k, alternating), is_complex=base.is_complex)

    def label(self) -> str:
        return f"{'alt' if self.alternating else 'sym'}({self.base}, {self.k})"

    @property
    def dual(self) -> Representation:
        return Power(self.base.dual, self.k, alternating=self.alternating)

    @property
    def conj(self) -> Representation:
        return Power(self.base.conj, self.k, alternating=self.alternating)

    @cached_property
    def _steps(self) -> tuple[Tensor, ...]:
        """Isometries of every power in (the power before) (x) V, which climb to this one without the tensor power."""
        return tuple(_step(self.base.dim, j, self.alternating) for j in range(2, self.k + 1))

    def matrix(self, g: Element) -> Tensor:
        own = self.base.matrix(g)
        power = own
        for step in self._steps:
            step = step.to(own)
            power = step.mT @ kron(power, own) @ step
        return power

    def algebra(self, x: Element) -> Tensor:
        own = self.base.algebra(x)
        power, eye = own, torch.eye(self.base.dim, dtype=torch.float64)
        for step in self._steps:
            below = torch.eye(power.shape[-1], dtype=torch.float64)
            step = step.to(own)
            power = step.mT @ (kron(power, eye) + kron(below, own)) @ step
        return power

    @property
    def phase_order(self) -> int | None:
        order = self.base.phase_order
        return None if order is None else math.lcm(order, 2) if self.alternating else order

    @cached_property
    def _table(self) -> tuple[Tensor, Tensor]:
        """(dim, k) basis indices, and their codes in increasing order: basis indices are listed lexicographically."""
        indices = torch.tensor(self._indices).reshape(self.dim, self.k)
        return indices, self._encode(indices)

    def _encode(self, indices: Tensor) -> Tensor:
        return (indices * self.base.dim ** torch.arange(self.k - 1, -1, -1)).sum(-1)

    def permutation(self, g: Element) -> Tensor:
        indices, codes = self._table
        return torch.searchsorted(codes, self._encode(self.base.permutation(g)[..., indices].sort(-1).values))

    def phases(self, g: Element) -> Tensor:
        indices, _ = self._table
        order = self.phase_order or 1
        total = self.base.phases(g)[..., indices].sum(-1) * (order // (self.base.phase_order or 1))
        if self.alternating:
            moved = self.base.permutation(g)[..., indices]
            inversions = (moved[..., :, None] > moved[..., None, :]).triu(1).sum((-2, -1))
            total = total + inversions * (order // 2)
        return total % order


def sym(rho: Representation, k: int) -> Representation:
    """The k-th symmetric power, of dimension binomial(dim + k - 1, k)."""
    return _power(rho, k, alternating=False)


def alt(rho: Representation, k: int) -> Representation:
    """The k-th alternating power, of dimension binomial(dim, k)."""
    return _power(rho, k, alternating=True)


def _power(rho: Representation, k: int, *, alternating: bool) -> Representation:
    if not isinstance(k, int) or k < 0:
        raise IntertwineError(f"a power is a non-negative integer, got {k!r}")
    if k < 2:
        return rho if k else rho.group.trivial
    return Power(rho, k, alternating=alternating)


def _step(dim: int, j: int, alternating: bool) -> Tensor:
    """The inclusion of the j-th power in (the power below) (x) V, orthonormal columns; rows split off one factor."""
    choose = itertools.combinations if alternating else itertools.combinations_with_replacement
    below = {chosen: k for k, chosen in enumerate(choose(range(dim), j - 1))}
    chosen_above = list(choose(range(dim), j))
    out = torch.zeros(len(below) * dim, len(chosen_above), dtype=torch.float64)
    for column, chosen in enumerate(chosen_above):
        for place, last in enumerate(chosen):
            row = below[chosen[:place] + chosen[place + 1 :]] * dim + last
            sign = -1.0 if alternating and (j - 1 - place) % 2 else 1.0
            out[row, column] = sign * (chosen.count(last) / j) ** 0.5
    return out
