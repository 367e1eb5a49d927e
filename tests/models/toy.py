"""Toy jets, boosts and small networks for the tests of Lorentz networks."""

from __future__ import annotations

import torch
from torch import Tensor

from intertwine.models import LorentzCGNetwork, LorentzVectorNetwork

BEAMS = [[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]]
TIME = [[1.0, 0.0, 0.0, 0.0]]
Network = LorentzCGNetwork | LorentzVectorNetwork


def small(kind: str, **options) -> Network:
    """A small network of either kind, seeded."""
    options = {"outputs": 2, "generator": torch.Generator().manual_seed(1)} | options
    if kind == "vector":
        return LorentzVectorNetwork(width=12, layers=3, **options)
    return LorentzCGNetwork(**({"channels": (3, 4, 3), "width": 12} | options))


def jets(batch: int, particles: int, *, seed: int = 0, prongs: Tensor | None = None) -> Tensor:
    """Massless particles around one axis, or around two: (batch, particles, 4) float64, in GeV."""
    draw = torch.Generator().manual_seed(seed)
    axes = 0.15 * torch.randn(batch, particles, 2, generator=draw, dtype=torch.float64)
    if prongs is not None:
        side = torch.randint(0, 2, (batch, particles), generator=draw).double() - 0.5
        axes[..., 0] += 0.8 * side * (prongs[:, None] == 2)
    directions = torch.cat([torch.ones(batch, particles, 1, dtype=torch.float64), axes], -1)
    energies = 5 - 20 * torch.rand(batch, particles, 1, generator=draw, dtype=torch.float64).log()
    directions = directions / directions.norm(dim=-1, keepdim=True)
    return torch.cat([energies, energies * directions], -1)


def boost(gamma: float, axis: tuple[float, float, float] = (0.36, 0.48, 0.8)) -> Tensor:
    """The boost by gamma along a unit vector, (4, 4) float64."""
    n = torch.tensor(axis, dtype=torch.float64)
    speed = (1 - gamma**-2) ** 0.5
    matrix = torch.eye(4, dtype=torch.float64)
    matrix[0, 0] = gamma
    matrix[0, 1:] = matrix[1:, 0] = gamma * speed * n
    matrix[1:, 1:] += (gamma - 1) * torch.outer(n, n)
    return matrix


def move(g: Tensor, momenta: Tensor) -> Tensor:
    """One transformation, or one for each jet, of all momenta."""
    return momenta @ g.mT


def trained(kind: str, steps: int = 80) -> tuple[Network, float]:
    """A network that tells two prongs from one, in default precision, and its accuracy on fresh jets."""
    network = small(kind, outputs=1)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    labels = torch.arange(128) % 2
    momenta = jets(128, 12, prongs=labels + 1)
    for _ in range(steps):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(network(momenta)[:, 0], labels.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        logits = network(jets(128, 12, seed=9, prongs=labels + 1))[:, 0]
    return network, float(((logits > 0) == (labels == 1)).float().mean())
