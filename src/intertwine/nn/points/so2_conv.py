"""Convolution on points in the frames of edges, where only rotations about one axis are left: for high degrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...groups.classical import SO, O
from ...representations.base import Representation
from ...representations.expand import expand
from ...representations.structure import direct_sum
from ..constituents import constituents
from ..linear import Linear
from ..module import Device, EquivariantModule
from .by_blocks import by_blocks
from .channel_rows import to_copies, to_rows
from .edges import Edges
from .orders import Kind, Orders
from .radial_network import check_sizes, radial_network


class SO2Conv(EquivariantModule):
    """y_i = W sum_j D(R)^-1 M (s(r) D(R) A x_j) / sqrt(neighbours): `PointConv` that mixes channels on every edge.

    R takes the edge to the z axis. In that frame harmonics of the edge have one component, and an equivariant map is
    one that commutes with rotations about z (and, for O(3), with reflections in planes through it): it mixes terms and
    channels of one order |m|, as complex numbers x_m + i x_-m. M holds all such mixings, between all terms and all
    channels; s(r) scales each term, order and channel by a function of distance. For one edge these are exactly the
    maps of `PointConv` with all degrees of harmonics and full mixing of channels, but the work grows with the cube of
    the degree in place of its sixth power.

    Args:
        rho_in, rho_out: types of the features, of O(3) or SO(3).
        channels: so many copies of every irreducible constituent of rho_in and of rho_out; None for the greatest
            multiplicity in either.
        order: greatest |m| that is mixed; None for all. Lower ones save work and stay equivariant.
        radial: number of radial features of an edge.
        hidden: widths of the radial network.
        neighbours: typical number of neighbours.
        generator: random numbers for the initial weights.

    Shapes: x (nodes, rho_in.dim), frames from `edge_frames(vectors, conv.degree)`, radial (E, radial) -> (nodes,
    rho_out.dim). Values on edges stand in the order of `edges`. Of graphs with very many edges the layer is
    computed a block of nodes at a time, see `by_blocks`.

    Attributes:
        degree: of the frames it takes.

    Raises:
        IntertwineError: for another group, and where sizes are not positive or shapes do not fit.

    Example:
        >>> G = O(3)
        >>> rho = 4 * G.irrep("0e") + 4 * G.irrep("1o") + 4 * G.irrep("2e")
        >>> SO2Conv(rho, rho)
        SO2Conv(O(3): 4x0e + 4x1o + 4x2e -> 4x0e + 4x1o + 4x2e, degree 2, order 2, 4 channels)

    Source: S. Passaro, C. L. Zitnick, Reducing SO(3) convolutions to SO(2), arXiv:2302.03655.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        channels: int | None = None,
        order: int | None = None,
        radial: int = 8,
        hidden: Sequence[int] = (64,),
        neighbours: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        check_sizes("SO2Conv", channels=channels, radial=radial, hidden=hidden, neighbours=neighbours)
        if order is not None and order < 0:
            raise IntertwineError(f"SO2Conv: order is None, for all, or the greatest |m| that is mixed; got {order}")
        group = rho_in.group
        if group not in (O(3), SO(3)):
            raise IntertwineError(f"SO2Conv is for features of O(3) or SO(3), got {group}; use PointConv")
        before, after = _kinds(rho_in), _kinds(rho_out)
        self.channels = channels or max(_greatest(rho) for rho in (rho_in, rho_out))
        greatest = [max(kind.degree for kind in kinds) for kinds in (before, after)]
        self.degree = max(greatest)
        self.order = min(greatest) if order is None else min(order, *greatest)
        between, gathered = (direct_sum([(kind.irrep, self.channels) for kind in kinds]) for kinds in (before, after))
        self.mix = Linear(rho_in, between, bias=False, generator=generator)
        self.out = Linear(gathered, rho_out, bias=False, generator=generator)
        self.orders = Orders(before, after, self.channels, self.order, parity=group == O(3), generator=generator)
        self.features = radial
        self.radial = radial_network((radial, *hidden, self.orders.scales * self.channels), generator)
        self.scale = neighbours**-0.5
        self._dims = [kind.irrep.dim for kind in before], [kind.irrep.dim for kind in after]
        self._width = 3 * self.channels * sum(map(sum, self._dims))
        self.place(device, dtype)

    def forward(self, x: Tensor, frames: Sequence[Tensor], radial: Tensor, edges: Edges) -> Tensor:
        self.check(x)
        nodes, number = edges.nodes, edges.number
        sizes = (x.shape[0], frames[0].shape[0], *radial.shape)
        if len(frames) <= self.degree or sizes != (nodes, number, number, self.features):
            raise IntertwineError(
                f"{number} edges among {nodes} nodes take x ({nodes}, ..), frames of degree 0 .. {self.degree} and "
                f"radial ({number}, {self.features}), as `radial` of the layer says; got {tuple(x.shape)}, "
                f"{len(frames)} frames of {sizes[1]} edges and {tuple(radial.shape)}"
            )
        rows = to_rows(self.mix(x), self._dims[0], self.channels)
        return by_blocks(self._summed, [rows], [radial, *frames], edges, self._width)

    def _summed(self, rows: Tensor, radial: Tensor, *given: Any) -> Tensor:
        """The layer for the first nodes, given frames, edges, and how many nodes."""
        *frames, edges, targets = given
        scales = self.radial(radial).unflatten(1, (-1, self.channels))
        sent = self.orders(rows.index_select(0, edges.source), frames, scales)
        sums = sent.new_zeros(targets, *sent.shape[1:]).index_add(0, edges.target, sent * self.scale)
        return self.out(to_copies(sums, self._dims[1]))

    def __repr__(self) -> str:
        sizes = f"degree {self.degree}, order {self.order}, {self.channels} channels"
        return f"{type(self).__name__}({self.rho_in.group}: {self.rho_in} -> {self.rho_out}, {sizes})"


@on_cpu
def _kinds(rho: Representation) -> list[Kind]:
    """The irreducible constituents of rho in the basis of harmonics, by degree."""
    group, found = rho.group, set()
    for term in constituents([rho]):
        degree, sign = (term.dim - 1) // 2, 1
        if group == O(3):
            sign = int(term.matrix(-torch.eye(3, dtype=torch.float64))[0, 0].sign())
        found.add((degree, sign * (-1) ** degree))
    named = []
    for degree, natural in sorted(found, key=lambda pair: (pair[0], -pair[1])):
        even = natural * (-1) ** degree > 0
        named.append(
            Kind(degree, natural > 0, group.irrep(f"{degree}{'e' if even else 'o'}" if group == O(3) else degree))
        )
    return named


def _greatest(rho: Representation) -> int:
    """The greatest multiplicity of a term."""
    return max(len(index) for index in expand(rho).values())
