"""Pass messages between points, as tensors that turn with them."""

from __future__ import annotations

from torch import nn

from ...errors import IntertwineError
from ...groups import SO, O
from ..points import PointNetwork
from ..problem import Problem
from ..route import Route, register

CHANNELS_SHARE = 8
"""A hidden layer of width w holds w / 8 scalars, vectors and tensors of degree 2: about w numbers."""
DEGREE = 2


@register("points")
class Points(Route):
    """A tensor field network: it also knows that the order of points does not matter."""

    title = "Network on points"
    idea = "Messages between points, scalars, vectors and tensors that turn with them: it knows their order is nothing."

    def note(self, problem: Problem, hidden: tuple[int, ...]) -> str:
        """What the layers hold."""
        return f"Each layer holds {_channels(hidden)} scalars, vectors and tensors of degree {DEGREE} at every point."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """As many layers as the backbone has.

        Raises:
            IntertwineError: the items are no points, or the group is neither SO(3) nor O(3).
        """
        if problem.points is None or problem.group not in (SO(3), O(3)):
            raise IntertwineError(
                f"The route 'points' takes points in space and SO(3) or O(3); the problem {problem.name!r} has items "
                f"of shape {tuple(problem.shape)} and the group {problem.group}."
            )
        return PointNetwork(
            problem.rho_out,
            problem.shape[1] - 3,
            problem.points,
            channels=_channels(hidden),
            degree=DEGREE,
            layers=len(hidden),
        )


def _channels(hidden: tuple[int, ...]) -> int:
    return max(1, hidden[0] // CHANNELS_SHARE)
