"""What a model returned: is it usable, and how far apart are two outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ..actions.action import Data
from ..errors import IntertwineError


def parts(y: Data) -> tuple[Any, ...]:
    """The tensors of the data."""
    return tuple(y) if isinstance(y, tuple | list) else (y,)


def shapes(y: Data) -> str:
    """The shapes of the data's tensors, for messages."""
    return ", ".join(str(tuple(part.shape)) for part in parts(y))


def flat(y: Data) -> Tensor:
    """All numbers of each item in one row: (n, k) float64 on the CPU; complex ones as two."""
    rows = [torch.view_as_real(part) if part.is_complex() else part for part in parts(y)]
    return torch.cat([part.detach().reshape(len(part), -1).cpu().double() for part in rows], 1)


def spread(outputs: Tensor) -> Tensor:
    """2 |f - mean f|^2 n / (n - 1) for each row of (n, k): its mean is unbiased for E|f(x) - f(x')|^2."""
    n = len(outputs)
    return 2 * (outputs - outputs.mean(0)).square().sum(1) * n / (n - 1)


def select(data: Data, where: slice | Tensor, device: torch.device | None = None) -> Data:
    """Some items of the data, on a device."""
    if isinstance(data, tuple | list):
        return tuple(select(part, where, device) for part in data)
    return data[where].to(device)


def call(model: Callable[..., Any], x: Data, n: int, what: str) -> Data:
    """model(x), refused with a reason unless it is finite floating-point tensors, one row for each of the n inputs."""
    y = model(x)
    strange = [type(part).__name__ for part in parts(y) if not isinstance(part, Tensor)]
    if strange:
        raise IntertwineError(
            f"the model returned {', '.join(strange)}, and an audit compares tensors: wrap the model, for instance "
            'audit(lambda x: model(x)["logits"], ...)'
        )
    for part in parts(y):
        if not (part.is_floating_point() or part.is_complex()):
            raise IntertwineError(
                f"the model returned {part.dtype}: distances between labels mean nothing, return the scores behind them"
            )
        if part.ndim == 0 or len(part) != n:
            raise IntertwineError(
                f"the model returned shape {tuple(part.shape)} for {n} inputs: the first axis of its output must count "
                "the inputs"
            )
        bad = int((~torch.isfinite(part)).reshape(n, -1).any(1).sum())
        if bad:
            raise IntertwineError(
                f"the model returned NaN or infinity on {what}, for {bad} of {n} inputs: check the inputs' scale and "
                "dtype; no error can be computed from it"
            )
    return y


def device_of(model: Callable[..., Any]) -> torch.device | None:
    """Where a module's parameters are; None for a function or a module without any."""
    if not isinstance(model, nn.Module):
        return None
    return next((tensor.device for tensor in [*model.parameters(), *model.buffers()]), None)


@contextmanager
def evaluation(model: Callable[..., Any]) -> Iterator[None]:
    """eval() and no gradients, with the mode of every submodule put back afterwards."""
    modules = list(model.modules()) if isinstance(model, nn.Module) else []
    modes = [module.training for module in modules]
    try:
        for module in modules:
            module.training = False
        with torch.no_grad():
            yield
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
