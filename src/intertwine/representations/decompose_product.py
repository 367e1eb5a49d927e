"""Representations of a direct product with a Lie group in it.

What comes from representations of the factors is split factor by factor, and multiplied. Everything else, such as
symmetric powers of outer products, is split by one factor after the other, see `factorwise`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from functools import reduce
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.products import Product
from .base import Representation
from .decomposition import Decomposition
from .derived import Lifted
from .expand import expand
from .factorwise import Pieces, complex_pieces, outer_pieces, pieces_of, real_outer_pieces
from .leaves import Trivial
from .outer_product import OuterProduct, real_pieces
from .structure import TensorProduct, tensor_product

Array = NDArray[Any]


def decompose_product(rho: Representation, group: Product) -> Decomposition:
    """Irreducible parts, over the reals where the representation is real.

    Raises:
        IntertwineError: when the irreducible representations of a factor are not known.
    """
    found: dict[Representation, list[Array]] = {}
    for term, index in expand(rho).items():
        pieces = _pieces(term, group, rho.is_complex)
        for rows in index.numpy():
            for irrep, copies in pieces:
                for q in copies:
                    block = np.zeros((rho.dim, irrep.dim), dtype=np.complex128 if rho.is_complex else np.float64)
                    block[rows] = q
                    found.setdefault(irrep, []).append(block)
    basis = np.concatenate([q for copies in found.values() for q in copies], 1)
    if basis.shape != (rho.dim, rho.dim):
        raise IntertwineError(f"{rho} of {group} was split into parts of {basis.shape[1]} dimensions; please report it")
    return Decomposition({irrep: len(copies) for irrep, copies in found.items()}, torch.from_numpy(basis))


def _pieces(term: Representation, group: Product, is_complex: bool) -> Pieces:
    outer = by_factor(term, group)
    if outer is None:
        return [*outer_pieces(term, group)] if is_complex else real_outer_pieces(term, group)
    parts, order = outer
    inside = [complex_pieces(part) if is_complex else _real_pieces(part) for part in parts]
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


def _real_pieces(part: Representation) -> Pieces:
    return pieces_of(part.decompose())


def outer_terms(rho: Representation, group: Product) -> dict[tuple[Representation, ...], int]:
    """rho as a sum of outer products over the complex numbers: one representation of each factor -> how often."""
    found: Counter[tuple[Representation, ...]] = Counter()
    for term, index in expand(rho).items():
        outer = by_factor(term, group)
        if outer is None:
            for irrep, copies in outer_pieces(term, group):
                found[irrep.parts] += len(index) * len(copies)
        else:
            found[tuple(outer[0])] += len(index)
    return dict(found)


def by_factor(term: Representation, group: Product) -> tuple[list[Representation], NDArray[np.int64]] | None:
    """One representation of each factor of the group, and where the entries of their product sit in the term.

    Entry i of the term is entry order[i] of the product in the order of the factors. None when the term does not come
    from the factors.
    """
    factors = list(term.factors) if isinstance(term, TensorProduct) else [term]
    lifted = [part for part in factors if isinstance(part, Lifted)]
    if len(lifted) + sum(isinstance(part, Trivial) for part in factors) != len(factors):
        return None
    ranked = sorted(range(len(lifted)), key=lambda k: lifted[k].factor)
    parts = []
    for k, factor in enumerate(group.factors):
        own = [part.base for part in lifted if part.factor == k]
        parts.append(tensor_product(own) if own else factor.trivial)
    dims = [lifted[k].dim for k in ranked]
    places = np.arange(term.dim).reshape(dims or [1]).transpose(np.argsort(ranked) if ranked else [0])
    return parts, places.ravel()
