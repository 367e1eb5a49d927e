"""Fashion-MNIST and MNIST."""

from __future__ import annotations

from functools import cached_property

from ...actions import Pictures, Trivial
from ...data import CATALOGUE, Labelled, load_pictures
from ...representations.base import Representation
from ..problem import Problem, Split, Words, refuse_representations, register, shuffled
from ..spec import Budget, Comparison
from .planar import ANGLES, pixel_representation, rotated

EXAMPLES = 10_000
"""Training items unless more are asked for: few enough for a laptop, and symmetry matters most where data are few."""
TEST_ITEMS = 2_000
WORDS = {
    "fashion": Words("pictures of clothes", "picture", "pictures", "upright", "turned"),
    "mnist": Words("handwritten digits", "digit", "digits", "upright", "turned"),
}
SOURCES = {
    "fashion": "Fashion-MNIST, 28 × 28 pixels (Xiao, Rasul and Vollgraf, 2017, arXiv 1708.07747).",
    "mnist": "MNIST, 28 × 28 pixels (LeCun, Cortes and Burges, 1998).",
}


@register("fashion")
@register("mnist")
class Published(Problem):
    """Each repetition draws its own 10,000 training items and 2,000 test items from the published parts."""

    shape = (1, 28, 28)
    angles = ANGLES
    budget = Budget(epochs=12, batch_size=128, learning_rate=2e-3)
    hidden = (256, 256)

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        refuse_representations(spec)
        self.name, self.which = spec.data, CATALOGUE[spec.data]
        self.words, self.source = WORDS[spec.data], SOURCES[spec.data]
        self.action_in, self.action_out = Pictures(spec.group), Trivial(spec.group)
        self.examples = spec.examples or EXAMPLES

    @cached_property
    def parts(self) -> tuple[Labelled, Labelled]:
        """The published training and test parts."""
        return load_pictures(self.which, "train"), load_pictures(self.which, "test")

    @property
    def rho_in(self) -> Representation:
        return pixel_representation(self.group, self.shape)

    @property
    def rho_out(self) -> Representation:
        return len(self.classes) * self.group.trivial

    @property
    def classes(self) -> tuple[str, ...]:
        return self.which.classes

    def split(self, seed: int) -> Split:
        train, test = self.parts
        chosen = shuffled(len(train), seed)[: self.examples]
        return Split(train.take(chosen), test.take(shuffled(len(test), seed)[:TEST_ITEMS]))

    def turn(self, degrees: float, items: Labelled) -> Labelled:
        return Labelled(rotated(degrees, items.x), items.y, items.classes)
