"""The motion of space behind a group element: a matrix about the origin and a translation."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.additive import Grid, R
from ..groups.base import Group
from ..groups.elements import Element
from ..groups.semidirect import Semidirect
from ..representations.base import Representation


class Motion:
    """p -> A(g) p + t(g) in d dimensions, for a group of matrices, of translations, or a semidirect product of both.

    Raises:
        IntertwineError: the group does not act on real space, or on space of another dimension than the d asked for.
    """

    def __init__(self, group: Group, d: int | None = None):
        self.group = group
        self.translations = _translations(group)
        """The group's translations: R(d), Grid(...), or None."""
        self.linear = _linear(group)
        """The representation by which the point group moves space, or None for pure translations."""
        self.d = _dim(self.translations) if self.linear is None else self.linear.dim
        kind = "complex" if self.linear is not None and self.linear.is_complex else "real"
        if kind == "complex" or (d is not None and d != self.d):
            wanted = "real space" if d is None else f"real space of dimension {d}"
            raise IntertwineError(
                f"this action needs a group of {wanted}, and {group} acts on {kind} space of dimension {self.d}. "
                "In the plane use C(n), D(n), SO(2) or O(2); in space Cube(), Icosahedron(), SO(3) or O(3); "
                "with translations, semidirect(R(d), ...)"
            )

    def matrix(self, g: Element) -> Tensor:
        """A(g): (N, d, d) float64."""
        if self.linear is None:
            eye = torch.eye(self.d, dtype=torch.float64, device=g.device)
            return eye.expand(*self.group.batch_shape(g), -1, -1)
        return self.linear.matrix(g[1] if isinstance(self.group, Semidirect) else g)

    def offset(self, g: Element) -> Tensor | None:
        """t(g): (N, d), or None for a group that keeps the origin."""
        if self.translations is None:
            return None
        return g[0] if isinstance(self.group, Semidirect) else g

    @property
    def linear_generators(self) -> Tensor:
        """Matrices of the point group's generators: (k, d, d)."""
        if self.linear is None or not self.linear.group.generators:
            return torch.zeros(0, self.d, self.d, dtype=torch.float64)
        return torch.stack([self.linear.matrix(s) for s in self.linear.group.generators])

    @property
    def is_continuous(self) -> bool:
        """Whether the point group has a Lie algebra."""
        return self.linear is not None and self.linear.group.algebra_dim > 0


def _translations(group: Group) -> R | Grid | None:
    part = group.normal if isinstance(group, Semidirect) else group
    return part if isinstance(part, R | Grid) else None


def _linear(group: Group) -> Representation | None:
    if isinstance(group, Semidirect):
        return group.by
    return None if isinstance(group, R | Grid) else group.vector


def _dim(translations: R | Grid | None) -> int:
    if translations is None:
        return 0
    return translations.d if isinstance(translations, R) else len(translations.lengths)
