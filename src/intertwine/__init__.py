"""Intertwine: neural networks that know the symmetry of their problem."""

from . import nn
from .errors import IntertwineError
from .groups import (
    GL,
    SL,
    SO,
    SU,
    A,
    C,
    Cube,
    D,
    Embedding,
    Grid,
    Group,
    Icosahedron,
    Lorentz,
    O,
    Q,
    R,
    Rubik,
    S,
    Sp,
    U,
    USp,
    semidirect,
    wreath,
)
from .intertwiners import Hom
from .representations import Representation, alt, pixels, sym

__version__ = "0.1.0"
