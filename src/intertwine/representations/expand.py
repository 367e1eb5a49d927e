"""Sums and tensor products multiplied out: which elementary representations a representation is made of, and where."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from ..groups.base import on_cpu
from .base import Representation
from .structure import Sum, TensorProduct, tensor_product


@lru_cache(maxsize=4096)
@on_cpu
def expand(rho: Representation) -> dict[Representation, Tensor]:
    """Elementary term -> where its copies sit in rho, (copies, term.dim) int64.

    A term is a leaf or a tensor product of leaves; its copies are the direct summands of rho that equal it, in order.
    """
    pieces: dict[Representation, list[Tensor]] = {}
    for term, index in _pieces(rho):
        pieces.setdefault(term, []).append(index)
    return {term: torch.cat(found) for term, found in pieces.items()}


def _pieces(rho: Representation) -> list[tuple[Representation, Tensor]]:
    if isinstance(rho, Sum):
        found, start = [], 0
        for part, count in rho.terms:
            offsets = start + part.dim * torch.arange(count)
            for term, index in expand(part).items():
                found.append((term, (offsets[:, None, None] + index).flatten(0, 1)))
            start += part.dim * count
        return found
    if isinstance(rho, TensorProduct) and any(isinstance(part, Sum) for part in rho.factors):
        found = [(rho.group.trivial, torch.zeros(1, 1, dtype=torch.int64))]
        for part in rho.factors:
            found = [
                (tensor_product([left, right]), _pair(i, j, part.dim))
                for left, i in found
                for right, j in expand(part).items()
            ]
        return found
    return [(rho, torch.arange(rho.dim)[None])]


def _pair(i: Tensor, j: Tensor, dim: int) -> Tensor:
    """Positions of the tensor product of two blocks, (copies, dims) each."""
    return (i[:, None, :, None] * dim + j[None, :, None, :]).flatten(0, 1).flatten(1)
