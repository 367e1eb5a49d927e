"""Networks that make the weights of edges from radial features."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from ...groups.base import on_cpu

SILU_GAIN = 1.6790
"""What keeps the mean square of normal numbers through SiLU."""


@on_cpu
def radial_network(widths: Sequence[int], generator: torch.Generator | None = None) -> nn.Sequential:
    """Linear maps without bias, so that weights vanish with the radial features at the cutoff; SiLU between."""
    layers: list[nn.Module] = []
    for k, (width_in, width_out) in enumerate(pairwise(widths)):
        layer = nn.Linear(width_in, width_out, bias=False)
        gain = SILU_GAIN if k else 1.0
        with torch.no_grad():
            layer.weight.copy_(torch.randn(width_out, width_in, generator=generator) * gain * width_in**-0.5)
        layers += [layer, nn.SiLU()]
    return nn.Sequential(*layers[:-1])
