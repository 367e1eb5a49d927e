"""Bodies as the paper draws them: fifteen points in a box, the first of them without mass and the one asked about."""

from __future__ import annotations

import torch
from torch import Tensor

from ...data import Labelled
from ...data.inertia import inertia_tensor

POINTS = 15
BOXES = {"cube": (0.5, 0.5, 0.5), "slab": (0.5, 0.3, 0.1)}
"""Half the extent along x, y and z: the paper's, and one that is not the same in all directions."""
LIGHTEST, HEAVIEST = 0.5, 2.0


def draw(box: str, count: int, seed: int) -> Labelled:
    """x (count, 14, 4): points seen from the first, and masses; y (count, 9): the inertia tensor about the first."""
    generator = torch.Generator().manual_seed(seed)
    points = 2 * torch.rand(count, POINTS, 3, generator=generator, dtype=torch.float64) - 1
    points = points * torch.tensor(BOXES[box], dtype=torch.float64)
    mass = torch.rand(count, POINTS - 1, 1, generator=generator, dtype=torch.float64)
    x = torch.cat([points[:, 1:] - points[:, :1], LIGHTEST + (HEAVIEST - LIGHTEST) * mass], 2)
    return Labelled(x, inertia_tensor(x).flatten(1))


def turned(items: Labelled, g: Tensor) -> Labelled:
    """Every body and its tensor turned by a matrix of its own, g (count, 3, 3)."""
    x = torch.cat([items.x[..., :3] @ g.mT, items.x[..., 3:]], 2)
    y = g @ items.y.unflatten(1, (3, 3)) @ g.mT
    return Labelled(x, y.flatten(1))
