"""Passes over fields in machine code: which fields they serve, and their gradients.

Needs `llvmlite` (the extra `fast`); without it, and for anything but plain float32 and float64 numbers on the CPU,
layers compute with the operations of torch alone.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..points.team import even_shares, share_out

LARGEST_DIM = 16
"""Entries of a vector up to which they nearly fit the registers of today's processors."""
FUNCTIONS: dict[Callable[..., Any], str] = {
    torch.relu: "relu",
    nn.functional.relu: "relu",
    nn.functional.elu: "elu",
    nn.functional.silu: "silu",
    torch.sigmoid: "sigmoid",
    nn.functional.sigmoid: "sigmoid",
    torch.tanh: "tanh",
    nn.functional.tanh: "tanh",
}
MODULES: dict[type[nn.Module], str] = {nn.ReLU: "relu", nn.SiLU: "silu", nn.Sigmoid: "sigmoid", nn.Tanh: "tanh"}


def code_name(function: Callable[..., Any]) -> str | None:
    """What machine code calls the function, None where there is none for it."""
    if isinstance(function, nn.Module):
        return MODULES.get(type(function))
    return FUNCTIONS.get(function)


@lru_cache(maxsize=1)
def _available() -> bool:
    return find_spec("llvmlite") is not None


def serves(*tensors: Tensor) -> bool:
    """Whether machine code takes these fields: plain numbers in memory, that nobody traces or transforms."""
    if torch.compiler.is_compiling() or torch.jit.is_tracing() or torch._C._are_functorch_transforms_active():
        return False
    dtype = tensors[0].dtype
    return (
        dtype in (torch.float32, torch.float64)
        and all(t.device.type == "cpu" and t.dtype == dtype and type(t) in (Tensor, nn.Parameter) for t in tensors)
        and tensors[0].numel() > 0
        and _available()
    )


Formula = Callable[..., Tensor]


class Pass(ABC):
    """A formula in machine code, forward and backward."""

    @abstractmethod
    def forward(self, *tensors: Tensor) -> Tensor:
        """The formula's value."""

    @abstractmethod
    def backward(self, g: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Gradients of <g, forward>."""

    def __call__(self, formula: Formula, *tensors: Tensor) -> Tensor:
        """What the formula, written with the operations of torch, says; by machine code where that serves."""
        return _Fused.apply(self, formula, *tensors) if serves(*tensors) else formula(*tensors)  # type: ignore[return-value]


class _Fused(torch.autograd.Function):
    """Machine code both ways; where the gradient is differentiated itself, it is that of the formula."""

    @staticmethod
    def forward(ctx: Any, work: Pass, formula: Formula, *tensors: Tensor) -> Tensor:  # type: ignore[override]
        ctx.work, ctx.formula = work, formula
        ctx.save_for_backward(*tensors)
        return work.forward(*tensors)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:  # type: ignore[override]
        tensors, needed = ctx.saved_tensors, ctx.needs_input_grad[2:]
        if not torch.is_grad_enabled():
            return None, None, *ctx.work.backward(g.contiguous(), *tensors)
        wanted = [t for t, need in zip(tensors, needed, strict=True) if need]
        slopes = iter(torch.autograd.grad(ctx.formula(*tensors), wanted, g, create_graph=True))
        return None, None, *[next(slopes) if need else None for need in needed]


class Copies(NamedTuple):
    """Copies of one dimension: (copies, dim) their channels, (copies,) their numbers among all and among vectors."""

    channels: Tensor
    numbers: Tensor
    gates: Tensor
    is_scalar: bool
    mark: bool


def fits(copies: Sequence[Copies]) -> bool:
    """Whether the registers hold a vector of every copy."""
    return all(part.channels.shape[1] <= LARGEST_DIM for part in copies)


def pixels(x: Tensor) -> int:
    return math.prod(x.shape[2:])


def run(
    kernel: Callable[..., Any],
    options: tuple[Any, ...],
    like: Tensor,
    rows: tuple[int, int],
    sizes: Sequence[int],
    tensors: Sequence[Tensor | tuple[Tensor, int]],
) -> None:
    """A kernel on (samples, copies) rows of fields like `like`; tensors are given whole or from some number on."""
    count = pixels(like)
    code = kernel(like.itemsize, count % (64 // like.itemsize) > 0, *options)
    starts = [(t, 0) if isinstance(t, Tensor) else t for t in tensors]
    addresses = [t.data_ptr() + shift * t.itemsize for t, shift in starts]
    samples, copies = rows
    bounds = even_shares(samples * copies, 16 * count)
    share_out(lambda first, last: code(first, last, copies, count, *sizes, *addresses), bounds)


def row_sums(like: Tensor, samples: int, copies: int) -> Tensor:
    """Room for the sums of a kernel's rows, (samples, copies, W)."""
    return like.new_empty(samples, copies, 64 // like.itemsize)
