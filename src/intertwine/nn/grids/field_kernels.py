"""Passes over fields (batch, channels, pixels) as machine code, W pixels at once.

Every kernel works on the rows first .. last - 1: row i is copy i % copies of sample i // copies, and the copy's
channels stand in a table. Sums over pixels are left as W numbers for each row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..points.fused_code import LONG, Code, compiled
from .vector_math import function_and_slope, logistic, square_root

Kernel = Any
RANGE = ("first", "last", "copies", "pixels")


@dataclass
class Row:
    """Where the code stands: its arguments, the row, and the sample and the copy that it is."""

    code: Code
    a: dict[str, Any]
    row: Any
    sample: Any
    copy: Any

    def channel(self, base: str, table: str, position: int = 0, of: int = 1, stride: str | None = None) -> Any:
        """The address of the first pixel of the copy's channel at this position of `of` in the table; samples are as
        far apart as those of `base`, or of `stride`."""
        b, a = self.code.b, self.a
        number = self.code.long_at(a[table], b.add(b.mul(self.copy, LONG(of)), LONG(position)))
        start = b.mul(self.sample, a[f"{stride or base}_stride"])
        return self.code.at(a[base], start, b.mul(number, a["pixels"]))

    def number(self, base: str) -> Any:
        """The copy's number in a list, in all places of a vector."""
        return self.code.splat(self.code.at(self.a[base], self.copy))

    @contextmanager
    def pixels(self) -> Iterator[tuple[Any, Any]]:
        """Loop over pixels: (offset, mask)."""
        code = self.code
        with code.loop(LONG(0), self.a["pixels"], code.width) as p:
            yield p, code.mask(code.b.sub(self.a["pixels"], p))

    @contextmanager
    def summed(self, base: str) -> Iterator[Any]:
        """A variable that begins at 0 and is stored as the row's W numbers of a list."""
        code = self.code
        total = code.local(code.vector)
        code.b.store(code.constant(0.0), total)
        yield total
        slot = code.at(self.a[base], code.b.mul(self.row, LONG(code.width)))
        code.store(code.b.load(total, typ=code.vector), slot)


@contextmanager
def rows_of(code: Code, name: str, sizes: Sequence[str], pointers: Sequence[str]) -> Iterator[Row]:
    """The function with its loop over rows."""
    a = code.begin(name, (*RANGE, *sizes), pointers)
    with code.loop(a["first"], a["last"]) as row:
        yield Row(code, a, row, code.b.sdiv(row, a["copies"]), code.b.srem(row, a["copies"]))
    code.b.ret_void()


def _add(code: Code, total: Any, value: Any) -> None:
    code.b.store(code.b.fadd(code.b.load(total, typ=code.vector), value), total)


def dot(code: Code, left: list[Any], right: list[Any], start: Any = None) -> Any:
    total = code.constant(0.0) if start is None else start
    for x, y in zip(left, right, strict=True):
        total = code.multiply_add(x, y, total)
    return total


# --- lengths: v f(|v| + b) / |v| ----------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def norm_forward(itemsize: int, masked: bool, dim: int, function: str, smoothing: float | None) -> Kernel:
    """out = v f(n + b) / n with n^2 = |v|^2 + smoothing; of scalars (smoothing None) f(v + b)."""
    code = Code(itemsize, masked)
    with rows_of(code, "norm", ("x_stride", "out_stride"), ("channels", "x", "shift", "out")) as row:
        shift = row.number("shift")
        inputs = [row.channel("x", "channels", m, dim) for m in range(dim)]
        outputs = [row.channel("out", "channels", m, dim) for m in range(dim)]
        with row.pixels() as (p, mask):
            v = [code.channels(code.at(address, p), mask) for address in inputs]
            if smoothing is None:
                results = [function_and_slope(code, function, code.b.fadd(v[0], shift))[0]]
            else:
                n = square_root(code, dot(code, v, v, code.constant(smoothing)))
                value = function_and_slope(code, function, code.b.fadd(n, shift))[0]
                factor = code.b.fdiv(value, n)
                results = [code.b.fmul(x, factor) for x in v]
            for result, address in zip(results, outputs, strict=True):
                code.put_channels(result, code.at(address, p), mask)
    return compiled(code, "norm")


@lru_cache(maxsize=256)
def norm_backward(itemsize: int, masked: bool, dim: int, function: str, smoothing: float | None) -> Kernel:
    """Gradients of <g, norm_forward> of v and, summed over pixels, of b."""
    code = Code(itemsize, masked)
    sizes, pointers = ("x_stride", "g_stride", "gx_stride"), ("channels", "x", "shift", "g", "gx", "sums")
    with rows_of(code, "norm_slopes", sizes, pointers) as row:
        b, shift = code.b, row.number("shift")
        places = {base: [row.channel(base, "channels", m, dim) for m in range(dim)] for base in ("x", "g", "gx")}
        with row.summed("sums") as total, row.pixels() as (p, mask):
            v, g = ([code.channels(code.at(address, p), mask) for address in places[base]] for base in ("x", "g"))
            if smoothing is None:
                slope = b.fmul(g[0], function_and_slope(code, function, b.fadd(v[0], shift))[1])
                results = [slope]
            else:
                square = dot(code, v, v, code.constant(smoothing))
                n = square_root(code, square)
                value, slope = function_and_slope(code, function, b.fadd(n, shift))
                factor, along = b.fdiv(value, n), dot(code, g, v)
                radial = b.fdiv(b.fmul(along, b.fsub(slope, factor)), square)
                results = [code.multiply_add(x, radial, b.fmul(y, factor)) for x, y in zip(v, g, strict=True)]
                slope = b.fdiv(b.fmul(along, slope), n)
            _add(code, total, slope)
            for result, address in zip(results, places["gx"], strict=True):
                code.put_channels(result, code.at(address, p), mask)
    return compiled(code, "norm_slopes")


# --- gates: v sigmoid(gate) ---------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def gate_forward(itemsize: int, masked: bool, dim: int) -> Kernel:
    code = Code(itemsize, masked)
    sizes, pointers = ("x_stride", "gate_stride", "out_stride"), ("channels", "gates", "x", "gate", "out")
    with rows_of(code, "gate", sizes, pointers) as row:
        inputs = [row.channel("x", "channels", m, dim) for m in range(dim)]
        outputs = [row.channel("out", "channels", m, dim) for m in range(dim)]
        gate = row.channel("gate", "gates")
        with row.pixels() as (p, mask):
            factor = logistic(code, code.channels(code.at(gate, p), mask))
            for source, target in zip(inputs, outputs, strict=True):
                value = code.b.fmul(code.channels(code.at(source, p), mask), factor)
                code.put_channels(value, code.at(target, p), mask)
    return compiled(code, "gate")


@lru_cache(maxsize=256)
def gate_backward(itemsize: int, masked: bool, dim: int) -> Kernel:
    """Gradients of <g, gate_forward> of v and of the gate."""
    code = Code(itemsize, masked)
    sizes = ("x_stride", "gate_stride", "g_stride", "gx_stride", "ggate_stride")
    pointers = ("channels", "gates", "x", "gate", "g", "gx", "ggate")
    with rows_of(code, "gate_slopes", sizes, pointers) as row:
        b = code.b
        places = {base: [row.channel(base, "channels", m, dim) for m in range(dim)] for base in ("x", "g", "gx")}
        gate, target = row.channel("gate", "gates"), row.channel("ggate", "gates")
        with row.pixels() as (p, mask):
            factor = logistic(code, code.channels(code.at(gate, p), mask))
            v, g = ([code.channels(code.at(address, p), mask) for address in places[base]] for base in ("x", "g"))
            for value, address in zip(g, places["gx"], strict=True):
                code.put_channels(b.fmul(value, factor), code.at(address, p), mask)
            slope = b.fmul(factor, b.fsub(code.constant(1.0), factor))
            code.put_channels(b.fmul(dot(code, v, g), slope), code.at(target, p), mask)
    return compiled(code, "gate_slopes")


# --- samples: back f(forth v) -------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def samples_forward(itemsize: int, masked: bool, dim: int, function: str) -> Kernel:
    """out = back f(forth v): `forth` (samples, dim), `back` likewise, transposed; rows are adjacent vectors."""
    code = Code(itemsize, masked)
    with rows_of(code, "samples", ("samples",), ("forth", "back", "x", "out")) as row:
        a, x, out = row.a, _adjacent(row, "x", dim), _adjacent(row, "out", dim)
        with row.pixels() as (p, mask):
            v = [code.channels(code.at(address, p), mask) for address in x]
            sums = _variables(code, dim)
            with code.loop(LONG(0), a["samples"]) as s:
                forth, back = (_matrix_row(code, a[name], s, dim) for name in ("forth", "back"))
                value = function_and_slope(code, function, dot(code, forth, v))[0]
                _accumulate(code, sums, back, value)
            for total, address in zip(sums, out, strict=True):
                code.put_channels(code.b.load(total, typ=code.vector), code.at(address, p), mask)
    return compiled(code, "samples")


@lru_cache(maxsize=256)
def samples_backward(itemsize: int, masked: bool, dim: int, function: str) -> Kernel:
    """The gradient of <g, samples_forward> of v; samples are computed again."""
    code = Code(itemsize, masked)
    with rows_of(code, "samples_slopes", ("samples",), ("forth", "back", "x", "g", "gx")) as row:
        a = row.a
        x, g, gx = (_adjacent(row, name, dim) for name in ("x", "g", "gx"))
        with row.pixels() as (p, mask):
            v, w = ([code.channels(code.at(address, p), mask) for address in places] for places in (x, g))
            sums = _variables(code, dim)
            with code.loop(LONG(0), a["samples"]) as s:
                forth, back = (_matrix_row(code, a[name], s, dim) for name in ("forth", "back"))
                slope = function_and_slope(code, function, dot(code, forth, v))[1]
                _accumulate(code, sums, forth, code.b.fmul(dot(code, back, w), slope))
            for total, address in zip(sums, gx, strict=True):
                code.put_channels(code.b.load(total, typ=code.vector), code.at(address, p), mask)
    return compiled(code, "samples_slopes")


def _adjacent(row: Row, base: str, dim: int) -> list[Any]:
    """The addresses of the row's channels, which stand next to each other."""
    b, pixels = row.code.b, row.a["pixels"]
    first = b.mul(row.row, b.mul(pixels, LONG(dim)))
    return [row.code.at(row.a[base], first, b.mul(pixels, LONG(m))) for m in range(dim)]


def _matrix_row(code: Code, base: Any, row: Any, dim: int) -> list[Any]:
    start = code.b.mul(row, LONG(dim))
    return [code.splat(code.at(base, start, LONG(m))) for m in range(dim)]


def _variables(code: Code, dim: int) -> list[Any]:
    found = [code.local(code.vector) for _ in range(dim)]
    for variable in found:
        code.b.store(code.constant(0.0), variable)
    return found


def _accumulate(code: Code, sums: list[Any], row: list[Any], value: Any) -> None:
    for total, entry in zip(sums, row, strict=True):
        code.b.store(code.multiply_add(entry, value, code.b.load(total, typ=code.vector)), total)


# --- statistics of channels ---------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def moments(itemsize: int, masked: bool) -> Kernel:
    """Sums over pixels of y and of x y, for every channel of every sample."""
    code = Code(itemsize, masked)
    with rows_of(code, "moments", (), ("x", "y", "first_sums", "second_sums")) as row:
        x, y = (_adjacent(row, name, 1)[0] for name in ("x", "y"))
        with row.summed("first_sums") as first, row.summed("second_sums") as second, row.pixels() as (p, mask):
            u, v = (code.channels(code.at(address, p), mask) for address in (x, y))
            _add(code, first, v)
            code.b.store(code.multiply_add(u, v, code.b.load(second, typ=code.vector)), second)
    return compiled(code, "moments")


@lru_cache(maxsize=16)
def combination(itemsize: int, masked: bool, terms: int) -> Kernel:
    """out = a x + c, or a x + b y + c where there are two terms, with numbers for each channel (`copies`)."""
    code = Code(itemsize, masked)
    names = ("x", "y")[:terms]
    with rows_of(code, "combination", (), ("a", "b", "c", *names, "out")) as row:
        factors, constant = [row.number(name) for name in ("a", "b")[:terms]], row.number("c")
        places = [_adjacent(row, name, 1)[0] for name in names]
        out = _adjacent(row, "out", 1)[0]
        with row.pixels() as (p, mask):
            values = [code.channels(code.at(address, p), mask) for address in places]
            code.put_channels(dot(code, factors, values, constant), code.at(out, p), mask)
    return compiled(code, "combination")
