"""What a reproduction is: jobs that can be interrupted, and findings made of their outcomes."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..compare.registry import Registry
from ..errors import IntertwineError
from ..report import Drawing

SIZES = ("quick", "default", "full")


@dataclass(frozen=True)
class Request:
    """How a reproduction is to be carried out.

    `size`: "quick" (under a minute: to see that it works), "default" (for the CPU of a laptop), "full" (the published
    data and protocol, for a GPU).
    """

    size: str = "default"
    budget: float = 1.0
    """Multiplies the passes over the data that the size proposes."""
    seeds: int | None = None
    """Repetitions; None leaves the number to the size."""
    out: Path = Path("reproduction")
    device: str = "cpu"
    threads: int = 1
    resume: bool = False
    """Go on with what `out` holds. Otherwise results that are there are set aside, never overwritten."""

    def __post_init__(self) -> None:
        if self.size not in SIZES:
            raise IntertwineError(f"size is {self.size!r}; it is one of {', '.join(SIZES)}.")
        if not self.budget > 0:
            raise IntertwineError(f"budget is {self.budget}; it multiplies the passes, and must be positive.")
        for name, value in (("seeds", self.seeds), ("threads", self.threads)):
            if value is not None and value < 1:
                raise IntertwineError(f"{name} is {value}; it must be at least 1.")


@dataclass(frozen=True)
class Outcome:
    """What a finished job leaves: plain values for results.json, and tensors (weights, scores on test items)."""

    record: dict[str, Any]
    tensors: dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """What a job may use while it runs."""

    device: str
    checkpoint: dict[str, Any] | None
    """The last state on record of this job, if it was interrupted."""
    save: Callable[[dict[str, Any]], None]
    """Puts a state on record."""
    tell: Callable[[int, int, str], None]
    """Says how far the job is: passes done, passes in all, a note."""


@dataclass(frozen=True)
class Job:
    """One training (or another piece of work) of a reproduction; the name is also that of its folder."""

    name: str
    title: str
    seed: int
    run: Callable[[Desk], Outcome]


@dataclass(frozen=True)
class Table:
    """Rows of text under headings; the first column names the row. `ours` marks rows measured here."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    ours: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Chart:
    """A drawing with what a screen reader says, the lines of its legend (name, colour), and its height in pixels."""

    name: str
    draw: Drawing
    label: str
    legend: tuple[tuple[str, str], ...] = ()
    height: int = 320


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs, and under them tables and charts, each with a caption."""

    title: str
    text: tuple[str, ...] = ()
    items: tuple[tuple[Table | Chart, str], ...] = ()


@dataclass(frozen=True)
class Findings:
    """The page of a reproduction, and its numbers as rows for results.csv."""

    headline: str
    lead: str
    sections: tuple[Section, ...]
    numbers: list[dict[str, Any]] = field(default_factory=list)


class Size(Protocol):
    """A dataclass of numbers that decide what is trained, on how much data."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def seeds(self) -> int:
        """Repetitions, unless the request says how many."""
        ...


S = TypeVar("S", bound=Size)


class Reproduction(ABC, Generic[S]):
    """A published result, done again. It registers itself by the decorator `register`."""

    name: str = ""
    title: str
    """As the list of reproductions says it."""
    papers: tuple[str, ...]
    sizes: Mapping[str, S]
    """What each of `SIZES` means here."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.size = self.sizes[request.size]
        self.seeds = request.seeds or self.size.seeds

    def settings(self) -> dict[str, Any]:
        """Everything that decides the outcome of its jobs, as plain values; not `seeds`, of which more may be added."""
        size = json.loads(json.dumps(asdict(self.size)))
        del size["seeds"]
        return {"size": self.request.size, "budget": self.request.budget, **size}

    @abstractmethod
    def jobs(self) -> list[Job]:
        """The work, in order.

        Raises:
            IntertwineError: the data are missing.
        """

    @abstractmethod
    def findings(self, outcomes: Mapping[str, Outcome]) -> Findings:
        """What the outcomes (by the job's name) say."""


known_reproductions: Registry[Reproduction] = Registry("reproduction")
register = known_reproductions.register
