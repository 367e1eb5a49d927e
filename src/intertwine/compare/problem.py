"""What is to be learnt, and how the group acts on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch

from ..actions.action import Action
from ..data import Labelled
from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element
from ..representations.base import Representation
from .points import PointItems
from .registry import Registry
from .spec import Budget, Comparison

TEST_SHARE = 0.25


@dataclass(frozen=True)
class Words:
    """How the report speaks of the data: "handwritten digits", "a digit", "digits", "upright", "turned"."""

    title: str
    one: str
    many: str
    still: str = "unmoved"
    moved: str = "moved"


@dataclass(frozen=True)
class Split:
    """The items to train on and the items to test on, both as they come: upright."""

    train: Labelled
    test: Labelled


class Problem(ABC):
    """A data set with a group acting on its inputs and on its answers.

    Every problem is built from a `Comparison` alone and registers itself by the decorator `register`.
    """

    name: str = ""
    words: Words
    source: str
    """One sentence: where the data come from."""
    group: Group
    shape: tuple[int, ...]
    """The axes of one input."""
    action_in: Action
    """On x (N, ...), as the models take it."""
    action_out: Action
    """On the models' output (N, outputs): class scores or values."""
    budget: Budget = Budget()
    hidden: tuple[int, ...] = (128, 128)
    points: PointItems | None = None
    """How items are points in space; None where they are not."""
    angles: tuple[float, ...] = ()
    """Degrees for the curve of accuracy against angle; empty where there is no angle to speak of."""

    def __init__(self, spec: Comparison) -> None:
        self.group = spec.group

    @property
    @abstractmethod
    def rho_in(self) -> Representation:
        """How the group acts on one flattened input.

        Raises:
            IntertwineError: there is no such matrix, as for a turn by 45 degrees of pixels.
        """

    @property
    @abstractmethod
    def rho_out(self) -> Representation:
        """How the group acts on one output."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; empty for a regression."""

    @abstractmethod
    def split(self, seed: int) -> Split:
        """The items of the repetition `seed`."""

    @property
    def is_classification(self) -> bool:
        """Whether the answers are class numbers and the score is accuracy; else it is the mean squared error."""
        return bool(self.classes)

    def move(self, g: Element, items: Labelled) -> Labelled:
        """Items moved by a group element each, with the answers moved along."""
        x = self.action_in(g, items.x)
        y = items.y if self.is_classification else self.action_out(g, items.y)
        return Labelled(x, y, items.classes)

    def turn(self, degrees: float, items: Labelled) -> Labelled:
        """Items turned by an angle, with the answers turned along. Only where `angles` is not empty."""
        raise IntertwineError(f"The problem {self.name} has no angle to turn by.")

    def fingerprint(self) -> dict[str, str]:
        """What tells this problem from another one of the same name, such as the checksum of a user's file."""
        return {}


def shuffled(count: int, seed: int) -> torch.Tensor:
    """The numbers 0 .. count - 1 in the random order of a seed."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def held_out(items: Labelled, seed: int, examples: int) -> Split:
    """A quarter of a user's own items for the test, drawn by the seed, and so many of the others to train on."""
    order = shuffled(len(items), seed)
    count = max(1, round(TEST_SHARE * len(order)))
    return Split(items.take(order[count:][:examples]), items.take(order[:count]))


def refuse_representations(spec: Comparison) -> None:
    """Refuse rep_in and rep_out where the problem itself says how the group acts.

    Raises:
        IntertwineError: one of them is given.
    """
    if spec.rep_in is not None or spec.rep_out is not None:
        raise IntertwineError(
            f"The problem {spec.data!r} says itself how {spec.group} acts on it: leave rep_in and rep_out out. "
            "They describe the vectors of a user's own .npz file."
        )


def vectors_in_space(spec: Comparison, moving: str, take: str) -> Representation:
    """The group's vectors in three-dimensional space, in which bodies and molecules turn.

    Raises:
        IntertwineError: `G.vector` is not three-dimensional and orthogonal.
    """
    vector = spec.group.vector
    if vector.dim != 3 or not vector.is_orthogonal:
        raise IntertwineError(f"{moving} in space, but {spec.group}.vector has dimension {vector.dim}: take {take}.")
    return vector


known_problems: Registry[Problem] = Registry("problem")
register = known_problems.register
