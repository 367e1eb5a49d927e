"""Items that are points in space, and the network on points for them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..models import TensorFieldNetwork
from ..nn import Edges, PointGraph
from ..representations.base import Representation


@dataclass(frozen=True)
class PointItems:
    """How a problem's items (points, 3 + features) are read as points: coordinates first, then scalars.

    Attributes:
        cutoff: how far a point sees.
        neighbours: typical number of neighbours.
        origin: whether the answer is about the origin, which then takes part as a point without features; otherwise it
            does not change when all points are shifted.
    """

    cutoff: float
    neighbours: float
    origin: bool


class PointNetwork(nn.Module):
    """A tensor field network on items (N, points, 3 + features), points without features being padding."""

    def __init__(
        self, rho_out: Representation, features: int, items: PointItems, *, channels: int, degree: int, layers: int
    ):
        super().__init__()
        self.items = items
        self.network = TensorFieldNetwork(
            (features + 1) * rho_out.group.trivial,
            rho_out,
            cutoff=items.cutoff,
            channels=channels,
            degree=degree,
            layers=layers,
            neighbours=items.neighbours,
        )

    def forward(self, x: Tensor) -> Tensor:
        number, points, width = x.shape
        real = x[..., 3:].ne(0).any(2)
        if self.items.origin:
            x = torch.cat([x.new_zeros(number, 1, width), x], 1)
            real = torch.cat([real.new_ones(number, 1), real], 1)
            points += 1
        places = x[..., :3]
        apart = (places[:, :, None] - places[:, None]).square().sum(3)
        near = (apart > 0) & (apart < self.items.cutoff**2) & real[:, :, None] & real[:, None]
        item, target, source = near.nonzero(as_tuple=True)
        edges = Edges.of(item * points + source, item * points + target, number * points)
        owner = torch.arange(number, device=x.device).repeat_interleave(points)
        none = edges.source.new_zeros(len(edges), 3)
        graph = PointGraph(places.flatten(0, 1), None, edges, none, owner, owner.bincount(minlength=number))
        features = torch.cat([x[..., 3:], x.new_ones(number, points, 1)], 2).flatten(0, 1)
        values = self.network(features, graph).unflatten(0, (number, points))
        if self.items.origin:
            return values[:, 0]
        return (values * real.unsqueeze(2)).sum(1)
