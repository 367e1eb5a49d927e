"""Operators under `torch.vmap`: applied to one member of the batch after the other, as for the columns of a Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def one_by_one(operator: Callable[..., Any]) -> Callable[..., Any]:
    """The rule of vmap that calls the operator once for each member."""

    def rule(info: Any, in_dims: Any, *arguments: Any) -> Any:
        members = [operator(*_member(arguments, in_dims, k)) for k in range(info.batch_size)]
        if isinstance(members[0], Tensor):
            return torch.stack(members), 0
        return tuple(torch.stack(parts) for parts in zip(*members, strict=True)), (0,) * len(members[0])

    return rule


def _member(argument: Any, dim: Any, k: int) -> Any:
    if isinstance(argument, list | tuple):
        dims = dim if isinstance(dim, list | tuple) else [dim] * len(argument)
        return type(argument)(_member(a, d, k) for a, d in zip(argument, dims, strict=True))
    return argument if dim is None else argument.select(dim, k)
