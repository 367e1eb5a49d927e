"""A user's own vectors."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ...actions import Trivial, Vectors
from ...data import load_vectors
from ...errors import IntertwineError
from ...representations.base import Representation
from ..problem import Problem, Split, Words, held_out, register
from ..spec import Comparison


@register("vectors")
class OwnVectors(Problem):
    """The arrays x and y of an .npz file, with rep_in on the rows of x and rep_out on the rows of y.

    A quarter of the items, drawn anew for each repetition, is kept for the test.
    """

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        path = Path(spec.data)
        self.items = load_vectors(path)
        if len(self.items) < 8:
            raise IntertwineError(f"{path} holds {len(self.items)} items. At least 8 are needed to train and to test.")
        self._rho_in = _fitting("rep_in", "x", spec.rep_in, self.items.x.shape[1])
        self._rho_out = self._output(spec)
        self.shape = (self._rho_in.dim,)
        self.action_in = Vectors(self._rho_in)
        self.action_out = Trivial(spec.group) if self._rho_out.is_trivial else Vectors(self._rho_out)
        self.examples = spec.examples or len(self.items)
        self.words = Words(f"the data in {path.name}", "item", "items")
        self.source = f"{len(self.items):,} items of {self._rho_in.dim} numbers each from {path.name}."
        self.checksum = hashlib.sha256(path.read_bytes()).hexdigest()

    def _output(self, spec: Comparison) -> Representation:
        if self.items.classes:
            if spec.rep_out is not None and not spec.rep_out.is_trivial:
                raise IntertwineError(f"y holds class numbers, which do not move, but rep_out is {spec.rep_out}.")
            return len(self.items.classes) * spec.group.trivial
        size = self.items.y.shape[1]
        return size * spec.group.trivial if spec.rep_out is None else _fitting("rep_out", "y", spec.rep_out, size)

    @property
    def rho_in(self) -> Representation:
        return self._rho_in

    @property
    def rho_out(self) -> Representation:
        return self._rho_out

    @property
    def classes(self) -> tuple[str, ...]:
        return self.items.classes

    def split(self, seed: int) -> Split:
        return held_out(self.items, seed, self.examples)

    def fingerprint(self) -> dict[str, str]:
        return {"file": self.checksum}


def _fitting(name: str, array: str, rho: Representation | None, size: int) -> Representation:
    if rho is None:
        raise IntertwineError(
            f"{name} is missing: say how the group acts on the {size} numbers in each row of {array}, "
            "such as 2*G.vector."
        )
    if rho.is_complex:
        raise IntertwineError(f"{name} is {rho}, which is complex; rows of real numbers need a real representation.")
    if rho.dim != size:
        raise IntertwineError(
            f"{name} is {rho}, of dimension {rho.dim}, but each row of {array} has {size} numbers. They must agree."
        )
    return rho
