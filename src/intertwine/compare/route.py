"""A way to use a symmetry, or not to."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from ..data import Labelled
from .problem import Problem
from .registry import Registry


class Route(ABC):
    """How a model is made and what it sees while it trains. Everything else is the same for all routes.

    A route registers itself by the decorator `register`.
    """

    name: str = ""
    title: str
    """As the report heads a column: "Plain network"."""
    idea: str
    """One sentence for a reader who meets it for the first time."""

    @abstractmethod
    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """An untrained model from x (N, ...) to outputs (N, outputs), with hidden layers of these widths.

        Raises:
            IntertwineError: the route does not apply to the problem's group or data.
        """

    def note(self, problem: Problem, hidden: tuple[int, ...]) -> str:
        """A sentence on how it was carried out here, for the small print of the report."""
        return ""

    def batch(self, problem: Problem, items: Labelled, generator: torch.Generator) -> Labelled:
        """What the model sees instead of a batch of training items. By default: the items themselves."""
        return items


known_routes: Registry[Route] = Registry("route")
register = known_routes.register
