"""What a comparison tells while it runs, and two ways to show it: a live table, or plain lines."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True)
class Progress:
    """One step of a comparison, as told to the function `progress` of `run`."""

    route: str
    seed: int
    state: str
    """ "training", "measuring", "finished", or "kept" for a run that an earlier call had finished."""
    epoch: int
    epochs: int
    finished: int
    """Runs finished so far, of all routes and seeds."""
    total: int
    upright: float | None = None
    """The latest score on items as they come, and on moved ones."""
    turned: float | None = None
    is_classification: bool = True
    note: str = ""
    """What is said of the scores, where they are others than these two."""

    @property
    def scores(self) -> str:
        """The two scores in words."""
        if self.note:
            return self.note
        if self.upright is None or self.turned is None:
            return ""
        if self.is_classification:
            return f"{self.upright:.1%} as given, {self.turned:.1%} moved"
        return f"error {self.upright:.3g} as given, {self.turned:.3g} moved"


Listener = Callable[[Progress], None]


@contextmanager
def display(stream: TextIO | None = None) -> Iterator[Listener]:
    """A listener that shows progress on a terminal, live where `rich` is installed, else as lines.

    Example:
        with display() as progress:
            results = run(spec, progress=progress)
    """
    screen = sys.stderr if stream is None else stream
    if screen.isatty() and importlib.util.find_spec("rich") is not None:
        from .live import live

        with live(screen) as listener:
            yield listener
    else:
        yield lines(screen)


def lines(stream: TextIO) -> Listener:
    """A listener that writes one line when a run begins and one when it ends."""
    begun: set[tuple[str, int]] = set()

    def tell(step: Progress) -> None:
        key = (step.route, step.seed)
        name = f"{step.route}, seed {step.seed}"
        if step.state == "training" and key not in begun:
            begun.add(key)
            resumed = f" (from epoch {step.epoch})" if step.epoch else ""
            print(f"[{step.finished + 1}/{step.total}] {name}: training{resumed}", file=stream, flush=True)
        elif step.state == "kept":
            print(f"[{step.finished}/{step.total}] {name}: was finished before", file=stream, flush=True)
        elif step.state == "finished":
            print(f"[{step.finished}/{step.total}] {name}: {step.scores}", file=stream, flush=True)

    return tell
