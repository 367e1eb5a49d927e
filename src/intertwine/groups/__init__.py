"""What is the symmetry? Elements, generators, Lie algebra, sampling."""

from .additive import Grid, R
from .base import Group
from .catalogue import A, C, Cube, D, Icosahedron, Q, Rubik, S
from .classical import GL, SL, SO, SU, Lorentz, O, Sp, U, USp
from .elements import Element
from .exceptional import F4, G2, E
from .permutation import PermutationGroup
from .products import Power, Product
from .semidirect import Semidirect, semidirect, wreath
from .spin import Spin
from .subgroups import Embedding, inclusion

__all__ = [
    "A",
    "C",
    "Cube",
    "D",
    "E",
    "Element",
    "Embedding",
    "F4",
    "G2",
    "GL",
    "Grid",
    "Group",
    "Icosahedron",
    "Lorentz",
    "O",
    "PermutationGroup",
    "Power",
    "Product",
    "Q",
    "R",
    "Rubik",
    "S",
    "SL",
    "SO",
    "SU",
    "Semidirect",
    "Sp",
    "Spin",
    "U",
    "USp",
    "inclusion",
    "semidirect",
    "wreath",
]
