"""Hom of a direct product of groups: the tensor product of the factors' Homs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from .solution import Constants, Solution


class KroneckerSolution(Solution):
    """Basis maps W1 (x) W2 (x) ..., with the tensor factors of A and B first sorted by group.

    Args:
        parts: one solution for each factor group.
        in_order: position in A of every index of the sorted product, (dim A,); likewise out_order.
    """

    def __init__(self, parts: Sequence[Solution], in_order: Tensor, out_order: Tensor):
        self.parts = tuple(parts)
        self.route = " x ".join(dict.fromkeys(part.route for part in parts))
        self.dim = math.prod(part.dim for part in parts)
        self.shape = (len(out_order), len(in_order))
        self.is_complex = any(part.is_complex for part in parts)
        self._constants = {"in_place": in_order.argsort(), "out_place": out_order.argsort()}
        for k, part in enumerate(parts):
            for name, value in part.constants().items():
                self._constants[f"{k}.{name}"] = value

    def constants(self) -> Constants:
        return self._constants

    def matrix(self, coefficients: Tensor, constants: Constants | None = None) -> Tensor:
        if not self.dim:
            return coefficients.new_zeros(*coefficients.shape[:-1], *self.shape)
        fixed = self.resolve(constants, coefficients)
        # Absorb one factor at a time: (..., d1, d2, ..) -> (..., d1, .., rows, columns).
        batch, out = coefficients.shape[:-1], coefficients[..., None, None]
        for k in reversed(range(len(self.parts))):
            part = self.parts[k]
            inner = {name[len(f"{k}.") :]: value for name, value in fixed.items() if name.startswith(f"{k}.")}
            rows, columns = out.shape[-2:]
            split = out.unflatten(-3, (-1, part.dim)).movedim(-3, -1)  # (..., rest, rows, columns, dim)
            grown = part.matrix(split, inner)  # (..., rest, rows, columns, b, a)
            out = grown.movedim((-2, -4, -1, -3), (-4, -3, -2, -1))  # (..., rest, b, rows, a, columns)
            out = out.reshape(*batch, -1, part.shape[0] * rows, part.shape[1] * columns)
        dense = out.squeeze(-3)
        return dense[..., fixed["out_place"], :][..., fixed["in_place"]]

    def coefficients(self, matrix: Tensor) -> Tensor:
        if not self.dim:
            return matrix.new_zeros(*matrix.shape[:-2], 0)
        out_order, in_order = (self._constants[name].argsort().to(matrix.device) for name in ("out_place", "in_place"))
        out = matrix[..., out_order, :][..., in_order].unsqueeze(-3)  # (..., done, rows, columns)
        for part in self.parts:
            b, a = part.shape
            split = out.unflatten(-1, (a, -1)).unflatten(-3, (b, -1))  # (..., done, b, rows, a, columns)
            found = part.coefficients(split.movedim((-4, -2), (-2, -1)))  # (..., done, rows, columns, dim)
            out = found.movedim(-1, -3).flatten(-4, -3)
        return out.flatten(-3)


def sorted_factors(owners: Sequence[int], dims: Sequence[int]) -> Tensor:
    """Positions of a tensor product's indices after its factors are (stably) sorted by owner, (product of dims,)."""
    place = torch.arange(math.prod(dims)).reshape(list(dims) or [1])
    return place.permute(sorted(range(len(dims)), key=lambda k: owners[k]) if dims else [0]).flatten()
