"""Irreducible representations of direct products: a (x) b with G acting on a and H on b.

Over the complex numbers every one is such an outer product, once. Over the reals the outer product of irreducible real
representations is irreducible when all but one are of real type. Else it falls apart by the matrices that commute with
it: complex x complex gives two different ones (J1 = J2 and J1 = -J2), complex x quaternionic two copies of one of
complex type, quaternionic x quaternionic four copies of one of real type.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..groups.chevalley import canonical_basis
from ..groups.elements import Element
from ..groups.products import Product
from .base import Representation
from .derived import Lifted
from .finite_irrep import Irreducible, Reals, commutant
from .irreps_lie import Realified
from .structure import TensorProduct

SIZES = {"real": 1, "complex": 2, "quaternionic": 4}


class OuterProduct(TensorProduct, Irreducible):  # type: ignore[misc]
    """The outer product of irreducible representations, one for each factor of the group.

    Attributes:
        parts: the representations of the factors.
    """

    def __init__(self, group: Product, parts: Sequence[Representation]):
        self.parts = tuple(parts)
        super().__init__([Lifted(group, part, k) for k, part in enumerate(parts)])
        self.type = outer_type([kind(part) for part in parts])

    def label(self) -> str:
        return f"[{', '.join(map(str, self.parts))}]"

    @property
    def conj(self) -> Representation:
        if not self.is_complex:
            return self
        return OuterProduct(self.group, [part.conj for part in self.parts])  # type: ignore[arg-type]

    @property
    def real(self) -> Irreducible:
        """The irreducible real representation it belongs to, told from others by its character at random elements."""
        if not self.is_complex:
            return self
        pieces = real_pieces(self.group, [getattr(part, "real", part) for part in self.parts])  # type: ignore[arg-type]
        g = self.group.sample(32, generator=torch.Generator().manual_seed(0))
        own = self.character(g)
        expected = own.real * (1 if self.type == "real" else 2)
        return min((p.irrep for p in pieces), key=lambda rho: float((rho.character(g) - expected).abs().max()))

    @property
    def commutant(self) -> Reals:  # type: ignore[override]
        out = np.eye(1)[None]
        for part in self.parts:
            units = np.eye(part.dim)[None] if self.is_complex else units_of(part)
            out = np.stack([np.kron(x, y) for x in out for y in units])
        return out


class OuterPiece(Irreducible):
    """One of the irreducible real parts of an outer product of real representations: rho(g) E = E piece(g)."""

    def __init__(self, whole: OuterProduct, inside: Reals, units: Reals, sign: str):
        super().__init__(whole.group, inside.shape[1], (whole.key, sign))
        self.whole, self.inside, self.sign, self._units = whole, torch.from_numpy(inside), sign, units
        self.type = {1: "real", 2: "complex", 4: "quaternionic"}[len(units)]

    def label(self) -> str:
        return f"{self.whole}{self.sign}"

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.whole.is_unitary

    @property
    def commutant(self) -> Reals:  # type: ignore[override]
        return self._units

    def matrix(self, g: Element) -> Tensor:
        inside = self.inside.to(leaf_device(g))
        return inside.mT @ self.whole.matrix(g) @ inside

    def algebra(self, x: Element) -> Tensor:
        m = self.whole.algebra(x)
        inside = self.inside.to(m)
        return inside.mT @ m @ inside

    def apply(self, g: Element, x: Tensor) -> Tensor:
        self._check_features(x)
        inside = self.inside.to(x)
        return self.whole.apply(g, x @ inside.mT) @ inside


@dataclass(frozen=True, eq=False)
class Piece:
    """An irreducible real representation and its copies in an outer product: isometries (product of dims, dim)."""

    irrep: Irreducible
    copies: list[Reals]


def leaf_device(g: Element) -> torch.device:
    """Where an element lives."""
    while isinstance(g, tuple):
        g = g[0]
    return g.device


def kind(rho: Representation) -> str:
    """The type of an irreducible representation; the trivial one is real."""
    return getattr(rho, "type", "real")


def outer_type(kinds: Sequence[str]) -> str:
    """Complex when one is; else quaternionic for an odd number of quaternionic ones."""
    if "complex" in kinds:
        return "complex"
    return "quaternionic" if list(kinds).count("quaternionic") % 2 else "real"


def units_of(rho: Representation) -> Reals:
    """The matrices that commute with an irreducible real representation, of a finite or a Lie group."""
    if isinstance(rho, Irreducible):
        return rho.commutant
    if isinstance(rho, Realified) and rho.type == "complex":
        turn = np.kron(np.array([[0.0, -1.0], [1.0, 0.0]]), np.eye(rho.base.dim))
        return np.stack([np.eye(rho.dim), turn]).astype(np.float64)
    return commutant(rho, SIZES[kind(rho)])


@lru_cache(maxsize=4096)
def _real_pieces(group: Product, parts: tuple[Representation, ...]) -> list[Piece]:
    whole = OuterProduct(group, parts)
    if sum(kind(part) != "real" for part in parts) < 2:
        return [Piece(whole, [np.eye(whole.dim)])]
    found = [("", [np.eye(parts[0].dim)], units_of(parts[0]))]
    for part in parts[1:]:
        split = []
        for sign, copies, units in found:
            for new_sign, inner, new_units in _split(units, units_of(part)):
                outer = [np.kron(w, np.eye(part.dim)) @ e for w in copies for e in inner]
                split.append((sign + new_sign, outer, new_units))
        found = split
    return [Piece(OuterPiece(whole, copies[0], units, sign), copies) for sign, copies, units in found]


def real_pieces(group: Product, parts: Sequence[Representation]) -> list[Piece]:
    """The irreducible parts of the outer product of irreducible real representations."""
    return _real_pieces(group, tuple(parts))


def _split(a: Reals, b: Reals) -> list[tuple[str, list[Reals], Reals]]:
    """(name, copies, commuting matrices) of the parts of the product of two with commuting matrices a and b."""
    one_a, one_b = a[0], b[0]
    if len(a) == 1 or len(b) == 1:
        return [("", [np.kron(one_a, one_b)], np.stack([np.kron(x, y) for x in a for y in b]))]
    first = np.kron(a[1], b[1])
    if len(a) == 4 and len(b) == 4:
        e = _common([first, np.kron(a[2], b[2])], [-1, -1])
        return [("", [np.kron(one_a, u) @ e for u in b], np.eye(e.shape[1])[None])]
    signs = {"+": -1, "-": 1} if len(a) == len(b) else {"": -1}
    found = []
    for name, sign in signs.items():
        e = _common([first], [sign])
        turn = np.kron(a[1], one_b) if len(a) == 2 else np.kron(one_a, b[1])
        copies = [e]
        if len(a) == 4:
            copies.append(np.kron(a[2], one_b) @ e)
        if len(b) == 4:
            copies.append(np.kron(one_a, b[2]) @ e)
        found.append((name, copies, np.stack([np.eye(e.shape[1]), e.T @ turn @ e])))
    return found


def _common(involutions: list[Reals], signs: list[int]) -> Reals:
    """An orthonormal basis of the vectors on which commuting symmetric matrices with square 1 have the given signs."""
    projector: Reals = np.eye(len(involutions[0]))
    for s, sign in zip(involutions, signs, strict=True):
        projector = np.asarray(projector @ (np.eye(len(s)) + sign * s) / 2, dtype=np.float64)
    return canonical_basis((projector + projector.T) / 2, round(float(projector.trace())))


@lru_cache(maxsize=64)
def outer_irreps(group: Product, real: bool) -> tuple[Irreducible, ...]:
    """All irreducible representations of a finite product, by dimension, the trivial one first."""
    from .irreps_finite import finite_irreps

    found: list[Irreducible] = []
    for parts in itertools.product(*(finite_irreps(factor, real=real) for factor in group.factors)):
        found += [p.irrep for p in real_pieces(group, parts)] if real else [OuterProduct(group, parts)]
    return tuple(sorted(found, key=lambda rho: rho.dim))


def outer_irrep(group: Product, parts: Sequence[Representation], real: bool) -> Irreducible:
    """The outer product; over the reals its irreducible part, the first (J1 = J2 = ..) where there are several."""
    return real_pieces(group, parts)[0].irrep if real else OuterProduct(group, parts)
