"""Irreducible representations of a finite group about which nothing is known but its elements.

Real ones are split from products of a faithful representation and of those already found (Burnside and Brauer: such
products hold them all), until the character table says that none is missing. A random symmetric matrix, averaged over
the group, has irreducible eigenspaces over the reals with probability one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element, concatenate, leaves, stack, take
from ..groups.permutation import PermutationGroup
from ..groups.semidirect import Semidirect
from .base import Representation
from .character_table import CharacterTable, character_table
from .finite_irrep import FiniteIrrep
from .images import FiniteImages
from .transversals import transversals

Array = NDArray[Any]

LARGEST_REGULAR = 512
"""Order up to which a group without a smaller faithful representation starts from its regular one."""


class SplitIrrep(FiniteIrrep):
    """An irreducible representation found by splitting, given by the images of the generators."""

    def __init__(self, group: Group, images: Tensor, name: str, kind: str):
        self.given = FiniteImages(group, images, name, trusted=True)
        super().__init__(group, self.given.dim, (self.given.key,), name, kind, is_complex=self.given.is_complex)

    def matrix(self, g: Element) -> Tensor:
        return self.given.matrix(g)

    @property
    def phase_order(self) -> int | None:
        return self.given.phase_order

    def permutation(self, g: Element) -> Tensor:
        return self.given.permutation(g)

    def phases(self, g: Element) -> Tensor:
        return self.given.phases(g)


@dataclass(frozen=True, eq=False)
class _Sample:
    """An orthogonal representation known on generators, class representatives and probes, in this order."""

    matrices: Array
    character: Array
    """On class representatives."""


def can_split(group: Group) -> bool:
    """Whether there is a faithful representation to start from that is not too large."""
    return group.is_listable and (isinstance(group, PermutationGroup | Semidirect) or group.order <= LARGEST_REGULAR)


@lru_cache(maxsize=64)
def split_real(group: Group) -> tuple[SplitIrrep, ...]:
    """All irreducible real representations, in the order of the character table."""
    table = character_table(group)
    found = _split_all(group, table)
    generators = len(group.generators)
    names = dimension_names([len(sample.matrices[0]) for _, _, sample in found])
    return tuple(
        SplitIrrep(group, torch.from_numpy(sample.matrices[:generators].copy()), name, table.types[who[0]])
        for name, (who, _, sample) in zip(names, found, strict=True)
    )


def dimension_names(dims: list[int]) -> list[str]:
    """Dimensions, with letters where several irreducible representations share one: 1a, 1b, 2, 3a, 3b."""
    names, seen = [], dict.fromkeys(dims, 0)
    for dim in dims:
        names.append(
            f"{dim}{chr(ord('a') + seen[dim] % 26) * (seen[dim] // 26 + 1)}" if dims.count(dim) > 1 else f"{dim}"
        )
        seen[dim] += 1
    return names


def real_characters(table: CharacterTable) -> list[tuple[tuple[int, ...], Array]]:
    """(constituents, real character on the classes) of every real irreducible representation, in table order."""
    out = []
    for k, kind in enumerate(table.types):
        partner = table.conjugate(k)
        if kind == "real":
            out.append(((k,), table.values[k].real))
        elif kind == "quaternionic":
            out.append(((k, k), 2 * table.values[k].real))
        elif k < partner:
            out.append(((k, partner), 2 * table.values[k].real))
    return out


def _split_all(group: Group, table: CharacterTable) -> list[tuple[tuple[int, ...], Array, _Sample]]:
    wanted = real_characters(table)
    elements = _elements(group)
    base = _faithful(group).matrix(elements).numpy()
    found: dict[int, _Sample] = {0: _Sample(np.ones((len(base), 1, 1)), np.ones(len(table.sizes)))}
    queue = _split(base, None, wanted, found, group, table)
    steps = queue or [0]
    tried: set[tuple[int, int]] = set()
    while len(found) < len(wanted):
        pairs = [(i, j) for i in found for j in steps if (i, j) not in tried and i]
        missing = [k for k in range(len(wanted)) if k not in found]
        useful = [pair for pair in pairs if _holds(found[pair[0]], found[pair[1]], missing, wanted, table)]
        if not useful:
            raise IntertwineError(f"the irreducible representations of {group} were not all found; please report it")
        i, j = min(useful, key=lambda p: (found[p[0]].matrices.shape[1] * found[p[1]].matrices.shape[1], p))
        tried.add((i, j))
        _split(found[i].matrices, found[j].matrices, wanted, found, group, table)
    return [(who, character, found[k]) for k, (who, character) in enumerate(wanted)]


def _elements(group: Group) -> Any:
    """Generators, class representatives, then the coset representatives along which averages are taken."""
    parts = [take(group.elements(), group.class_table[0]), *transversals(group)]
    return concatenate([stack(group.generators), *parts] if group.generators else parts)


def _level_sizes(group: Group) -> list[int]:
    return [len(leaves(level)[0]) for level in transversals(group)]


def _faithful(group: Group) -> Representation:
    if isinstance(group, PermutationGroup):
        return group.points
    if isinstance(group, Semidirect) and not group.vector.is_complex and group.vector.is_faithful:
        return group.vector
    if group.order > LARGEST_REGULAR:
        raise IntertwineError(
            f"the irreducible representations of {group} start from its regular one, of dimension {group.order}; "
            f"above {LARGEST_REGULAR} give the group by permutations, Group.from_permutations"
        )
    return group.regular


def _holds(a: _Sample, b: _Sample, missing: list[int], wanted: list, table: CharacterTable) -> bool:
    product = a.character * b.character * table.sizes
    return any(float(product @ wanted[k][1]) > 0.5 for k in missing)


def _split(
    left: Array, right: Array | None, wanted: list, found: dict[int, _Sample], group: Group, table: CharacterTable
) -> list[int]:
    """Add the irreducible constituents of `left` (x) `right`; the positions of all that it holds."""

    def act(k: int, x: Array) -> Array:
        if right is None:
            return left[k] @ x
        blocks = (left[k] @ x.reshape(left.shape[1], -1)).reshape(left.shape[1], right.shape[1], -1)
        return (right[k] @ blocks).reshape(x.shape)

    size = left.shape[1] * (1 if right is None else right.shape[1])
    x = np.random.default_rng(0).standard_normal((size, size))
    x = x + x.T
    start, stop = len(group.generators) + len(table.sizes), len(left)
    for count in reversed(_level_sizes(group)):
        x = (x + sum(act(k, act(k, x).T).T for k in range(stop - count, stop))) / (1 + count)
        stop -= count
    values, vectors = np.linalg.eigh((x + x.T) / 2)
    cuts = np.flatnonzero(np.diff(values) > 1e-8 * np.abs(values).max()) + 1
    members = []
    for space in np.split(vectors, cuts, axis=1):
        images = [act(k, space) for k in range(len(group.generators), start)]
        character = np.array([np.vdot(space, image) for image in images])
        which = [k for k, (_, chi) in enumerate(wanted) if np.abs(chi - character).max() < 1e-6]
        if which and which[0] not in members:
            members.append(which[0])
            if which[0] not in found:
                matrices = np.stack([space.T @ act(k, space) for k in range(len(left))])
                found[which[0]] = _Sample(_orthogonal(matrices), wanted[which[0]][1])
    return members


def _orthogonal(matrices: Array) -> Array:
    """The nearest orthogonal matrices: rounding must not build up along products."""
    u, _, v = np.linalg.svd(matrices)
    return u @ v


@lru_cache(maxsize=64)
def split_complex(group: Group) -> tuple[SplitIrrep, ...]:
    """All irreducible complex representations, in the order of the character table."""
    table = character_table(group)
    out: dict[int, SplitIrrep] = {}
    names = dimension_names(table.degrees)
    elements = _elements(group)
    for rho in split_real(group):
        matrices = rho.matrix(elements).numpy()
        if rho.type == "real":
            pieces = [matrices.astype(np.complex128)]
        else:
            space = _complex_structure(rho.commutant[1])
            pieces = [space.conj().T @ matrices @ space, space.T @ matrices @ space.conj()]
        for piece in pieces[: len(set(rho.characters))]:
            classes = piece[len(group.generators) : len(group.generators) + len(table.sizes)]
            character = np.trace(classes, axis1=1, axis2=2)
            k = min(rho.characters, key=lambda c: float(np.abs(table.values[c] - character).max()))
            images = torch.from_numpy(piece[: len(group.generators)].copy())
            out[k] = SplitIrrep(group, images, names[k], table.types[k])
    return tuple(out[k] for k in sorted(out))


def _complex_structure(turn: Array) -> Array:
    """The eigenspace of -i of an antisymmetric J with J J = -1, (dim, dim / 2)."""
    values, vectors = np.linalg.eigh(1j * turn)
    return vectors[:, values > 0]
