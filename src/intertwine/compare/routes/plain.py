"""Ignore the symmetry."""

from __future__ import annotations

from torch import nn

from ..backbone import backbone
from ..problem import Problem
from ..route import Route, register


@register("plain")
class Plain(Route):
    """The backbone, trained on the data as they are."""

    title = "Plain"
    idea = "An ordinary network that is told nothing about the symmetry."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """The backbone."""
        return backbone(problem, hidden)
