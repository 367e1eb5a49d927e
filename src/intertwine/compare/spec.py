"""What is asked for: the frozen description of a comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from ..errors import IntertwineError
from ..groups.base import Group
from ..representations.base import Representation

ROUTES = ("plain", "augment", "average", "equivariant")
"""The routes compared unless others are named."""
SCHEDULES = ("cosine", "constant")


@dataclass(frozen=True)
class Budget:
    """How long every route trains: the same number of passes over the same items in the same order, by Adam.

    The learning rate is constant, or falls to zero along half a cosine.
    """

    epochs: int = 60
    batch_size: int = 64
    learning_rate: float = 3e-3
    schedule: str = "cosine"

    def __post_init__(self) -> None:
        _at_least_one("epochs", self.epochs)
        _at_least_one("batch_size", self.batch_size)
        if not self.learning_rate > 0:
            raise IntertwineError(f"learning_rate is {self.learning_rate}; it must be positive, such as 0.003.")
        if self.schedule not in SCHEDULES:
            raise IntertwineError(f"schedule is {self.schedule!r}; it is one of {', '.join(SCHEDULES)}.")

    def rate(self, progress: float) -> float:
        """The learning rate when the fraction `progress` (0 to 1) of all steps is done."""
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


@dataclass(frozen=True)
class Comparison:
    """One problem, one group, several routes, one budget.

    Example:
        >>> spec = Comparison(group=tw.C(4), data="digits", seeds=3, out=Path("digits-c4"))
        >>> spec.routes
        ('plain', 'augment', 'average', 'equivariant')
    """

    group: Group
    data: str = "digits"
    """The name of a registered problem, the path of an .npz file with the arrays x and y, that of an .xyz or .extxyz
    file of molecules with energies, or that of a folder of pictures with one subfolder for each class."""
    routes: tuple[str, ...] = ROUTES
    seeds: int = 5
    """How many times everything is repeated: with the seeds 0, 1, 2, ..."""
    budget: Budget | None = None
    """None takes the budget that the problem proposes; likewise for the next two."""
    hidden: tuple[int, ...] | None = None
    """Widths of the hidden layers of the backbone."""
    examples: int | None = None
    """How many items to train on."""
    rep_in: Representation | None = None
    """How the group acts on the rows of x; needed for a user's own vectors, and only there."""
    rep_out: Representation | None = None
    """How the group acts on y. None: it does not move (class numbers, invariant values)."""
    out: Path = Path("comparison")
    """The folder for checkpoints, results.json, results.csv and report.html."""
    device: str = "cpu"
    threads: int = 1
    """For torch on the CPU. One is fastest for small networks, and the results do not depend on the cores."""
    resume: bool = False
    """Go on with what `out` holds. Otherwise results that are there are set aside, never overwritten."""

    def __post_init__(self) -> None:
        if not self.routes:
            raise IntertwineError(f"Name at least one route; by default they are {', '.join(ROUTES)}.")
        if len(set(self.routes)) != len(self.routes):
            raise IntertwineError(f"A route is named twice in {', '.join(self.routes)}.")
        _at_least_one("seeds", self.seeds)
        _at_least_one("threads", self.threads)
        for width in self.hidden or ():
            _at_least_one("each hidden width", width)
        if self.examples is not None:
            _at_least_one("examples", self.examples)
        for name, rho in (("rep_in", self.rep_in), ("rep_out", self.rep_out)):
            if rho is not None and rho.group != self.group:
                raise IntertwineError(
                    f"{name} is a representation of {rho.group}, but the comparison is about {self.group}."
                )


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise IntertwineError(f"{name} is {value}; it must be at least 1.")
