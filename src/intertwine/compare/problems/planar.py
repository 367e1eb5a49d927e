"""What all problems on pictures have in common: how the plane's symmetries move pixels."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...actions import Pictures, Trivial
from ...data import Labelled
from ...groups import SO
from ...groups.base import Group
from ...representations import pixels
from ...representations.base import Representation
from ..problem import Problem, refuse_representations
from ..spec import Comparison

ANGLES = tuple(float(degrees) for degrees in range(0, 361, 15))
"""A full circle in steps of 15 degrees, with both ends, so that the curve closes."""


def pixel_representation(group: Group, shape: tuple[int, ...]) -> Representation:
    """The representation on the flattened pixels of one picture, (channels, H, W); raises where pixels do not fit."""
    channels, height, width = shape
    rho = pixels(group, (height, width))
    return rho if channels == 1 else channels * rho


def rotated(degrees: float, x: Tensor) -> Tensor:
    """Pictures (N, C, H, W) turned counter-clockwise about their middle, with bilinear interpolation."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    g = torch.tensor([[cos, -sin], [sin, cos]], dtype=torch.float64)
    return Pictures(SO(2), method="bilinear", mask=False)(g, x)


class PlanarProblem(Problem):
    """Classes of pictures: the group moves pixels and leaves the answer alone."""

    shape: tuple[int, ...]
    angles = ANGLES

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        refuse_representations(spec)
        self.action_in, self.action_out = Pictures(spec.group), Trivial(spec.group)

    @property
    def rho_in(self) -> Representation:
        return pixel_representation(self.group, self.shape)

    @property
    def rho_out(self) -> Representation:
        return len(self.classes) * self.group.trivial

    def turn(self, degrees: float, items: Labelled) -> Labelled:
        return Labelled(rotated(degrees, items.x), items.y, items.classes)
