"""Interactions that multiply many neighbours at once: the kind of MACE."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn import Linear, PointConv, SymmetricContraction
from ..nn.points.neighbours import PointGraph
from ..nn.products.polynomials import polynomials
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.structure import direct_sum
from .interaction import BlockSettings, EdgeHarmonics, point_features, reachable

PRODUCTS = 3
"""Neighbours multiplied at once, at most: four-body terms, as MACE found to pay."""


class ManyBody(nn.Module):
    """x -> W B(s A) + self-connection, with A the sums over neighbours and B their products of degree 1 .. 3.

    Each sum over neighbours is scaled by s, linear in the attributes of the point, so that products differ between
    species. A holds tensors to the degree of the harmonics, whatever rho_out holds. Products are the only
    nonlinearity: what they hold of a layer before is smooth and of bounded body order. Terms of `rho_out` that cannot
    be reached are left out, see `.rho_out`.

    Shapes: x (nodes, rho_in.dim), y and radial as `PointConv` takes them, attributes (nodes, attributes) ->
    (nodes, rho_out.dim).

    Source: I. Batatia et al., MACE, arXiv:2206.07697, equations 8 to 11.
    """

    angular = EdgeHarmonics

    owner: Tensor

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        settings: BlockSettings,
        generator: torch.Generator | None,
    ):
        super().__init__()
        self.degree = settings.harmonics
        channels = max(len(index) for index in expand(rho_out).values())
        gathered = point_features(rho_in.group, channels, settings.harmonics, parity=settings.parity)
        density = reachable(rho_in, gathered, settings.harmonics)
        multiplied = _copies(_reached(density, rho_out), channels)
        self.rho_out = multiplied
        self.conv = PointConv(
            rho_in,
            density,
            degree=settings.harmonics,
            channels=channels,
            radial=settings.radial,
            hidden=settings.hidden,
            neighbours=settings.neighbours,
            generator=generator,
        )
        dims = torch.tensor([term.dim for term in expand(density) for _ in range(channels)])
        self.register_buffer("owner", torch.arange(len(dims)).repeat_interleave(dims), persistent=False)
        self.species = nn.Linear(settings.attributes, len(dims))
        with torch.no_grad():
            spread = torch.randn(len(dims), settings.attributes, generator=generator)
            self.species.weight.copy_(spread * settings.attributes**-0.5 / 2)
            self.species.bias.fill_(1.0)
        self.products = SymmetricContraction(density, multiplied, degree=PRODUCTS, generator=generator)
        self.mix = Linear(multiplied, multiplied, bias=False, gain=0.5**0.5, generator=generator)
        itself = settings.attributes * rho_in
        self.itself = Linear(itself, multiplied, bias=False, gain=0.5**0.5, generator=generator)

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, attributes: Tensor, graph: PointGraph) -> Tensor:
        scale = self.species(attributes).index_select(1, self.owner)
        many = self.mix(self.products(self.conv(x, y, radial, graph.edges) * scale))
        return many + self.itself((attributes.unsqueeze(2) * x.unsqueeze(1)).flatten(1))


def _copies(rho: Representation, channels: int) -> Representation:
    return direct_sum([(term, channels) for term in expand(rho)])


def _reached(density: Representation, rho_out: Representation) -> Representation:
    """The terms of rho_out that products of the density hold."""
    terms = tuple(expand(density))
    kept = [c for c in expand(rho_out) if any(polynomials(terms, c, n) for n in range(1, PRODUCTS + 1))]
    if not kept:
        raise IntertwineError(f"no product of {density} holds a term of {rho_out}")
    return direct_sum([(term, 1) for term in kept])
