"""Data sets: where they come from, how their content is checked, and nothing about symmetry.

`load_digits` reads scikit-learn's 1,797 pictures; `load_pictures` fetches Fashion-MNIST or MNIST (or reads
the local copy that INTERTWINE_DATA points to); `draw_bodies` makes point masses with their exact inertia
tensors; `load_vectors` reads a user's own arrays.
"""

from __future__ import annotations

from .digits import load_digits
from .inertia import draw_bodies, inertia_tensor
from .labelled import Labelled
from .pictures import CATALOGUE, PictureSet, load_pictures
from .source import cache_folder, local_folder
from .vectors import load_vectors

__all__ = [
    "CATALOGUE",
    "Labelled",
    "PictureSet",
    "cache_folder",
    "draw_bodies",
    "inertia_tensor",
    "load_digits",
    "load_pictures",
    "load_vectors",
    "local_folder",
]
