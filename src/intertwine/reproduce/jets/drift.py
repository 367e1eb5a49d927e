"""How far a tagger's answer moves when the observer does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ...data import Labelled, boost

SPEEDS = (0.9, 0.99, 0.999)
"""In units of the speed of light: gamma = 2.3, 7.1 and 22."""
JETS = 400
SEED = 30_000
"""Directions of the boosts: the same for every model."""

Tagger = Callable[[Tensor], Tensor]


def drift(tagger: Tagger, test: Labelled) -> list[dict[str, Any]]:
    """For each speed the mean and the largest |logit(boosted jet) - logit(jet)|, and how often the class stays.

    Each of the first `JETS` test jets is boosted in its own random direction, in float64.
    """
    items = test.x[:JETS]
    before = tagger(items)
    generator = torch.Generator().manual_seed(SEED)
    direction = torch.randn(len(items), 3, generator=generator, dtype=torch.float64)
    direction = (direction / direction.norm(dim=1, keepdim=True)).to(items.device)
    found = []
    for speed in SPEEDS:
        after = tagger(boost(items, speed * direction))
        moved = (after.double() - before.double()).abs()
        kept = ((after > 0) == (before > 0)).double().mean()
        found.append({"beta": speed, "mean": float(moved.mean()), "largest": float(moved.max()), "kept": float(kept)})
    return found
