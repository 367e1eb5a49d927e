"""Who learns the inertia tensor: one convolution on points, with two kinds of radial functions, and perceptrons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...data import Labelled
from ...groups.classical import O
from ...nn import ChebyshevBasis, Edges, GaussianBasis, PointConv, spherical_harmonics
from ...nn.points.radial import RadialBasis

CUTOFF = 2.0
"""Of the radial functions, as in the paper: longer than every body."""
GAUSSIANS, POLYNOMIALS = 30, 4
WIDTH = 128


class PointMasses(nn.Module):
    """Masses (scalars) -> 3 x 3 tensors in one layer, 0 -> 0 + 2: (bodies, points, 4) -> (bodies, 9)."""

    def __init__(self, basis: RadialBasis, hidden: tuple[int, ...]):
        super().__init__()
        G = O(3)
        self.basis = basis
        self.conv = PointConv(
            G.trivial, G.vector * G.vector, degree=2, channels=1, radial=basis.number, hidden=hidden, neighbours=14
        )

    def forward(self, x: Tensor) -> Tensor:
        bodies, points, _ = x.shape
        vectors, mass = x[..., :3].flatten(0, 1), x[..., 3].reshape(-1, 1)
        # Points without mass, one of each body, stand behind the others and hear from them.
        target = bodies * points + torch.arange(bodies, device=x.device).repeat_interleave(points)
        source = torch.arange(bodies * points, device=x.device)
        edges = Edges.of(source, target, bodies * (points + 1))
        radial = self.basis.functions(vectors.norm(dim=1))
        masses = torch.cat([mass, mass.new_zeros(bodies, 1)])
        return self.conv(masses, spherical_harmonics(vectors, 2), radial, edges)[bodies * points :]


class Perceptron(nn.Module):
    """All numbers of a body -> nine numbers, with two hidden layers."""

    def __init__(self, points: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(4 * points, WIDTH),
            nn.SiLU(),
            nn.Linear(WIDTH, WIDTH),
            nn.SiLU(),
            nn.Linear(WIDTH, 9),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def solve(network: PointMasses, items: Labelled) -> None:
    """Set the weights of radial functions by least squares: the tensor is linear in them."""
    weight: Tensor = network.conv.radial[0].weight  # type: ignore[union-attr,assignment]
    columns = []
    with torch.no_grad():
        for k in range(weight.numel()):
            weight.zero_()
            weight.view(-1)[k] = 1
            columns.append(network(items.x).flatten())
        found = torch.linalg.lstsq(torch.stack(columns, 1), items.y.reshape(-1, 1).to(columns[0])).solution
        weight.copy_(found.view_as(weight))


@dataclass(frozen=True)
class Entrant:
    """Someone who learns; `trained` by Adam or, where not, solved."""

    name: str
    title: str
    idea: str
    make: Callable[[int], nn.Module]
    trained: bool = True
    augmented: bool = False


ENTRANTS = {
    e.name: e
    for e in (
        Entrant(
            "mlp",
            "Perceptron",
            f"Two hidden layers of {WIDTH} on all coordinates and masses: the control.",
            Perceptron,
        ),
        Entrant(
            "augmented",
            "Perceptron + augmentation",
            "The same, each body turned anew at every step.",
            Perceptron,
            augmented=True,
        ),
        Entrant(
            "gaussian",
            "Tensor field layer, Gaussians",
            f"One convolution on points, 0 to 0 + 2, {GAUSSIANS} Gaussians and a hidden radial layer, as in the paper.",
            lambda _: PointMasses(GaussianBasis(GAUSSIANS, CUTOFF), (GAUSSIANS,)),
        ),
        Entrant(
            "polynomial",
            "Tensor field layer, polynomials",
            f"The same layer with {POLYNOMIALS} Chebyshev polynomials of distance, whose weights are solved for.",
            lambda _: PointMasses(ChebyshevBasis(POLYNOMIALS, CUTOFF), ()),
            trained=False,
        ),
    )
}
