"""Averages over a finite group in few steps, and one element of every conjugacy class.

G = T_1 T_2 ... T_k with every element written once: T_1 holds representatives of the cosets of a subgroup H, the others
make H. An average over G is then an average over T_k, then over T_(k-1), and so on: |T_1| + ... + |T_k| terms instead
of |T_1| ... |T_k| (20 instead of 720 for S(6)).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..groups.additive import Grid
from ..groups.base import Group, on_cpu
from ..groups.elements import Element, leaves, stack, take
from ..groups.permutation import PermutationGroup
from ..groups.products import Power, Product
from ..groups.semidirect import Semidirect
from .partitions import cycle_representative, cycle_type_size, partitions

PROBES = 160
"""Random elements of an average by halves: what is not invariant shrinks by about 2^(-1/2) with each, to 1e-24."""

Levels = tuple[Element, ...]
"""Batches of the elements of each T_i that are not the identity, which every T_i holds as well."""


@lru_cache(maxsize=64)
@on_cpu
def transversals(group: Group) -> Levels:
    """T_1, .., T_k of a finite group; without short ones, pairs {1, g} of random elements g, exact to rounding."""
    levels = _exact(group)
    if levels is not None and sum(len(leaves(level)[0]) for level in levels) <= PROBES:
        return levels
    probes = group.sample(PROBES, generator=torch.Generator().manual_seed(1))
    return tuple(take(probes, slice(k, k + 1)) for k in range(PROBES))


def group_average(levels: Levels, act: Callable[[Element, Tensor], Tensor], x: Tensor) -> Tensor:
    """(1/|G|) sum_g g x, where `act` gives the sum of g x over a batch of elements."""
    for level in reversed(levels):
        x = (x + act(level, x)) / (1 + len(leaves(level)[0]))
    return x


def _exact(group: Group) -> Levels | None:
    if is_symmetric(group):
        return _swaps(group)
    if isinstance(group, PermutationGroup):
        return _stabilisers(group) if group.is_listable else None
    if isinstance(group, Product):
        return _joined([(factor, partial(group.embed, k)) for k, factor in enumerate(group.factors)])
    if isinstance(group, Power):
        return _joined([(group.base, partial(_placed, group, k)) for k in range(group.m)])
    if isinstance(group, Grid):
        steps = [torch.eye(len(group.lengths), dtype=torch.int64)[k] for k in range(len(group.lengths))]
        ranges = [torch.arange(1, length)[:, None] * step for length, step in zip(group.lengths, steps, strict=True)]
        return tuple(r for r in ranges if len(r))
    if isinstance(group, Semidirect):
        return _joined([(group.normal, group.translation), (group.point, group.turn)])
    return None


def _joined(parts: list[tuple[Group, Callable[[Element], Element]]]) -> Levels | None:
    """The levels of subgroups K_1, K_2, .. with G = K_1 K_2 ..., each given with its embedding."""
    found: list[Element] = []
    for part, embed in parts:
        levels = _exact(part)
        if levels is None:
            return None
        found += [embed(level) for level in levels]
    return tuple(found)


def _placed(group: Power, place: int, g: Element) -> Element:
    return stack([group.place(place, take(g, k)) for k in range(len(leaves(g)[0]))])


def _swaps(group: Group) -> Levels:
    """The swaps of i with every later point, for each i."""
    n = len(group.identity)
    levels = []
    for i in range(n - 1):
        level = torch.arange(n).repeat(n - 1 - i, 1)
        later = torch.arange(i + 1, n)
        level[:, i] = later
        level[torch.arange(n - 1 - i), later] = i
        levels.append(level)
    return tuple(levels)


def _stabilisers(group: PermutationGroup) -> Levels:
    """Coset representatives of the stabiliser of point 0, then inside it of point 1, and so on."""
    members, levels = group.elements(), []
    for point in range(group.degree):
        images, first = np.unique(members[:, point].numpy(), return_index=True)
        if len(images) > 1:
            levels.append(members[torch.from_numpy(first[images != point])])
            members = members[members[:, point] == point]
    return tuple(levels)


# --- conjugacy classes --------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
@on_cpu
def class_representatives(group: Group) -> tuple[Element, NDArray[np.float64]]:
    """One element of every conjugacy class, as a batch, and the sizes of the classes; no list of S(n) is made.

    Raises:
        IntertwineError: when the group is too large to list, and is neither symmetric nor a product of such.
    """
    if is_symmetric(group):
        n = len(group.identity)
        types = partitions(n)[::-1]
        elements = torch.tensor([cycle_representative(cycles) for cycles in types])
        return elements, np.array([cycle_type_size(cycles) for cycles in types], dtype=float)
    if isinstance(group, Product) and group.is_finite:
        parts = [class_representatives(factor) for factor in group.factors]
        places = torch.cartesian_prod(*[torch.arange(len(sizes)) for _, sizes in parts]).reshape(-1, len(parts))
        elements = tuple(take(reps, places[:, k]) for k, (reps, _) in enumerate(parts))
        return elements, np.prod([sizes[places[:, k].numpy()] for k, (_, sizes) in enumerate(parts)], axis=0)
    first, sizes = group.class_table
    return take(group.elements(), first), sizes.numpy().astype(float)


def is_symmetric(group: Group) -> bool:
    """Whether the group is S(n) of the catalogue."""
    from ..groups.catalogue import S

    return isinstance(group, PermutationGroup) and group.name == f"S({group.degree})" and group == S(group.degree)
