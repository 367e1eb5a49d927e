"""Pictures, a network on them and its average over quarter turns, for the tests of audits."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from intertwine.actions import Pictures, Trivial
from intertwine.audit import AuditReport, audit
from intertwine.groups import C

C4 = C(4)


def pictures(n: int = 120, side: int = 12, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(n, 1, side, side, dtype=dtype)


def network(side: int = 12) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(6 * (side // 2) ** 2, 5)
    )


def averaged(model: nn.Module):
    return lambda x: sum(model(torch.rot90(x, k, (-2, -1))) for k in range(4))


def on_pictures(model, x: Tensor, **options) -> AuditReport:
    return audit(model, x, Pictures(C4), Trivial(C4), **options)
