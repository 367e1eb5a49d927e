"""Build the symmetry in."""

from __future__ import annotations

from torch import nn

from ...errors import IntertwineError
from ...nn import EMLP, hidden_representation
from ..problem import Problem
from ..route import Route, register


@register("equivariant")
class Equivariant(Route):
    """A perceptron of equivariant linear maps, with hidden layers as wide as the backbone's.

    Small finite groups get copies of the regular representation, on which ReLU acts entry by entry; others
    get scalars, vectors and pairs of vectors, with products of features and gates that keep the group's
    action.
    """

    title = "Equivariant"
    idea = "A network whose layers can only do what commutes with the symmetry: most of its weights are shared."

    def note(self, problem: Problem, hidden: tuple[int, ...]) -> str:
        """What the hidden layers hold."""
        features = hidden_representation(problem.group, hidden[0])
        between = "ReLU" if features.is_permutation else "products of features and gates, which keep the action,"
        return f"Each hidden layer holds {features}, {features.dim} numbers, with {between} between."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """The equivariant perceptron on flattened inputs.

        Raises:
            IntertwineError: the hidden layers differ in width, or the group moves no numbers by a matrix.
        """
        if len(set(hidden)) != 1:
            raise IntertwineError(
                f"The equivariant route takes hidden layers of one width, got {', '.join(map(str, hidden))}: use the "
                f"same number for all of them, such as {','.join([str(max(hidden, default=128))] * 2)}."
            )
        features = hidden_representation(problem.group, hidden[0])
        return nn.Sequential(nn.Flatten(), EMLP(problem.rho_in, problem.rho_out, features, layers=len(hidden)))
