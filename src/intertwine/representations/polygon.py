"""Irreducible representations of the cyclic and the dihedral groups in closed form: a wave number k of the n-gon.

C(n): r goes to exp(2 pi i k / n), or over the reals to the rotation of the plane by 2 pi k / n. D(n): the same rotation
for r, and the mirror diag(1, -1) for f; for k = 0 and k = n/2 one number, which f keeps or changes in sign.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.catalogue import C, D
from ..groups.elements import Element
from ..groups.permutation import PermutationGroup
from .base import Representation
from .finite_irrep import Complexified, FiniteIrrep, Reals
from .monomial import roots_of_unity


class PolygonIrrep(FiniteIrrep):
    """The representation of C(n) or D(n) with wave number k: r turns by 2 pi k / n.

    Attributes:
        wave: k, with 0 <= k <= n / 2 for a real one.
        mirror: the sign of f for a one-dimensional representation of D(n), 1 otherwise.

    Example:
        >>> C(4096).irrep(3).dim, D(5).irrep("E2").dim
        (2, 2)
    """

    def __init__(self, group: Group, wave: int, mirror: int = 1, *, is_complex: bool = False):
        self.sides, self.wave, self.mirror = len(group.identity), wave, mirror
        dihedral = _is_dihedral(group)
        if dihedral:
            self.sides = int(group.order) // 2
        lone = 2 * wave % self.sides == 0
        name = f"k={wave}"
        if dihedral:
            name = f"{'B' if wave else 'A'}{1 if mirror > 0 else 2}" if lone else f"E{wave}"
        kind = "real" if lone or dihedral else "complex"
        super().__init__(group, 1 if lone or is_complex else 2, (is_complex,), name, kind, is_complex=is_complex)

    @property
    def conj(self) -> Representation:
        return PolygonIrrep(self.group, -self.wave % self.sides, is_complex=True) if self.is_complex else self

    @property
    def real(self) -> FiniteIrrep:
        return PolygonIrrep(self.group, min(self.wave, -self.wave % self.sides)) if self.is_complex else self

    @property
    def commutant(self) -> Reals:  # type: ignore[override]
        turn = np.array([[0.0, -1.0], [1.0, 0.0]])
        return np.stack([np.eye(2), turn]) if self.type == "complex" and self.dim == 2 else np.eye(self.dim)[None]

    def matrix(self, g: Element) -> Tensor:
        self.group.batch_shape(g)
        turns, mirrored = turns_and_mirror(self.group, g)
        wave = roots_of_unity(self.sides).to(turns.device)[turns * self.wave % self.sides]
        real = wave.real if wave.is_complex() else wave
        if self.dim == 1:
            value = wave.to(torch.complex128) if self.is_complex else real * (1 - mirrored * (1 - self.mirror))
            return value[..., None, None]
        sign = 1 - 2 * mirrored
        top = torch.stack([real, -wave.imag * sign], -1)
        return torch.stack([top, torch.stack([wave.imag, real * sign], -1)], -2)

    @property
    def phase_order(self) -> int | None:
        if self.dim == 2:
            return 2 if 4 * self.wave % self.sides == 0 else None
        return math.lcm(self.sides // math.gcd(self.sides, self.wave), 1 if self.mirror > 0 else 2)

    def permutation(self, g: Element) -> Tensor:
        return self.matrix(g).abs().argmax(-2) if self.is_monomial else super().permutation(g)

    def phases(self, g: Element) -> Tensor:
        order, permutation = self.phase_order or 1, self.permutation(g)
        if self.is_complex:
            step = self.wave // math.gcd(self.sides, self.wave) if self.wave else 0
            return (turns_and_mirror(self.group, g)[0] * step % order)[..., None]
        values = torch.gather(self.matrix(g), -2, permutation[..., None, :]).squeeze(-2)
        return (values < 0).long() % order


def turns_and_mirror(group: Group, g: Tensor) -> tuple[Tensor, Tensor]:
    """(a, b) with g = r^a f^b, from where the first corners go."""
    first = g[..., 0]
    if not _is_dihedral(group):
        return first, torch.zeros_like(first)
    n = int(group.order) // 2
    if n == 1:
        return torch.zeros_like(first), first
    if n == 2:  # the corners of a rectangle: r swaps 0 with 2, f swaps 0 with 3
        return ((first == 1) | (first == 2)).long(), (first % 2 == 1).long()
    return first, ((g[..., 1] - first) % n == n - 1).long()


def is_polygon(group: Group) -> bool:
    """Whether the group is C(n) or D(n) of the catalogue."""
    if not isinstance(group, PermutationGroup):
        return False
    return (group.name == f"C({group.degree})" and group == C(group.degree)) or _is_dihedral(group)


def _is_dihedral(group: Group) -> bool:
    if not group.name.startswith("D("):
        return False
    n = int(group.order) // 2
    return group.name == f"D({n})" and group == D(n)


def polygon_irrep(group: Group, key: Any, real: bool) -> FiniteIrrep:
    """The irreducible representation with a wave number, or for D(n) with one of the names A1, A2, B1, B2, E1, E2, ..

    Over the reals, and for D(n), the waves k and n - k are one representation.

    Raises:
        IntertwineError: for a wave number that is out of range, or another key.
    """
    dihedral = _is_dihedral(group)
    n = int(group.order) // 2 if dihedral else int(group.order)
    letter, number = ("", str(key).removeprefix("k="))
    if dihedral and str(key)[:1] in ("A", "B", "E"):
        letter, number = str(key)[0], str(key)[1:]
    if number.isdigit():
        k = int(number)
        if letter in ("A", "B") and k in (1, 2) and (letter == "A" or n % 2 == 0):
            return _found(group, 0 if letter == "A" else n // 2, 3 - 2 * k, real)
        if not letter and k < n:
            return _found(group, min(k, n - k) if real or dihedral else k, 1, real)
        if letter == "E" and 0 < 2 * k < n:
            return _found(group, k, 1, real)
    if dihedral:
        known = "A1, A2" + (", B1, B2" if n % 2 == 0 else "") + (", E1" if n > 2 else "")
        known += f" .. E{(n - 1) // 2}" if n > 4 else ""
        raise IntertwineError(f"{group} has no irreducible representation {key!r}; they are {known}, or a wave number")
    raise IntertwineError(f"{group} has no irreducible representation {key!r}; they are wave numbers 0 .. {n - 1}")


def _found(group: Group, wave: int, mirror: int, real: bool) -> FiniteIrrep:
    if real:
        return PolygonIrrep(group, wave, mirror)
    if _is_dihedral(group):
        return Complexified(PolygonIrrep(group, wave, mirror))
    return PolygonIrrep(group, wave, is_complex=True)


@lru_cache(maxsize=64)
def polygon_irreps(group: Group, real: bool) -> tuple[FiniteIrrep, ...]:
    """All of C(n) or D(n), by dimension, the trivial one first."""
    dihedral = _is_dihedral(group)
    n = int(group.order) // 2 if dihedral else int(group.order)
    if not (real or dihedral):
        return tuple(_found(group, k, 1, False) for k in range(n))
    lone = [k for k in range(n) if 2 * k % n == 0]
    found = [_found(group, k, mirror, real) for k in lone for mirror in ((1, -1) if dihedral else (1,))]
    return (*found, *(_found(group, k, 1, real) for k in range(1, (n + 1) // 2)))
