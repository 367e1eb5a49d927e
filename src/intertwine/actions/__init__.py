"""How a group acts on data: vectors, pictures, volumes, points, sets and graphs."""

from .action import Action
from .combined import Jointly, Tuples
from .fields import Pictures, Volumes
from .linear import Trivial, Vectors
from .permuted import Graphs, Sets
from .points import Points
from .shifts import Shifts

__all__ = [
    "Action",
    "Graphs",
    "Jointly",
    "Pictures",
    "Points",
    "Sets",
    "Shifts",
    "Trivial",
    "Tuples",
    "Vectors",
    "Volumes",
]
