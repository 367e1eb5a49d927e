"""Messages on a graph: gather, tensor product with harmonics and weights of each edge, sum over neighbours.

    out[i, p, k, u] = sum over edges e = (j -> i) of  w[e, p, u] sum_(m, n) C_p[m, n, k] x[j, m, u] y[e, n]

for every path p = (term of x, degree of y, term of the output), with C_p its coupling. Channels u run last. For one
edge the sum over n folds couplings and harmonics into a small matrix M_p[k, m] that all channels share.

The map is linear in each of x, y and w, so that its derivatives are maps of the same kind: with F the map and (X, Y, W)
those of its backward pass,

    <a_x, X(g, y, w)> + <a_y, Y(g, x, w)> + <a_w, W(g, x, y)> = <g, F(a_x, y, w) + F(x, a_y, w) + F(x, y, a_w)>,

which gives the second derivatives that training on forces takes, and all further ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import torch
from torch import Tensor

from ..groups.base import on_cpu
from ..representations.base import Representation
from ..representations.harmonics import Harmonics
from .couplings import couplings
from .edges import Edges

CHUNK = 2**19
"""Numbers of the largest temporary at once: about what the second cache holds."""


@dataclass(frozen=True)
class Path:
    """One coupling: rows x_start .. x_start + coupling.shape[0] of x, those of y and of the output likewise."""

    coupling: Tensor
    x_start: int
    y_start: int
    out_start: int


@dataclass(frozen=True, eq=False)
class Plan:
    """All paths between types; rows of x are D, of y S, of the output K.

    Attributes:
        paths: in the order of the output's rows.
        terms: for each term of the output the numbers of its paths.
    """

    paths: tuple[Path, ...]
    rows_in: int
    rows_y: int
    rows_out: int
    terms: dict[Representation, tuple[int, ...]]

    @cached_property
    def groups(self) -> list[tuple[slice, Tensor, Tensor, Tensor]]:
        """For every block of rows of x that paths share: the block, the fold (S, rows, dim), and of each of its rows
        where it lies in the output, and its path."""
        found: dict[tuple[int, int], list[int]] = {}
        for p, path in enumerate(self.paths):
            found.setdefault((path.x_start, path.coupling.shape[0]), []).append(p)
        groups = []
        for (start, dim), members in found.items():
            folds, rows, which = [], [], []
            for p in members:
                path = self.paths[p]
                _, n, k = path.coupling.shape
                fold = torch.zeros(self.rows_y, k, dim, dtype=path.coupling.dtype)
                fold[path.y_start : path.y_start + n] = path.coupling.permute(1, 2, 0)
                folds.append(fold)
                rows.append(path.out_start + torch.arange(k))
                which.append(torch.full((k,), p))
            groups.append((slice(start, start + dim), torch.cat(folds, 1), torch.cat(rows), torch.cat(which)))
        return groups


@lru_cache(maxsize=256)
@on_cpu
def plan(
    space: Representation, terms_in: tuple[Representation, ...], greatest: int, terms_out: tuple[Representation, ...]
) -> Plan:
    """All paths (term, degree 0 .. greatest, term of the output), the output's terms in order."""
    starts_in, rows_in = _starts([term.dim for term in terms_in])
    harmonics = [Harmonics(space, degree) for degree in range(greatest + 1)]
    starts_y, rows_y = _starts([y.dim for y in harmonics])
    paths: list[Path] = []
    terms: dict[Representation, tuple[int, ...]] = {}
    row = 0
    for c in terms_out:
        first = len(paths)
        for a, x_start in zip(terms_in, starts_in, strict=True):
            for y, y_start in zip(harmonics, starts_y, strict=True):
                for coupling in couplings(a, y, c) if y.dim else ():
                    paths.append(Path(coupling, x_start, y_start, row))
                    row += c.dim
        terms[c] = tuple(range(first, len(paths)))
    return Plan(tuple(paths), rows_in, rows_y, row, terms)


def _starts(dims: list[int]) -> tuple[list[int], int]:
    starts, total = [], 0
    for dim in dims:
        starts.append(total)
        total += dim
    return starts, total


def message(x: Tensor, y: Tensor, w: Tensor, edges: Edges, plan: Plan) -> Tensor:
    """The messages summed at their targets, differentiable any number of times.

    Shapes: x (nodes, D, U), y (E, S), w (E, paths, U) -> (nodes, K, U).
    """
    return _Message.apply(x, y, w, edges, plan)  # type: ignore[return-value]


class _Message(torch.autograd.Function):
    @staticmethod
    def forward(x: Tensor, y: Tensor, w: Tensor, edges: Edges, plan: Plan) -> Tensor:  # type: ignore[override]
        return forward(x, y, w, edges, plan)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:  # type: ignore[override]
        x, y, w, ctx.edges, ctx.plan = inputs
        ctx.save_for_backward(x, y, w)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:  # type: ignore[override]
        return *_Backward.apply(g, *ctx.saved_tensors, ctx.edges, ctx.plan), None, None  # type: ignore[misc]


class _Backward(torch.autograd.Function):
    @staticmethod
    def forward(g: Tensor, x: Tensor, y: Tensor, w: Tensor, edges: Edges, plan: Plan) -> Any:  # type: ignore[override]
        return backward(g, x, y, w, edges, plan)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:  # type: ignore[override]
        g, x, y, w, ctx.edges, ctx.plan = inputs
        ctx.save_for_backward(g, x, y, w)

    @staticmethod
    def backward(ctx: Any, a_x: Tensor, a_y: Tensor, a_w: Tensor) -> Any:  # type: ignore[override]
        g, x, y, w = ctx.saved_tensors
        rest = ctx.edges, ctx.plan
        by_x, by_y, by_w = ((a_x, y, w), (x, a_y, w), (x, y, a_w))
        to_g = sum(message(*inputs, *rest) for inputs in (by_x, by_y, by_w))
        slopes = [_Backward.apply(g, *inputs, *rest) for inputs in (by_x, by_y, by_w)]
        (_, yx, wx), (xy, _, wy), (xw, yw, _) = slopes  # type: ignore[misc]
        return to_g, xy + xw, yx + yw, wx + wy, None, None


# --- with the operations of torch alone -----------------------------------------------------------------------------


def forward(x: Tensor, y: Tensor, w: Tensor, edges: Edges, plan: Plan) -> Tensor:
    """F: chunk by chunk of edges, so that nothing of the size edges x paths x channels is ever held."""
    out = x.new_zeros(edges.nodes, plan.rows_out, x.shape[2])
    folds = _folds(plan, x)
    for part in _chunks(len(edges), plan.rows_out * x.shape[2]):
        source, target = edges.source[part], edges.target[part]
        for block, fold, rows, which in folds:
            m = (y[part] @ fold.flatten(1)).unflatten(1, fold.shape[1:])
            sent = torch.bmm(m, x[:, block].index_select(0, source)) * w[part].index_select(1, which)
            out.index_put_((target[:, None], rows[None]), sent, accumulate=True)
    return out


def backward(g: Tensor, x: Tensor, y: Tensor, w: Tensor, edges: Edges, plan: Plan) -> tuple[Tensor, Tensor, Tensor]:
    """(X, Y, W): the gradients of <g, F(x, y, w)>."""
    gx, gy, gw = torch.zeros_like(x), torch.zeros_like(y), torch.zeros_like(w)
    folds = _folds(plan, x)
    for part in _chunks(len(edges), plan.rows_out * x.shape[2]):
        source, target = edges.source[part], edges.target[part]
        for block, fold, rows, which in folds:
            flat = fold.flatten(1)
            m = (y[part] @ flat).unflatten(1, fold.shape[1:])
            taken = x[:, block].index_select(0, source)
            wanted = g[target[:, None], rows[None]]
            weighted = wanted * w[part].index_select(1, which)
            gw[part].index_add_(1, which, wanted * torch.bmm(m, taken))
            gy[part] += torch.bmm(weighted, taken.mT).flatten(1) @ flat.mT
            gx[:, block].index_add_(0, source, torch.bmm(m.mT, weighted))
    return gx, gy, gw


def _folds(plan: Plan, like: Tensor) -> list[tuple[slice, Tensor, Tensor, Tensor]]:
    return [
        (block, fold.to(like), rows.to(like.device), which.to(like.device)) for block, fold, rows, which in plan.groups
    ]


def _chunks(edges: int, width: int) -> list[slice]:
    size = max(1, CHUNK // max(1, width))
    return [slice(start, min(start + size, edges)) for start in range(0, edges, size)]
