"""What a representation is: a group acting linearly on R^n or C^n."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group, on_cpu
from ..groups.elements import Element

if TYPE_CHECKING:
    from ..groups.subgroups import Embedding
    from ..intertwiners.hom import Hom
    from .decompose import Decomposition

hom_constructor: Any = None
"""What `rho >> sigma` calls. The intertwiners package, which is built on this one, sets it."""


class Representation(ABC):
    """rho: G -> GL(n). A specification: it prints as mathematics, compares by value and computes when asked.

    A representation is monomial when every rho(g) permutes the basis vectors up to roots of unity,
    rho(g) e_i = w^phase[i] e_permutation[i] with w = exp(2 pi i / phase_order). Order 1 is a permutation
    representation, order 2 a signed one.
    """

    group: Group
    dim: int
    is_complex: bool = False

    def __init__(self, group: Group, dim: int, key: tuple[Any, ...], *, is_complex: bool = False):
        self.group, self.dim, self.is_complex = group, dim, is_complex
        self.key = (type(self).__name__, group.key, *key)
        self._hash = hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Representation) and self._hash == other._hash and self.key == other.key
        )

    def __hash__(self) -> int:
        return self._hash

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._hash = hash(self.key)  # strings hash differently in every process

    def __repr__(self) -> str:
        return self.label()

    @abstractmethod
    def label(self) -> str:
        """How it is written."""

    # --- the action ----------------------------------------------------------------------------------------------

    @abstractmethod
    def matrix(self, g: Element) -> Tensor:
        """rho(g), (..., dim, dim), float64 or complex128."""

    @abstractmethod
    def algebra(self, x: Element) -> Tensor:
        """The derivative d rho(x) of Lie algebra elements, (..., dim, dim); complex-linear in x."""

    def apply(self, g: Element, x: Tensor) -> Tensor:
        """rho(g) x for x (..., dim), over broadcast batches of g and x; keeps the dtype of x."""
        self._check_features(x)
        matrix = self.matrix(g).to(x.device)
        dtype = x.dtype if x.is_complex() or not matrix.is_complex() else torch.promote_types(x.dtype, torch.cfloat)
        return (matrix.to(dtype) @ x.to(dtype)[..., None]).squeeze(-1)

    def _check_features(self, x: Tensor) -> None:
        if x.ndim == 0 or x.shape[-1] != self.dim:
            raise IntertwineError(
                f"{self} of {self.group} has dimension {self.dim}, but the last axis of x has shape {tuple(x.shape)}"
            )

    def _over_batch(self, g: Element, x: Tensor) -> Tensor:
        """x repeated (as a view) over the batch axes of g that it lacks."""
        self._check_features(x)
        return x.expand(*np.broadcast_shapes(self.group.batch_shape(g), x.shape[:-1]), self.dim)

    def character(self, g: Element) -> Tensor:
        """trace rho(g), (...)."""
        return self.matrix(g).diagonal(dim1=-2, dim2=-1).sum(-1)

    # --- monomial representations ------------------------------------------------------------------------------------

    @property
    def phase_order(self) -> int | None:
        """k when the representation is monomial with k-th roots of unity, None when it is not monomial."""
        return None

    def permutation(self, g: Element) -> Tensor:
        """(..., dim) int64: e_i goes to a multiple of e_permutation[i]."""
        raise IntertwineError(f"{self} of {self.group} is not monomial")

    def phases(self, g: Element) -> Tensor:
        """(..., dim) int64 exponents modulo phase_order."""
        return torch.zeros_like(self.permutation(g))

    @property
    def is_monomial(self) -> bool:
        """Whether every matrix permutes the basis vectors up to roots of unity."""
        return self.phase_order is not None

    @property
    def is_permutation(self) -> bool:
        """Whether every matrix permutes the basis vectors."""
        return self.phase_order == 1

    # --- properties ---------------------------------------------------------------------------------------------------

    @cached_property
    @on_cpu
    def is_unitary(self) -> bool:
        """Whether every matrix is unitary, to 1e-9, on generators and on the Lie algebra."""
        eye = torch.eye(self.dim, dtype=torch.float64)
        close = [_largest(m.mH @ m - eye) < 1e-9 for m in map(self.matrix, self.group.generators)]
        if self.group.algebra_dim:
            x = self.algebra(self.group.algebra)
            close.append(_largest(x + x.mH) < 1e-9 * max(1.0, _largest(x)))
        return all(close)

    @property
    def is_orthogonal(self) -> bool:
        """Whether every matrix is real and orthogonal."""
        return not self.is_complex and self.is_unitary

    @cached_property
    @on_cpu
    def is_trivial(self) -> bool:
        """Whether every element acts as the identity."""
        eye = torch.eye(self.dim, dtype=torch.float64)
        still = all(_largest(self.matrix(g) - eye) < 1e-9 for g in self.group.generators)
        if still and self.group.algebra_dim:
            still = _largest(self.algebra(self.group.algebra)) < 1e-9
        return still

    @cached_property
    def is_faithful(self) -> bool:
        """Whether only the identity acts as the identity."""
        from .faithful import is_faithful

        return is_faithful(self)

    # --- algebra of representations ------------------------------------------------------------------------------

    def __add__(self, other: Representation) -> Representation:
        """Direct sum."""
        from .structure import direct_sum

        return direct_sum([(self, 1), (other, 1)])

    def __rmul__(self, multiplicity: int) -> Representation:
        """k rho: the direct sum of k copies."""
        from .structure import direct_sum

        if not isinstance(multiplicity, int) or multiplicity < 1:
            raise IntertwineError(f"a multiplicity is a positive integer, got {multiplicity!r}")
        return direct_sum([(self, multiplicity)])

    def __mul__(self, other: Representation) -> Representation:
        """Tensor product, index order of torch.kron: the last factor runs fastest."""
        from .structure import tensor_product

        if not isinstance(other, Representation):
            raise IntertwineError(f"cannot multiply {self} with {other!r}; copies are written {other!r}*rho")
        return tensor_product([self, other])

    def __pow__(self, k: int) -> Representation:
        """Tensor power; rho**0 is the trivial representation."""
        from .structure import tensor_product

        if not isinstance(k, int) or k < 0:
            raise IntertwineError(f"a tensor power is a non-negative integer, got {k!r}")
        return tensor_product([self] * k) if k else self.group.trivial

    @property
    def dual(self) -> Representation:
        """The dual, g -> rho(g^-1)^T; itself when rho is orthogonal, the conjugate when it is unitary."""
        from .structure import Dual

        if self.is_unitary:
            return self.conj
        return Dual(self)

    @property
    def conj(self) -> Representation:
        """The complex conjugate; itself when rho is real."""
        from .structure import Conjugate

        return Conjugate(self) if self.is_complex else self

    def decompose(self) -> Decomposition:
        """Irreducible constituents with multiplicities, and the change of basis that shows them."""
        from .decompose import decompose

        return decompose(self)

    def restrict(self, subgroup: Group | Embedding) -> Representation:
        """The restriction to a subgroup, by its natural embedding or by one given explicitly."""
        from .derived import restricted

        return restricted(self, subgroup)

    def __rshift__(self, other: Representation) -> Hom:
        """All equivariant linear maps from this representation to another of the same group."""
        if not isinstance(other, Representation) or other.group != self.group:
            where = other.group if isinstance(other, Representation) else other
            raise IntertwineError(f"maps go between representations of one group, got {self.group} and {where}")
        return hom_constructor(self, other)


def _largest(x: Tensor) -> float:
    return float(x.abs().max()) if x.numel() else 0.0
