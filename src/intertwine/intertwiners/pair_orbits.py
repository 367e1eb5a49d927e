"""Orbits of a finite group on pairs (output entry, input entry) of two signed permutation representations.

An equivariant kernel is free on one pair of every orbit, up to the pair's stabiliser; the group carries it to the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..representations.base import Representation

MAX_PAIRS = 20_000_000
"""Numbers |group| x dim out x dim in up to which the orbits are listed."""


@dataclass(frozen=True, eq=False)
class PairOrbits:
    """Attributes:

    first: (orbits,) pair number b * dim_in + a of each orbit's representative.
    orbit: (pairs,) orbit of each pair.
    element: (pairs,) position among `elements()` of some h that takes the representative to the pair.
    sign: (pairs,) what h multiplies the entry by.
    fixing: (|group|, orbits) bool, which elements keep the representative; fixing_sign: with which sign.
    """

    first: Tensor
    orbit: Tensor
    element: Tensor
    sign: Tensor
    fixing: Tensor
    fixing_sign: Tensor

    @property
    def is_free(self) -> bool:
        """Whether only the identity keeps a pair."""
        return bool((self.fixing.sum(0) == 1).all())


def has_pair_orbits(a: Representation, b: Representation) -> bool:
    """Whether the two are signed permutations of a finite group small enough to list."""
    group = a.group
    if not (group.is_finite and group.is_listable) or a.phase_order not in (1, 2) or b.phase_order not in (1, 2):
        return False
    return group.order * a.dim * b.dim <= MAX_PAIRS


@lru_cache(maxsize=256)
def pair_orbits(a: Representation, b: Representation) -> PairOrbits:
    """The orbits on the entries of matrices from a to b."""
    g = a.group.elements()
    images = (b.permutation(g)[:, :, None] * a.dim + a.permutation(g)[:, None, :]).flatten(1)
    signs = torch.ones_like(images)
    for rho, spread in ((a, lambda s: s.repeat(1, b.dim)), (b, lambda s: s.repeat_interleave(a.dim, 1))):
        if rho.phase_order == 2:
            signs = signs * spread(1 - 2 * rho.phases(g))
    first, orbit = images.amin(0).unique(return_inverse=True)
    reached = images[:, first]  # where each element takes each representative
    order = torch.arange(len(reached))[:, None].expand_as(reached)
    element = torch.full_like(orbit, len(reached)).scatter_reduce(0, reached.flatten(), order.flatten(), "amin")
    sign = signs[element, first[orbit]]
    return PairOrbits(first, orbit, element, sign, reached == first, signs[:, first])
