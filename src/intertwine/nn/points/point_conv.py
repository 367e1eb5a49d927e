"""Convolution on points: filters R(r) Y(direction) on the edges of a graph."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...representations.base import Representation
from ...representations.expand import expand
from ...representations.structure import direct_sum
from ..kernel import point_space
from ..linear import Linear
from ..module import Device, EquivariantModule
from .by_blocks import by_blocks
from .channel_rows import RowMixing, to_copies, to_rows
from .edges import Edges
from .message import message
from .plan import Plan, plan
from .radial_network import check_sizes, radial_network


class PointConv(EquivariantModule):
    """y_i = W sum_j R(r_ij) Y(r_ij) (x) (A x_j) / sqrt(neighbours): a convolution over a cloud of points.

    A mixes copies into `channels` copies of every term of rho_in; each coupling (term, degree of Y, term of rho_out)
    has for every channel a weight from a small network of the edge's radial features; W mixes paths and channels into
    rho_out. It commutes with the point group, with translations, since positions enter by differences, and with
    permutations.

    Args:
        rho_in, rho_out: types of the features, of one group H <= O(d), d = 2 or 3.
        degree: greatest degree of the harmonics Y.
        channels: None for the greatest multiplicity in rho_in.
        radial: number of radial features of an edge.
        hidden: widths of the radial network.
        neighbours: typical number of neighbours; outputs then have mean square 1 for inputs of mean square 1.
        space: how H moves points, where it is not `H.vector`.
        generator: random numbers for the initial weights.

    Shapes: x (nodes, rho_in.dim), y (E, S) harmonics of degree 0 .. `degree` in component normalisation, radial (E,
    radial), and perhaps factor (E, channels), which multiplies the weights of an edge -> (nodes, rho_out.dim). Values
    on edges stand in the order of `edges`. Of graphs with very many edges the layer is computed a block of nodes at a
    time, see `by_blocks`.

    Raises:
        IntertwineError: when no path leads to some term of rho_out, sizes are not positive, or shapes do not fit.

    Example:
        >>> G = O(3)
        >>> PointConv(8 * G.irrep("0e") + 8 * G.irrep("1o"), 4 * G.irrep("1o"), degree=2)
        PointConv(O(3): 8x0e + 8x1o -> 4x1o, degree 2, 8 channels, 3 paths)

    Source: N. Thomas et al., Tensor field networks, arXiv:1802.08219; S. Batzner et al., NequIP, arXiv:2101.03164.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        degree: int = 2,
        channels: int | None = None,
        radial: int = 8,
        hidden: Sequence[int] = (64,),
        neighbours: float = 1.0,
        space: Representation | None = None,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        check_sizes("PointConv", channels=channels, radial=radial, hidden=hidden, neighbours=neighbours)
        group = rho_in.group
        self.space = point_space(group, group.vector.dim if space is None else space.dim, space)
        terms_in, terms_out = tuple(expand(rho_in)), tuple(expand(rho_out))
        self.degree = degree
        self.channels = channels or max(len(index) for index in expand(rho_in).values())
        self.plan: Plan = plan(self.space, terms_in, degree, terms_out)
        for term, paths in self.plan.terms.items():
            if not paths:
                raise IntertwineError(
                    f"no product of {rho_in} with harmonics up to degree {degree} holds {term}: raise `degree`, or "
                    f"leave {term} out of rho_out"
                )
        between = direct_sum([(term, self.channels) for term in terms_in])
        gathered = direct_sum([(term, self.channels * len(paths)) for term, paths in self.plan.terms.items()])
        self.mix = Linear(rho_in, between, bias=False, generator=generator)
        self.out = Linear(gathered, rho_out, bias=False, generator=generator)
        self._mixing, self._mixing_out = RowMixing.of(self.mix), RowMixing.of(self.out)
        self._dims = [term.dim for term in terms_in]
        self._dims_out = [term.dim for term in self.plan.terms]
        self._paths = [len(paths) for paths in self.plan.terms.values()]
        self.width = len(self.plan.paths) * self.channels  # weights of an edge
        self.features = radial
        self.radial = radial_network((radial, *hidden, self.width), generator)
        self.scale = neighbours**-0.5
        self.place(device, dtype)

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, edges: Edges, factor: Tensor | None = None) -> Tensor:
        self.check(x)
        self.check_edges(x, y, radial, edges)
        if factor is not None and factor.shape != (edges.number, self.channels):
            wanted = (edges.number, self.channels)
            raise IntertwineError(f"factors of weights are {wanted}, got {tuple(factor.shape)}")
        return by_blocks(self.summed, [self.rows(x)], [y, radial, factor], edges, self.width)

    def check_edges(self, x: Tensor, y: Tensor, radial: Tensor, edges: Edges) -> None:
        """Raise unless there are so many nodes, edges, harmonics and radial features."""
        nodes, number, rows = edges.nodes, edges.number, self.plan.rows_y
        if x.shape[0] != nodes or y.shape != (number, rows) or radial.shape != (number, self.features):
            raise IntertwineError(
                f"{number} edges among {nodes} nodes take x ({nodes}, ..), y ({number}, {rows}) of degree 0 .. "
                f"{self.degree} and radial ({number}, {self.features}), as `degree` and `radial` of the layer say; got "
                f"{tuple(x.shape)}, {tuple(y.shape)} and {tuple(radial.shape)}"
            )

    def rows(self, x: Tensor) -> Tensor:
        """What neighbours send, (nodes, rows, channels)."""
        if self._mixing is not None:
            return self._mixing.to_rows(self.mix, x)
        return to_rows(self.mix(x), self._dims, self.channels)

    def summed(
        self, rows: Tensor, y: Tensor, radial: Tensor, factor: Tensor | None, edges: Edges, targets: int
    ) -> Tensor:
        """The layer for the first nodes, `targets` of them, given the rows of all."""
        weights = self.radial(radial).unflatten(1, (len(self.plan.paths), self.channels))
        if factor is not None:
            weights = weights * factor.unsqueeze(1)
        sums = message(rows, y, weights, edges, self.plan)[:targets]
        if self._mixing_out is not None:
            return self._mixing_out.to_copies(self.out, sums, self._paths, self.scale)
        return self.out(to_copies(sums, self._dims_out, self._paths) * self.scale)

    def __repr__(self) -> str:
        sizes = f"degree {self.degree}, {self.channels} channels, {len(self.plan.paths)} paths"
        return f"{type(self).__name__}({self.rho_in.group}: {self.rho_in} -> {self.rho_out}, {sizes})"
