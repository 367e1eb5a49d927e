"""The Clebsch-Gordan network on jets against LGN: python -m benchmarks.lorentz_cg PATH

PATH is a clone of fizisist/LorentzGroupNetwork. Both run in this process on the same momenta, with the irreps
(0,0), (1,1), (2,0) + (0,2), (2,2) of LGN's default and its channels 2, 3, 4, 3. LGN holds complex numbers, we real
ones: a line with twice the channels compares equal numbers of numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from intertwine.models import LorentzCGNetwork
from intertwine.models.lorentz_cg import NeighbourProducts
from intertwine.models.lorentz_irreps import lorentz_types

from .jets import BEAMS, Figures, Jets, compare, main

CHANNELS = (2, 3, 4, 3)
TARGETS = {"aggregation": (15.0, 25.0), "network": (10.0, 10.0)}


def our_aggregation(jets: Jets, channels: int) -> Callable[[], Tensor]:
    """Sums of f_0 F_j and f_1 (p_i - p_j) x F_j over neighbours, projected to the irreps held."""
    generator = torch.Generator().manual_seed(0)
    types = lorentz_types(2)
    batch, n, _ = jets.momenta.shape
    layer = NeighbourProducts(types)
    features = torch.randn(batch, channels, n, 20, generator=generator, requires_grad=True)
    filters = torch.randn(2, batch, channels, n, n, generator=generator, requires_grad=True)
    momenta = jets.momenta.float()
    return lambda: sum_of(layer(features, momenta, filters[0], filters[1]))


def our_network(jets: Jets, channels: tuple[int, ...], width: int) -> Callable[[], Tensor]:
    """All of the network, from momenta to logits."""
    network = LorentzCGNetwork(2, channels=channels, width=width, references=BEAMS)
    return lambda: network(jets.momenta[:, 2:], jets.mask[:, 2:]).sum()


def lgn_aggregation(jets: Jets, channels: int) -> Callable[[], Tensor]:
    """LGN's product of nodes and edges; its edges, f (p_i - p_j), are made beforehand."""
    from lgn.cg_lib import CGDict, CGProduct  # pyright: ignore[reportMissingImports]
    from lgn.g_lib import GTau, GVec  # pyright: ignore[reportMissingImports]

    options: dict[str, Any] = {"device": torch.device("cpu"), "dtype": torch.float32}
    generator = torch.Generator().manual_seed(0)
    batch, n, _ = jets.momenta.shape
    nodes = [(0, 0), (1, 1), (2, 0), (0, 2), (2, 2)]

    def draw(*shape: int) -> Tensor:
        return torch.randn(2, *shape, generator=generator).requires_grad_()

    atoms = {(k, m): draw(batch, n, channels, (k + 1) * (m + 1)) for k, m in nodes}
    edges = {(k, k): draw(batch, n, n, channels, (k + 1) ** 2) for k in (0, 1)}
    product = CGProduct(
        GTau(dict.fromkeys(atoms, channels)),
        GTau(dict.fromkeys(edges, channels)),
        maxdim=3,
        aggregate=True,
        cg_dict=CGDict(maxdim=4, transpose=True, **options),
        **options,
    )
    return lambda: sum_of(list(product(GVec(dict(atoms)), GVec(dict(edges))).values()))


def lgn_network(jets: Jets) -> Callable[[], Tensor]:
    """LGN with the defaults of its command line."""
    from lgn.models import LGNTopTag  # pyright: ignore[reportMissingImports]

    network = LGNTopTag(
        [3], [1], 3, list(CHANNELS), ["learn"], float("inf"), float("inf"), float("inf"), "randn", [1.0], 10,
        "linear", "linear", 1, mlp=True, mlp_depth=3, mlp_width=2, device=torch.device("cpu"), dtype=torch.float32,
    )  # fmt: skip
    edges = jets.mask[:, :, None] & jets.mask[:, None, :]
    beams = torch.zeros(*jets.mask.shape, 1)
    beams[:, :2] = 1
    data = {"Pmu": 0.005 * jets.momenta.float(), "atom_mask": jets.mask, "edge_mask": edges, "scalars": beams}
    return lambda: network(dict(data)).sum()


def sum_of(parts: list[Tensor]) -> Tensor:
    """One number that depends on every output."""
    return torch.stack([part.sum() for part in parts]).sum()


def cases(jets: Jets) -> dict[str, Callable[[], Callable[[], Tensor]]]:
    """What is measured, by name; LGN's half of each pair is called so."""
    double = tuple(2 * c for c in CHANNELS)
    return {
        "aggregation LGN": lambda: lgn_aggregation(jets, 3),
        "aggregation": lambda: our_aggregation(jets, 3),
        "aggregation, twice the channels": lambda: our_aggregation(jets, 6),
        "network LGN": lambda: lgn_network(jets),
        "network": lambda: our_network(jets, CHANNELS, 4),
        "network, twice the channels": lambda: our_network(jets, double, 8),
    }


def rows(figures: Figures) -> list[list[str]]:
    """Each of our lines beside LGN's."""
    return [compare(figures, name, f"{name.split(',')[0]} LGN", TARGETS) for name in figures if "LGN" not in name]


def prepare(options: argparse.Namespace) -> None:
    sys.path.insert(0, f"{options.path}/src")


if __name__ == "__main__":
    sys.exit(main("benchmarks.lorentz_cg", "a clone of fizisist/LorentzGroupNetwork", prepare, cases, rows))
