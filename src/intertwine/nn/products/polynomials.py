"""Equivariant polynomials of features: for every choice of factors, the independent symmetric couplings.

A homogeneous equivariant polynomial of degree n is a linear map out of the symmetric power. The symmetric power of a
sum splits into one part for every choice of n terms, with repetition and regardless of order, in which equal terms are
coupled symmetrically. Each part is built one factor at a time through the irreducible representations in between; the
chains found so are symmetrised and made orthonormal, which drops those that depend on others.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ...groups.base import on_cpu
from ...representations.base import Representation
from ..constituents import products
from .couplings import couplings

DEPENDENT = 1e-8
"""A coupling of size 1 whose part orthogonal to others has a square below this depends on them."""

Terms = tuple[Representation, ...]


@dataclass(frozen=True, eq=False)
class Monomials:
    """The polynomials in one choice of terms.

    Attributes:
        terms: the numbers of the terms, rising.
        coupling: (paths, dims of the terms .., dim of the output), symmetric in equal terms.
    """

    terms: tuple[int, ...]
    coupling: Tensor


def polynomials(terms: Sequence[Representation], out: Representation, degree: int) -> list[Monomials]:
    """All independent equivariant polynomials of that degree from one copy of each term to `out`.

    Their number is the multiplicity (sym(sum of terms, degree) >> out).dim. Each has mean square about 1 where x has
    independent entries of mean square 1.

    Raises:
        IntertwineError: where irreducible representations of products are not known.
    """
    found = []
    for chosen in itertools.combinations_with_replacement(range(len(terms)), degree):
        coupling = symmetric_couplings(tuple(terms[k] for k in chosen), out)
        if len(coupling):
            found.append(Monomials(chosen, coupling))
    return found


@lru_cache(maxsize=4096)
@on_cpu
def symmetric_couplings(terms: Terms, out: Representation) -> Tensor:
    """(paths, dims of the terms .., dim of out): an orthogonal basis; equal terms stand together and are symmetric."""
    *rest, last = terms
    if not rest:
        basis = (last >> out).basis().mT
        return basis * out.dim**0.5
    chains = []
    for between in _within(tuple(rest)):
        step = couplings(between, last, out)
        if len(step) and len(first := _onto(tuple(rest), between)):
            chains.append(_joined(first, step))
    if not chains:
        return torch.zeros(0, *(term.dim for term in terms), out.dim, dtype=torch.float64)
    run = sum(term == last for term in terms)
    found = _symmetrised(torch.cat(chains), run)
    # The square of a sum over r! equal products of normal numbers is r! times that of one.
    return _independent(found) * (out.dim / torch.tensor(float(_repetitions(terms)))).sqrt()


def _joined(first: Tensor, step: Tensor) -> Tensor:
    """(p, dims .., j) and (q, j, l, k) -> (p q, dims .., l, k), by one product of matrices."""
    q, j, l, k = step.shape
    product = first.flatten(0, -2) @ step.permute(1, 0, 2, 3).reshape(j, q * l * k)
    return product.unflatten(1, (q, l, k)).unflatten(0, first.shape[:-1]).movedim(-3, 1).flatten(0, 1)


def _onto(terms: Terms, between: Representation) -> Tensor:
    if len(terms) == 1:
        return torch.eye(terms[0].dim, dtype=torch.float64)[None]
    return symmetric_couplings(terms, between)


@lru_cache(maxsize=4096)
def _within(terms: Terms) -> Terms:
    """The representations through which chains of couplings of these terms go on."""
    if len(terms) == 1:
        return terms
    return tuple(products(_within(terms[:-1]), terms[-1:]))


def _symmetrised(chains: Tensor, run: int) -> Tensor:
    """Mean over the places of the last factor among its `run` equal ones, the others being symmetric already."""
    last = chains.ndim - 2
    return sum((chains.transpose(last, place) for place in range(last - run + 1, last)), chains) / run


def _independent(chains: Tensor) -> Tensor:
    """Orthonormal combinations, one after another, so that rounding errors do not choose the basis."""
    kept: list[Tensor] = []
    for chain in chains.flatten(1):
        size = chain.norm()
        for _ in range(2):  # twice is enough
            for other in kept:
                chain = chain - (other @ chain) * other
        if float(chain.square().sum()) > DEPENDENT * max(1e-12, float(size.square())):
            kept.append(chain / chain.norm())
    if not kept:
        return chains[:0]
    return torch.stack(kept).unflatten(1, chains.shape[1:])


def _repetitions(terms: Terms) -> int:
    count = 1
    for _, equal in itertools.groupby(terms):
        for k, _ in enumerate(equal):
            count *= k + 1
    return count
