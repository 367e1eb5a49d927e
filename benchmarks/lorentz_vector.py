"""The network of four-vectors on jets against LorentzNet: python -m benchmarks.lorentz_vector PATH

PATH is a clone of sdogsq/LorentzNet-release. Both run in this process on the same momenta, with 6 layers of 72
features, in training mode. LorentzNet computes in float32; ours keeps four-vectors in float64.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import torch
from torch import Tensor

from intertwine.models import LorentzVectorNetwork

from .jets import BEAMS, Case, Figures, Jets, compare, main

WIDTH, LAYERS = 72, 6
TARGETS = {"network": (1.5, 1.5)}


def our_network(jets: Jets) -> Callable[[], Tensor]:
    """From momenta to logits; the beams are references."""
    network = LorentzVectorNetwork(2, width=WIDTH, layers=LAYERS, references=BEAMS)
    return lambda: network(jets.momenta[:, 2:], jets.mask[:, 2:]).sum()


def lorentznet(jets: Jets) -> Callable[[], Tensor]:
    """LorentzNet on a flat list of nodes and of the pairs i != j; the list is made beforehand."""
    from models import LorentzNet  # pyright: ignore[reportMissingImports]

    batch, n, _ = jets.momenta.shape
    one, other = (~torch.eye(n, dtype=torch.bool)).nonzero().T
    shift = n * torch.arange(batch)[:, None]
    edges = [(one + shift).flatten(), (other + shift).flatten()]
    momenta = jets.momenta.float().flatten(0, 1)
    scalars = torch.zeros(batch * n, 2)
    network = LorentzNet(n_scalar=2, n_hidden=WIDTH, n_class=2, n_layers=LAYERS, dropout=0.2, c_weight=1e-3)
    nodes = torch.ones(batch * n, 1)
    return lambda: network(scalars, momenta, edges, nodes, None, n).sum()


def cases(jets: Jets) -> dict[str, Case]:
    """What is measured, by name."""
    return {"LorentzNet": lambda: lorentznet(jets), "network": lambda: our_network(jets)}


def rows(figures: Figures) -> list[list[str]]:
    """Ours beside LorentzNet."""
    return [compare(figures, "network", "LorentzNet", TARGETS)]


def prepare(options: argparse.Namespace) -> None:
    sys.path.insert(0, options.path)


if __name__ == "__main__":
    sys.exit(main("benchmarks.lorentz_vector", "a clone of sdogsq/LorentzNet-release", prepare, cases, rows))
