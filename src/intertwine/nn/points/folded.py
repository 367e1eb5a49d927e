"""The sums over neighbours with torch's own operations, chunk by chunk of edges: on every device and in every dtype.

The reference for `fused`, and what runs where that cannot.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .plan import Fold, tables

CHUNK = 2**18
"""Numbers of the largest temporary at once: about what the caches of a processor hold."""


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
    folds = tables(code).folds(x.dtype, x.device)
    sums = [out.new_zeros(len(out), len(f.rows), out.shape[2]) for f in folds]
    for part in _chunks(len(source), folds, x):
        for f, total in zip(folds, sums, strict=True):
            m, taken, weights = _of_chunk(f, x, y, w, source, part)
            total.index_add_(0, target[part], _product(m.mT, taken).mul_(weights))
    for f, total in zip(folds, sums, strict=True):
        out.index_add_(1, f.rows, total)


def _backward(
    slopes: list[Tensor | None], g: Tensor, x: Tensor, y: Tensor, w: Tensor, source: Tensor, target: Tensor, code: str
) -> None:
    gx, gy, gw = slopes
    folds = tables(code).folds(x.dtype, x.device)
    rows = [g.index_select(1, f.rows) for f in folds]
    for part in _chunks(len(source), folds, x):
        for f, of_nodes in zip(folds, rows, strict=True):
            m, taken, weights = _of_chunk(f, x, y, w, source, part)
            wanted = of_nodes.index_select(0, target[part])
            if gw is not None:
                gw[part].index_add_(1, f.which, _product(m.mT, taken).mul_(wanted))
            weighted = wanted.mul_(weights)
            if gy is not None:
                gy[part] += torch.bmm(taken, weighted.mT).flatten(1) @ f.fold.mT
            if gx is not None:
                gx[:, f.block].index_add_(0, source[part], _product(m, weighted))


def _of_chunk(f: Fold, x: Tensor, y: Tensor, w: Tensor, source: Tensor, part: slice) -> tuple[Tensor, Tensor, Tensor]:
    """Matrices, turned over, features at the source, and weights of every row."""
    m = (y[part] @ f.fold).unflatten(1, (f.dim, -1))
    return m, x[:, f.block].index_select(0, source[part]), w[part].index_select(1, f.which)


def _product(a: Tensor, b: Tensor) -> Tensor:
    """a @ b of many small matrices; `bmm` is slow where one of them has a single row or column to sum over."""
    if a.shape[2] == 1:
        return a * b
    return (a.mT * b).sum(1, keepdim=True) if a.shape[1] == 1 else torch.bmm(a, b)


def _chunks(edges: int, folds: list[Fold], x: Tensor) -> list[slice]:
    """Edges in parts, so that what stands in the rows of one block is `CHUNK` numbers."""
    width = max((len(f.rows) for f in folds), default=0) * x.shape[2]
    size = max(1, CHUNK // max(1, width))
    return [slice(start, min(start + size, edges)) for start in range(0, edges, size)]
