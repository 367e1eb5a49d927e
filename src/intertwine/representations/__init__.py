"""How does the symmetry act on numbers? Sums, tensor products, duals, characters."""

from ..groups.base import named_representations
from . import derived, images, irreps, leaves
from .base import Representation
from .character_table import character_table
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
    irreps=irreps.irreps,
    irrep=irreps.irrep,
)
named_representations["character table"] = character_table

__all__ = ["Representation", "alt", "expand", "pixels", "sym"]
