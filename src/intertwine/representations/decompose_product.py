"""Representations of a direct product with a Lie group in it: decompose what each factor does, then multiply."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.lie import LieGroup
from ..groups.products import Product
from .base import Representation
from .decomposition import Decomposition
from .derived import Lifted
from .expand import expand
from .finite_irrep import Irreducible
from .irreps_finite import finite_irreps, has_irreps
from .irreps_lie import LieIrrep, Realified
from .isotypic_finite import finite_copies
from .leaves import Trivial
from .outer_product import OuterPiece, OuterProduct, real_pieces, units_of
from .structure import TensorProduct, tensor_product
from .wigner import lie_irrep

Array = NDArray[Any]
Pieces = list[tuple[Representation, list[Array]]]
"""Irreducible representations with the isometries (dim, irrep dim) of their copies."""

INDEPENDENT = 1e-6
"""Length of what is left of a map that counts as new; the others leave rounding."""


def decompose_product(rho: Representation) -> Decomposition:
    """Irreducible parts of a representation built from representations of the factors of its group.

    Raises:
        IntertwineError: for a representation that does not come from the factors, such as one given by images.
    """
    found: dict[Representation, list[Array]] = {}
    for term, index in expand(rho).items():
        pieces = _pieces(term, rho.is_complex)
        for rows in index.numpy():
            for irrep, copies in pieces:
                for q in copies:
                    block = np.zeros((rho.dim, irrep.dim), dtype=np.complex128 if rho.is_complex else np.float64)
                    block[rows] = q
                    found.setdefault(irrep, []).append(block)
    basis = np.concatenate([q for copies in found.values() for q in copies], 1)
    return Decomposition({irrep: len(copies) for irrep, copies in found.items()}, torch.from_numpy(basis))


def _pieces(term: Representation, is_complex: bool) -> Pieces:
    group = term.group
    assert isinstance(group, Product)
    factors = term.factors if isinstance(term, TensorProduct) else (term,)
    if any(isinstance(part, OuterPiece) for part in factors):
        return _inside_whole(factors, is_complex)
    parts, order = by_factor(term)
    inside = [_part_pieces(part, is_complex) for part in parts]
    found: Pieces = []
    for choice in itertools.product(*inside):
        irreps = [irrep for irrep, _ in choice]
        copies = [reduce(np.kron, qs)[order] for qs in itertools.product(*(list(qs) for _, qs in choice))]
        if is_complex:
            found.append((OuterProduct(group, irreps), copies))
        else:
            for piece in real_pieces(group, irreps):
                found.append((piece.irrep, [q @ inner for q in copies for inner in piece.copies]))
    return found


def _inside_whole(factors: Sequence[Representation], is_complex: bool) -> Pieces:
    """Parts of a product that has irreducible parts of outer products in it: those of the whole, turned by E^T."""
    whole = TensorProduct(
        [p for rho in factors for p in (rho.whole.factors if isinstance(rho, OuterPiece) else (rho,))]
    )
    inside = reduce(np.kron, [r.inside.numpy() if isinstance(r, OuterPiece) else np.eye(r.dim) for r in factors])
    found: Pieces = []
    for irrep, copies in _pieces(whole, is_complex):
        assert isinstance(irrep, Irreducible)
        kept = independent([inside.T @ q for q in copies], irrep)
        if kept:
            found.append((irrep, kept))
    return found


def outer_terms(rho: Representation) -> dict[tuple[Representation, ...], int]:
    """rho as a sum of outer products over the complex numbers: one representation of each factor -> how often."""
    found: Counter[tuple[Representation, ...]] = Counter()
    for term, index in expand(rho).items():
        factors = term.factors if isinstance(term, TensorProduct) else (term,)
        if any(isinstance(part, OuterPiece) for part in factors):
            for irrep, copies in _pieces(term, True):
                assert isinstance(irrep, OuterProduct)
                found[irrep.parts] += len(index) * len(copies)
        else:
            found[tuple(by_factor(term)[0])] += len(index)
    return dict(found)


def independent(maps: list[Array], irrep: Irreducible) -> list[Array]:
    """Isometries with orthogonal images that span the maps over the matrices that commute with `irrep`."""
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


def by_factor(term: Representation) -> tuple[list[Representation], NDArray[np.int64]]:
    """One representation of each factor of the group, and where the entries of their product sit in the term.

    Entry i of the term is entry order[i] of the product in the order of the factors.

    Raises:
        IntertwineError: when the term does not come from the factors.
    """
    group = term.group
    assert isinstance(group, Product)
    factors = list(term.factors) if isinstance(term, TensorProduct) else [term]
    lifted = [part for part in factors if isinstance(part, Lifted)]
    if len(lifted) + sum(isinstance(part, Trivial) for part in factors) != len(factors):
        raise IntertwineError(
            f"{term} of {group} does not come from its factors; build it from representations of "
            f"{' and '.join(map(str, group.factors))} with {group}.lift(...)"
        )
    ranked = sorted(range(len(lifted)), key=lambda k: lifted[k].factor)
    parts = []
    for k, factor in enumerate(group.factors):
        own = [part.base for part in lifted if part.factor == k]
        parts.append(tensor_product(own) if own else factor.trivial)
    dims = [lifted[k].dim for k in ranked]
    places = np.arange(term.dim).reshape(dims or [1]).transpose(np.argsort(ranked) if ranked else [0])
    return parts, places.ravel()


def _part_pieces(part: Representation, is_complex: bool) -> Pieces:
    """The irreducible constituents of a representation of one factor, over the numbers asked for."""
    if has_irreps(part.group):
        if is_complex and part.is_unitary:
            return [(irrep, list(q)) for irrep, q in finite_copies(part, complex_irreps(part.group)).items()]
        if is_complex:
            raise IntertwineError(f"{part} of {part.group} is not unitary; decompose it before it is lifted")
    split = part.decompose()
    found: Pieces = []
    start = 0
    for irrep, count in split.terms.items():
        size = count * irrep.dim
        block = split.basis[:, start : start + size].numpy().reshape(part.dim, count, irrep.dim)
        found += (
            _over_complex(irrep, list(block.transpose(1, 0, 2)))
            if is_complex
            else [(irrep, [*block.transpose(1, 0, 2)])]
        )
        start += size
    return found


def complex_irreps(group: Group) -> list[Irreducible]:
    """All irreducible representations over the complex numbers, by real matrices where they are of real type."""
    out = []
    for rho in finite_irreps(group, real=False):
        real = rho.real if rho.type == "real" else rho
        assert isinstance(real, Irreducible)
        out.append(real)
    return out


def _over_complex(irrep: Representation, copies: list[Array]) -> Pieces:
    """What a real irreducible representation of a Lie group is over the complex numbers."""
    if isinstance(irrep, LieIrrep) and not irrep.is_complex:
        assert isinstance(irrep.group, LieGroup)
        known = lie_irrep(irrep.group, irrep.highest)  # SU(2) has another basis for integer spin, |j m>
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
