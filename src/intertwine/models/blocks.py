"""The kinds of blocks that networks on points are made of, by name."""

from __future__ import annotations

from collections.abc import Mapping

from .attentive import Attentive
from .interaction import Interaction
from .many_body import ManyBody
from .turned import Turned

BLOCKS: Mapping[str, type[Interaction | ManyBody | Attentive | Turned]] = {
    "gate": Interaction,
    "many-body": ManyBody,
    "attention": Attentive,
    "turned": Turned,
}
"""Kind(rho_in, rho_out, settings, generator) -> module (x, y, radial, attributes, graph) -> features of its rho_out,
with y what `kind.angular(degree)` makes of the vectors of edges, its `degree` or more."""
