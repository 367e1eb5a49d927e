"""Inputs with what is to be said about them."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ..errors import IntertwineError


@dataclass(frozen=True)
class Labelled:
    """N inputs and their N answers.

    x: (N, ...) float32, for four-momenta float64. y: (N,) int64 class numbers, or (N, k) values. `classes` names the
    class numbers and is empty for values.
    """

    x: Tensor
    y: Tensor
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise IntertwineError(
                f"There are {len(self.x)} inputs and {len(self.y)} answers. Give one answer for each input."
            )

    def __len__(self) -> int:
        return len(self.x)

    def take(self, index: Tensor) -> Labelled:
        """The items at the given positions, in that order; index (n,) int64."""
        return Labelled(self.x[index], self.y[index], self.classes)
