"""Handwritten digits of 8 x 8 pixels."""

from __future__ import annotations

from ...actions import Pictures, Trivial
from ...data import Labelled, load_digits
from ...representations.base import Representation
from ..problem import Problem, Split, Words, refuse_representations, register, shuffled
from ..spec import Budget, Comparison
from .planar import ANGLES, pixel_representation, rotated

TEST_ITEMS = 500


@register("digits")
class Digits(Problem):
    """scikit-learn's 1,797 real digits. Each repetition draws its own 500 for the test."""

    words = Words("handwritten digits", "digit", "digits", "upright", "turned")
    source = (
        "1,797 digits written by 13 people, 8 × 8 pixels: the test part of the UCI set “Optical Recognition of "
        "Handwritten Digits” (Alpaydin and Kaynak, 1998), as it comes with scikit-learn."
    )
    shape = (1, 8, 8)
    angles = ANGLES
    budget = Budget(epochs=60, batch_size=64, learning_rate=1e-2)

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        refuse_representations(spec)
        self.action_in, self.action_out = Pictures(spec.group), Trivial(spec.group)
        self.items = load_digits()
        self.examples = spec.examples or len(self.items)

    @property
    def rho_in(self) -> Representation:
        return pixel_representation(self.group, self.shape)

    @property
    def rho_out(self) -> Representation:
        return len(self.classes) * self.group.trivial

    @property
    def classes(self) -> tuple[str, ...]:
        return self.items.classes

    def split(self, seed: int) -> Split:
        order = shuffled(len(self.items), seed)
        test, train = order[:TEST_ITEMS], order[TEST_ITEMS:][: self.examples]
        return Split(self.items.take(train), self.items.take(test))

    def turn(self, degrees: float, items: Labelled) -> Labelled:
        return Labelled(rotated(degrees, items.x), items.y, items.classes)
