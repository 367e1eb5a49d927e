"""How does the symmetry act on numbers? Sums, tensor products, duals, characters."""

from ..groups.base import named_representations
from . import derived, images, leaves
from .base import Representation
from .expand import expand
from .leaves import pixels
from .structure import alt, sym

named_representations.update(
    trivial=leaves.Trivial,
    vector=leaves.vector,
    points=leaves.Points,
    regular=leaves.Regular,
    quotient=leaves.Cosets,
    adjoint=leaves.Adjoint,
    images=images.images,
    lifted=derived.lifted,
    induced=derived.induced,
)

__all__ = ["Representation", "alt", "expand", "pixels", "sym"]
