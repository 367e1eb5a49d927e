"""The sums over neighbours with torch's own operations, chunk by chunk of edges: on every device and in every dtype.

The reference for `fused`, and what runs where that cannot.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .plan import tables

CHUNK = 2**19
"""Numbers of the largest temporary at once: about what the second cache holds."""


def forward(x: list[Tensor], y: list[Tensor], w: list[Tensor], source: Tensor, target: Tensor, code: str) -> Tensor:
    """F(x, y, w) of lists of one; of two F(x', y, w) + F(x, y', w) + F(x, y, w')."""
    plan = tables(code)
    out = x[0].new_zeros(len(x[0]), plan.rows_out, x[0].shape[2])
    for a, b, c in _terms(len(x)):
        _forward(out, x[a], y[b], w[c], source, target, code)
    return out


def backward(
    g: Tensor, x: list[Tensor], y: list[Tensor], w: list[Tensor], source: Tensor, target: Tensor, code: str
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of <g, forward> with respect to x[0], y[0] and w[0]."""
    slopes = tuple(torch.zeros_like(t) for t in (x[0], y[0], w[0]))
    for a, b, c in _terms(len(x)):
        wanted = [slope if which == 0 else None for slope, which in zip(slopes, (a, b, c), strict=True)]
        _backward(wanted, g, x[a], y[b], w[c], source, target, code)
    return slopes  # type: ignore[return-value]


def _terms(order: int) -> list[tuple[int, int, int]]:
    return [(0, 0, 0)] if order == 1 else [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def _forward(out: Tensor, x: Tensor, y: Tensor, w: Tensor, source: Tensor, target: Tensor, code: str) -> None:
    for part in _chunks(len(source), out[:1].numel()):
        for f in tables(code).folds(x.dtype, x.device):
            m = (y[part] @ f.fold).unflatten(1, (-1, f.dim))
            sent = torch.bmm(m, x[:, f.block].index_select(0, source[part])) * w[part].index_select(1, f.which)
            out.index_put_((target[part][:, None], f.rows[None]), sent, accumulate=True)


def _backward(
    slopes: list[Tensor | None], g: Tensor, x: Tensor, y: Tensor, w: Tensor, source: Tensor, target: Tensor, code: str
) -> None:
    gx, gy, gw = slopes
    for part in _chunks(len(source), g[:1].numel()):
        for f in tables(code).folds(x.dtype, x.device):
            m = (y[part] @ f.fold).unflatten(1, (-1, f.dim))
            taken = x[:, f.block].index_select(0, source[part])
            wanted = g[target[part][:, None], f.rows[None]]
            weighted = wanted * w[part].index_select(1, f.which)
            if gw is not None:
                gw[part].index_add_(1, f.which, wanted * torch.bmm(m, taken))
            if gy is not None:
                gy[part] += torch.bmm(weighted, taken.mT).flatten(1) @ f.fold.mT
            if gx is not None:
                gx[:, f.block].index_add_(0, source[part], torch.bmm(m.mT, weighted))


def _chunks(edges: int, width: int) -> list[slice]:
    size = max(1, CHUNK // max(1, width))
    return [slice(start, min(start + size, edges)) for start in range(0, edges, size)]
