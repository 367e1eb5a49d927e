"""Clebsch-Gordan coefficients of direct products: the Kronecker products of those of the factors."""

from __future__ import annotations

import itertools
from collections import Counter
from functools import reduce
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.products import Product
from .base import Representation
from .clebsch_gordan_finite import canonical_combinations
from .decompose_product import by_factor, outer_terms
from .irreps_finite import complex_irreps, has_irreps
from .isotypic_finite import finite_multiplicities
from .leaves import Trivial
from .outer_product import OuterPiece, OuterProduct, kind
from .structure import TensorProduct

Array = NDArray[Any]

INDEPENDENT = 1e-8
"""Relative size of singular values that belong to independent maps; they are 0 or of order one."""


def couple_product(a: Representation, b: Representation, c: Representation, group: Product) -> Tensor:
    """`clebsch_gordan` for a product with a Lie group in it.

    Hom(c, a (x) b) of outer products is the product of the factors' spaces, over the reals too. Irreducible parts E of
    outer products of real representations see E_a^T E_b^T C E_c.

    Raises:
        IntertwineError: for representations that do not come from those of the factors, or a reducible c.
    """
    sides = [_outer(rho, group) for rho in (a, b, c)]
    is_real = not (a.is_complex or b.is_complex or c.is_complex)
    _check_irreducible(c, is_real)
    maps = reduce(_kron, (_couple(*(side[0][k] for side in sides)) for k in range(len(group.factors))))
    if any(isinstance(rho, OuterPiece) for rho in (a, b, c)):
        maps = np.einsum("mabc,ai,bj,ck->mijk", maps, *(inside for _, inside in sides), optimize=True)
        maps = _orthonormal(maps.reshape(len(maps), a.dim * b.dim * c.dim), c.dim).reshape(-1, a.dim, b.dim, c.dim)
    out = torch.from_numpy(np.ascontiguousarray(maps))
    return out if is_real else out.to(torch.complex128)


def _outer(rho: Representation, group: Product) -> tuple[list[Representation], Array]:
    """Parts for every factor, and the isometry into their outer product."""
    if isinstance(rho, OuterPiece):
        return list(rho.whole.parts), rho.inside.numpy()
    if isinstance(rho, OuterProduct):
        return list(rho.parts), np.eye(rho.dim)
    outer = by_factor(rho, group)
    if outer is None:
        raise IntertwineError(
            f"coefficients couple irreducible representations of {group} as {group}.irrep makes them, got {rho}; "
            "rho.decompose().terms are such"
        )
    parts, order = outer
    return parts, np.eye(rho.dim)[order].T


def _couple(a: Representation, b: Representation, c: Representation) -> Array:
    from .clebsch_gordan import clebsch_gordan

    return clebsch_gordan(*(_irreducible(rho) for rho in (a, b, c))).numpy()


def _irreducible(rho: Representation) -> Representation:
    """The trivial representation of a factor as one of its irreducible ones."""
    return next(iter(rho.decompose().terms)) if isinstance(rho, Trivial) else rho


def _kron(left: Array, right: Array) -> Array:
    shape = [x * y for x, y in zip(left.shape, right.shape, strict=True)]
    return np.einsum("mabc,nxyz->mnaxbycz", left, right).reshape(shape)


def _orthonormal(maps: Array, dim: int) -> Array:
    """An orthonormal basis, up to the factor sqrt(dim), of the span of the rows."""
    if not len(maps):
        return maps
    _, sizes, rows = np.linalg.svd(maps, full_matrices=False)
    rows = rows[sizes > INDEPENDENT * max(1.0, float(sizes.max()))] * dim**0.5
    return canonical_combinations(rows) @ rows if len(rows) else rows


def _check_irreducible(c: Representation, is_real: bool) -> None:
    if isinstance(c, OuterProduct | OuterPiece) and (is_real or not (not c.is_complex and kind(c) != "real")):
        return
    raise IntertwineError(
        f"coefficients lead to an irreducible representation as {c.group}.irrep makes them, over the "
        f"{'real' if is_real else 'complex'} numbers, got {c}"
    )


def tensor_decomposition_product(a: Representation, b: Representation, group: Product) -> dict[Representation, int]:
    """The irreducible constituents of a (x) b over the complex numbers, factor by factor."""
    found: Counter[Representation] = Counter()
    for (left, m), (right, n) in itertools.product(outer_terms(a, group).items(), outer_terms(b, group).items()):
        inside = [_inside(x, y).items() for x, y in zip(left, right, strict=True)]
        for choice in itertools.product(*inside):
            found[OuterProduct(group, [rho for rho, _ in choice])] += m * n * prod(count for _, count in choice)
    return dict(found)


def _inside(a: Representation, b: Representation) -> dict[Any, int]:
    """The constituents of a product of representations of one factor, over the complex numbers."""
    from .tensor_decomposition import tensor_decomposition

    if has_irreps(a.group):
        return finite_multiplicities(TensorProduct([a, b]), complex_irreps(a.group))
    return tensor_decomposition(a, b)
