"""Representations that permute the basis vectors up to roots of unity."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from ..groups.base import Group
from ..groups.elements import Element, leaves, tree_map
from .base import Representation


def tangent_batch(group: Group, x: Element) -> torch.Size:
    """Batch axes of Lie algebra elements."""
    leaf, basis = leaves(x)[0], leaves(group.algebra)[0]
    return leaf.shape[: leaf.ndim - basis.ndim + 1]


class Monomial(Representation):
    """A representation given by how it permutes the basis vectors, and by phases where `phases` is overridden."""

    @property
    def phase_order(self) -> int:
        return 1

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return True

    def matrix(self, g: Element) -> Tensor:
        permutation = self.permutation(g)
        values = self._values(g, permutation.shape)
        zero = torch.zeros(*permutation.shape, self.dim, dtype=values.dtype, device=permutation.device)
        return zero.scatter(-2, permutation[..., None, :], values[..., None, :])

    def algebra(self, x: Element) -> Tensor:
        """Zero: permutations and roots of unity cannot move continuously."""
        return torch.zeros(*tangent_batch(self.group, x), self.dim, self.dim, dtype=torch.float64)

    def apply(self, g: Element, x: Tensor) -> Tensor:
        self._check_features(x)
        permutation = self.permutation(g).to(x.device)
        shape = np.broadcast_shapes(permutation.shape, x.shape)
        values = x.expand(shape)
        if self.phase_order != 1:
            factor = self._values(g, permutation.shape).to(x.device)
            values = values * (factor.to(x.dtype) if not factor.is_complex() or x.is_complex() else factor)
        return torch.gather(values, -1, permutation.argsort(-1).expand(shape))

    def character(self, g: Element) -> Tensor:
        permutation = self.permutation(g)
        fixed = permutation == torch.arange(self.dim, device=permutation.device)
        return (fixed * self._values(g, permutation.shape)).sum(-1)

    def _values(self, g: Element, shape: torch.Size) -> Tensor:
        if self.phase_order == 1:
            return torch.ones(shape, dtype=torch.float64)
        return roots_of_unity(self.phase_order)[self.phases(g)]


@cache
def roots_of_unity(order: int) -> Tensor:
    """exp(2 pi i k / order) for k < order: exact +-1 for order 2, complex128 above."""
    if order <= 2:
        return torch.tensor([1.0, -1.0], dtype=torch.float64)[:order]
    angle = 2 * torch.pi * torch.arange(order, dtype=torch.float64) / order
    values = torch.complex(angle.cos(), angle.sin())
    exact = torch.view_as_real(values)
    near = (exact * 2).round() / 2
    return torch.view_as_complex(torch.where((exact - near).abs() < 1e-12, near, exact))


def insert_axis(group: Group, g: Element) -> Element:
    """Add a batch axis of length 1 after the existing ones."""
    return tree_map(lambda leaf, unit: leaf.unsqueeze(leaf.ndim - unit.ndim), g, group.identity)
