"""The contract of an equivariant layer or model."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ..actions.action import Action
from ..actions.linear import Vectors
from ..errors import IntertwineError
from ..representations.base import Representation
from .laws import equal, holds

EXACT = 1e-10
FLOAT32 = 1e-4


def check_layer(
    layer: nn.Module,
    rho_in: Representation | Action,
    rho_out: Representation | Action,
    x: Tensor | None = None,
    *,
    tolerance: float = EXACT,
    graphs: bool = True,
    seed: int = 0,
) -> None:
    """Check a layer: the equation in float64, dtypes, batches, gradients, copies, and torch's graph captures.

    The layer is copied first and stays as it is; it is checked in eval mode.

    Args:
        layer: a module from features (..., rho_in.dim) to (..., rho_out.dim), or whatever the actions move.
        rho_in: the type of its input, or the action on it.
        rho_out: the type of its output, or the action on it.
        x: a batch of at least 4 inputs; needed with an action, random features otherwise.
        tolerance: of the equation in float64, relative to the greatest output.
        graphs: whether to run `torch.compile(backend="eager", fullgraph=True)` and `torch.export`.
        seed: of inputs and group elements.

    Raises:
        IntertwineError: the law that fails, with the numbers.

    Example:
        >>> V = SO(3).vector
        >>> check_layer(Linear(2 * V, V), 2 * V, V)
    """
    action_in, action_out = _action(rho_in), _action(rho_out)
    single = copy.deepcopy(layer).float().eval()
    double = copy.deepcopy(layer).double().eval()
    x = _inputs(rho_in, x, seed)
    y = double(x)
    subject = repr(layer) if "\n" not in repr(layer) else type(layer).__name__
    holds(subject, "outputs are finite", bool(torch.isfinite(y).all()))
    _check_equation(subject, double, action_in, action_out, x, tolerance, seed)
    _check_dtypes(subject, single, x, y)
    _check_batches(subject, double, x, y)
    _check_gradients(subject, double, x)
    _check_copies(subject, double, x, y)
    if graphs:
        _check_graphs(subject, single, x, y)


def _action(rho: Representation | Action) -> Action:
    return rho if isinstance(rho, Action) else Vectors(rho)


def _inputs(rho_in: Representation | Action, x: Tensor | None, seed: int) -> Tensor:
    if x is not None:
        if len(x) < 4:
            raise IntertwineError(f"check_layer takes at least 4 inputs, got {len(x)}")
        return x.to(torch.complex128 if x.is_complex() else torch.float64)
    if isinstance(rho_in, Action):
        raise IntertwineError(f"give check_layer inputs x that {rho_in} moves")
    dtype = torch.complex128 if rho_in.is_complex else torch.float64
    return torch.randn(6, rho_in.dim, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def _check_equation(
    subject: str, f: nn.Module, action_in: Action, action_out: Action, x: Tensor, tolerance: float, seed: int
) -> None:
    g = action_in.group.sample(len(x), generator=torch.Generator().manual_seed(seed + 1))
    with torch.no_grad():
        y = f(x)
        equal(subject, "f(rho_in(g) x) = rho_out(g) f(x) in float64", f(action_in(g, x)), action_out(g, y), tolerance)
        for s in action_in.group.generators:
            equal(subject, "the same for a generator", f(action_in(s, x)), action_out(s, y), tolerance)


def _check_dtypes(subject: str, single: nn.Module, x: Tensor, y: Tensor) -> None:
    narrow = x.to(torch.complex64 if x.is_complex() else torch.float32)
    out = single(narrow)
    wanted = torch.complex64 if y.is_complex() else torch.float32
    holds(subject, "single precision in, single precision out", out.dtype == wanted, f"{out.dtype}")
    equal(subject, "single precision agrees with double", out, y, FLOAT32)
    holds(
        subject,
        "the output's dtype is double after .double()",
        y.dtype in (torch.float64, torch.complex128),
        f"{y.dtype}",
    )


def _check_batches(subject: str, double: nn.Module, x: Tensor, y: Tensor) -> None:
    equal(subject, "a batch is computed item by item", double(x[1:2]), y[1:2])
    equal(subject, "the order of the batch does not matter", double(x.flip(0)), y.flip(0))
    empty = double(x[:0])
    holds(
        subject, "an empty batch gives an empty batch", tuple(empty.shape) == (0, *y.shape[1:]), f"{tuple(empty.shape)}"
    )
    if x.ndim == 2:
        spread = double(x[:4].reshape(2, 2, -1))
        equal(subject, "features with two batch axes", spread.reshape(4, -1), y[:4])


def _check_gradients(subject: str, double: nn.Module, x: Tensor) -> None:
    source = x.detach().clone().requires_grad_()
    out = double(source)
    weights = torch.randn(out.shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    total = (out * weights).sum()
    names, parameters = zip(*double.named_parameters(), strict=True) if list(double.parameters()) else ((), ())
    if not total.requires_grad:  # a layer whose space of maps is empty
        holds(subject, "an output that does not depend on the input is zero or constant", bool((out == out[:1]).all()))
        return
    slopes = torch.autograd.grad(total.real if total.is_complex() else total, [source, *parameters], allow_unused=True)
    for name, slope in zip(("the input", *names), slopes, strict=True):
        holds(subject, f"the gradient of {name} is finite", slope is None or bool(torch.isfinite(slope).all()))


def _check_copies(subject: str, double: nn.Module, x: Tensor, y: Tensor) -> None:
    with torch.no_grad():
        pickled = _run(subject, "pickling", lambda f: pickle.loads(pickle.dumps(f)), double)
        equal(subject, "a pickled copy computes the same", pickled(x), y, 0.0)
        restored = _run(subject, "a checkpoint of the state_dict", _restored, double)
        equal(subject, "a state_dict restores the weights", restored(x), y, 0.0)
    holds(subject, "it prints", bool(repr(double)))


def _restored(double: nn.Module) -> nn.Module:
    """The layer after its weights went to a file and came back into a copy with other ones."""
    file = io.BytesIO()
    torch.save(double.state_dict(), file)
    file.seek(0)
    other = copy.deepcopy(double)
    for parameter in other.parameters():
        parameter.zero_()
    other.load_state_dict(torch.load(file, weights_only=True))
    return other


def _check_graphs(subject: str, single: nn.Module, x: Tensor, y: Tensor) -> None:
    narrow = x.to(torch.complex64 if x.is_complex() else torch.float32)
    torch.compiler.reset()  # each check compiles afresh; otherwise the ninth layer of a class meets dynamo's limit
    compiled: Callable[..., Any] = torch.compile(single, backend="eager", fullgraph=True)
    with torch.no_grad():
        equal(
            subject, "torch.compile without graph breaks", _run(subject, "torch.compile", compiled, narrow), y, FLOAT32
        )
        exported = _run(subject, "torch.export", lambda v: torch.export.export(single, (v,)).module()(v), narrow)
        equal(subject, "torch.export", exported, y, FLOAT32)


def _run(subject: str, what: str, function: Callable[[Any], Any], argument: Any) -> Any:
    try:
        return function(argument)
    except Exception as error:
        raise IntertwineError(f"{subject}: {what} fails: {type(error).__name__}: {error}") from error
