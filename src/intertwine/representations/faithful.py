"""Which elements act as the identity?"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.lie import LieGroup
from .base import Representation
from .weights import weight_diagram


def is_faithful(rho: Representation) -> bool:
    """Whether the kernel is trivial.

    Finite groups: every element is looked at. Compact connected groups: the kernel is central, hence inside a maximal
    torus, and is trivial there exactly when the weights of rho generate the same lattice as the defining ones.
    Non-compact groups of the catalogue: the derivative must be injective; then only scalar matrices are left, and the
    real ones of finite order are 1 and -1. In groups with several components, -1 is the only further element that can
    commute with the identity component.

    Raises:
        IntertwineError: when none of these applies.
    """
    group = rho.group
    if group.is_listable:
        characters = rho.matrix(group.elements()) - torch.eye(rho.dim, dtype=torch.float64)
        return int((characters.abs().amax((-2, -1)) < 1e-9).sum()) == 1
    if group.is_finite and rho.is_permutation and rho == group.vector:
        return True
    if isinstance(group, LieGroup) and group.roots is not None and (group.is_compact or group.recipe is not None):
        connected = _is_faithful_on_torus(rho) if group.is_compact else _has_injective_derivative(rho)
        minus = -group.identity
        if connected and bool(group.contains(minus)):
            return float((rho.matrix(minus) - torch.eye(rho.dim, dtype=torch.float64)).abs().max()) > 1e-9
        return connected
    raise IntertwineError(
        f"whether a representation of {group} is faithful is only decided for listable and matrix groups"
    )


def _is_faithful_on_torus(rho: Representation) -> bool:
    return _lattice(weight_diagram(rho).weights) == _lattice(weight_diagram(rho.group.vector).weights)


def _has_injective_derivative(rho: Representation) -> bool:
    images = rho.algebra(rho.group.algebra).flatten(1)
    if images.is_complex():
        images = torch.view_as_real(images).flatten(1)
    return int(torch.linalg.matrix_rank(images)) == rho.group.algebra_dim


def _lattice(vectors: Tensor) -> list[list[int]]:
    """The Hermite normal form of the lattice that integer vectors generate."""
    rows = [list(row) for row in set(map(tuple, vectors.tolist())) if any(row)]
    form: list[list[int]] = []
    for column in range(vectors.shape[1]):
        live = [row for row in rows if row[column]]
        rows = [row for row in rows if not row[column]]
        while len(live) > 1:
            live.sort(key=lambda row, c=column: abs(row[c]))
            pivot = live[0]
            reduced = [
                [x - (row[column] // pivot[column]) * p for x, p in zip(row, pivot, strict=True)] for row in live[1:]
            ]
            rows += [row for row in reduced if not row[column] and any(row)]
            live = [pivot, *(row for row in reduced if row[column])]
        if live:
            pivot = [x * int(math.copysign(1, live[0][column])) for x in live[0]]
            form = [[x - (row[column] // pivot[column]) * p for x, p in zip(row, pivot, strict=True)] for row in form]
            form.append(pivot)
    return form
