"""Make any network symmetric by averaging it over the group."""

from __future__ import annotations

from torch import nn

from ..averaging import averaging_points, group_average
from ..backbone import backbone
from ..problem import Problem
from ..route import Route, register


@register("average")
class Average(Route):
    """The mean of the backbone over the group, trained as such: each step sees every pose of every item.

    The mean belongs to the model from the first step on. Averaging a network only after its training mixes
    in its answers for poses that it has never seen, which on the digits turns 97 % correct into 20 %.
    """

    title = "Averaged"
    idea = "The same network asked about every pose of an item; the answers are turned back and averaged."

    def note(self, problem: Problem, hidden: tuple[int, ...]) -> str:
        """Over which elements."""
        return f"The mean is over {averaging_points(problem.group).description}, in training as in use."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """The averaged backbone."""
        network = backbone(problem, hidden)
        return group_average(network, problem.action_in, problem.action_out, problem.shape, problem.rho_out.dim)
