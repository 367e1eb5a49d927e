"""Any representation of a direct product, split by one factor after the other.

Under the first factor it is a sum of irreducible ones, rho = sum_i sigma_i (x) M_i. The other factors commute with the
first and act on the multiplicity spaces M_i, which the second factor splits in the same way; and so on. Over the real
numbers the real maps are read off the complex ones: for a real irreducible P, and E with P(g) E = E sigma(g), every
copy Q of sigma in a real rho gives the maps Re(Q E^dagger) and Im(Q E^dagger) from P to rho, and these span all of them
over the matrices that commute with P.
"""

from __future__ import annotations

import itertools
from functools import reduce
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.elements import Element, digest
from ..groups.products import Product
from .base import Representation
from .decompose_finite import term_copies
from .decomposition import Decomposition
from .finite_irrep import Irreducible
from .irreps_finite import complex_irreps, has_irreps
from .irreps_lie import LieIrrep, Realified
from .isotypic_finite import finite_copies
from .mirror import MirrorIrrep
from .outer_product import OuterPiece, OuterProduct, real_pieces, units_of
from .wigner import lie_irrep

Array = NDArray[Any]
Pieces = list[tuple[Representation, list[Array]]]
"""Irreducible representations with the isometries (dim, irrep dim) of their copies."""

INDEPENDENT = 1e-6
"""Length of what is left of a map that counts as new; the others leave rounding."""


class OnCopies(Representation):
    """What one factor of a product does on the multiplicity space of the factors before it.

    Args:
        rho: a representation of the product, with rho(g) F = F (sigma(g) (x) M(g)).
        factor: which factor acts.
        frame: F (dim, sigma dim, copies).
        inverse: the rows of the inverse of the whole basis that belong to F, of the same shape but for the order.
    """

    def __init__(self, rho: Representation, group: Product, factor: int, frame: Array, inverse: Array):
        self._columns = torch.from_numpy(frame[:, 0].astype(np.complex128))
        key = (rho.key, factor, digest(self._columns))
        super().__init__(group.factors[factor], frame.shape[2], key, is_complex=True)
        self._rho, self._product, self._factor = rho, group, factor
        self._rows = torch.from_numpy(inverse.reshape(*frame.shape[1:], rho.dim)[0].astype(np.complex128))

    def label(self) -> str:
        return f"{self._rho}"

    def matrix(self, g: Element) -> Tensor:
        whole = self._rho.matrix(self._product.embed(self._factor, g))
        return self._rows @ whole.to(torch.complex128) @ self._columns

    def algebra(self, x: Element) -> Tensor:
        whole = self._rho.algebra(self._product.tangent(self._factor, x))
        return self._rows @ whole.to(torch.complex128) @ self._columns


def outer_pieces(rho: Representation, group: Product) -> list[tuple[OuterProduct, list[Array]]]:
    """The irreducible parts over the complex numbers, with their copies."""
    whole: Array = np.eye(rho.dim)
    blocks: list[tuple[tuple[Representation, ...], Array]] = [((), whole[:, None])]
    for factor in range(len(group.factors)):
        inverse = np.linalg.inv(np.concatenate([frame.reshape(rho.dim, -1) for _, frame in blocks], 1))
        split, start = [], 0
        for parts, frame in blocks:
            size = frame.shape[1] * frame.shape[2]
            action = OnCopies(rho, group, factor, frame, inverse[start : start + size])
            start += size
            for irrep, copies in complex_pieces(action):
                inner = np.einsum("xim,cmj->xijc", frame, np.stack(copies), optimize=True)
                split.append(((*parts, irrep), inner.reshape(rho.dim, -1, len(copies))))
        blocks = split
    return [(OuterProduct(group, parts), list(frame.transpose(2, 0, 1))) for parts, frame in blocks]


def real_outer_pieces(rho: Representation, group: Product) -> Pieces:
    """The irreducible parts of a real representation over the real numbers, with their copies."""
    found: dict[Representation, list[Array]] = {}
    for outer, copies in outer_pieces(rho, group):
        forms = [_real_form(part) for part in outer.parts]
        piece, e = _real_piece(group, outer, forms)
        if piece not in found:  # else it came with the complex conjugate
            maps = [q @ e.conj().T for q in copies]
            found[piece] = _independent([part for t in maps for part in (np.real(t), np.imag(t))], piece)
    return list(found.items())


def complex_pieces(part: Representation) -> Pieces:
    """The irreducible parts of a representation of one factor over the complex numbers."""
    if has_irreps(part.group):
        return [(irrep, list(q)) for irrep, q in term_copies(part, complex_irreps(part.group)).items()]
    return [found for irrep, copies in pieces_of(part.decompose()) for found in _over_complex(irrep, copies)]


def pieces_of(split: Decomposition) -> Pieces:
    """The copies of every term, cut from the change of basis."""
    found: Pieces = []
    start = 0
    for irrep, count in split.terms.items():
        size = count * irrep.dim
        block = split.basis[:, start : start + size].numpy().reshape(-1, count, irrep.dim)
        found.append((irrep, [*block.transpose(1, 0, 2)]))
        start += size
    return found


def _over_complex(irrep: Representation, copies: list[Array]) -> Pieces:
    """What an irreducible representation of a Lie group, over the reals or not, is over the complex numbers."""
    if isinstance(irrep, LieIrrep) and not irrep.is_complex:
        known = lie_irrep(irrep.lie, irrep.highest)  # SU(2) has another basis for integer spin, |j m>
        if known != irrep:
            change = irrep.frame @ known.frame.conj().T
            return [(known, [q @ change for q in copies])]
    if not isinstance(irrep, Realified):
        return [(irrep, copies)]
    n = irrep.base.dim
    z = np.concatenate([np.eye(n), -1j * np.eye(n)]) / 2**0.5
    if irrep.type == "complex":
        return [(irrep.base, [q @ z for q in copies]), (irrep.base.conj, [q @ z.conj() for q in copies])]
    turned = [u @ z for u in units_of(irrep)]  # four multiples of z by quaternions span two copies over the complex
    rest = [y - z * (np.vdot(z, y) / n) for y in turned]
    second = max(rest, key=lambda y: float(np.linalg.norm(y)))
    second = second * (n**0.5 / np.linalg.norm(second))
    return [(irrep.base, [q @ e for q in copies for e in (z, second)])]


def _real_form(part: Representation) -> tuple[Representation, list[Array]]:
    """An irreducible real representation R, and isometries E with R(g) E = E part(g)."""
    if isinstance(part, Irreducible):
        if not part.is_complex:
            return part, [np.eye(part.dim)]
        return part.real, list(finite_copies(part.real, (part,))[part])
    if not isinstance(part, LieIrrep | MirrorIrrep):
        return part, [np.eye(part.dim)]
    first = part.conj if part.is_conjugate else part
    real = first.real if isinstance(first, LieIrrep | MirrorIrrep) else first
    return real, dict(_over_complex(real, [np.eye(real.dim)]))[part]


def _real_piece(
    group: Product, outer: OuterProduct, forms: list[tuple[Representation, list[Array]]]
) -> tuple[Irreducible, Array]:
    """The irreducible real representation P that an outer product belongs to, and an isometry E into it.

    Raises:
        IntertwineError: when none has been found.
    """
    inside = [reduce(np.kron, chosen) for chosen in itertools.product(*(copies for _, copies in forms))]
    for piece in real_pieces(group, [real for real, _ in forms]):
        p = piece.irrep
        maps = [p.inside.numpy().T @ e for e in inside] if isinstance(p, OuterPiece) else inside
        best = max(maps, key=lambda e: float(np.linalg.norm(e)))
        size = float(np.linalg.norm(best)) / outer.dim**0.5
        if size > INDEPENDENT:
            return p, best / size
    raise IntertwineError(f"the real form of {outer} of {group} was not found; please report it")


def _independent(maps: list[Array], irrep: Irreducible) -> list[Array]:
    """Maps of length sqrt(irrep dim), orthogonal to each other, that span the given ones over what commutes with it.

    They are isometries where the representation that they lead to is orthogonal.
    """
    rest, found = np.stack(maps), []
    scale = irrep.dim**0.5
    while True:
        sizes = np.linalg.norm(rest, axis=(1, 2)) / scale
        best = int(np.argmax(sizes > sizes.max() * (1 - 1e-6)))
        if sizes[best] < INDEPENDENT:
            return found
        q = rest[best] / sizes[best]
        found.append(q)
        done = (q @ irrep.commutant).reshape(len(irrep.commutant), -1)
        for _ in range(2):
            flat = rest.reshape(len(rest), -1)
            rest = (flat - (flat @ done.conj().T / irrep.dim) @ done).reshape(rest.shape)
