"""Matrix Lie groups: a Lie algebra basis, one element for each further component, and a law to sample from."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from .base import Group, RootData
from .elements import Element, digest

Sampler = Callable[[int, torch.Generator | None], Tensor]
Predicate = Callable[[Tensor], Tensor]


class LieGroup(Group):
    """A group of n x n matrices, as data.

    Args:
        name: what it prints as. Groups are equal when name, algebra and components are.
        algebra: (dim, n, n) basis of the Lie algebra, real or complex matrices (real coefficients). The catalogue's are
            orthogonal with trace(X^dagger X) = 2, so that the adjoint representation of a compact group is orthogonal.
        components: (k, n, n) representatives that generate the further connected components.
        sampler: draws elements; Haar when compact. For a non-compact group it draws k exp(P), with k Haar in the
            maximal compact subgroup and P a symmetric element of the algebra whose spectral norm is uniform in [0, 1]
            (for the Lorentz group: a rotation times a boost of rapidity up to 1).
        residual: how far each matrix of a batch is from satisfying the group's equations.
        roots: simple raising operators, when the group is reductive.
        key: what the algebra and the components follow from, for a group that is cheaper to compare by that.

    Without a Lie algebra, as in SO(1) and O(1), the group is finite: what its components generate.
    """

    def __init__(
        self,
        name: str,
        algebra: Tensor,
        *,
        components: Tensor | None = None,
        sampler: Sampler,
        residual: Predicate,
        roots: RootData | None = None,
        is_compact: bool = True,
        key: tuple[Any, ...] | None = None,
    ):
        parts = algebra[:0] if components is None else components.to(algebra.dtype)
        key = (tuple(algebra.shape), digest(algebra), digest(parts)) if key is None else key
        super().__init__(name, ("lie", name, *key))
        self.size = algebra.shape[-1]
        self._algebra, self._sampler, self._residual = algebra, sampler, residual
        self.dtype = algebra.dtype
        self.generators = tuple(parts)
        self.generator_names = tuple("pqrstuvw"[: len(self.generators)])
        self.roots, self.is_compact = roots, is_compact

    @cached_property
    def algebra(self) -> Element:  # type: ignore[override]
        return self._algebra

    @property
    def identity(self) -> Element:
        return torch.eye(self.size, dtype=self.dtype)

    def multiply(self, g: Element, h: Element) -> Element:
        return g @ h

    def inverse(self, g: Element) -> Element:
        return torch.linalg.inv(g)

    def exp(self, x: Element) -> Element:
        return torch.linalg.matrix_exp(x)

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Element:
        return self._sampler(n, generator)

    def as_matrix(self, g: Element) -> Tensor:
        """Elements as matrices of the size of the Lie algebra's, (..., n, n), where the two differ."""
        return g  # type: ignore[return-value]

    def contains(self, g: Element, tolerance: float = 1e-9) -> Tensor:
        self.batch_shape(g)
        scale = torch.linalg.matrix_norm(g, ord=2).clamp(min=1.0) ** 2
        return self._residual(g) <= tolerance * scale

    @cached_property
    def _coordinate_functions(self) -> Tensor:
        """(n * n, dim): coordinates of a flattened matrix of the complexified Lie algebra."""
        return torch.linalg.pinv(self._algebra.flatten(1).to(torch.complex128))

    @cached_property
    def order(self) -> int | float:  # type: ignore[override]
        return math.inf if len(self._algebra) else len(self._elements)

    @cached_property
    def _elements(self) -> Element:
        found, start = self.identity[None], 0
        while start < len(found):
            reached = [s @ g for g in found[start:] for s in self.generators]
            start = len(found)
            for g in reached:
                if not bool((found == g).flatten(1).all(1).any()):
                    found = torch.cat([found, g[None]])
        return found

    def index(self, g: Element) -> Tensor:
        if not self.is_listable:
            return super().index(g)
        distance = (g[..., None, :, :] - self.elements()).abs().amax((-2, -1))
        nearest = distance.min(-1)
        if float(nearest.values.max()) > 1e-9:
            raise IntertwineError(f"not all matrices are elements of {self}")
        return nearest.indices

    def coordinates(self, x: Tensor) -> Tensor:
        """Coefficients of (possibly complexified) Lie algebra elements in the basis: (..., n, n) -> (..., dim).

        Raises:
            IntertwineError: when x is not in the complexified Lie algebra.
        """
        basis = self._algebra.flatten(1).to(torch.complex128)
        target = x.flatten(-2).to(torch.complex128)
        solution = target @ self._coordinate_functions
        miss = (solution @ basis - target).abs()
        if miss.numel() and float(miss.max()) > 1e-8 * max(1.0, float(target.abs().max())):
            raise IntertwineError(f"the matrix is not in the Lie algebra of {self}")
        return solution if x.is_complex() and self.dtype == torch.float64 else _drop_imaginary(solution)


def _drop_imaginary(x: Tensor) -> Tensor:
    return x.real if float(x.imag.abs().max() if x.numel() else 0.0) < 1e-9 else x


def haar(n: int, size: int, generator: torch.Generator | None, *, is_complex: bool = False) -> Tensor:
    """Haar measure on O(size) or U(size): the unitary polar factor of a Gaussian matrix, (n, size, size)."""
    dtype = torch.complex128 if is_complex else torch.float64
    q, r = torch.linalg.qr(torch.randn(n, size, size, generator=generator, dtype=dtype))
    diagonal = r.diagonal(dim1=-2, dim2=-1)
    return q * (diagonal / diagonal.abs())[:, None, :]


def unit_determinant(g: Tensor) -> Tensor:
    """Divide the first column by the determinant (of modulus 1), which keeps Haar measure."""
    return torch.cat([g[..., :1] / torch.linalg.det(g)[..., None, None], g[..., 1:]], dim=-1)


def bounded_positive(symmetric: Tensor, n: int, generator: torch.Generator | None) -> Tensor:
    """exp(P) with P a random combination of the given Hermitian matrices, its spectral norm uniform in [0, 1]."""
    weights = torch.randn(n, len(symmetric), generator=generator, dtype=torch.float64)
    p = torch.einsum("nk,kij->nij", weights.to(symmetric.dtype), symmetric)
    radius = torch.rand(n, generator=generator, dtype=torch.float64)
    return torch.linalg.matrix_exp(p * (radius / torch.linalg.matrix_norm(p, ord=2))[:, None, None])
