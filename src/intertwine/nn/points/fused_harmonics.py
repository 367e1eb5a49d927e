"""Solid harmonics and their gradient as code: W points at once, every coefficient a constant of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    a = code.begin("values", ("first", "last"), ("x", "values"))
    room = _room(code, rows := (greatest + 1) ** 2)
    with code.loop(a["first"], a["last"], code.width) as begin:
        points = _points(code, a["last"], begin)
        axes = [_gather(code, _addresses(code, a["x"], points, 3), axis) for axis in range(3)]
        for row, value in enumerate(_values(code, axes, normalisation, _coefficients(greatest, normalisation))):
            code.b.store(value, _place(code, room, LONG(row)))
        _put_rows(code, room, _addresses(code, a["values"], points, rows), rows)
    code.b.ret_void()
    return compiled_for_team(code, "values")


@lru_cache(maxsize=64)
def gradient_kernel(itemsize: int, greatest: int, normalisation: str) -> Any:
    """gx[point, :] of <g, values>, with the harmonics computed again: that is faster than to read them."""
    code = Code(itemsize, masked=False)
    a = code.begin("gradient", ("first", "last"), ("x", "g", "gx"))
    room = _room(code, rows := (greatest + 1) ** 2)
    with code.loop(a["first"], a["last"], code.width) as begin:
        points = _points(code, a["last"], begin)
        _take_rows(code, room, _addresses(code, a["g"], points, rows), rows)
        coefficients = _coefficients(greatest, normalisation)
        axes = [_gather(code, _addresses(code, a["x"], points, 3), axis) for axis in range(3)]
        values = _values(code, axes, normalisation, coefficients[:-1])
        total = [code.constant(0.0)] * 3
        for l, entries in enumerate(coefficients, 1):
            wanted = [code.b.load(_place(code, room, LONG(l * l + m)), typ=code.vector) for m in range(2 * l + 1)]
            inner: dict[tuple[int, int], Any] = {}
            for axis, lower, upper, c in entries:
                so_far = inner.get((axis, lower), code.constant(0.0))
                inner[axis, lower] = code.multiply_add(code.constant(l * c), wanted[upper], so_far)
            for (axis, lower), factor in inner.items():
                total[axis] = code.multiply_add(factor, values[(l - 1) ** 2 + lower], total[axis])
        to = _addresses(code, a["gx"], points, 3)
        for axis, value in enumerate(total):
            _scatter(code, value, to, axis)
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


def _points(code: Code, last: Any, begin: Any) -> list[Any]:
    """W points; beyond the last one that one again, so that its values are written several times."""
    b = code.b
    final = b.sub(last, LONG(1))
    points = [b.add(begin, LONG(lane)) for lane in range(code.width)]
    return [b.select(b.icmp_signed("<", point, final), point, final) for point in points]


def _addresses(code: Code, base: Any, points: list[Any], stride: int) -> list[Any]:
    return [code.at(base, code.b.mul(point, LONG(stride))) for point in points]


def _gather(code: Code, addresses: list[Any], column: Any) -> Any:
    vector = ir.Constant(code.vector, ir.Undefined)
    for lane, address in enumerate(addresses):
        number = code.b.load(code.at(address, LONG(column)), typ=code.number, align=code.itemsize)
        vector = code.b.insert_element(vector, number, ir.IntType(32)(lane))
    return vector


def _scatter(code: Code, vector: Any, addresses: list[Any], column: int) -> None:
    for lane, address in enumerate(addresses):
        number = code.b.extract_element(vector, ir.IntType(32)(lane))
        code.b.store(number, code.at(address, LONG(column)), align=code.itemsize)


# --- rows of W points, by way of memory of the function's own: in loops, for LLVM is slow on long straight code ------


def _room(code: Code, rows: int) -> Any:
    """Memory for the numbers of W points."""
    with code.b.goto_entry_block():
        return code.b.alloca(code.vector, size=rows)


def _place(code: Code, room: Any, row: Any) -> Any:
    return code.b.gep(room, [row])


def _put_rows(code: Code, room: Any, addresses: list[Any], rows: int) -> None:
    """Write the rows of all points."""
    if rows < code.width:
        for row in range(rows):
            _scatter(code, code.b.load(_place(code, room, LONG(row)), typ=code.vector), addresses, row)
        return
    with _blocks(code, rows) as start:
        block = [
            code.b.load(_place(code, room, code.b.add(start, LONG(k))), typ=code.vector) for k in range(code.width)
        ]
        for vector, address in zip(_transposed(code, block), addresses, strict=True):
            code.store(vector, code.at(address, start))


def _take_rows(code: Code, room: Any, addresses: list[Any], rows: int) -> None:
    """Read the rows of all points."""
    if rows < code.width:
        for row in range(rows):
            code.b.store(_gather(code, addresses, row), _place(code, room, LONG(row)))
        return
    with _blocks(code, rows) as start:
        block = [code.load(code.at(address, start)) for address in addresses]
        for k, vector in enumerate(_transposed(code, block)):
            code.b.store(vector, _place(code, room, code.b.add(start, LONG(k))))


@contextmanager
def _blocks(code: Code, rows: int) -> Iterator[Any]:
    """W rows at a time; the last W overlap those before."""
    final = LONG(rows - code.width)
    with code.loop(LONG(0), LONG(rows), code.width) as start:
        yield code.b.select(code.b.icmp_signed("<", start, final), start, final)


def _transposed(code: Code, vectors: list[Any]) -> list[Any]:
    """Number j of vector i as number i of vector j: blocks of 1, 2, 4, .. numbers change places."""
    b, width, side = code.b, code.width, 1
    while side < width:
        kept = [k if not k & side else width + k - side for k in range(width)]
        other = [k + side if not k & side else width + k for k in range(width)]
        kept, other = (ir.Constant(ir.VectorType(ir.IntType(32), width), places) for places in (kept, other))
        found = list(vectors)
        for i in range(width):
            if not i & side:
                pair = vectors[i], vectors[i + side]
                found[i], found[i + side] = b.shuffle_vector(*pair, kept), b.shuffle_vector(*pair, other)
        vectors, side = found, 2 * side
    return vectors
