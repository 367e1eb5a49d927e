"""Networks on points that turn with them: convolutions over neighbours, self-connections and gates."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn import BesselBasis, Linear
from ..nn.module import Device, in_precision
from ..nn.points.neighbours import PointGraph
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.structure import direct_sum
from .blocks import BLOCKS
from .interaction import BlockSettings, point_features

POOLS = (None, "sum", "mean")


class TensorFieldNetwork(nn.Module):
    """Points with features -> features of any type, of every point or of the whole structure.

    f(R x + t, rho_in(R) v) = rho_out(R) f(x, v) for every R in the group and every translation t, and the order of
    points does not matter. Features are smooth in the positions, also where points enter or leave the cutoff.

    Args:
        rho_in, rho_out: types of the features, of O(3) or SO(3).
        cutoff: how far a point sees in one layer.
        channels, parity: hidden layers hold `point_features(group, channels, degree, parity=parity)`.
        degree: greatest degree of hidden tensors.
        harmonics: greatest degree of the harmonics between points, and of what "many-body" multiplies; None for
            `degree`. "turned" has frames in place of harmonics: all degrees that join hidden tensors.
        layers: how often points hear from their neighbours. The last one makes only tensors that rho_out reads.
        attributes: so many numbers of every point, such as an embedding of its species, multiply its self-connection.
        radial: number of radial functions (Bessel, with a smooth envelope); `hidden`: widths of the radial network.
        neighbours: typical number of neighbours.
        pool: None for an answer at every point, "sum" or "mean" over the points of each structure.
        block: what a layer is made of, one of `models.blocks.BLOCKS`.
        generator: random numbers for the initial weights.

    Raises:
        IntertwineError: for unknown names, sizes that are not positive, and an answer that no hidden tensor leads to.

    Shapes: x (nodes, rho_in.dim), graph from `nn.radius_graph` with that cutoff, attributes (nodes, attributes) ->
    (nodes, rho_out.dim), or pooled (structures, rho_out.dim).

    Example:
        >>> G = O(3)
        >>> network = TensorFieldNetwork(G.trivial, G.trivial + G.vector, cutoff=2.0, channels=8, pool="sum")
        >>> graph = radius_graph(torch.randn(10, 3), 2.0)
        >>> network(torch.ones(10, 1), graph).shape
        torch.Size([1, 4])

    Source: N. Thomas et al., Tensor field networks, arXiv:1802.08219; S. Batzner et al., NequIP, arXiv:2101.03164.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        cutoff: float,
        channels: int = 32,
        parity: bool = False,
        degree: int = 2,
        harmonics: int | None = None,
        layers: int = 2,
        attributes: int = 0,
        radial: int = 8,
        hidden: Sequence[int] = (64,),
        neighbours: float = 16.0,
        pool: str | None = None,
        block: str = "gate",
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__()
        if block not in BLOCKS:
            raise IntertwineError(f"block is one of {', '.join(BLOCKS)}, got {block!r}")
        if pool not in POOLS or layers < 1 or not neighbours > 0 or (harmonics is not None and harmonics < 0):
            raise IntertwineError(
                f'pool is None, "sum" or "mean", layers >= 1, neighbours > 0, harmonics None or >= 0; got {pool!r}, '
                f"{layers}, {neighbours}, {harmonics}"
            )
        self.rho_in, self.rho_out, self.pool = rho_in, rho_out, pool
        self.degree, self.harmonics = degree, degree if harmonics is None else harmonics
        self.cutoff, self.attributes = cutoff, attributes
        self.basis = BesselBasis(radial, cutoff)
        wanted = point_features(rho_in.group, channels, degree, parity=parity)
        settings = BlockSettings(max(1, attributes), self.harmonics, parity, radial, tuple(hidden), neighbours, cutoff)
        self.blocks, rho, angular = nn.ModuleList(), rho_in, 0
        for k in range(layers):
            made = BLOCKS[block](rho, wanted if k < layers - 1 else _read(wanted, rho_out), settings, generator)
            self.blocks.append(made)
            rho, angular = made.rho_out, max(angular, made.degree)
        silent = [str(term) for term in expand(rho_out) if not (rho >> term).dim]
        if silent:
            raise IntertwineError(
                f"no hidden tensor leads to {', '.join(silent)}, which would stay zero: raise degree (now {degree}) "
                "or set parity=True for tensors such as pseudoscalars"
            )
        self.angular = BLOCKS[block].angular(angular)
        self.head = Linear(rho, rho_out, generator=generator)
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    def forward(self, x: Tensor, graph: PointGraph, attributes: Tensor | None = None) -> Tensor:
        weight = self.basis.frequency
        nodes = graph.positions.shape[0]
        if x.shape != (nodes, self.rho_in.dim):
            raise IntertwineError(
                f"{nodes} points take features ({nodes}, {self.rho_in.dim}) of type {self.rho_in}, got {tuple(x.shape)}"
            )
        if attributes is None and not self.attributes:
            attributes = x.new_ones(nodes, 1)
        if attributes is None or attributes.shape != (nodes, max(1, self.attributes)):
            given = None if attributes is None else tuple(attributes.shape)
            raise IntertwineError(f"attributes of points are ({nodes}, {self.attributes}), got {given}")
        x = in_precision(x, weight, self)
        vectors = graph.vectors.to(weight.dtype)
        y = self.angular(vectors)
        radial = self.basis(torch.linalg.vector_norm(vectors, dim=1))
        for block in self.blocks:
            x = block(x, y, radial, attributes, graph)
        out = self.head(x)
        if self.pool is None:
            return out
        return graph.total(out) if self.pool == "sum" else graph.mean(out)

    def __repr__(self) -> str:
        weights = sum(p.numel() for p in self.parameters())
        pooled = f", {self.pool}" if self.pool else ""
        return (
            f"{type(self).__name__}({self.rho_in.group}: {self.rho_in} -> {self.rho_out}{pooled}, "
            f"degree {self.degree}, {len(self.blocks)} layers, {weights:,} parameters)"
        )


def _read(rho: Representation, rho_out: Representation) -> Representation:
    """The terms of rho that an equivariant map into rho_out reads: the last layer makes no others."""
    kept = [(term, len(index)) for term, index in expand(rho).items() if (term >> rho_out).dim]
    return direct_sum(kept) if kept else rho
