"""Layers of graphs with very many edges, a block of nodes at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .edges import Edges

MOST, BLOCK = 2**27, 2**25
"""Numbers on edges up to which all are held at once, half a gigabyte in float32; and how many where there are more."""


def by_blocks(
    layer: Callable[..., Tensor],
    at_nodes: Sequence[Tensor | None],
    on_edges: Sequence[Tensor | None],
    edges: Edges,
    width: int,
) -> Tensor:
    """layer(*at_nodes, *on_edges, edges, targets), which gives values (targets, ...) of the first nodes, for all nodes.

    Where edges are very many, the layer is called for some nodes and all edges into them at a time, and once more for
    the gradient: memory then holds what it makes of one block of edges at a time.

    Args:
        layer: what a node receives depends on its edges, their values, and values of nodes at both ends.
        at_nodes: values (nodes, ...), or None; on_edges: values (E, ...), or None.
        width: about how many numbers the layer makes of an edge.
    """
    if torch.compiler.is_compiling() or edges.number * width <= MOST:
        return layer(*at_nodes, *on_edges, edges, edges.nodes)
    parts = []
    for block in edges.blocks(max(1, BLOCK // width)):
        near = [None if v is None else v[block.nodes] for v in at_nodes]
        values = [None if v is None else v[block.part] for v in on_edges]
        parts.append(checkpoint(layer, *near, *values, block.edges, block.targets, use_reentrant=False))
    return torch.cat(parts)
