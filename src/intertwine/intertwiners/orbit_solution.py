"""The answer of the orbit route: one basis map an orbit, drawn as a picture of shared weights."""

from __future__ import annotations

import math
from functools import cached_property

import torch
from torch import Tensor

from .solution import Constants, Solution


class OrbitSolution(Solution):
    """Basis maps with disjoint supports: entry (b, a) of W_k is w^phases[b, a] / sqrt(sizes[k]) where labels = k.

    So W(c)[b, a] = w^phases[b, a] c[k] / sqrt(sizes[k]) with k = labels[b, a] and w = exp(2 pi i / order), and 0 where
    the label is -1: there the group asks an entry to equal a multiple of itself. The maps are orthonormal because
    their supports do not meet. Orbits are counted by their first entry in row-major order, where the phase is 0.
    """

    route = "orbits"
    labels: Tensor
    """(dim B, dim A) int32, -1 where every equivariant map vanishes."""
    phases: Tensor | None
    """(dim B, dim A) small integers modulo `order`; None when all are 0 and no entry vanishes."""
    sizes: Tensor
    """(dim,) int64: entries in each orbit."""
    order: int
    """1 for permutations, 2 for signed ones, k for powers of exp(2 pi i / k); complex above 2."""

    def __init__(self, labels: Tensor, phases: Tensor | None, sizes: Tensor, order: int):
        self.labels = labels
        self.phases = phases
        self.sizes = sizes
        self.order = order
        self.shape = (labels.shape[0], labels.shape[1])
        self.dim = len(sizes)
        self.is_complex = order > 2

    def constants(self) -> Constants:
        """`labels` (dim B, dim A) integers, `scale` (dim,) and, unless all phases are 0, `pattern` (dim B, dim A)."""
        return self._constants

    def matrix(self, coefficients: Tensor, constants: Constants | None = None) -> Tensor:
        constants = self.resolve(constants, coefficients)
        if self.dim == 0:
            return coefficients.new_zeros(*coefficients.shape[:-1], *self.shape)
        scaled = coefficients * constants["scale"]
        entries = scaled.index_select(-1, constants["labels"].flatten()).unflatten(-1, self.shape)
        return entries * constants["pattern"] if "pattern" in constants else entries

    def basis(self) -> Tensor:
        """Each entry is written once, to the map of its orbit."""
        if not self.dim:
            return torch.zeros(0, *self.shape, dtype=torch.complex128 if self.is_complex else torch.float64)
        labels = self._constants["labels"].flatten().long()
        values = self._constants["scale"].index_select(0, labels)
        if "pattern" in self._constants:
            values = values * self._constants["pattern"].flatten()
        out = values.new_zeros(self.dim * len(labels))
        out[labels * len(labels) + torch.arange(len(labels))] = values
        return out.view(self.dim, *self.shape)

    def coefficients(self, matrix: Tensor) -> Tensor:
        if self.is_complex and not matrix.is_complex():
            matrix = matrix.to(torch.complex64 if matrix.dtype == torch.float32 else torch.complex128)
        batch = matrix.shape[:-2]
        if self.dim == 0:
            return matrix.new_zeros(*batch, 0)
        constants = self.resolve(None, matrix)
        entries = matrix * constants["pattern"].conj() if "pattern" in constants else matrix
        sums = matrix.new_zeros(*batch, self.dim).index_add(-1, constants["labels"].flatten(), entries.flatten(-2))
        return sums * constants["scale"]

    @cached_property
    def _constants(self) -> Constants:
        scale = self.sizes.to(torch.float64).rsqrt()
        if self.phases is None:
            return {"labels": self.labels, "scale": scale}
        pattern = _roots_of_unity(self.order)[self.phases.long()] * (self.labels >= 0)
        return {"labels": self.labels.clamp(min=0), "scale": scale, "pattern": pattern}


def _roots_of_unity(order: int) -> Tensor:
    """w^0 .. w^(order-1) for w = exp(2 pi i / order): float64 up to order 2, complex128 above."""
    if order <= 2:
        return torch.tensor([1.0, -1.0], dtype=torch.float64)[:order]
    powers = torch.arange(order, dtype=torch.float64)
    roots = torch.polar(torch.ones_like(powers), 2 * math.pi / order * powers)
    # Quarter turns are exact: the floating-point cosine of a right angle is 6e-17.
    quarters = torch.arange(order) * 4 % order == 0
    roots[quarters] = torch.view_as_complex(torch.view_as_real(roots[quarters]).round())
    return roots
