"""Interactions in the frames of edges, which mix all channels on every edge: the kind of eSCN."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..nn import Gate, Linear, SO2Conv
from ..nn.points.edge_frames import EdgeFrames
from ..nn.points.neighbours import PointGraph
from ..nn.points.radial_network import SILU_GAIN
from ..representations.base import Representation
from ..representations.expand import expand
from .interaction import BlockSettings, reachable


class Turned(nn.Module):
    """`Interaction` with `SO2Conv` in place of `PointConv`: for high degrees.

    Terms of `rho_out` that rho_in cannot reach are left out, see `.rho_out`.

    Shapes: x (nodes, rho_in.dim), y the frames and radial as `SO2Conv` takes them, attributes (nodes, attributes) ->
    (nodes, rho_out.dim).

    Source: S. Passaro, C. L. Zitnick, Reducing SO(3) convolutions to SO(2), arXiv:2302.03655.
    """

    angular = EdgeFrames

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        settings: BlockSettings,
        generator: torch.Generator | None,
    ):
        super().__init__()
        greatest = [max((term.dim - 1) // 2 for term in expand(rho)) for rho in (rho_in, rho_out)]
        self.gate = Gate(reachable(rho_in, rho_out, sum(greatest)))
        self.rho_out = self.gate.rho_out
        between = self.gate.rho_in
        self.conv = SO2Conv(
            rho_in,
            between,
            channels=max(len(index) for index in expand(rho_out).values()),
            radial=settings.radial,
            hidden=settings.hidden,
            neighbours=settings.neighbours,
            generator=generator,
        )
        self.degree = self.conv.degree
        self.itself = Linear(settings.attributes * rho_in, between, bias=False, generator=generator)

    def forward(self, x: Tensor, y: list[Tensor], radial: Tensor, attributes: Tensor, graph: PointGraph) -> Tensor:
        own = self.itself((attributes.unsqueeze(2) * x.unsqueeze(1)).flatten(1))
        return self.gate((self.conv(x, y, radial, graph.edges) + own) * 0.5**0.5) * SILU_GAIN
