"""The edges of a graph, in the order that sums over neighbours are fastest in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..errors import IntertwineError


@dataclass(frozen=True, eq=False)
class Edges:
    """E directed edges source -> target among so many nodes, sorted by target; made by `Edges.of`.

    Attributes:
        source, target: (E,) int64.
        nodes: number of nodes.
        order: (E,) where each edge stood in the order given: values on edges are v[order].
    """

    source: Tensor
    target: Tensor
    nodes: int
    order: Tensor

    @staticmethod
    def of(source: Tensor, target: Tensor, nodes: int) -> Edges:
        """Sort edges by target, keeping the order of those that share one.

        Raises:
            IntertwineError: when source and target differ in shape, or name nodes that there are not.
        """
        if source.shape != target.shape or source.ndim != 1:
            raise IntertwineError(
                f"edges are two lists of nodes of one length, got {tuple(source.shape)} and {tuple(target.shape)}"
            )
        for name, ends in (("source", source), ("target", target)):
            if ends.dtype != torch.int64:
                raise IntertwineError(f"the {name} of edges are node numbers of type int64, got {ends.dtype}")
            if len(ends) and (int(ends.min()) < 0 or int(ends.max()) >= nodes):
                raise IntertwineError(
                    f"the {name} of edges name nodes {int(ends.min())} .. {int(ends.max())}, and there are {nodes}"
                )
        order = torch.argsort(target, stable=True)
        return Edges(source[order], target[order], nodes, order)

    def __len__(self) -> int:
        return len(self.source)

    @cached_property
    def starts(self) -> Tensor:
        """(nodes + 1,): the edges into node i are starts[i] .. starts[i + 1] - 1."""
        return _pointers(self.target, self.nodes)

    @cached_property
    def by_source(self) -> Tensor:
        """(E,): the edges sorted by source."""
        return torch.argsort(self.source, stable=True)

    @cached_property
    def source_starts(self) -> Tensor:
        """(nodes + 1,): the edges out of node j are by_source[source_starts[j] .. source_starts[j + 1] - 1]."""
        return _pointers(self.source[self.by_source], self.nodes)


def _pointers(ends: Tensor, nodes: int) -> Tensor:
    return torch.searchsorted(ends, torch.arange(nodes + 1, device=ends.device))
