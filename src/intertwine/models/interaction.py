"""The interaction between points: messages of neighbours, self-connection, gate."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..nn import Gate, Linear, PointConv
from ..nn.kernel import point_space
from ..nn.points.neighbours import PointGraph
from ..nn.points.plan import plan
from ..nn.points.radial_network import SILU_GAIN
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.structure import direct_sum


@dataclass(frozen=True)
class BlockSettings:
    """What a block of a network on points is told beside its types; see `TensorFieldNetwork`."""

    attributes: int
    degree: int
    radial: int
    hidden: tuple[int, ...]
    neighbours: float
    cutoff: float


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
        settings: BlockSettings,
        generator: torch.Generator | None,
    ):
        super().__init__()
        self.gate = Gate(reachable(rho_in, rho_out, settings.degree))
        self.rho_out = self.gate.rho_out
        between = self.gate.rho_in
        self.conv = PointConv(
            rho_in,
            between,
            degree=settings.degree,
            radial=settings.radial,
            hidden=settings.hidden,
            neighbours=settings.neighbours,
            generator=generator,
        )
        self.itself = Linear(settings.attributes * rho_in, between, bias=False, generator=generator)

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, attributes: Tensor, graph: PointGraph) -> Tensor:
        own = self.itself((attributes.unsqueeze(2) * x.unsqueeze(1)).flatten(1))
        return self.gate((self.conv(x, y, radial, graph.edges) + own) * 0.5**0.5) * SILU_GAIN


def reachable(rho_in: Representation, rho_out: Representation, degree: int) -> Representation:
    """Those terms of rho_out that a product of rho_in with harmonics holds."""
    space = point_space(rho_in.group, rho_in.group.vector.dim, None)
    terms = expand(rho_out)
    paths = plan(space, tuple(expand(rho_in)), degree, tuple(terms)).terms
    return direct_sum([(term, len(index)) for term, index in terms.items() if paths[term]])
