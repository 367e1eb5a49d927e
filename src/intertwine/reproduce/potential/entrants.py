"""Who takes part: NequIP's recipe with tensors up to different degrees, and MACE's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Entrant:
    """One line of the comparison; `settings` go to `InteratomicPotential`."""

    name: str
    title: str
    idea: str
    settings: Mapping[str, Any]


def _gated(degree: int, idea: str) -> Entrant:
    settings = MappingProxyType({"block": "gate", "degree": degree, "harmonics": degree, "layers": 3})
    return Entrant(f"l{degree}", f"gates, degree {degree}", idea, settings)


ENTRANTS: Mapping[str, Entrant] = MappingProxyType(
    {
        e.name: e
        for e in (
            _gated(0, "Three layers that hear distances alone."),
            _gated(1, "The same with vectors: a layer sees angles."),
            _gated(2, "The same with tensors of degree 2 (NequIP)."),
            _gated(3, "The same with tensors of degree 3."),
            Entrant(
                "products",
                "products, degree 1",
                "Two layers that multiply up to three neighbours at once, seen by harmonics of degree 3 (MACE).",
                MappingProxyType({"block": "many-body", "degree": 1, "harmonics": 3, "layers": 2}),
            ),
        )
    }
)
