"""Who takes part: a plain network, the same with augmentation, and three that know rotations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torch import nn

from ...groups import SO, C
from ...models import GCNN, HarmonicNet, SteerableCNN
from .sizes import Size

CLASSES = 10


@dataclass(frozen=True)
class Entrant:
    """One line of the comparison."""

    name: str
    title: str
    idea: str
    augmented: bool
    network: Callable[[Size], nn.Module]
    """Makes the untrained network."""


def _plain(size: Size) -> nn.Module:
    nothing = C(1)
    return GCNN(nothing.trivial, CLASSES, width=2 * size.width, space=2 * nothing.trivial)


def _steerable(size: Size) -> nn.Module:
    group = C(size.order)
    return SteerableCNN(group.trivial, CLASSES, widths=size.steerable, kernel_sizes=(7, 5, 5, 5, 5, 5))


ENTRANTS: Mapping[str, Entrant] = MappingProxyType(
    {
        e.name: e
        for e in (
            Entrant("cnn", "CNN", "Seven plain convolutions (Z2CNN): the control.", False, _plain),
            Entrant("augmented", "CNN + augmentation", "The same, every picture turned anew each time.", True, _plain),
            Entrant(
                "p4",
                "Group CNN (p4)",
                "The same layers on the group of translations and quarter turns (P4CNN).",
                False,
                lambda size: GCNN(C(4).trivial, CLASSES, width=size.width),
            ),
            Entrant(
                "harmonic",
                "Harmonic network",
                "Fields of order 0 and 1 of all rotations, free radial profiles.",
                False,
                lambda size: HarmonicNet(SO(2).trivial, CLASSES, width=size.harmonic),
            ),
            Entrant(
                "steerable",
                "Steerable CNN",
                "Regular fields of a cyclic group, analytic kernels, anti-aliased strides.",
                False,
                _steerable,
            ),
        )
    }
)
