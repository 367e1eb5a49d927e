"""Messages on a graph: gather, tensor product with harmonics and weights of each edge, sum over neighbours.

    out[i, p, k, u] = sum over edges e = (j -> i) of  w[e, p, u] sum_(m, n) C_p[m, n, k] x[j, m, u] y[e, n]

for every path p = (term of x, degree of y, term of the output), with C_p its coupling. Channels u run last. For one
edge the sum over n folds couplings and harmonics into a small matrix M_p[k, m] that all channels share.

The map F is linear in each of x, y and w. Its gradients (X, Y, W) of <g, F> are maps of the same kind, with

    <a_x, X(g, y, w)> + <a_y, Y(g, x, w)> + <a_w, W(g, x, y)> = <g, F(a_x, y, w) + F(x, a_y, w) + F(x, y, a_w)>,

so that the second derivatives that training on forces takes are one more sum of such messages and its gradients. All
are operators of torch (`torch.ops.intertwine`) with two implementations each: machine code (`fused`), and torch's own
operations, chunk by chunk of edges (`folded`). Neither ever holds edges x paths x channels.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...errors import IntertwineError
from . import folded, fused
from .edges import Edges
from .one_by_one import one_by_one
from .plan import Plan, plan

__all__ = ["Plan", "message", "plan"]


def message(x: Tensor, y: Tensor, w: Tensor, edges: Edges, plan: Plan) -> Tensor:
    """The messages summed at their targets, differentiable any number of times.

    Shapes: x (nodes, D, U), y (E, S), w (E, paths, U) -> (nodes, K, U). Mixed precisions become the highest of them.

    Raises:
        IntertwineError: when shapes do not fit the edges and the plan.
    """
    nodes, count, channels = edges.nodes, edges.number, x.shape[-1]
    wanted = ((nodes, plan.rows_in, channels), (count, plan.rows_y), (count, len(plan.paths), channels))
    if tuple(t.shape for t in (x, y, w)) != wanted:
        raise IntertwineError(
            f"messages of {count} edges among {nodes} nodes take x, y, w of shapes {wanted}, got "
            f"{tuple(x.shape)}, {tuple(y.shape)}, {tuple(w.shape)}"
        )
    dtype = torch.promote_types(torch.promote_types(x.dtype, y.dtype), w.dtype)
    x, y, w = (t.to(dtype) for t in (x, y, w))
    return torch.ops.intertwine.message([x], [y], [w], *edges.lookup, plan.code, plan.rows_out)


# --- the operators ----------------------------------------------------------------------------------------------------


@torch.library.custom_op("intertwine::message", mutates_args=())
def _messages(
    x: list[Tensor],
    y: list[Tensor],
    w: list[Tensor],
    source: Tensor,
    target: Tensor,
    starts: Tensor,
    by_source: Tensor,
    outgoing: Tensor,
    code: str,
    rows_out: int,
) -> Tensor:
    """F(x, y, w) of lists of one; of lists of two F(x', y, w) + F(x, y', w) + F(x, y, w'), where x = [x, x']."""
    if fused.serves(x[0], code):
        return fused.forward(x, y, w, source, starts, code)
    return folded.forward(x, y, w, source, target, code)


@_messages.register_fake
def _(x: list[Tensor], y: Any, w: Any, source: Any, target: Any, starts: Any, *rest: Any) -> Tensor:
    return x[0].new_empty(x[0].shape[0], rest[-1], x[0].shape[2])


@torch.library.custom_op("intertwine::message_gradients", mutates_args=())
def _gradients(
    g: Tensor,
    x: list[Tensor],
    y: list[Tensor],
    w: list[Tensor],
    source: Tensor,
    target: Tensor,
    starts: Tensor,
    by_source: Tensor,
    outgoing: Tensor,
    code: str,
    rows_out: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of <g, message> with respect to x[0], y[0] and w[0]."""
    if fused.serves(g, code):
        return fused.backward(g, x, y, w, target, by_source, outgoing, code)
    return folded.backward(g, x, y, w, source, target, code)


@_gradients.register_fake
def _(g: Tensor, x: list[Tensor], y: list[Tensor], w: list[Tensor], *rest: Any) -> tuple[Tensor, Tensor, Tensor]:
    return torch.empty_like(x[0]), torch.empty_like(y[0]), torch.empty_like(w[0])


# --- their derivatives ------------------------------------------------------------------------------------------------


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    *tensors, x, y, w, source, target, starts, by_source, outgoing, code, rows_out = inputs
    ctx.order = len(x)
    ctx.constants = (code, rows_out)
    ctx.save_for_backward(*tensors, *x, *y, *w, source, target, starts, by_source, outgoing)


def _kept(ctx: Any) -> tuple[list[Tensor], list[list[Tensor]], tuple[Any, ...]]:
    """(tensors before the lists, [x, y, w], the rest of the arguments)."""
    saved, n = list(ctx.saved_tensors), ctx.order
    lists, rest = saved[:-5], (*saved[-5:], *ctx.constants)
    first = len(lists) - 3 * n
    return lists[:first], [lists[first + i * n : first + (i + 1) * n] for i in range(3)], rest


def _backward_of_messages(ctx: Any, g: Tensor) -> Any:
    _, (x, y, w), rest = _kept(ctx)
    if ctx.order == 1:
        slopes = [[slope] for slope in torch.ops.intertwine.message_gradients(g, x, y, w, *rest)]
    else:
        slopes = _slopes_of_second(g, x, y, w, rest)
    return *slopes, *[None] * len(rest)


def _slopes_of_second(g: Tensor, x: Any, y: Any, w: Any, rest: Any) -> list[list[Tensor]]:
    """Gradients of <g, F(x', y, w) + F(x, y', w) + F(x, y, w')>: of x, y, w at once; of x' that of <g, F(x', y, w)>."""
    gradients = torch.ops.intertwine.message_gradients
    now = gradients(g, x, y, w, *rest)
    then = gradients(g, x[:1], y[:1], w[:1], *rest)
    return [[a, b] for a, b in zip(now, then, strict=True)]


def _backward_of_gradients(ctx: Any, a_x: Tensor, a_y: Tensor, a_w: Tensor) -> Any:
    (g,), (x, y, w), rest = _kept(ctx)
    if ctx.order == 1:
        both = [x[0], a_x], [y[0], a_y], [w[0], a_w]
        to_g = torch.ops.intertwine.message(*both, *rest)
        slopes = [[slope] for slope in torch.ops.intertwine.message_gradients(g, *both, *rest)]
    else:
        to_g, slopes = _derivatives_of_second(g, x, y, w, (a_x, a_y, a_w), rest)
    return to_g, *slopes, *[None] * len(rest)


def _derivatives_of_second(g: Tensor, x: Any, y: Any, w: Any, a: Any, rest: Any) -> tuple[Tensor, list[list[Tensor]]]:
    """Of <a, gradients of <g, F(x', y, w) + F(x, y', w) + F(x, y, w')>>, from those of first order, term by term."""
    forward, gradients = torch.ops.intertwine.message, torch.ops.intertwine.message_gradients
    first, second = (x[0], y[0], w[0]), (x[1], y[1], w[1])
    to_g: Any = 0
    slopes: list[list[Any]] = [[0, 0], [0, 0], [0, 0]]
    for primed in range(3):
        inputs = [second[i] if i == primed else first[i] for i in range(3)]
        for varied in range(3):
            if varied == primed:
                continue
            moved = [[a[i] if i == varied else inputs[i]] for i in range(3)]
            to_g = to_g + forward(*moved, *rest)
            for i, slope in enumerate(gradients(g, *moved, *rest)):
                if i != varied:
                    slopes[i][int(i == primed)] = slopes[i][int(i == primed)] + slope
    return to_g, slopes


torch.library.register_autograd("intertwine::message", _backward_of_messages, setup_context=_keep)
torch.library.register_autograd("intertwine::message_gradients", _backward_of_gradients, setup_context=_keep)
torch.library.register_vmap("intertwine::message", one_by_one(torch.ops.intertwine.message))
torch.library.register_vmap("intertwine::message_gradients", one_by_one(torch.ops.intertwine.message_gradients))
