"""Attention over neighbours: invariant weights from queries and keys, messages as values."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...representations.base import Representation
from ...representations.expand import expand
from ...representations.harmonics import Harmonics
from ...representations.structure import direct_sum
from ..linear import Linear
from ..module import Device, EquivariantModule
from .by_blocks import by_blocks
from .channel_rows import to_rows
from .edges import Edges
from .point_conv import PointConv
from .radial_network import check_sizes, radial_network
from .segment_softmax import segment_softmax


class PointAttention(EquivariantModule):
    """y_i = W sqrt(neighbours) sum_j a_ij R(r_ij) Y(r_ij) (x) (A x_j): `PointConv` whose messages compete.

    The weights a_ij of a head are a softmax over the neighbours j of i. Its logits are invariant: inner products of a
    query of i with a key of j, term by term, and with the harmonics of their edge, each times a learned function of
    distance. Values are the messages of `PointConv`, whose channels are shared out among the heads. An envelope lets
    neighbours enter and leave smoothly, see `segment_softmax`.

    Args:
        rho_in, rho_out: types of the features, of one group H <= O(d), d = 2 or 3, with orthogonal terms.
        heads: how many softmaxes.
        keys: copies of every term of rho_in in a query and a key.
        channels: of the values, a multiple of heads; None for the least such that no copy in rho_in is lost.
        degree, radial, hidden, neighbours, space, generator: see `PointConv`.

    Shapes: x (nodes, rho_in.dim), y (E, S) harmonics of degree 0 .. `degree`, radial (E, radial), envelope (E,) ->
    (nodes, rho_out.dim). Values on edges stand in the order of `edges`. Of a point without edges the answer is zero. Of
    graphs with very many edges the layer is computed a block of nodes at a time, see `by_blocks`.

    Raises:
        IntertwineError: when inner products of some term are not invariant, no path leads to some term of rho_out,
            channels are no multiple of heads, sizes are not positive, or shapes do not fit.

    Example:
        >>> G = O(3)
        >>> PointAttention(8 * G.irrep("0e") + 8 * G.irrep("1o"), 4 * G.irrep("1o"), heads=2)
        PointAttention(O(3): 8x0e + 8x1o -> 4x1o, 2 heads, degree 2, 8 channels, 3 paths)

    Source: F. B. Fuchs et al., SE(3)-Transformers, arXiv:2006.10503; Y.-L. Liao, T. Smidt, Equiformer,
    arXiv:2206.11990.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        heads: int = 4,
        keys: int = 4,
        channels: int | None = None,
        degree: int = 2,
        radial: int = 8,
        hidden: Sequence[int] = (64,),
        neighbours: float = 1.0,
        space: Representation | None = None,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        sizes = {"heads": heads, "keys": keys, "radial": radial}
        check_sizes("PointAttention", channels=channels, hidden=hidden, neighbours=neighbours, **sizes)
        self.heads, self.keys = heads, keys
        self.conv = PointConv(
            rho_in,
            rho_out,
            degree=degree,
            channels=_channels(rho_in, channels, heads),
            radial=radial,
            hidden=hidden,
            space=space,
            generator=generator,
        )
        self.space, self.degree, self.channels = self.conv.space, degree, self.conv.channels
        terms = tuple(expand(rho_in))
        self._dims = [term.dim for term in terms]
        self._add_logits(terms, (radial, *hidden), generator)
        self.scale = neighbours**0.5
        self.place(device, dtype)

    def _add_logits(
        self, terms: tuple[Representation, ...], widths: tuple[int, ...], generator: torch.Generator | None
    ) -> None:
        """Queries, keys, what they look for in harmonics, and the functions of distance that score them."""
        heads = self.heads
        compared = direct_sum([(term, heads * self.keys) for term in terms])
        self.query, self.key = (Linear(self.rho_in, compared, bias=False, generator=generator) for _ in range(2))
        self._seen = [l for l in range(self.degree + 1) if (self.rho_in >> Harmonics(self.space, l)).dim]
        looks = [(Harmonics(self.space, l), heads) for l in self._seen]
        self.look = Linear(self.rho_in, direct_sum(looks), bias=False, generator=generator) if looks else None
        self._looked = [harmonics.dim for harmonics, _ in looks]
        self._starts = [sum(Harmonics(self.space, k).dim for k in range(l)) for l in range(self.degree + 2)]
        scores = (len(terms) + len(self._seen)) * heads
        self.score = radial_network((*widths, scores), generator)

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, envelope: Tensor, edges: Edges) -> Tensor:
        self.check(x)
        self.conv.check_edges(x, y, radial, edges)
        at_nodes = [self.conv.rows(x), *self._rows(x)]
        width = self.conv.width + 3 * sum(self._dims) * self.heads * self.keys
        return by_blocks(self._attended, at_nodes, [y, radial, envelope], edges, width)

    def _rows(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Queries and keys (nodes, rows, heads * keys), and what points look for in harmonics (nodes, rows, heads)."""
        queries, keys = (to_rows(layer(x), self._dims, self.heads * self.keys) for layer in (self.query, self.key))
        return queries, keys, None if self.look is None else to_rows(self.look(x), self._looked, self.heads)

    def _attended(
        self,
        rows: Tensor,
        queries: Tensor,
        keys: Tensor,
        looks: Tensor | None,
        y: Tensor,
        radial: Tensor,
        envelope: Tensor,
        edges: Edges,
        targets: int,
    ) -> Tensor:
        """The layer for the first nodes, `targets` of them."""
        logits = self._compared(queries, keys, looks, y, radial, edges)
        attention = segment_softmax(logits, envelope, edges) * self.scale
        factor = attention.repeat_interleave(self.channels // self.heads, 1)
        return self.conv.summed(rows, y, radial, factor, edges, targets)

    def logits(self, x: Tensor, y: Tensor, radial: Tensor, edges: Edges) -> Tensor:
        """What the softmax is taken of, (E, heads)."""
        return self._compared(*self._rows(x), y, radial, edges)

    def _compared(
        self, queries: Tensor, keys: Tensor, looks: Tensor | None, y: Tensor, radial: Tensor, edges: Edges
    ) -> Tensor:
        products = queries.index_select(0, edges.target) * keys.index_select(0, edges.source)
        found = [
            part.sum(1).unflatten(1, (self.heads, self.keys)).sum(2) * (dim * self.keys) ** -0.5
            for part, dim in zip(products.split(self._dims, 1), self._dims, strict=True)
        ]
        if looks is not None:
            parts = looks.index_select(0, edges.target).split(self._looked, 1)
            for l, look in zip(self._seen, parts, strict=True):
                own = y[:, self._starts[l] : self._starts[l + 1], None]
                found.append((look * own).sum(1) * own.shape[1] ** -0.5)
        invariants = torch.stack(found, 1)  # (E, kinds, heads)
        scores = self.score(radial).unflatten(1, invariants.shape[1:])
        return (invariants * scores).sum(1) * len(found) ** -0.5

    def __repr__(self) -> str:
        paths = len(self.conv.plan.paths)
        sizes = f"{self.heads} heads, degree {self.degree}, {self.channels} channels, {paths} paths"
        return f"{type(self).__name__}({self.rho_in.group}: {self.rho_in} -> {self.rho_out}, {sizes})"


def _channels(rho: Representation, channels: int | None, heads: int) -> int:
    """How many channels values have; refuses what cannot be."""
    for term in expand(rho):
        if not term.is_orthogonal:
            raise IntertwineError(
                f"inner products of {term} of {rho.group} are not invariant: PointAttention needs them"
            )
    copies = max(len(index) for index in expand(rho).values())
    found = channels or -(-copies // heads) * heads
    if found % heads:
        raise IntertwineError(f"channels are a multiple of heads, got {channels} channels for {heads} heads")
    return found
