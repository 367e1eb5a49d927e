"""The kinds of blocks that networks on points are made of, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .attentive import Attentive
from .interaction import Interaction
from .many_body import ManyBody

BLOCKS: Mapping[str, Callable[..., Interaction | ManyBody | Attentive]] = {
    "gate": Interaction,
    "many-body": ManyBody,
    "attention": Attentive,
}
"""Kind(rho_in, rho_out, settings, generator) -> module (x, y, radial, attributes, graph) -> features of its rho_out."""
