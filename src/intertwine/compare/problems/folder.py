"""A user's own pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ...data import Labelled, load_picture_folder
from ...errors import IntertwineError
from ..problem import Split, Words, held_out, register
from ..spec import Budget, Comparison
from .planar import PlanarProblem

FEWEST = 8


@register("pictures")
class OwnPictures(PlanarProblem):
    """Pictures of one size in a folder with a subfolder for each class.

    A quarter of the pictures, drawn anew for each repetition, is kept for the test.
    """

    budget = Budget(epochs=30, batch_size=64, learning_rate=3e-3)

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        path = Path(spec.data)
        self.items: Labelled = load_picture_folder(path)
        if len(self.items) < FEWEST:
            raise IntertwineError(f"{path} holds {len(self.items)} pictures. At least {FEWEST} are needed.")
        self.shape = tuple(self.items.x.shape[1:])
        self.examples = spec.examples or len(self.items)
        self.words = Words(f"the pictures in {path.name}", "picture", "pictures", "upright", "turned")
        size = " × ".join(map(str, self.shape[:0:-1]))
        self.source = f"{len(self.items):,} pictures of {size} pixels in {len(self.classes)} classes from {path.name}."

    @property
    def classes(self) -> tuple[str, ...]:
        return self.items.classes

    def split(self, seed: int) -> Split:
        return held_out(self.items, seed, self.examples)

    def fingerprint(self) -> dict[str, str]:
        return {"pictures": hashlib.sha256(self.items.x.numpy().tobytes()).hexdigest()}
