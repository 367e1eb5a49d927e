"""Networks that make the weights of edges from radial features, and the sizes that layers on points are given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from numbers import Integral, Real
from typing import Any

import torch
from torch import nn

from ...errors import IntertwineError
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


def check_sizes(layer: str, *, channels: Any, hidden: Any, neighbours: Any, **sizes: Any) -> None:
    """Raise unless channels are None or a whole number >= 1, sizes such numbers, hidden a list of them, and neighbours
    a number > 0."""
    if not isinstance(hidden, Sequence):
        raise IntertwineError(
            f"{layer}: hidden lists the widths of the radial network, as in hidden=(64,); got {hidden!r}"
        )
    if channels is not None:
        sizes["channels"] = channels
    for name, size in [*sizes.items(), *(("hidden", width) for width in hidden)]:
        if not (isinstance(size, Integral) and int(size) >= 1):
            raise IntertwineError(f"{layer}: {name} takes whole numbers, at least 1; got {size!r}")
    if not (isinstance(neighbours, Real) and 0 < float(neighbours) < inf):
        raise IntertwineError(
            f"{layer}: neighbours is a typical number of neighbours of a point, greater than 0, as in "
            f"neighbours=12.0; got {neighbours!r}"
        )
