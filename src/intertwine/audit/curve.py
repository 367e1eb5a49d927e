"""The error as a function of the group element: by angle where there is one, else by element."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..actions.affine import Motion
from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element
from ..groups.permutation import PermutationGroup
from .measure import Measurements
from .statistics import Estimate, ratio, wilson

MAX_POINTS = 64
"""Finite groups up to this order have one point for each element."""
BINS = (15.0, 30.0, 45.0, 90.0)
"""Widths in degrees for the bins of a continuous angle; the first that leaves PER_BIN measurements in each is taken."""
PER_BIN = 20


@dataclass(frozen=True)
class CurvePoint:
    """What an audit measured at one element, or in one bin of angles."""

    part: str
    """"rotation", "reflection", or "element" where elements have no angle."""
    at: float
    """The angle in degrees (the middle of a bin), or the position in `group.elements()`."""
    error: Estimate
    agreement: Estimate | None
    count: int


def curve(group: Group, measured: Measurements, confidence: float, generator: torch.Generator) -> list[CurvePoint]:
    """The relative error and agreement at each element or angle; empty for groups with neither."""
    width = next((w for w in BINS if measured.error.numel() * w / 360 >= PER_BIN), BINS[-1])
    places = [_place(group, g, width) for g in measured.elements]
    if any(place is None for place in places):
        return []
    part = torch.stack([place[0] for place in places if place is not None], 1)
    at = torch.stack([place[1] for place in places if place is not None], 1)
    agree = None if measured.moved_class is None else measured.moved_class == measured.still_class
    scale, points = measured.spread.mean(), []
    for label, value in torch.unique(torch.stack([part.double().flatten(), at.flatten()], 1), dim=0).tolist():
        inside = (part == label) & (at == value)
        count = inside.sum(1)
        rows = count > 0
        error = (measured.error * inside).sum(1)[rows] / count[rows]
        points.append(
            CurvePoint(
                part=_PARTS[int(label)],
                at=value,
                error=ratio(error, scale.expand(len(error)), confidence, generator),
                agreement=None if agree is None else wilson(agree[inside][:, None], confidence),
                count=int(count.sum()),
            )
        )
    return points


_PARTS = ("rotation", "reflection", "element")


def _place(group: Group, g: Element, width: float) -> tuple[Tensor, Tensor] | None:
    """(which part, where in it) for a batch of elements: int64 (n,), float64 (n,)."""
    matrix = _matrix(group, g)
    if matrix is not None:
        improper = (torch.linalg.det(matrix) < 0).long()
        listed = group.is_finite and group.order <= MAX_POINTS
        angle = _angle(matrix)
        return improper, (angle.mul(1e4).round() / 1e4) % 360 if listed else _binned(angle, width, matrix.shape[-1])
    if group.is_finite and group.order <= MAX_POINTS:
        position = group.index(g)
        return torch.full_like(position, 2), position.double()
    return None


def _matrix(group: Group, g: Element) -> Tensor | None:
    """The orthogonal matrices of a group of the plane or of space."""
    if isinstance(group, PermutationGroup) and group.geometry is None:
        return None
    try:
        motion = Motion(group)
    except IntertwineError:
        return None
    if motion.linear is None or motion.d not in (2, 3) or not motion.linear.is_orthogonal:
        return None
    return motion.matrix(g)


def _angle(matrix: Tensor) -> Tensor:
    """Degrees: counter-clockwise in [0, 360) in the plane, the angle about the axis in [0, 180] in space."""
    if matrix.shape[-1] == 2:
        return torch.rad2deg(torch.atan2(matrix[:, 1, 0], matrix[:, 0, 0])) % 360
    trace = matrix.diagonal(dim1=-2, dim2=-1).sum(-1) * torch.linalg.det(matrix)
    return torch.rad2deg(torch.acos(((trace - 1) / 2).clamp(-1, 1)))


def _binned(angle: Tensor, width: float, d: int) -> Tensor:
    if d == 2:  # bins about the multiples of the width, so that right angles are in the middle of theirs
        return torch.round(angle / width) * width % 360
    return (torch.floor(angle / width).clamp(max=math.ceil(180 / width) - 1) + 0.5) * width
