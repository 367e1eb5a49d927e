"""Who takes part: two Lorentz-invariant networks, one that is not, and trees on invariants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor, nn

from ...models import LorentzCGNetwork, LorentzVectorNetwork
from .particle_flow import ParticleFlow
from .sizes import Widths


class Tagger(nn.Module):
    """A network on momenta and mask as a function of padded momenta alone: (N, n, 4) -> logits of the signal (N,).

    Rows without energy are padding, which comes last; what lies behind the longest jet of the batch is cut off.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, momenta: Tensor) -> Tensor:
        real = momenta[..., 0] > 0
        longest = int(real.sum(1).max())
        return self.network(momenta[:, :longest], real[:, :longest])[:, 0]


@dataclass(frozen=True)
class Entrant:
    """One column of the comparison."""

    name: str
    title: str
    idea: str
    invariant: bool
    network: Callable[[Widths], nn.Module] | None
    """Makes the untrained network; None for the trees."""


ENTRANTS: Mapping[str, Entrant] = MappingProxyType(
    {
        e.name: e
        for e in (
            Entrant(
                "vector",
                "Lorentz vectors",
                "Messages between particles that carry invariants and four-vectors (the recipe of LorentzNet).",
                True,
                lambda widths: Tagger(LorentzVectorNetwork(1, **widths.vector)),
            ),
            Entrant(
                "cg",
                "Lorentz irreps",
                "Features in irreducible representations, multiplied by Clebsch-Gordan (the recipe of LGN).",
                True,
                lambda widths: Tagger(LorentzCGNetwork(1, **widths.cg)),
            ),
            Entrant(
                "flow",
                "Particle flow",
                "A network for sets in the detector's coordinates, which knows nothing of boosts: the control.",
                False,
                lambda widths: ParticleFlow(*widths.flow),
            ),
            Entrant("trees", "Trees", "Gradient-boosted trees on 39 invariants of the jet.", True, None),
        )
    }
)


@torch.no_grad()
def logits(model: Callable[[Tensor], Tensor], momenta: Tensor, batch: int = 250) -> Tensor:
    """The model's answers batch by batch, (N, n, 4) -> (N,) on the CPU."""
    return torch.cat([model(part).cpu() for part in momenta.split(batch)])
