"""Messages on a graph: gather, tensor product with harmonics and weights of each edge, sum over neighbours.

    out[i, p, k, u] = sum over edges e = (j -> i) of  w[e, p, u] sum_(m, n) C_p[m, n, k] x[j, m, u] y[e, n]

for every path p = (term of x, degree of y, term of the output), with C_p its coupling. Channels u run last. For one
edge the sum over n folds couplings and harmonics into a small matrix M_p[k, m] that all channels share.

The map F is linear in each of x, y and w. Its gradients (X, Y, W) of <g, F> are maps of the same kind, with

    <a_x, X(g, y, w)> + <a_y, Y(g, x, w)> + <a_w, W(g, x, y)> = <g, F(a_x, y, w) + F(x, a_y, w) + F(x, y, a_w)>,

so that the second derivatives that training on forces takes are one more sum of such messages, `message_along`, and its
gradients. All are operators of torch (`torch.ops.intertwine`) with two implementations each: machine code (`fused`),
and torch's own operations, chunk by chunk of edges (`folded`). Neither ever holds edges x paths x channels.
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
    return torch.ops.intertwine.message.default(x, y, w, *edges.lookup, plan.code, plan.rows_out)


# --- the operators ----------------------------------------------------------------------------------------------------

INPUTS = "Tensor x, Tensor y, Tensor w"
MOVES = "Tensor x1, Tensor y1, Tensor w1"
LOOKUP = "Tensor source, Tensor target, Tensor starts, Tensor by_source, Tensor outgoing, str code, int rows_out"


def _values(*arguments: Any) -> Tensor:
    """F(x, y, w); where moves are given, F(x', y, w) + F(x, y', w) + F(x, y, w')."""
    *tensors, source, target, starts, _, _, code, _ = arguments
    lists = tensors[0::3], tensors[1::3], tensors[2::3]
    if fused.serves(tensors[0], code):
        return fused.forward(*lists, source, starts, code)
    return folded.forward(*lists, source, target, code)


def _gradients(g: Tensor, *arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of <g, values> with respect to x, y and w."""
    *tensors, source, target, _, by_source, outgoing, code, _ = arguments
    lists = tensors[0::3], tensors[1::3], tensors[2::3]
    if fused.serves(g, code):
        return fused.backward(g, *lists, target, by_source, outgoing, code)
    return folded.backward(g, *lists, source, target, code)


def _like_values(x: Tensor, *rest: Any) -> Tensor:
    return x.new_empty(x.shape[0], rest[-1], x.shape[2])


def _like_gradients(g: Tensor, x: Tensor, y: Tensor, w: Tensor, *rest: Any) -> tuple[Tensor, Tensor, Tensor]:
    return torch.empty_like(x), torch.empty_like(y), torch.empty_like(w)


# --- their derivatives ------------------------------------------------------------------------------------------------


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
    ctx.save_for_backward(*inputs[:-2])
    ctx.constants = inputs[-2:]


def _kept(ctx: Any) -> tuple[tuple[Tensor, ...], tuple[Any, ...]]:
    """(tensors that are differentiated, the rest of the arguments)."""
    saved = ctx.saved_tensors
    return saved[:-5], (*saved[-5:], *ctx.constants)


def _no(rest: tuple[Any, ...]) -> list[None]:
    return [None] * len(rest)


def _backward_of_message(ctx: Any, g: Tensor) -> Any:
    inputs, rest = _kept(ctx)
    return *torch.ops.intertwine.message_gradients.default(g, *inputs, *rest), *_no(rest)


def _backward_of_along(ctx: Any, g: Tensor) -> Any:
    """Of x, y, w the gradients of the sum; of x' that of <g, F(x', y, w)>, and so on."""
    tensors, rest = _kept(ctx)
    now = torch.ops.intertwine.message_along_gradients.default(g, *tensors, *rest)
    then = torch.ops.intertwine.message_gradients.default(g, *tensors[:3], *rest)
    return *now, *then, *_no(rest)


def _backward_of_gradients(ctx: Any, *a: Tensor) -> Any:
    (g, *inputs), rest = _kept(ctx)
    to_g = torch.ops.intertwine.message_along.default(*inputs, *a, *rest)
    slopes = torch.ops.intertwine.message_along_gradients.default(g, *inputs, *a, *rest)
    return to_g, *slopes, *_no(rest)


def _backward_of_along_gradients(ctx: Any, *a: Tensor) -> Any:
    """Of <a, gradients of <g, F(x', y, w) + F(x, y', w) + F(x, y, w')>>, from those of first order, term by term."""
    forward, gradients = torch.ops.intertwine.message.default, torch.ops.intertwine.message_gradients.default
    (g, *tensors), rest = _kept(ctx)
    first, second = tensors[:3], tensors[3:]
    to_g: Any = 0
    slopes: list[list[Any]] = [[0, 0, 0], [0, 0, 0]]
    for primed in range(3):
        inputs = [second[i] if i == primed else first[i] for i in range(3)]
        for varied in range(3):
            if varied == primed:
                continue
            moved = [a[i] if i == varied else inputs[i] for i in range(3)]
            to_g = to_g + forward(*moved, *rest)
            for i, slope in enumerate(gradients(g, *moved, *rest)):
                if i != varied:
                    slopes[int(i == primed)][i] = slopes[int(i == primed)][i] + slope
    return to_g, *slopes[0], *slopes[1], *_no(rest)


def _register(name: str, tensors: str, function: Any, like: Any, backward: Any) -> None:
    name, returned = f"intertwine::{name}", "Tensor" if function is _values else "(Tensor, Tensor, Tensor)"
    schema = f"({tensors}, {LOOKUP}) -> {returned}"
    operator = torch.library.custom_op(name, function, mutates_args=(), schema=schema)
    torch.library.register_fake(name, like)
    torch.library.register_autograd(name, backward, setup_context=_keep)
    torch.library.register_vmap(name, one_by_one(operator))


_register("message", INPUTS, _values, _like_values, _backward_of_message)
_register("message_gradients", f"Tensor g, {INPUTS}", _gradients, _like_gradients, _backward_of_gradients)
_register("message_along", f"{INPUTS}, {MOVES}", _values, _like_values, _backward_of_along)
_register(
    "message_along_gradients",
    f"Tensor g, {INPUTS}, {MOVES}",
    _gradients,
    _like_gradients,
    _backward_of_along_gradients,
)
