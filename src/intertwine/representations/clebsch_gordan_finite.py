"""Clebsch-Gordan coefficients of finite groups, and which irreducible representations a product holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from .base import Representation
from .finite_irrep import Irreducible, class_product
from .irreps_finite import finite_irreps
from .isotypic_finite import averaged, finite_character, orthonormal
from .structure import TensorProduct

Array = NDArray[Any]


def couple_finite(a: Representation, b: Representation, c: Representation) -> Tensor:
    """The tensor C of `clebsch_gordan` for a finite group: averages over the group, in a canonical basis."""
    is_complex = a.is_complex or b.is_complex or c.is_complex
    target = _irreducible(c, is_complex)
    own = finite_character(a).numpy() * finite_character(b).numpy()
    chi = finite_character(c).numpy()
    count = round(class_product(a.group, chi, own).real / class_product(a.group, chi, chi).real)
    dtype = torch.complex128 if is_complex else torch.float64
    if not count:
        return torch.zeros(0, a.dim, b.dim, c.dim, dtype=dtype)
    copies = orthonormal(averaged(TensorProduct([a, b]), {target: count})[target], target)
    maps = (copies[:, None] @ target.commutant).reshape(-1, a.dim * b.dim * c.dim)
    canonical = canonical_combinations(maps) @ maps
    return torch.from_numpy(canonical).to(dtype).reshape(-1, a.dim, b.dim, c.dim)


def canonical_combinations(maps: Array) -> Array:
    """Unitary U (m, m) such that the rows of U @ maps depend on nothing but the space that the rows of `maps` span.

    Each new row is the projection to the space of the first unit vector whose remainder is longest, up to rounding.
    """
    left, rows = maps.copy(), []
    for _ in range(len(maps)):
        lengths = (np.abs(left) ** 2).sum(0)
        column = left[:, int(np.argmax(lengths > lengths.max() * (1 - 1e-6)))]
        row = column.conj() / np.linalg.norm(column)
        rows.append(row)
        left = left - np.outer(row.conj(), row @ left)
    return np.stack(rows)


def _irreducible(c: Representation, is_complex: bool) -> Irreducible:
    """c with what is known of it.

    Raises:
        IntertwineError: when it is not irreducible over the numbers that are asked for.
    """
    chi = finite_character(c).numpy()
    size = round(class_product(c.group, chi, chi).real)
    for irrep in finite_irreps(c.group, real=not c.is_complex):
        same = irrep == c or (c.dim == 1 and np.abs(irrep.class_character - chi).max() < 1e-9)
        if same and (size == 1 or not is_complex):
            return irrep
    raise IntertwineError(
        f"coefficients lead to an irreducible representation as {c.group}.irreps() lists them, over the "
        f"{'complex' if is_complex else 'real'} numbers, got {c}; take those that (a * b).decompose() holds"
    )


def tensor_decomposition_finite(a: Representation, b: Representation) -> dict[Representation, int]:
    """The irreducible constituents of a (x) b by characters; over the reals when both are real."""
    irreps = finite_irreps(a.group, real=not (a.is_complex or b.is_complex))
    own = finite_character(a).numpy() * finite_character(b).numpy()
    found: dict[Representation, int] = {}
    for irrep in irreps:
        chi = irrep.class_character
        count = round(class_product(a.group, chi, own).real / class_product(a.group, chi, chi).real)
        if count:
            found[irrep] = count
    return found
