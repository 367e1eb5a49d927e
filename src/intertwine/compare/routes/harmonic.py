"""Convolve with circular harmonics."""

from __future__ import annotations

import torch
from torch import nn

from ...groups import SO, O
from ..convolutional import network, plane
from ..problem import Problem
from ..route import Route, register


@register("harmonic")
class Harmonic(Route):
    """A harmonic network: fields of order 0 and 1 of all rotations of the plane, whichever of them the group holds."""

    title = "Harmonic network"
    idea = "A convolutional network of circular harmonics: it knows shifts and every rotation."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """Scalars and vectors with norms as gates; of O(2) where the group holds reflections."""
        space = plane(problem)
        images = [space.matrix(g) for g in problem.group.generators]
        mirrors = any(bool(torch.linalg.det(image) < 0) for image in images)
        options = {"fields": "irreps", "activation": "norm", "frequency": 1, "profile": "free", "bandlimit": 1}
        return network(problem, (O(2) if mirrors else SO(2)).vector, hidden, 3, **options)
