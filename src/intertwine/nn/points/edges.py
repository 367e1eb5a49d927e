"""The edges of a graph, in the order that sums over neighbours are fastest in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from ...errors import IntertwineError


@dataclass(frozen=True, eq=False)
class Edges:
    """E directed edges source -> target among so many nodes, sorted by target; made by `Edges.of`.

    Attributes:
        source, target: (E,) int64.
        order: (E,) where each edge stood in the order given: values on edges are v[order].
        starts: (nodes + 1,) the edges into node i are starts[i] .. starts[i + 1] - 1.
        by_source: (E,) the edges sorted by source.
        outgoing: (nodes + 1,) those out of node j are by_source[outgoing[j] .. outgoing[j + 1] - 1].
    """

    source: Tensor
    target: Tensor
    order: Tensor
    starts: Tensor
    by_source: Tensor
    outgoing: Tensor

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
        source, target = source[order], target[order]
        by_source = torch.argsort(source, stable=True)
        starts, outgoing = _starts(target, nodes), _starts(source[by_source], nodes)
        return Edges(source, target, order, starts, by_source, outgoing)

    def __len__(self) -> int:
        return len(self.source)

    @property
    def number(self) -> int:
        """Number of edges; unlike len(edges) it may be a symbol while torch captures a graph."""
        return self.source.shape[0]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return self.starts.shape[0] - 1

    @property
    def lookup(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """(source, target, starts, by_source, outgoing), as the operators take them."""
        return self.source, self.target, self.starts, self.by_source, self.outgoing

    def blocks(self, most: int) -> Iterator[Block]:
        """The nodes in blocks with at most so many edges into them, or of a single node."""
        ends, first = self.starts.tolist(), 0
        while first < self.nodes:
            last = max(first + 1, bisect_right(ends, ends[first] + most) - 1)
            yield self._block(first, last, slice(ends[first], ends[last]))
            first = last

    def _block(self, first: int, last: int, part: slice) -> Block:
        source, target = self.source[part], self.target[part] - first
        far = torch.unique(source)
        far = far[(far < first) | (far >= last)]
        nodes = torch.cat([torch.arange(first, last, device=far.device), far])
        place = torch.empty(self.nodes, dtype=torch.int64, device=far.device)
        place[nodes] = torch.arange(len(nodes), device=far.device)
        return Block(nodes, last - first, part, Edges.of(place[source], target, len(nodes)))


@dataclass(frozen=True, eq=False)
class Block:
    """Part of a graph: some nodes, then those beyond that have edges into them.

    Attributes:
        nodes: (n,) which nodes of the graph; the first `targets` of them are those summed at.
        part: which edges of the graph.
        edges: the same edges between these nodes.
    """

    nodes: Tensor
    targets: int
    part: slice
    edges: Edges


def _starts(ends: Tensor, nodes: int) -> Tensor:
    return torch.searchsorted(ends, torch.arange(nodes + 1, device=ends.device))


# As torch.export.register_dataclass, which would load sympy. torch.export (2.13) takes no field whose name begins with
# that of another, hence `outgoing`.
pytree.register_dataclass(Edges, serialized_type_name="intertwine.nn.Edges")
torch.serialization.add_safe_globals([Edges])
