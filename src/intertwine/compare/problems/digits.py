"""Handwritten digits of 8 x 8 pixels."""

from __future__ import annotations

from ...data import load_digits
from ..problem import Split, Words, register, shuffled
from ..spec import Budget, Comparison
from .planar import PlanarProblem

TEST_ITEMS = 500


@register("digits")
class Digits(PlanarProblem):
    """scikit-learn's 1,797 real digits. Each repetition draws its own 500 for the test."""

    words = Words("handwritten digits", "digit", "digits", "upright", "turned")
    source = (
        "1,797 digits written by 13 people, 8 × 8 pixels: the test part of the UCI set “Optical Recognition of "
        "Handwritten Digits” (Alpaydin and Kaynak, 1998), as it comes with scikit-learn."
    )
    shape = (1, 8, 8)
    budget = Budget(epochs=60, batch_size=64, learning_rate=1e-2)

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        self.items = load_digits()
        self.examples = spec.examples or len(self.items)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.items.classes

    def split(self, seed: int) -> Split:
        order = shuffled(len(self.items), seed)
        test, train = order[:TEST_ITEMS], order[TEST_ITEMS:][: self.examples]
        return Split(self.items.take(train), self.items.take(test))
