"""Interactions in which points attend to neighbours: the kind of the SE(3)-Transformer and Equiformer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..nn import Gate, LayerNorm, Linear, PointAttention, PolynomialEnvelope
from ..nn.points.neighbours import PointGraph
from ..nn.points.radial_network import SILU_GAIN
from ..representations.base import Representation
from ..representations.expand import expand
from .interaction import BlockSettings, EdgeHarmonics, reachable

HEADS = 4


class Attentive(nn.Module):
    """x -> gate(attention(norm(x)) + self-connection), the self-connection bilinear in x and attributes of points.

    The norm is left out where rho_in holds a lone scalar, which it would erase. Terms of `rho_out` that rho_in cannot
    reach are left out, see `.rho_out`.

    Shapes: x (nodes, rho_in.dim), y and radial as `PointAttention` takes them, attributes (nodes, attributes) ->
    (nodes, rho_out.dim).

    Source: F. B. Fuchs et al., SE(3)-Transformers, arXiv:2006.10503; Y.-L. Liao, T. Smidt, Equiformer,
    arXiv:2206.11990.
    """

    angular = EdgeHarmonics

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        settings: BlockSettings,
        generator: torch.Generator | None,
    ):
        super().__init__()
        self.degree = settings.harmonics
        self.gate = Gate(reachable(rho_in, rho_out, settings.harmonics))
        self.rho_out = self.gate.rho_out
        copies = {term: len(index) for term, index in expand(rho_in).items()}
        lone = any(term.dim == 1 and term.is_trivial and count == 1 for term, count in copies.items())
        self.norm = None if lone else LayerNorm(rho_in)
        channels = max(len(index) for index in expand(rho_out).values())
        self.envelope = PolynomialEnvelope(settings.cutoff)
        self.attention = PointAttention(
            rho_in,
            self.gate.rho_in,
            heads=HEADS,
            channels=-(-channels // HEADS) * HEADS,
            degree=settings.harmonics,
            radial=settings.radial,
            hidden=settings.hidden,
            neighbours=settings.neighbours,
            generator=generator,
        )
        self.itself = Linear(settings.attributes * rho_in, self.gate.rho_in, bias=False, generator=generator)

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, attributes: Tensor, graph: PointGraph) -> Tensor:
        envelope = self.envelope(torch.linalg.vector_norm(graph.vectors, dim=1).to(x.dtype))
        seen = x if self.norm is None else self.norm(x)
        heard = self.attention(seen, y, radial, envelope, graph.edges)
        own = self.itself((attributes.unsqueeze(2) * x.unsqueeze(1)).flatten(1))
        return self.gate((heard + own) * 0.5**0.5) * SILU_GAIN
