"""One number for each copy of a field as machine code: its greatest entry, or its length."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..points.fused_code import Code, compiled
from .field_kernels import Kernel, dot, rows_of
from .vector_math import square_root


@lru_cache(maxsize=256)
def pool_forward(itemsize: int, masked: bool, dim: int, smoothing: float | None) -> Kernel:
    """out = (|v|^2 + smoothing)^(1/2), or without smoothing the greatest entry of v."""
    code = Code(itemsize, masked)
    with rows_of(code, "pool", ("x_stride", "out_stride"), ("channels", "numbers", "x", "out")) as row:
        inputs = [row.channel("x", "channels", m, dim) for m in range(dim)]
        out = row.channel("out", "numbers")
        with row.pixels() as (p, mask):
            v = [code.channels(code.at(address, p), mask) for address in inputs]
            code.put_channels(_pooled(code, v, smoothing), code.at(out, p), mask)
    return compiled(code, "pool")


@lru_cache(maxsize=256)
def pool_backward(itemsize: int, masked: bool, dim: int, smoothing: float | None) -> Kernel:
    """The gradient of <g, pool_forward>; equally great entries share it."""
    code = Code(itemsize, masked)
    sizes, pointers = ("x_stride", "g_stride"), ("channels", "numbers", "x", "g", "gx")
    with rows_of(code, "pool_slopes", sizes, pointers) as row:
        b, inputs = code.b, [row.channel("x", "channels", m, dim) for m in range(dim)]
        outputs = [row.channel("gx", "channels", m, dim, stride="x") for m in range(dim)]
        source = row.channel("g", "numbers")
        with row.pixels() as (p, mask):
            v = [code.channels(code.at(address, p), mask) for address in inputs]
            pooled, g = _pooled(code, v, smoothing), code.channels(code.at(source, p), mask)
            if smoothing is None:
                zero, one = code.constant(0.0), code.constant(1.0)
                parts = [b.select(b.fcmp_ordered("==", x, pooled), one, zero) for x in v]
                total = parts[0]
                for part in parts[1:]:
                    total = b.fadd(total, part)
            else:
                parts, total = v, pooled
            share = b.fdiv(g, total)
            for part, address in zip(parts, outputs, strict=True):
                code.put_channels(b.fmul(part, share), code.at(address, p), mask)
    return compiled(code, "pool_slopes")


def _pooled(code: Code, v: list[Any], smoothing: float | None) -> Any:
    if smoothing is not None:
        return square_root(code, dot(code, v, v, code.constant(smoothing)))
    b, greatest = code.b, v[0]
    for x in v[1:]:
        greatest = b.select(b.fcmp_ordered(">=", greatest, x), greatest, x)
    return greatest
