"""Sums of monomials as machine code: values, gradients, and both once more along a direction, see `monomial_sums`.

A vector holds W channels of one point; `TILE` points are done together. Products of variables stand in the scratch
memory: slot 0 is the number one, then come the variables, then the monomials of higher degree. Derivatives run back
through the same tables. With `along`, every slot has a slope beside it (dual numbers), and so has every derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .fused_code import LONG, Code, compiled
from .monomial_points import Points

TILE = 2
"""Points at once: two hide the time that an addition takes, and keep the scratch memory near the processor."""

SIZES = ("first", "last", "channels", "variables", "products", "rows")
TABLES = ("product", "entry", "start", "scratch", "x", "c")


@lru_cache(maxsize=16)
def values_kernel(itemsize: int, masked: bool) -> Callable[..., None]:
    """z[n, k] = sum over entries (k, l, v) of c V[l] V[v]."""
    code = Code(itemsize, masked)
    a = code.begin("values", SIZES, (*TABLES, "z"))

    def tile(points: Points) -> None:
        points.load_variables()
        points.multiply(along=False)
        with points.each_row() as (row, entries):
            sums = points.zeros()
            with entries() as (_, c, left, right):
                for j in range(points.count):
                    points.add(sums[j], c, code.b.fmul(points.slot("v", left, j), points.slot("v", right, j)))
            points.write("z", row, sums)

    return _finished(code, a, tile, "values")


@lru_cache(maxsize=16)
def gradients_kernel(itemsize: int, masked: bool) -> Callable[..., None]:
    """gx and gc of <g, z>; gc is added to what stands there."""
    code = Code(itemsize, masked)
    a = code.begin("gradients", SIZES, (*TABLES, "g", "gx", "gc"))

    def tile(points: Points) -> None:
        points.load_variables()
        points.multiply(along=False)
        points.clear("s")
        with points.each_row() as (row, entries):
            g = points.read("g", row)
            with entries() as (at, c, left, right):
                slope = code.constant(0.0)
                for j in range(points.count):
                    both = points.slot("v", left, j), points.slot("v", right, j)
                    slope = code.multiply_add(g[j], code.b.fmul(*both), slope)
                    q = code.b.fmul(c, g[j])
                    points.add_to_slot("s", left, j, (q, both[1]))
                    points.add_to_slot("s", right, j, (q, both[0]))
                points.add_to_coefficient("gc", at, slope)
        points.return_through_products(along=False)
        points.write_slopes("s", "gx")

    return _finished(code, a, tile, "gradients")


@lru_cache(maxsize=16)
def second_kernel(itemsize: int, masked: bool) -> Callable[..., None]:
    """S = <ax, gx> + <ac, gc> of the gradients of <g, z>: its gradients zg, sx and sc of g, x and c; sc is added."""
    code = Code(itemsize, masked)
    a = code.begin("second", SIZES, (*TABLES, "g", "ax", "ac", "zg", "sx", "sc"))
    b = code.b

    def tile(points: Points) -> None:
        points.load_variables("ax")
        points.multiply(along=True)
        points.clear("s")
        points.clear("ds")
        with points.each_row() as (row, entries):
            g, sums = points.read("g", row), points.zeros()
            with entries() as (at, c, left, right):
                slope, dc = code.constant(0.0), points.coefficient("ac", at)
                for j in range(points.count):
                    l, r, dl, dr = (points.slot(area, i, j) for area in ("v", "dv") for i in (left, right))
                    moved = code.multiply_add(dl, r, b.fmul(l, dr))
                    points.add(sums[j], c, moved)
                    points.add(sums[j], dc, b.fmul(l, r))
                    slope = code.multiply_add(g[j], moved, slope)
                    q, dq = b.fmul(c, g[j]), b.fmul(dc, g[j])
                    points.add_to_slot("s", left, j, (q, r))
                    points.add_to_slot("s", right, j, (q, l))
                    points.add_to_slot("ds", left, j, (q, dr), (dq, r))
                    points.add_to_slot("ds", right, j, (q, dl), (dq, l))
                points.add_to_coefficient("sc", at, slope)
            points.write("zg", row, sums)
        points.return_through_products(along=True)
        points.write_slopes("ds", "sx")

    return _finished(code, a, tile, "second")


def _finished(code: Code, a: dict[str, Any], tile: Callable[[Points], None], name: str) -> Callable[..., None]:
    """The function with its loops over channels and points."""
    b = code.b
    whole = b.sub(a["last"], b.srem(b.sub(a["last"], a["first"]), LONG(TILE)))
    with code.loop(LONG(0), a["channels"], code.width) as channel:
        with code.loop(a["first"], whole, TILE) as point:
            tile(Points(code, a, channel, point, TILE))
        with code.loop(whole, a["last"]) as point:
            tile(Points(code, a, channel, point, 1))
    b.ret_void()
    return compiled(code, name)


KERNELS = {"values": values_kernel, "gradients": gradients_kernel, "second": second_kernel}
