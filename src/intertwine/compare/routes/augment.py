"""Show the symmetry in the data."""

from __future__ import annotations

import torch
from torch import nn

from ...data import Labelled
from ..backbone import backbone
from ..problem import Problem
from ..route import Route, register


@register("augment")
class Augment(Route):
    """The backbone, trained on items that a fresh random group element has moved, answers moved along."""

    title = "Augmented"
    idea = "The same network, shown every training item in a new random pose each time."

    def note(self, problem: Problem, hidden: tuple[int, ...]) -> str:
        """From which law the poses come."""
        law = "uniformly (Haar's law)" if problem.group.is_compact else "from a bounded law"
        return f"Poses are drawn {law}, anew for every item and every pass; answers move along."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """The backbone."""
        return backbone(problem, hidden)

    def batch(self, problem: Problem, items: Labelled, generator: torch.Generator) -> Labelled:
        """The items, each moved by its own random element: Haar's law where the group is compact."""
        return problem.move(problem.group.sample(len(items), generator=generator), items)
