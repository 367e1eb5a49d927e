"""Nonlinearities of fields in one pass over memory each way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .fused_fields import Copies, Pass, pixels, row_sums, run


class NormPass(Pass):
    """v f(|v| + b) / |v|, of scalars f(v + b): (fields, b for each copy) -> fields."""

    def __init__(self, copies: Sequence[Copies], function: str, smoothing: float):
        self.copies, self.function, self.smoothing = copies, function, smoothing

    def forward(self, *tensors: Tensor) -> Tensor:
        from .field_kernels import norm_forward

        x, shift = (t.contiguous() for t in tensors)
        out, stride = torch.empty_like(x), x.shape[1] * pixels(x)
        for part in self.copies:
            held = [part.channels, x, shift[part.numbers], out]
            run(norm_forward, self._options(part), x, (len(x), len(part.numbers)), (stride, stride), held)
        return out

    def backward(self, g: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        from .field_kernels import norm_backward

        x, shift = (t.contiguous() for t in tensors)
        gx, gshift, stride = torch.empty_like(x), torch.empty_like(shift), x.shape[1] * pixels(x)
        for part in self.copies:
            sums = row_sums(x, *(rows := (len(x), len(part.numbers))))
            held = [part.channels, x, shift[part.numbers], g, gx, sums]
            run(norm_backward, self._options(part), x, rows, (stride,) * 3, held)
            gshift[part.numbers] = sums.sum((0, 2))
        return gx, gshift

    def _options(self, part: Copies) -> tuple[int, str, float | None]:
        return part.channels.shape[1], self.function, None if part.is_scalar else self.smoothing


class GatePass(Pass):
    """v sigmoid(gate), of scalars silu(v): (fields followed by one gate for each vector) -> fields."""

    def __init__(self, copies: Sequence[Copies], channels: int):
        self.copies, self.channels = copies, channels

    def forward(self, *tensors: Tensor) -> Tensor:
        x = tensors[0].contiguous()
        out, count = x.new_empty(len(x), self.channels, *x.shape[2:]), pixels(x)
        gated(self.copies, x, (x, self.channels * count), x.shape[1] * count, out)
        return out

    def backward(self, g: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        x = tensors[0].contiguous()
        gx, first, stride = torch.empty_like(x), self.channels * pixels(x), x.shape[1] * pixels(x)
        gated_slopes(self.copies, x, (x, first), stride, g, gx, (gx, first))
        return (gx,)


class ScalarGatePass(Pass):
    """v sigmoid(A s + b), of the scalars s themselves silu(s): (fields, A, b) -> fields."""

    def __init__(self, copies: Sequence[Copies]):
        self.copies = copies
        self.scalars = torch.cat([part.channels[:, 0] for part in copies if part.is_scalar])

    def _gates(self, x: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        scalars = x.reshape(*x.shape[:2], pixels(x)).index_select(1, self.scalars)
        return scalars, torch.baddbmm(bias[:, None], weight.expand(len(x), -1, -1), scalars)

    def forward(self, *tensors: Tensor) -> Tensor:
        x = tensors[0].contiguous()
        gates, out = self._gates(x, *tensors[1:])[1], torch.empty_like(x)
        gated(self.copies, x, gates, gates.shape[1] * pixels(x), out)
        return out

    def backward(self, g: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        x, weight, bias = tensors[0].contiguous(), *tensors[1:]
        scalars, gates = self._gates(x, weight, bias)
        gx, ggates = torch.empty_like(x), torch.empty_like(gates)
        gated_slopes(self.copies, x, gates, gates.shape[1] * pixels(x), g, gx, ggates)
        gx.view(len(x), x.shape[1], -1).index_add_(1, self.scalars, weight.mT @ ggates)
        return gx, (ggates @ scalars.mT).sum(0), ggates.sum((0, 2))


Place = Tensor | tuple[Tensor, int]


def gated(copies: Sequence[Copies], x: Tensor, gates: Place, gate_stride: int, out: Tensor) -> None:
    """Write v sigmoid(gate) for vectors and silu for scalars; `gates` begin somewhere in a tensor."""
    from .field_kernels import gate_forward, norm_forward

    stride, out_stride = (t.shape[1] * pixels(t) for t in (x, out))
    for part in copies:
        rows = len(x), len(part.numbers)
        if part.is_scalar:
            held = [part.channels, x, x.new_zeros(rows[1]), out]
            run(norm_forward, (1, "silu", None), x, rows, (stride, out_stride), held)
        else:
            sizes = stride, gate_stride, out_stride
            run(
                gate_forward, tuple(part.channels.shape[1:]), x, rows, sizes, [part.channels, part.gates, x, gates, out]
            )


def gated_slopes(
    copies: Sequence[Copies], x: Tensor, gates: Place, gate_stride: int, g: Tensor, gx: Tensor, ggates: Place
) -> None:
    """Write the gradients of <g, gated> of fields and gates."""
    from .field_kernels import gate_backward, norm_backward

    stride, g_stride = (t.shape[1] * pixels(t) for t in (x, g))
    for part in copies:
        rows = len(x), len(part.numbers)
        if part.is_scalar:
            held: list[Place] = [part.channels, x, x.new_zeros(rows[1]), g, gx, row_sums(x, *rows)]
            run(norm_backward, (1, "silu", None), x, rows, (stride, g_stride, stride), held)
        else:
            sizes = stride, gate_stride, g_stride, stride, gate_stride
            held = [part.channels, part.gates, x, gates, g, gx, ggates]
            run(gate_backward, tuple(part.channels.shape[1:]), x, rows, sizes, held)


class SamplesPass(Pass):
    """back f(forth v) for every copy, from matrices (samples, dim) and (dim, samples)."""

    def __init__(self, function: str):
        self.function = function

    def forward(self, *tensors: Tensor) -> Tensor:
        from .field_kernels import samples_forward

        x, forth, back = self._held(tensors)
        out = torch.empty_like(x)
        self._run(samples_forward, [forth, back, x, out])
        return out

    def backward(self, g: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        from .field_kernels import samples_backward

        x, forth, back = self._held(tensors)
        gx = torch.empty_like(x)
        self._run(samples_backward, [forth, back, x, g, gx])
        return gx, None, None  # type: ignore[return-value]

    @staticmethod
    def _held(tensors: tuple[Tensor, ...]) -> tuple[Tensor, Tensor, Tensor]:
        x, forth, back = tensors
        return x.contiguous(), forth.contiguous(), back.mT.contiguous()

    def _run(self, kernel: Callable[..., Any], held: list[Tensor]) -> None:
        samples, dim = held[0].shape
        rows = len(held[2]), held[2].shape[1] // dim
        run(kernel, (dim, self.function), held[2], rows, (samples,), held)


class PoolPass(Pass):
    """One number for each copy: of marked ones the greatest entry, of scalars themselves, of others the length."""

    def __init__(self, copies: Sequence[Copies], smoothing: float):
        self.copies, self.smoothing = copies, smoothing
        self.number = sum(len(part.numbers) for part in copies)

    def forward(self, *tensors: Tensor) -> Tensor:
        from .pool_kernels import pool_forward

        x = tensors[0].contiguous()
        out = x.new_empty(len(x), self.number, *x.shape[2:])
        for part in self.copies:
            self._run(pool_forward, part, x, out, [x, out])
        return out

    def backward(self, g: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        from .pool_kernels import pool_backward

        x = tensors[0].contiguous()
        gx = torch.empty_like(x)
        for part in self.copies:
            self._run(pool_backward, part, x, g, [x, g, gx])
        return (gx,)

    def _run(self, kernel: Callable[..., Any], part: Copies, x: Tensor, small: Tensor, held: list[Tensor]) -> None:
        options = part.channels.shape[1], None if part.is_scalar or part.mark else self.smoothing
        sizes = [t.shape[1] * pixels(t) for t in (x, small)]
        run(kernel, options, x, (len(x), len(part.numbers)), sizes, [part.channels, part.numbers, *held])


class NormalisePass(Pass):
    """scale x + offset of each channel, with numbers that come from the moments of x and from parameters.

    Takes (fields, mean and mean square of each channel, *parameters), with moments (channels,) of the whole batch or
    (batch, channels). The gradients know that the moments come from x, and give none for them.
    """

    def __init__(self, normalisers: Callable[..., tuple[Tensor, Tensor]]):
        self.normalisers = normalisers

    def forward(self, *tensors: Tensor) -> Tensor:
        x, mean, square, *parameters = tensors
        scale, offset = self.normalisers(mean, square, *parameters)
        return _combined([x.contiguous()], [scale], offset)

    def backward(self, g: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        x, *small = tensors
        constant, linear = (total if small[0].ndim > 1 else total.sum(0) for total in moments_with(x, g))
        with torch.enable_grad():
            small = [t.detach().requires_grad_() for t in small]
            scale, offset = self.normalisers(*small)
            slopes = torch.autograd.grad([scale, offset], small, [linear, constant])
        number = x.numel() // small[0].numel()
        factors = [scale.detach(), slopes[1] * (2 / number)]
        gx = _combined([g, x.contiguous()], factors, slopes[0] / number)
        return gx, None, None, *slopes[2:]  # type: ignore[return-value]


def moments_with(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Sums over the grid of y and of x y, (batch, channels) each."""
    from .field_kernels import moments

    x, y = x.contiguous(), y.contiguous()
    rows = x.shape[0], x.shape[1]
    sums = row_sums(x, *rows), row_sums(x, *rows)
    run(moments, (), x, rows, (), [x, y, *sums])
    return sums[0].sum(2), sums[1].sum(2)


def _combined(fields: list[Tensor], factors: list[Tensor], constant: Tensor) -> Tensor:
    """The sum of factor times field, and the constant, with numbers for each channel."""
    from .field_kernels import combination

    out, copies = torch.empty_like(fields[0]), constant.numel()
    numbers = [t.contiguous() for t in (*factors, *factors[: 2 - len(factors)], constant)]
    rows = fields[0].shape[0] * fields[0].shape[1] // copies, copies
    run(combination, (len(fields),), fields[0], rows, (), [*numbers, *fields, out])
    return out
