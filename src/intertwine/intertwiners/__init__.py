"""Which linear maps commute with the group? One front door, several exact routes behind it."""

from ..representations import base as _representations
from .hom import Hom
from .solution import Solution
from .solve import clear_cache, solve

_representations.hom_constructor = Hom

__all__ = ["Hom", "Solution", "clear_cache", "solve"]
