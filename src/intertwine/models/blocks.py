"""The kinds of blocks that networks on points are made of, by name."""

from __future__ import annotations

from .interaction import Interaction

BLOCKS = {"gate": Interaction}
"""Kind(rho_in, rho_out, settings, generator) -> module (x, y, radial, attributes, graph) -> features of its rho_out."""
