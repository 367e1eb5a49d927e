"""The average of a function over a group, exactly where the group is small and by good points where it is not."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..actions.action import Action
from ..errors import IntertwineError
from ..groups import SO, C, D, Icosahedron, O
from ..groups.base import Group
from ..groups.elements import Element, leaves, take, tree_map
from .poses import Poses

MOST_ELEMENTS = 128
"""Finite groups up to this order are summed exactly."""
CIRCLE_POINTS = 16
"""Equally spaced turns for SO(2): exact for functions without angular frequencies of 16 and more."""
SAMPLE_SIZE = 64
"""Random elements for every other compact group; the error falls as 1/sqrt(64)."""
SAMPLE_SEED = 0


@dataclass(frozen=True)
class AveragingPoints:
    """Elements over which a function is averaged with equal weights."""

    elements: Element
    """(k, ...)."""
    description: str
    """Which elements, and how good the average is."""

    def __len__(self) -> int:
        return len(leaves(self.elements)[0])


def averaging_points(group: Group) -> AveragingPoints:
    """Points g_1 .. g_k with (1/k) sum_i f(g_i) close to the mean of f over the group.

    - Finite groups up to order 128: all elements, exact.
    - SO(3) and O(3): the 60 rotations of the icosahedron (120 with reflections). They average matrix
    elements of every
      irreducible representation with l = 1 .. 5 to zero, as the whole group does. For a smooth network this
      leaves an error near 2e-4 of its size, where 1,000 random rotations leave 3e-2.
    - SO(2) and O(2): 16 equally spaced turns, with reflections for O(2).
    - Other compact groups: 64 random elements from Haar's law, drawn once with a fixed seed.

    Raises:
        IntertwineError: the group is not compact, so no mean over it exists.
    """
    if group.is_finite and group.order <= MOST_ELEMENTS:
        return AveragingPoints(group.elements(), f"all {group.order} elements of {group}: exact")
    if not group.is_compact:
        raise IntertwineError(
            f"{group} is not compact, so no mean over it exists: leave the route 'average' out, or compare over a "
            "compact subgroup."
        )
    for continuous, finite, quality in (
        (SO(2), C(CIRCLE_POINTS), f"{CIRCLE_POINTS} equally spaced turns"),
        (O(2), D(CIRCLE_POINTS), f"{CIRCLE_POINTS} equally spaced turns, each with its mirror image"),
        (SO(3), Icosahedron(), "the 60 rotations of the icosahedron: exact to degree 5"),
        (O(3), Icosahedron(full=True), "the 120 symmetries of the icosahedron: exact to degree 5"),
    ):
        if group == continuous:
            return AveragingPoints(finite.vector.matrix(finite.elements()), quality)
    generator = torch.Generator().manual_seed(SAMPLE_SEED)
    sample = group.sample(SAMPLE_SIZE, generator=generator)
    return AveragingPoints(sample, f"{SAMPLE_SIZE} fixed random elements of {group}")


class GroupAverage(nn.Module):
    """The network's mean over group elements, F(x) = (1/k) sum_i pi'(g_i)^-1 f(pi(g_i) x).

    F is equivariant exactly when the g_i are all elements of a finite group, and approximately when they
    are points of a quadrature. One call costs k calls of the network.
    """

    def __init__(self, network: nn.Module, move_in: Poses, move_back: Poses) -> None:
        super().__init__()
        self.network = network
        self.move_in, self.move_back = move_in, move_back

    def forward(self, x: Tensor) -> Tensor:
        """x (N, ...) -> (N, outputs)."""
        poses = self.move_in(x)
        answers = self.network(poses.flatten(0, 1)).unflatten(0, poses.shape[:2])
        return self.move_back.matched(answers).mean(dim=1)


def group_average(
    network: nn.Module, action_in: Action, action_out: Action, shape: tuple[int, ...], outputs: int
) -> GroupAverage:
    """The average of a network from inputs of this shape to so many outputs, at the `averaging_points`."""
    elements = averaging_points(action_in.group).elements
    inverses = action_in.group.inverse(elements)
    return GroupAverage(network, Poses(action_in, elements, shape), Poses(action_out, inverses, (outputs,)))


def fresh_elements(group: Group, rounds: int, items: int, seed: int) -> list[Element]:
    """Elements to test with: each round has one element for all items, or one for each of them.

    Small finite groups give every element in turn, whatever `rounds` says; other groups give `rounds`
    batches of `items` random elements.
    """
    if group.is_finite and group.order <= rounds:
        elements = group.elements()
        return [take(elements, k) for k in range(int(group.order))]
    drawn = group.sample(rounds * items, generator=torch.Generator().manual_seed(seed))
    return [tree_map(lambda leaf, k=k: leaf[k * items : (k + 1) * items], drawn) for k in range(rounds)]
