"""The problems, each in its own file; importing this package registers them."""

from __future__ import annotations

from . import digits, folder, inertia, published, structures, vectors

__all__ = ["digits", "folder", "inertia", "published", "structures", "vectors"]
