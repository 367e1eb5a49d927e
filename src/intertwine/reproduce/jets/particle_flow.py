"""The control: a network for sets of particles that knows the detector's coordinates, and no Lorentz symmetry."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ...data import to_detector

FEATURES = 7
OFFSET, SCALE = (0.0, 0.0, 0.1, 2.0, 2.5, -4.0, -4.0), (0.25, 0.25, 0.2, 1.5, 1.5, 1.5, 1.5)
"""Rough means and spreads of the features of jets of some 600 GeV, so that the network meets numbers near one."""

TYPICAL_NUMBER = 30.0
"""The sum over particles is divided by it, whatever their number: jets of different size stay told apart."""


def detector_features(momenta: Tensor) -> tuple[Tensor, Tensor]:
    """The usual seven features of each particle, and which rows are particles; (N, n, 4) -> (N, n, 7), (N, n).

    Differences of pseudorapidity and azimuth from the jet and their length, log pT, log E, log pT / pT(jet),
    log E / E(jet): those of ParticleNet (Qu, Gouskos, arXiv:1902.08570). Rows of zeros stay zero.
    """
    real = momenta[..., 0] > 0
    jet = momenta.sum(1, keepdim=True)
    pt, eta, phi = to_detector(momenta)
    jet_pt, jet_eta, jet_phi = to_detector(jet)
    d_eta = eta - jet_eta
    d_phi = torch.remainder(phi - jet_phi + torch.pi, 2 * torch.pi) - torch.pi
    energy = momenta[..., 0]
    tiny = torch.finfo(momenta.dtype).tiny
    logs = [x.clamp(min=tiny).log() for x in (pt, energy, pt / jet_pt, energy / jet[..., 0])]
    found = torch.stack([d_eta, d_phi, (d_eta.square() + d_phi.square()).sqrt(), *logs], dim=-1)
    offset, scale = (found.new_tensor(values) for values in (OFFSET, SCALE))
    return torch.where(real[..., None], (found - offset) / scale, 0.0).float(), real


class ParticleFlow(nn.Module):
    """logit = F(sum_i Phi(features of particle i)), with Phi and F plain networks: (N, n, 4) -> (N,).

    It does not mind the order of the particles, nor rows of zeros, nor a turn about the beam or a boost along it
    (nearly: energies are among the features). Any other boost changes its answer.

    Source: Komiske, Metodiev, Thaler, Energy Flow Networks (the particle flow network), arXiv:1810.05165.
    """

    def __init__(self, widths: tuple[int, ...], latent: int, head: tuple[int, ...]) -> None:
        super().__init__()
        self.each = _plain((FEATURES, *widths, latent))
        self.head = _plain((latent, *head, 1))

    def forward(self, momenta: Tensor) -> Tensor:
        features, real = detector_features(momenta)
        each = self.each(features).relu() * real[..., None]
        return self.head(each.sum(1) / TYPICAL_NUMBER)[:, 0]


def _plain(widths: tuple[int, ...]) -> nn.Sequential:
    """Linear maps with ReLU between."""
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
