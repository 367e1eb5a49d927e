"""The entries of diagrams as tensors: which index tuples are nonzero, and with which sign.

A pair of slots holds the invariant form F (the identity for O(n), the metric for O(p, q), J for Sp), an epsilon the
sign of a permutation. A form is a signed permutation matrix, so a diagram has one entry for each choice of an index
on each pair and of a permutation on each epsilon: n^(slots/2) of n^slots. Diagrams are written with all slots upper;
F then lowers the slots that carry the dual, which is an orthogonal change of basis.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .diagram_enumeration import Family, Integers
from .solution import Constants

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
    chosen = _integers(itertools.combinations(range(n), inside))
    width = n - inside if complement else inside
    orders = _integers(itertools.permutations(range(width)))
    if not complement:
        values, signs = chosen[:, orders], np.ones(len(chosen))
    else:
        left = _integers((i for i in range(n) if i not in row) for row in chosen.tolist())
        values, signs = left[:, orders], _signs(np.concatenate([left, chosen], axis=1))
    return values.reshape(len(signs) * len(orders), width), np.outer(signs, _signs(orders)).reshape(-1)


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

    def constants(self) -> dict[str, Tensor]:
        return {"entry_owner": self.owner, "entry_index": self.index, "entry_weight": self.weight}

    def expand(self, coefficients: Tensor, constants: Constants) -> Tensor:
        """sum_d a_d D_d, coefficients (..., diagrams) -> (..., n^slots)."""
        owner, weight, index = (constants[name] for name in ("entry_owner", "entry_weight", "entry_index"))
        return _scattered(coefficients, owner, weight, index, self.size)

    def collect(self, tensors: Tensor, constants: Constants) -> Tensor:
        """<D_d, M> for each diagram, tensors (..., n^slots) -> (..., diagrams)."""
        owner, weight, index = (constants[name] for name in ("entry_owner", "entry_weight", "entry_index"))
        return _scattered(tensors, index, weight, owner, self.diagrams)


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
    blocks = [epsilon_entries(n, n, complement=False) for _ in range(epsilons)]
    blocks += [pair_entries(n, form)] * ((slots - n * epsilons) // 2)
    for more, factors in blocks:
        values = np.concatenate([np.repeat(values, len(more), axis=0), np.tile(more, (len(values), 1))], axis=1)
        weights = np.outer(weights, factors).reshape(-1)
    return values, weights


def _scattered(values: Tensor, source: Tensor, weight: Tensor, target: Tensor, size: int) -> Tensor:
    """y[..., target] += weight x[..., source], the result (..., size)."""
    lead = values.shape[:-1]
    rows = values.reshape(math.prod(lead), values.shape[-1]).T
    moved = rows.index_select(0, source) * weight[:, None]
    return moved.new_zeros(size, moved.shape[1]).index_add(0, target, moved).T.reshape(*lead, size)


def _joined(parts: Sequence[NDArray[np.generic]], dtype: torch.dtype) -> Tensor:
    flat = [torch.from_numpy(np.array(part, order="C").reshape(-1)) for part in parts]
    return torch.cat(flat).to(dtype) if flat else torch.zeros(0, dtype=dtype)


def _integers(rows: Iterable[Iterable[int]]) -> Integers:
    return np.array([tuple(row) for row in rows], dtype=np.int64)


def _signs(orders: Integers) -> Floats:
    """The sign of each row as a permutation, from the number of its inversions."""
    inversions = np.zeros(len(orders), dtype=np.int64)
    for a, b in itertools.combinations(range(orders.shape[1]), 2):
        inversions += orders[:, a] > orders[:, b]
    return np.where(inversions % 2 == 1, -1.0, 1.0)
