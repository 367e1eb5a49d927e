"""Networks on points that turn with them: convolutions over neighbours, self-connections and gates."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.classical import SO, O
from ..nn import BesselBasis, Gate, Linear, PointConv, spherical_harmonics
from ..nn.kernel import point_space
from ..nn.module import Device, in_precision
from ..nn.points.message import plan
from ..nn.points.neighbours import PointGraph
from ..nn.points.point_conv import SILU_GAIN
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.structure import direct_sum

POOLS = (None, "sum", "mean")


def point_features(group: Group, channels: int, degree: int, *, parity: bool = False) -> Representation:
    """So many copies of each tensor of degree 0 .. `degree`: of O(3) those with the parity of Y_l, or with both.

    Example:
        >>> point_features(O(3), 8, 2)
        8x1 + 8x1o + 8x2e
    """
    if group not in (O(3), SO(3)) or degree < 0:
        raise IntertwineError(f"features on points are tensors of degree >= 0 of O(3) or SO(3), got {degree}, {group}")
    if group == SO(3):
        return direct_sum([(group.irrep(l) if l else group.trivial, channels) for l in range(degree + 1)])
    terms = [(group.trivial, channels)]
    for l in range(degree + 1):
        natural, other = ("e", "o") if l % 2 == 0 else ("o", "e")
        terms += [(group.irrep(f"{l}{natural}"), channels)] if l else []
        terms += [(group.irrep(f"{l}{other}"), channels)] if parity else []
    return direct_sum(terms)


class Interaction(nn.Module):
    """x -> gate(sum over neighbours + self-connection), the self-connection bilinear in x and attributes of points.

    Terms of `rho_out` that rho_in cannot reach are left out, see `.rho_out`.

    Shapes: x (nodes, rho_in.dim), y and radial as `PointConv` takes them, attributes (nodes, attributes) ->
    (nodes, rho_out.dim).

    Source: S. Batzner et al., NequIP, arXiv:2101.03164.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        attributes: int,
        degree: int,
        radial: int,
        hidden: Sequence[int],
        neighbours: float,
        generator: torch.Generator | None,
    ):
        super().__init__()
        self.gate = Gate(_reachable(rho_in, rho_out, degree))
        self.rho_out = self.gate.rho_out
        between = self.gate.rho_in
        self.conv = PointConv(
            rho_in,
            between,
            degree=degree,
            radial=radial,
            hidden=hidden,
            neighbours=neighbours,
            generator=generator,
        )
        self.itself = Linear(attributes * rho_in, between, bias=False, generator=generator)

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, attributes: Tensor, graph: PointGraph) -> Tensor:
        own = self.itself((attributes.unsqueeze(2) * x.unsqueeze(1)).flatten(1))
        return self.gate((self.conv(x, y, radial, graph.edges) + own) * 0.5**0.5) * SILU_GAIN


def _reachable(rho_in: Representation, rho_out: Representation, degree: int) -> Representation:
    """Those terms of rho_out that a product of rho_in with harmonics holds."""
    space = point_space(rho_in.group, rho_in.group.vector.dim, None)
    terms = expand(rho_out)
    paths = plan(space, tuple(expand(rho_in)), degree, tuple(terms)).terms
    return direct_sum([(term, len(index)) for term, index in terms.items() if paths[term]])


class TensorFieldNetwork(nn.Module):
    """Points with features -> features of any type, of every point or of the whole structure.

    f(R x + t, rho_in(R) v) = rho_out(R) f(x, v) for every R in the group and every translation t, and the order of
    points does not matter. Features are smooth in the positions, also where points enter or leave the cutoff.

    Args:
        rho_in, rho_out: types of the features, of O(3) or SO(3).
        cutoff: how far a point sees in one layer.
        channels, parity: hidden layers hold `point_features(group, channels, degree, parity=parity)`.
        degree: greatest degree of hidden tensors and of the harmonics between points.
        layers: how often points hear from their neighbours.
        attributes: so many numbers of every point, such as an embedding of its species, multiply its self-connection.
        radial: number of radial functions (Bessel, with a smooth envelope); `hidden`: widths of the radial network.
        neighbours: typical number of neighbours.
        pool: None for an answer at every point, "sum" or "mean" over the points of each structure.
        generator: random numbers for the initial weights.

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
        layers: int = 2,
        attributes: int = 0,
        radial: int = 8,
        hidden: Sequence[int] = (64,),
        neighbours: float = 16.0,
        pool: str | None = None,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__()
        if pool not in POOLS or layers < 1 or not neighbours > 0:
            raise IntertwineError(
                f'pool is None, "sum" or "mean", layers >= 1, neighbours > 0; got {pool!r}, {layers}, {neighbours}'
            )
        self.rho_in, self.rho_out, self.pool = rho_in, rho_out, pool
        self.degree, self.cutoff, self.attributes = degree, cutoff, attributes
        self.basis = BesselBasis(radial, cutoff)
        wanted = point_features(rho_in.group, channels, degree, parity=parity)
        blocks, rho = [], rho_in
        for _ in range(layers):
            block = Interaction(
                rho,
                wanted,
                attributes=max(1, attributes),
                degree=degree,
                radial=radial,
                hidden=hidden,
                neighbours=neighbours,
                generator=generator,
            )
            blocks.append(block)
            rho = block.rho_out
        self.blocks = nn.ModuleList(blocks)
        self.head = Linear(rho, rho_out, generator=generator)
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    def forward(self, x: Tensor, graph: PointGraph, attributes: Tensor | None = None) -> Tensor:
        weight = self.basis.frequency
        if x.shape != (len(graph.positions), self.rho_in.dim):
            raise IntertwineError(
                f"{len(graph.positions)} points take features ({len(graph.positions)}, {self.rho_in.dim}) of type "
                f"{self.rho_in}, got {tuple(x.shape)}"
            )
        if attributes is None and not self.attributes:
            attributes = x.new_ones(len(x), 1)
        if attributes is None or attributes.shape != (len(x), max(1, self.attributes)):
            given = None if attributes is None else tuple(attributes.shape)
            raise IntertwineError(f"attributes of points are ({len(x)}, {self.attributes}), got {given}")
        x = in_precision(x, weight, self)
        vectors = graph.vectors.to(weight.dtype)
        y = spherical_harmonics(vectors, self.degree)
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
