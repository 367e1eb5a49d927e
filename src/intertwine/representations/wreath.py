"""The defining representation of a wreath product K wr H: one copy of K's for every place, permuted by H."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..groups.elements import Element
from ..groups.products import Power
from ..groups.semidirect import Semidirect
from .base import Representation


class WreathVector(Representation):
    """(n, h) sends v at place i to n_h(i) v at place h(i)."""

    def __init__(self, group: Semidirect):
        normal = group.normal
        base = normal.base.vector if isinstance(normal, Power) else group.by
        super().__init__(group, base.dim * group.by.dim, (), is_complex=base.is_complex)
        self.base, self._by, self._places = base, group.by, group.by.dim

    def label(self) -> str:
        return "V"

    @property
    def is_unitary(self) -> bool:  # type: ignore[override]
        return self.base.is_unitary

    def matrix(self, g: Element) -> Tensor:
        n, h = g
        blocks = self.base.matrix(n)  # (..., place, d, d)
        where = torch.nn.functional.one_hot(self._by.permutation(h), self._places).to(blocks.dtype)
        return torch.einsum("...ij,...jab->...jaib", where, blocks).flatten(-4, -3).flatten(-2)

    def algebra(self, x: Element) -> Tensor:
        blocks = self.base.algebra(x[0])
        out = torch.einsum("ij,...iab->...iajb", torch.eye(self._places, dtype=blocks.dtype), blocks)
        return out.flatten(-4, -3).flatten(-2)

    @property
    def phase_order(self) -> int | None:
        return self.base.phase_order

    def permutation(self, g: Element) -> Tensor:
        n, h = g
        places = self._by.permutation(h)
        inner = _gather_places(self.base.permutation(n), places)
        return (places[..., None] * self.base.dim + inner).flatten(-2)

    def phases(self, g: Element) -> Tensor:
        n, h = g
        return _gather_places(self.base.phases(n), self._by.permutation(h)).flatten(-2)


def _gather_places(values: Tensor, places: Tensor) -> Tensor:
    """values[..., places[i], :] at i."""
    batch = np.broadcast_shapes(values.shape[:-2], places.shape[:-1])
    index = places.expand(*batch, -1)[..., None].expand(*batch, places.shape[-1], values.shape[-1])
    return torch.gather(values.expand(*batch, *values.shape[-2:]), -2, index)
