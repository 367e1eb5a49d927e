"""The connected components of O(n), O(p, q) and SO(p, q): which one an element lies in, and the identity's.

O(n) has two, told apart by the determinant. O(p, q) has four: an element may reverse the orientation of the p positive
axes, of the q negative ones, or of both; SO(p, q) has those that reverse none or both. A `twist` is a character of the
group of components, one sign for each generator of the group.
"""

from __future__ import annotations

import re
from functools import lru_cache

import torch
from torch import Tensor

from ..errors import IntertwineError
from .base import Group
from .catalogued import catalogued
from .classical import SO, Lorentz, O, pseudo_orthogonal
from .lie import LieGroup

Twist = tuple[int, ...]


@lru_cache(maxsize=256)
def signature(group: Group) -> tuple[int, int] | None:
    """(p, q) of O(n), O(p, q) and SO(p, q) with several components and a Lie algebra; None for other groups."""
    found = re.fullmatch(r"(S?O)\((\d+)(?:,(\d+))?\)", group.name)
    if not found or not isinstance(group, LieGroup) or not group.generators or not group.algebra_dim:
        return None
    p, q = int(found[2]), int(found[3] or 0)
    return (p, q) if group == (SO if found[1] == "SO" else O)(p, q) else None


def with_signature(group: Group) -> tuple[LieGroup, tuple[int, int]]:
    """The group as a matrix group, and (p, q).

    Raises:
        IntertwineError: for a group without a `signature`.
    """
    shape = signature(group)
    if shape is None or not isinstance(group, LieGroup):
        raise IntertwineError(f"{group} is none of O(n), O(p, q) and SO(p, q) with several components")
    return group, shape


@catalogued
def connected(p: int, q: int = 0) -> LieGroup:
    """The identity component of O(p, q): SO(n), the Lorentz group, or SO+(p, q)."""
    if not p or not q:
        return SO(p, q)
    return Lorentz() if (p, q) == (1, 3) else pseudo_orthogonal(f"SO+({p},{q})", p, q, None, special=True)


def mirror(n: int) -> Tensor:
    """The reflection of the last axis."""
    return torch.diag(torch.tensor([1.0] * (n - 1) + [-1.0], dtype=torch.float64))


def twists(group: LieGroup) -> tuple[Twist, ...]:
    """All characters of the group of components."""
    signs: list[Twist] = [()]
    for _ in group.generators:
        signs = [(*s, t) for s in signs for t in (1, -1)]
    return tuple(signs)


def determinant_twist(group: LieGroup) -> Twist:
    """The character det."""
    return tuple(int(torch.linalg.det(s).round()) for s in group.generators)


def component_sign(p: int, q: int, twist: Twist, g: Tensor) -> Tensor:
    """The value of a character of the components at elements (..., n, n): (...), 1 or -1."""
    if not p or not q:
        return torch.where(torch.linalg.det(g) < 0, float(twist[0]), 1.0).double()
    reversed_p = torch.linalg.det(g[..., :p, :p]) < 0
    out = torch.where(reversed_p, float(twist[0]), 1.0).double()
    if len(twist) == 2:
        out = out * torch.where(torch.linalg.det(g[..., p:, p:]) < 0, float(twist[1]), 1.0)
    return out
