"""How does the symmetry act on numbers? Sums, tensor products, duals, characters."""

from ..groups.named import named_representations
from . import derived, images, irreps, leaves
from .band_limited import Rotations, Sphere
from .base import Representation
from .character_table import character_table
from .clebsch_gordan import clebsch_gordan
from .expand import expand
from .harmonics import Harmonics
from .pixels import pixels
from .powers import alt, sym
from .tensor_decomposition import tensor_decomposition

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

__all__ = [
    "Harmonics",
    "Representation",
    "Rotations",
    "Sphere",
    "alt",
    "clebsch_gordan",
    "expand",
    "pixels",
    "sym",
    "tensor_decomposition",
]
