"""The routes, each in its own file; importing this package registers them."""

from __future__ import annotations

from . import augment, average, equivariant, plain

__all__ = ["augment", "average", "equivariant", "plain"]
