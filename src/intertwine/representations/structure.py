"""Sums, tensor products, duals and conjugates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.elements import Element
from ..groups.lie import LieGroup
from .base import Representation
from .leaves import Trivial

Terms = Sequence[tuple[Representation, int]]


def direct_sum(terms: Terms) -> Representation:
    """Flatten nested sums, join equal neighbours, drop empty ones; a single term stays itself."""
    flat: list[tuple[Representation, int]] = []
    for rho, count in terms:
        for part, inner in rho.terms if isinstance(rho, Sum) and count == 1 else [(rho, count)]:
            if flat and flat[-1][0] == part:
                flat[-1] = (part, flat[-1][1] + inner)
            elif inner:
                flat.append((part, inner))
    if len({rho.group for rho, _ in terms}) > 1:
        raise IntertwineError(f"cannot add representations of {terms[0][0].group} and {terms[-1][0].group}")
    if not flat:
        raise IntertwineError("a direct sum needs at least one term with a positive multiplicity")
    return flat[0][0] if len(flat) == 1 and flat[0][1] == 1 else Sum(flat)


def tensor_product(factors: Sequence[Representation]) -> Representation:
    """Flatten nested products and drop trivial factors; a single factor stays itself."""
    if len({rho.group for rho in factors}) > 1:
        raise IntertwineError(
            f"cannot multiply representations of {factors[0].group} and {factors[-1].group}; representations of the "
            "factors of a product group are lifted to it first, (G*H).lift(rho)"
        )
    flat = [part for rho in factors for part in (rho.factors if isinstance(rho, TensorProduct) else (rho,))]
    kept = [rho for rho in flat if not isinstance(rho, Trivial)]
    if len(kept) < 2:
        return kept[0] if kept else flat[0]
    return TensorProduct(kept)


def _common_phase_order(parts: Sequence[Representation]) -> int | None:
    orders = [rho.phase_order for rho in parts]
    return None if None in orders else math.lcm(*[order for order in orders if order is not None])


class Sum(Representation):
    """m1 rho1 + m2 rho2 + ..., block diagonal; the copies of one term follow each other."""

    def __init__(self, terms: Terms):
        self.terms = tuple(terms)
        super().__init__(
            self.terms[0][0].group,
            sum(count * rho.dim for rho, count in self.terms),
            tuple((rho.key, count) for rho, count in self.terms),
            is_complex=any(rho.is_complex for rho, _ in self.terms),
        )

    def label(self) -> str:
        parts = []
        for rho, count in self.terms:
            inner = f"({rho})" if isinstance(rho, Sum) else f"{rho}"
            parts.append(inner if count == 1 else f"{count}x{inner}")
        return " + ".join(parts)

    @cached_property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return all(rho.is_unitary for rho, _ in self.terms)

    @property
    def dual(self) -> Representation:
        return direct_sum([(rho.dual, count) for rho, count in self.terms])

    @property
    def conj(self) -> Representation:
        return direct_sum([(rho.conj, count) for rho, count in self.terms])

    def _assemble(self, blocks: list[Tensor]) -> Tensor:
        shape = np.broadcast_shapes(*(block.shape[:-2] for block in blocks))
        dtype = torch.complex128 if any(block.is_complex() for block in blocks) else torch.float64
        out = torch.zeros(*shape, self.dim, self.dim, dtype=dtype, device=blocks[0].device)
        start = 0
        for (rho, count), block in zip(self.terms, blocks, strict=True):
            for _ in range(count):
                out[..., start : start + rho.dim, start : start + rho.dim] = block
                start += rho.dim
        return out

    def matrix(self, g: Element) -> Tensor:
        return self._assemble([rho.matrix(g) for rho, _ in self.terms])

    def algebra(self, x: Element) -> Tensor:
        return self._assemble([rho.algebra(x) for rho, _ in self.terms])

    def apply(self, g: Element, x: Tensor) -> Tensor:
        x = self._over_batch(g, x)
        parts = x.split([count * rho.dim for rho, count in self.terms], dim=-1)
        out = []
        for (rho, count), part in zip(self.terms, parts, strict=True):
            copies = part.unflatten(-1, (count, rho.dim)).movedim(-2, 0)
            out.append(rho.apply(g, copies).movedim(0, -2).flatten(-2))
        return torch.cat(out, -1)

    def character(self, g: Element) -> Tensor:
        return torch.stack([count * rho.character(g) for rho, count in self.terms]).sum(0)

    @property
    def phase_order(self) -> int | None:
        return _common_phase_order([rho for rho, _ in self.terms])

    def _concatenate(self, parts: list[Tensor], shift: bool) -> Tensor:
        out, start = [], 0
        for (rho, count), part in zip(self.terms, parts, strict=True):
            for _ in range(count):
                out.append(part + start if shift else part)
                start += rho.dim
        return torch.cat(out, -1)

    def permutation(self, g: Element) -> Tensor:
        return self._concatenate([rho.permutation(g) for rho, _ in self.terms], shift=True)

    def phases(self, g: Element) -> Tensor:
        order = self.phase_order or 1
        scaled = [rho.phases(g) * (order // (rho.phase_order or 1)) for rho, _ in self.terms]
        return self._concatenate(scaled, shift=False)


class TensorProduct(Representation):
    """rho1 (x) rho2 (x) ..., in the index order of torch.kron."""

    def __init__(self, factors: Sequence[Representation]):
        self.factors = tuple(factors)
        super().__init__(
            self.factors[0].group,
            math.prod(rho.dim for rho in self.factors),
            tuple(rho.key for rho in self.factors),
            is_complex=any(rho.is_complex for rho in self.factors),
        )

    def label(self) -> str:
        runs = [(rho, len(list(same))) for rho, same in itertools.groupby(self.factors)]
        names = [(f"({rho})" if isinstance(rho, Sum) else f"{rho}", count) for rho, count in runs]
        return "*".join(name if count == 1 else f"{name}*{name}" if count == 2 else f"{name}**{count}"
                        for name, count in names)  # fmt: skip

    @cached_property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return all(rho.is_unitary for rho in self.factors)

    @property
    def dual(self) -> Representation:
        return tensor_product([rho.dual for rho in self.factors])

    @property
    def conj(self) -> Representation:
        return tensor_product([rho.conj for rho in self.factors])

    def matrix(self, g: Element) -> Tensor:
        out = self.factors[0].matrix(g)
        for rho in self.factors[1:]:
            out = kron(out, rho.matrix(g))
        return out

    def algebra(self, x: Element) -> Tensor:
        out, size = self.factors[0].algebra(x), self.factors[0].dim
        for rho in self.factors[1:]:
            left, right = torch.eye(size, dtype=torch.float64), torch.eye(rho.dim, dtype=torch.float64)
            out = kron(out, right) + kron(left, rho.algebra(x))
            size *= rho.dim
        return out

    def apply(self, g: Element, x: Tensor) -> Tensor:
        """Factor by factor along its own axis: no dense matrix of the product."""
        x = self._over_batch(g, x)
        done, todo = 1, self.dim
        for rho in self.factors:
            todo //= rho.dim
            axes = x.unflatten(-1, (done, rho.dim, todo)).movedim(-1, 0).movedim(-2, 0)
            x = rho.apply(g, axes).movedim(0, -2).movedim(0, -1).flatten(-3)
            done *= rho.dim
        return x

    def character(self, g: Element) -> Tensor:
        out = self.factors[0].character(g)
        for rho in self.factors[1:]:
            out = out * rho.character(g)
        return out

    @property
    def phase_order(self) -> int | None:
        return _common_phase_order(self.factors)

    def permutation(self, g: Element) -> Tensor:
        out = self.factors[0].permutation(g)
        for rho in self.factors[1:]:
            out = (out[..., :, None] * rho.dim + rho.permutation(g)[..., None, :]).flatten(-2)
        return out

    def phases(self, g: Element) -> Tensor:
        order = self.phase_order or 1
        scaled = [rho.phases(g) * (order // (rho.phase_order or 1)) for rho in self.factors]
        out = scaled[0]
        for part in scaled[1:]:
            out = (out[..., :, None] + part[..., None, :]).flatten(-2)
        return out % order


class Conjugate(Representation):
    """The complex conjugate of a complex representation."""

    def __init__(self, base: Representation):
        super().__init__(base.group, base.dim, (base.key,), is_complex=True)
        self.base = base

    def label(self) -> str:
        return f"{self.base}.conj"

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.base.is_unitary

    @property
    def conj(self) -> Representation:
        return self.base

    def matrix(self, g: Element) -> Tensor:
        return self.base.matrix(g).conj().resolve_conj()

    def algebra(self, x: Element) -> Tensor:
        """Linear in x: the conjugate of d rho on real elements, continued to the complexified algebra.

        Raises:
            IntertwineError: for a representation that is not unitary, of a group that is not a matrix Lie group.
        """
        if self.base.is_unitary:
            return -self.base.algebra(x).mT
        if isinstance(self.group, LieGroup):
            coordinates = self.group.coordinates(x).to(torch.complex128)
            return torch.einsum("...k,kij->...ij", coordinates, self.base.algebra(self.group.algebra).conj())
        raise IntertwineError(f"the derivative of {self} is only known for unitary representations")

    @property
    def phase_order(self) -> int | None:
        return self.base.phase_order

    def permutation(self, g: Element) -> Tensor:
        return self.base.permutation(g)

    def phases(self, g: Element) -> Tensor:
        return (-self.base.phases(g)) % (self.phase_order or 1)


class Dual(Representation):
    """g -> rho(g^-1)^T, for a representation that is not unitary."""

    def __init__(self, base: Representation):
        super().__init__(base.group, base.dim, (base.key,), is_complex=base.is_complex)
        self.base = base

    def label(self) -> str:
        return f"{self.base}.dual"

    is_unitary = False  # type: ignore[assignment]

    @property
    def dual(self) -> Representation:
        return self.base

    def matrix(self, g: Element) -> Tensor:
        return self.base.matrix(self.group.inverse(g)).mT

    def algebra(self, x: Element) -> Tensor:
        return -self.base.algebra(x).mT


def kron(a: Tensor, b: Tensor) -> Tensor:
    dtype = torch.promote_types(a.dtype, b.dtype)
    product = a.to(dtype)[..., :, None, :, None] * b.to(dtype)[..., None, :, None, :]
    return product.flatten(-4, -3).flatten(-2)
