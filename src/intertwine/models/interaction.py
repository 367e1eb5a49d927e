"""The interaction between points: messages of neighbours, self-connection, gate."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.classical import SO, O
from ..nn import Gate, Linear, PointConv, spherical_harmonics
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
    harmonics: int
    parity: bool
    radial: int
    hidden: tuple[int, ...]
    neighbours: float
    cutoff: float


class EdgeHarmonics(nn.Module):
    """Harmonics of vectors (E, 3) up to a degree, (E, S), as convolutions take them."""

    def __init__(self, degree: int):
        super().__init__()
        self.degree = degree

    def forward(self, vectors: Tensor) -> Tensor:
        return spherical_harmonics(vectors, self.degree)


class Interaction(nn.Module):
    """x -> gate(sum over neighbours + self-connection), the self-connection bilinear in x and attributes of points.

    Terms of `rho_out` that rho_in cannot reach are left out, see `.rho_out`.

    Shapes: x (nodes, rho_in.dim), y and radial as `PointConv` takes them, attributes (nodes, attributes) ->
    (nodes, rho_out.dim).

    Source: S. Batzner et al., NequIP, arXiv:2101.03164.
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
        between = self.gate.rho_in
        self.conv = PointConv(
            rho_in,
            between,
            degree=settings.harmonics,
            radial=settings.radial,
            hidden=settings.hidden,
            neighbours=settings.neighbours,
            generator=generator,
        )
        self.itself = Linear(settings.attributes * rho_in, between, bias=False, generator=generator)

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, attributes: Tensor, graph: PointGraph) -> Tensor:
        own = self.itself((attributes.unsqueeze(2) * x.unsqueeze(1)).flatten(1))
        return self.gate((self.conv(x, y, radial, graph.edges) + own) * 0.5**0.5) * SILU_GAIN


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


def reachable(rho_in: Representation, rho_out: Representation, degree: int) -> Representation:
    """Those terms of rho_out that a product of rho_in with harmonics holds."""
    space = point_space(rho_in.group, rho_in.group.vector.dim, None)
    terms = expand(rho_out)
    paths = plan(space, tuple(expand(rho_in)), degree, tuple(terms)).terms
    return direct_sum([(term, len(index)) for term, index in terms.items() if paths[term]])
