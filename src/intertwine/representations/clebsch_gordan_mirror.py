"""Clebsch-Gordan coefficients of O(n), O(p, q) and SO(p, q): those of the identity component that reflections keep."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..groups.base import on_cpu
from ..groups.chevalley import canonical_basis
from .base import Representation
from .clebsch_gordan_lie import couple_lie


def couple_mirror(a: Representation, b: Representation, c: Representation) -> Tensor:
    """`clebsch_gordan` for a group with several components: T = (a(s) (x) b(s)) T c(s)^-1 for each generator s.

    Raises:
        IntertwineError: for representations that are not known as irreducible ones.
    """
    sides = [_generators(rho) for rho in (a, b, c)]
    signs = [[_sign(matrix) for matrix in matrices] for matrices in zip(*sides, strict=True)]
    irreducible = all(hasattr(rho, "type") for rho in (a, b, c))
    if irreducible and any(math.prod(of_one) == -1 for of_one in signs):
        dtype = torch.complex128 if a.is_complex or b.is_complex or c.is_complex else torch.float64
        return torch.zeros(0, a.dim, b.dim, c.dim, dtype=dtype)
    found = couple_lie(a, b, c).to_dense()
    for (left, right, out), of_one in zip(zip(*sides, strict=True), signs, strict=True):
        if not len(found):
            break
        if math.prod(of_one) == 1:
            continue
        dtype, inverse = found.dtype, torch.linalg.inv(out)
        moved = torch.einsum("ai,pijk->pajk", left.to(dtype), found)
        moved = torch.einsum("bj,pajk,kl->pabl", right.to(dtype), moved, inverse.to(dtype))
        action = (found.flatten(1).conj() @ moved.flatten(1).mT / c.dim).numpy()
        projector = np.eye(len(found)) / 2 + (action + action.conj().T) / 4
        kept = canonical_basis(projector, round(float(projector.trace().real)))
        found = torch.einsum("pijk,pm->mijk", found, torch.from_numpy(kept).to(dtype))
    return found


@lru_cache(maxsize=1024)
@on_cpu
def _generators(rho: Representation) -> list[Tensor]:
    """The matrices of what generates the components."""
    return [rho.matrix(s) for s in rho.group.generators]


def _sign(matrix: Tensor) -> int:
    """+-1 where it is that multiple of the identity, as an inversion acts; 0 elsewhere."""
    eye = torch.eye(len(matrix), dtype=matrix.dtype)
    return next((sign for sign in (1, -1) if torch.equal(matrix, sign * eye)), 0)
