"""Solid harmonics and their gradient as code: W points at once, every coefficient a constant of the program."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from llvmlite import ir

from .fused_code import LONG, Code, compiled_for_team
from .solid_steps import factor, step

Coefficients = list[list[tuple[int, int, int, float]]]
"""For each degree l from 1 the (axis, component of l - 1, component of l, coefficient) that are not zero."""

NEGLIGIBLE = 1e-14


def _coefficients(greatest: int, normalisation: str) -> Coefficients:
    found = []
    for l in range(1, greatest + 1):
        cube = step(l, normalisation).unflatten(0, (3, 2 * l - 1))
        places = (cube.abs() > NEGLIGIBLE).nonzero().tolist()
        found.append([(a, lower, upper, float(cube[a, lower, upper])) for a, lower, upper in places])
    return found


@lru_cache(maxsize=64)
def values_kernel(itemsize: int, greatest: int, normalisation: str) -> Any:
    """values[point, :] of the points first .. last - 1."""
    code = Code(itemsize, masked=False)
    a = code.begin("values", ("first", "last", "rows"), ("x", "values"))
    with code.loop(a["first"], a["last"], code.width) as begin:
        points = _points(code, a, begin)
        axes = [_gather(code, a["x"], points, LONG(3), axis) for axis in range(3)]
        for row, value in enumerate(_values(code, axes, normalisation, _coefficients(greatest, normalisation))):
            _scatter(code, value, a["values"], points, a["rows"], row)
    code.b.ret_void()
    return compiled_for_team(code, "values")


@lru_cache(maxsize=64)
def gradient_kernel(itemsize: int, greatest: int, normalisation: str) -> Any:
    """gx[point, :] of <g, values>, with the harmonics computed again: that is faster than to read them."""
    code = Code(itemsize, masked=False)
    a = code.begin("gradient", ("first", "last", "rows"), ("x", "g", "gx"))
    with code.loop(a["first"], a["last"], code.width) as begin:
        points = _points(code, a, begin)
        coefficients = _coefficients(greatest, normalisation)
        axes = [_gather(code, a["x"], points, LONG(3), axis) for axis in range(3)]
        values = _values(code, axes, normalisation, coefficients[:-1])
        total = [code.constant(0.0)] * 3
        for l, entries in enumerate(coefficients, 1):
            wanted = [_gather(code, a["g"], points, a["rows"], l * l + m) for m in range(2 * l + 1)]
            inner: dict[tuple[int, int], Any] = {}
            for axis, lower, upper, c in entries:
                so_far = inner.get((axis, lower), code.constant(0.0))
                inner[axis, lower] = code.multiply_add(code.constant(l * c), wanted[upper], so_far)
            for (axis, lower), factor in inner.items():
                total[axis] = code.multiply_add(factor, values[(l - 1) ** 2 + lower], total[axis])
        for axis, value in enumerate(total):
            _scatter(code, value, a["gx"], points, LONG(3), axis)
    code.b.ret_void()
    return compiled_for_team(code, "gradient")


def _values(code: Code, axes: list[Any], normalisation: str, coefficients: Coefficients) -> list[Any]:
    """All components, degree by degree."""
    values = [code.constant(factor(0, normalisation))]
    for l, entries in enumerate(coefficients, 1):
        products: dict[tuple[int, int], Any] = {}
        sums = [code.constant(0.0)] * (2 * l + 1)
        for axis, lower, upper, c in entries:
            if (axis, lower) not in products:
                products[axis, lower] = code.b.fmul(axes[axis], values[(l - 1) ** 2 + lower])
            sums[upper] = code.multiply_add(code.constant(c), products[axis, lower], sums[upper])
        values += sums
    return values


def _points(code: Code, a: dict[str, Any], begin: Any) -> list[Any]:
    """W points; beyond the last one that one again, so that its values are written several times."""
    b = code.b
    final = b.sub(a["last"], LONG(1))
    points = [b.add(begin, LONG(lane)) for lane in range(code.width)]
    return [b.select(b.icmp_signed("<", point, final), point, final) for point in points]


def _gather(code: Code, base: Any, points: list[Any], stride: Any, column: int) -> Any:
    b = code.b
    vector = ir.Constant(code.vector, ir.Undefined)
    for lane, point in enumerate(points):
        address = code.at(base, b.add(b.mul(point, stride), LONG(column)))
        number = b.load(address, typ=code.number, align=code.itemsize)
        vector = b.insert_element(vector, number, ir.IntType(32)(lane))
    return vector


def _scatter(code: Code, vector: Any, base: Any, points: list[Any], stride: Any, column: int) -> None:
    b = code.b
    for lane, point in enumerate(points):
        address = code.at(base, b.add(b.mul(point, stride), LONG(column)))
        b.store(b.extract_element(vector, ir.IntType(32)(lane)), address, align=code.itemsize)
