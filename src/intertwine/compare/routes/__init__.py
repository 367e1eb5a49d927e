"""The routes, each in its own file; importing this package registers them."""

from __future__ import annotations

from . import augment, average, cnn, equivariant, harmonic, hidden, plain, points, steerable

__all__ = ["augment", "average", "cnn", "equivariant", "harmonic", "hidden", "plain", "points", "steerable"]
