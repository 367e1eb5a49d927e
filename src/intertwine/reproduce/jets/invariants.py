"""A few dozen numbers about a jet that every observer agrees on, for methods that want a table."""

from __future__ import annotations

import torch
from torch import Tensor

from ...data.momenta import squared_mass

LEADING = 10
"""How many of the hardest particles enter one by one."""
FINEST = 8
"""Clusters from which on the merging of particles is recorded."""
BATCH = 500
SMALLEST = 1e-12
RESOLUTION = 0.1
"""Masses m enter as sqrt(m^2 + RESOLUTION^2), in GeV: that of a single photon is nothing but rounding."""


def invariants(momenta: Tensor) -> Tensor:
    """Lorentz-invariant features of jets, (N, n, 4) -> (N, 39) float64.

    With the jet's momentum P = sum p_i and z_i = p_i.P / P^2 (the energy shares in the jet's own frame):
    log mass, number of particles, sums of z^2 and z^3, the correlations sum over i != j of
    (z_i z_j)^(1 - b) (p_i.p_j / P^2)^b for b = 1/4, 1/2 and 2, and the ten largest z; then the history of merging the
    two clusters of least joint mass again and again: the least joint masses on the way from 8 clusters to 1, and at
    three clusters the masses of the clusters, of their pairs, and their shares of the energy.
    """
    return torch.cat([_invariants(part) for part in momenta.double().split(BATCH)])


def _invariants(momenta: Tensor) -> Tensor:
    total = momenta.sum(1)
    square = squared_mass(total).clamp(min=SMALLEST)
    dots = products(momenta, momenta).clamp(min=0) / square[:, None, None]
    shares = (dots.sum(2)).clamp(min=0)
    largest = shares.sort(dim=1, descending=True).values[:, :LEADING]
    largest = torch.nn.functional.pad(largest, (0, LEADING - largest.shape[1]))
    pairs = (shares[:, :, None] * shares[:, None, :]).masked_fill(torch.eye(shares.shape[1], dtype=torch.bool), 0.0)
    correlations = [
        (torch.where(pairs > 0, pairs.clamp(min=SMALLEST).pow(1 - b), 0.0) * dots.pow(b)).sum((1, 2))
        for b in (0.25, 0.5, 2.0)
    ]
    single = [square.log() / 2, (momenta[..., 0] > 0).sum(1), shares.square().sum(1), shares.pow(3).sum(1)]
    columns = torch.stack([*single, *correlations], dim=1)
    return torch.cat([columns, largest, *_history(momenta, square.sqrt())], dim=1)


def products(a: Tensor, b: Tensor) -> Tensor:
    """All Minkowski products, (N, n, 4) and (N, m, 4) -> (N, n, m)."""
    return a[..., :1] @ b[..., :1].mT - a[..., 1:] @ b[..., 1:].mT


def _history(momenta: Tensor, scale: Tensor) -> list[Tensor]:
    """Merge the pair of least joint mass again and again; jets with fewer clusters than a step asks for give zeros.

    Source: the distance of the JADE algorithm (Bethke et al., Phys. Lett. B 213 (1988) 235), in its invariant form.
    """
    clusters = momenta.clone()
    alive = momenta[..., 0] > 0
    n, rows = momenta.shape[1], torch.arange(len(momenta))
    steps: list[Tensor] = []
    three: list[Tensor] = []
    for left in range(n, 1, -1):
        if left == 3:
            three = _prongs(clusters, alive, scale)
        acting = alive.sum(1) == left
        own = squared_mass(clusters)
        masses = 2 * products(clusters, clusters) + own[:, None, :] + own[:, :, None]
        barred = ~(alive[:, :, None] & alive[:, None, :]) | torch.eye(n, dtype=torch.bool)
        least, place = masses.masked_fill(barred, torch.inf).flatten(1).min(1)
        first, second = place // n, place % n
        if left <= FINEST:
            steps.append(torch.where(acting, _resolved(least) / scale, 0.0))
        merged = clusters[rows, first] + clusters[rows, second]
        clusters[rows[acting], first[acting]] = merged[acting]
        clusters[rows[acting], second[acting]] = 0.0
        alive[rows[acting], second[acting]] = False
    steps += [torch.zeros_like(scale)] * (FINEST - 1 - len(steps))
    return [torch.stack(steps, dim=1), *(three or [scale.new_zeros(len(scale), 15)])]


def _prongs(clusters: Tensor, alive: Tensor, scale: Tensor) -> list[Tensor]:
    """At three clusters, from the heaviest on: masses, masses of pairs (in GeV and of the whole), shares; (N, 15)."""
    acting = alive.sum(1) == 3
    order = torch.where(alive, squared_mass(clusters), -torch.inf).argsort(dim=1, descending=True)[:, :3]
    prongs = clusters.gather(1, order[..., None].expand(-1, -1, 4))
    single = _resolved(squared_mass(prongs))
    joint = torch.stack([prongs[:, i] + prongs[:, j] for i, j in ((0, 1), (0, 2), (1, 2))], dim=1)
    pairs = _resolved(squared_mass(joint)).sort(dim=1, descending=True).values
    shares = products(prongs, prongs.sum(1, keepdim=True))[..., 0] / scale[:, None].square()
    found = torch.cat([single, single / scale[:, None], pairs, pairs / scale[:, None], shares], dim=1)
    return [torch.where(acting[:, None], found, 0.0)]


def _resolved(square: Tensor) -> Tensor:
    """The mass of a squared mass, in the resolution that rounding leaves."""
    return (square.clamp(min=0) + RESOLUTION**2).sqrt()
