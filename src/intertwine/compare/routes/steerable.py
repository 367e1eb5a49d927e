"""Convolve with kernels that commute with the symmetry."""

from __future__ import annotations

from torch import nn

from ...models.fields import choose_fields
from ..convolutional import channels, network, plane
from ..problem import Problem
from ..route import Route, register


@register("steerable")
class Steerable(Route):
    """A steerable convolutional network: regular fields of a finite group, frequencies 0 to 3 of SO(2) and O(2)."""

    title = "Steerable CNN"
    idea = "A convolutional network whose kernels turn with the picture: it knows shifts and the group together."

    def note(self, problem: Problem, hidden: tuple[int, ...]) -> str:
        """What the hidden layers hold."""
        fields = choose_fields(plane(problem), None, None, 3)
        return f"The first hidden layer holds {fields.of(channels(hidden[0], fields.element.dim))} at every pixel."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """About as many channels as the route "cnn" has."""
        space = plane(problem)
        return network(problem, space, hidden, choose_fields(space, None, None, 3).element.dim)
