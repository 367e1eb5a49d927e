"""Know translations alone."""

from __future__ import annotations

from torch import nn

from ...groups import C
from ..convolutional import network, plane
from ..problem import Problem
from ..route import Route, register


@register("cnn")
class ConvolutionalNetwork(Route):
    """A plain convolutional network, the control for the steerable ones."""

    title = "CNN"
    idea = "An ordinary convolutional network: it knows that pictures may be shifted, and nothing else."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """The same layers as the steerable route, with trivial symmetry."""
        plane(problem)
        nothing = C(1)
        return network(problem, 2 * nothing.trivial, hidden, 1)
