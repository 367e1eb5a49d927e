"""The entries of diagrams as tensors: which index tuples are nonzero, and with which sign.

A pair of slots holds the invariant form F (the identity for O(n), the metric for O(p, q), J for Sp), an epsilon the
sign of a permutation. A form is a signed permutation matrix, so a diagram has one entry for each choice of an index
on each pair and of a permutation on each epsilon: n^(slots/2) of n^slots. Diagrams are written with all slots upper;
F then lowers the slots that carry the dual, which is an orthogonal change of basis.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .diagram_enumeration import Family, Integers

Floats = NDArray[np.float64]
Indexed = tuple[Integers, Floats]
"""Index tuples (entries, slots) and their weights (entries,)."""


@dataclass(frozen=True, eq=False)
class Form:
    """An invariant form with one nonzero entry a row: F[i, partner[i]] = sign[i], partner an involution."""

    partner: Integers
    sign: Floats

    def lower(self, values: Integers) -> Indexed:
        """F applied to basis vectors e_v: their new positions and signs."""
        return self.partner[values], self.sign[self.partner[values]]

    def raise_(self, values: Integers) -> Indexed:
        """F^T applied to basis vectors e_v."""
        return self.partner[values], self.sign[values]


def pair_entries(n: int, form: Form | None) -> Indexed:
    """The form as a tensor on two slots."""
    line = np.arange(n)
    if form is None:
        return np.stack([line, line], axis=1), np.ones(n)
    return np.stack([line, form.partner], axis=1), form.sign


def epsilon_entries(n: int, inside: int, complement: bool) -> Indexed:
    """Half of an epsilon: its slots in the input (`inside` of them), or the rest with `complement`.

    Entries run over the `inside`-subsets S of the indices, and for each S over the orderings of S (or of what is left
    of the indices). The two weights multiply to epsilon of the output's indices followed by the input's.
    """
    values, weights = [], []
    for chosen in itertools.combinations(range(n), inside):
        left = tuple(i for i in range(n) if i not in chosen)
        for order in itertools.permutations(left if complement else chosen):
            values.append(order)
            weights.append(_sign((*order, *chosen) if complement else order))
    width = n - inside if complement else inside
    return np.array(values, dtype=np.int64).reshape(-1, width), np.array(weights, dtype=np.float64)


class Entries:
    """The nonzero entries of a list of diagrams as flat positions in the tensor n^slots."""

    def __init__(self, found: Sequence[Family], n: int, form: Form | None, lower: Sequence[bool]):
        parts = [_family_entries(family, n, form, lower) for family in found]
        self.size = n ** len(lower)
        self.diagrams = sum(len(index) for index, _ in parts)
        widths = np.concatenate([np.full(len(index), index.shape[1]) for index, _ in parts] or [np.zeros(0, int)])
        self.owner = torch.from_numpy(np.repeat(np.arange(self.diagrams), widths))
        """The diagram that each entry belongs to."""
        self.index = _joined([index for index, _ in parts], torch.int64)
        self.weight = _joined([weight for _, weight in parts], torch.float64)

    def expand(self, coefficients: Tensor) -> Tensor:
        """sum_d a_d D_d, coefficients (..., diagrams) -> (..., n^slots)."""
        lead, device = coefficients.shape[:-1], coefficients.device
        rows = coefficients.reshape(math.prod(lead), self.diagrams).T
        weight = self.weight.to(device=device, dtype=coefficients.dtype)
        values = rows.index_select(0, self.owner.to(device)) * weight[:, None]
        flat = rows.new_zeros(self.size, rows.shape[1]).index_add(0, self.index.to(device), values)
        return flat.T.reshape(*lead, self.size)

    def collect(self, tensors: Tensor) -> Tensor:
        """<D_d, M> for each diagram, tensors (..., n^slots) -> (..., diagrams)."""
        lead, device = tensors.shape[:-1], tensors.device
        rows = tensors.reshape(math.prod(lead), self.size).T
        weight = self.weight.to(device=device, dtype=tensors.dtype)
        values = rows.index_select(0, self.index.to(device)) * weight[:, None]
        sums = rows.new_zeros(self.diagrams, rows.shape[1]).index_add(0, self.owner.to(device), values)
        return sums.T.reshape(*lead, self.diagrams)


def _family_entries(family: Family, n: int, form: Form | None, lower: Sequence[bool]) -> tuple[Integers, Floats]:
    """Flat positions and weights, both (diagrams, entries), of every diagram of a family."""
    order = family.by_block
    values, weights = _canonical(order.shape[1], n, family.epsilons, form)
    strides = n ** np.arange(order.shape[1] - 1, -1, -1, dtype=np.int64)
    if form is None:
        return strides[order] @ values.T, np.broadcast_to(weights, (len(order), len(weights)))
    lowered, sign = form.lower(values)
    is_lower = np.asarray(lower, dtype=bool)[order]
    index = np.where(is_lower, 0, strides[order]) @ values.T + np.where(is_lower, strides[order], 0) @ lowered.T
    flips = is_lower.astype(np.int64) @ (sign < 0).T
    return index, weights * (-1.0) ** flips


def _canonical(slots: int, n: int, epsilons: int, form: Form | None) -> Indexed:
    """The tensor of epsilons on the first slots and pairs on the others."""
    values, weights = np.zeros((1, 0), dtype=np.int64), np.ones(1)
    blocks = [epsilon_entries(n, n, complement=False)] * epsilons
    blocks += [pair_entries(n, form)] * ((slots - n * epsilons) // 2)
    for more, factors in blocks:
        values = np.concatenate([np.repeat(values, len(more), axis=0), np.tile(more, (len(values), 1))], axis=1)
        weights = np.outer(weights, factors).reshape(-1)
    return values, weights


def _joined(parts: Sequence[NDArray[np.generic]], dtype: torch.dtype) -> Tensor:
    flat = [torch.from_numpy(np.array(part, order="C").reshape(-1)) for part in parts]
    return torch.cat(flat).to(dtype) if flat else torch.zeros(0, dtype=dtype)


def _sign(order: Sequence[int]) -> int:
    inversions = sum(a > b for a, b in itertools.combinations(order, 2))
    return -1 if inversions % 2 else 1
