"""Fashion-MNIST and MNIST."""

from __future__ import annotations

from functools import cached_property

from ...data import CATALOGUE, Labelled, load_pictures
from ..problem import Split, Words, register, shuffled
from ..spec import Budget, Comparison
from .planar import PlanarProblem

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
class Published(PlanarProblem):
    """Each repetition draws its own 10,000 training items and 2,000 test items from the published parts."""

    shape = (1, 28, 28)
    budget = Budget(epochs=12, batch_size=128, learning_rate=2e-3)
    hidden = (256, 256)

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        self.name, self.which = spec.data, CATALOGUE[spec.data]
        self.words, self.source = WORDS[spec.data], SOURCES[spec.data]
        self.examples = spec.examples or EXAMPLES

    @cached_property
    def parts(self) -> tuple[Labelled, Labelled]:
        """The published training and test parts."""
        return load_pictures(self.which, "train"), load_pictures(self.which, "test")

    @property
    def classes(self) -> tuple[str, ...]:
        return self.which.classes

    def split(self, seed: int) -> Split:
        train, test = self.parts
        chosen = shuffled(len(train), seed)[: self.examples]
        return Split(train.take(chosen), test.take(shuffled(len(test), seed)[:TEST_ITEMS]))
