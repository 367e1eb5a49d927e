"""The two loops over edges as code: messages summed at nodes, and their gradients.

The code knows nothing of a plan but the dimensions of its blocks of rows; all else stands in tables, so that plans
share it. What is computed is a sum of terms: term (a, b, c) takes the a-th features, b-th harmonics and c-th weights,

    forward     out[i, p, k] = sum over edges into i and over terms of  w_c[e, p] sum_m M_b[e, p, k, m] x_a[j, m],

and `backward` the gradients of <g, forward> with respect to the features, harmonics and weights numbered 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from llvmlite import ir

from .fused_code import LONG, Code, compiled

Terms = tuple[tuple[int, int, int], ...]
ORDERS: dict[int, Terms] = {1: ((0, 0, 0),), 2: ((1, 0, 0), (0, 1, 0), (0, 0, 1))}

SIZES = ("first", "last", "channels", "rows_in", "rows_y", "rows_out", "paths", "blocks", "entries", "nonzeros")
TABLES = ("starts", "order", "far", "block_table", "path_table", "entry_table", "entry_values", "scratch")
BLOCK_FIELDS, PATH_FIELDS = 4, 4
"""A block of rows of x: rows, first row, first path, last path. A path: first entry, first row of the output, rows,
number of its weights."""


def tensors(terms: Terms) -> list[str]:
    """Names of the arguments: x0, y0, w0 and, for the second derivative, x1, y1, w1."""
    number = 1 + max(max(term) for term in terms)
    return [f"{kind}{i}" for i in range(number) for kind in "xyw"]


@lru_cache(maxsize=128)
def forward_kernel(itemsize: int, masked: bool, dims: tuple[int, ...], order: int) -> Any:
    """out += messages of the edges into nodes first .. last - 1, compiled for blocks of so many rows."""
    terms = ORDERS[order]
    code = Code(itemsize, masked)
    a = code.begin("forward", SIZES, [*TABLES, *tensors(terms), "out"])
    b, width, areas = code.b, code.width, order
    a["order"] = None
    with code.loop(a["first"], a["last"]) as node, _edges_in_chunks(code, a, node) as (begin, count):
        _fold(code, a, terms, begin, count, areas)
        with code.loop(LONG(0), a["channels"], width) as channel:
            mask = code.mask(b.sub(a["channels"], channel))
            with code.loop(LONG(0), count) as lane:
                edge = _edge(code, a, b.add(begin, lane))
                place = Place(code, a, node, code.long_at(a["far"], edge), edge, channel, lane, mask)
                for dim, block in _blocks(code, a, dims):
                    _forward_block(code, place, terms, dim, block)
    b.ret_void()
    return compiled(code, "forward")


class Place:
    """Where the numbers of one edge and W channels lie: features of j, the output of i, weights and matrices of e."""

    def __init__(self, code: Code, a: dict[str, Any], i: Any, j: Any, edge: Any, channel: Any, lane: Any, mask: Any):
        b, self.a, self.mask = code.b, a, mask
        self.stride = a["channels"]
        self.features = b.add(b.mul(j, b.mul(a["rows_in"], self.stride)), channel)
        self.sums = b.add(b.mul(i, b.mul(a["rows_out"], self.stride)), channel)
        self.weights = b.add(b.mul(edge, b.mul(a["paths"], self.stride)), channel)
        self.lane = lane

    def matrix(self, code: Code, which: int, number: Any) -> Any:
        """Address of entry `number` of the lane's matrices M_which."""
        size = code.b.mul(self.a["entries"], LONG(code.width))
        start = code.b.add(code.b.mul(number, LONG(code.width)), self.lane)
        return code.at(self.a["scratch"], code.b.mul(size, LONG(which)), start)


def _forward_block(code: Code, at: Place, terms: Terms, dim: int, block: Any) -> None:
    b, a = code.b, at.a
    features = _features(code, at, terms, dim, block)
    with _paths(code, a, block) as path:
        number, row, rows, weight = path
        weights = _weights(code, at, terms, weight)
        with code.loop(LONG(0), rows) as k:
            entry = b.add(number, b.mul(k, LONG(dim)))
            address = code.at(a["out"], at.sums, b.mul(b.add(row, k), at.stride))
            total = code.channels(address, at.mask)
            for c, w in weights.items():
                total = code.multiply_add(_turned(code, at, terms, features, entry, c, dim), w, total)
            code.put_channels(total, address, at.mask)


def _turned(code: Code, at: Place, terms: Terms, features: Any, entry: Any, weight: int, dim: int) -> Any:
    """sum_m M_b[k, m] x_a[m] over the terms (a, b, weight)."""
    total = ir.Constant(code.vector, None)
    for first, matrix, _ in (t for t in terms if t[2] == weight):
        for m in range(dim):
            factor = code.splat(at.matrix(code, matrix, code.b.add(entry, LONG(m))))
            total = code.multiply_add(factor, features[first][m], total)
    return total


@lru_cache(maxsize=128)
def backward_kernel(itemsize: int, masked: bool, dims: tuple[int, ...], order: int) -> Any:
    """Gradients with respect to x0 (added to gx), y0 and w0 (written) of the edges out of nodes first .. last - 1."""
    terms = ORDERS[order]
    code = Code(itemsize, masked)
    a = code.begin("backward", SIZES, [*TABLES, *tensors(terms), "g", "gx", "gy", "gw"])
    b, width, areas = code.b, code.width, order + 2
    size = b.mul(a["entries"], LONG(width))
    slopes = code.at(a["scratch"], b.mul(size, LONG(order)))
    a["products"] = code.at(slopes, size)
    with code.loop(a["first"], a["last"]) as node, _edges_in_chunks(code, a, node) as (begin, count):
        _fold(code, a, terms, begin, count, areas)
        with code.loop(LONG(0), count) as lane:
            edge = _edge(code, a, b.add(begin, lane))
            code.zero(a["products"], a["entries"])
            with code.loop(LONG(0), a["channels"], width) as channel:
                mask = code.mask(b.sub(a["channels"], channel))
                place = Place(code, a, code.long_at(a["far"], edge), node, edge, channel, lane, mask)
                for dim, block in _blocks(code, a, dims):
                    _backward_block(code, place, terms, dim, block)
            _sum_channels(code, a, slopes, lane)
        _unfold(code, a, slopes, begin, count, areas)
    b.ret_void()
    return compiled(code, "backward")


def _backward_block(code: Code, at: Place, terms: Terms, dim: int, block: Any) -> None:
    b, a = code.b, at.a
    features = _features(code, at, terms, dim, block)
    start = code.long_at(a["block_table"], b.add(block, LONG(1)))
    slots = [code.at(a["gx"], at.features, b.mul(b.add(start, LONG(m)), at.stride)) for m in range(dim)]
    slopes = [code.local(code.vector) for _ in range(dim)]
    for slope, slot in zip(slopes, slots, strict=True):
        b.store(code.channels(slot, at.mask), slope)
    grad_w = code.local(code.vector)
    with _paths(code, a, block) as path:
        number, row, rows, weight = path
        weights = _weights(code, at, terms, weight)
        b.store(ir.Constant(code.vector, None), grad_w)
        with code.loop(LONG(0), rows) as k:
            entry = b.add(number, b.mul(k, LONG(dim)))
            g = code.channels(code.at(a["g"], at.sums, b.mul(b.add(row, k), at.stride)), at.mask)
            weighted = {c: b.fmul(w, g) for c, w in weights.items()}
            turned = _turned(code, at, terms, features, entry, 0, dim)
            b.store(code.multiply_add(g, turned, b.load(grad_w, typ=code.vector)), grad_w)
            for m in range(dim):
                _slopes_of_row(code, at, terms, features, weighted, b.add(entry, LONG(m)), m, slopes[m])
        address = code.at(a["gw"], at.weights, b.mul(weight, at.stride))
        code.put_channels(b.load(grad_w, typ=code.vector), address, at.mask)
    for slope, slot in zip(slopes, slots, strict=True):
        code.put_channels(b.load(slope, typ=code.vector), slot, at.mask)


def _slopes_of_row(code: Code, at: Place, terms: Terms, features: Any, ws: Any, entry: Any, m: int, slope: Any) -> None:
    """What entry M[k, m] gives to the gradients of x0[m] and of itself, channel by channel."""
    b = code.b
    total = b.load(slope, typ=code.vector)
    product = code.at(at.a["products"], b.mul(entry, LONG(code.width)))
    kept = code.load(product)
    for first, matrix, weight in terms:
        if first == 0:
            total = code.multiply_add(code.splat(at.matrix(code, matrix, entry)), ws[weight], total)
        if matrix == 0:
            kept = code.multiply_add(features[first][m], ws[weight], kept)
    b.store(total, slope)
    code.store(kept, product)


# --- shared -----------------------------------------------------------------------------------------------------------


@contextmanager
def _edges_in_chunks(code: Code, a: dict[str, Any], node: Any) -> Iterator[tuple[Any, Any]]:
    """Loop over the edges of a node, W at a time: (position of the first, how many)."""
    b = code.b
    end = code.long_at(a["starts"], b.add(node, LONG(1)))
    with code.loop(code.long_at(a["starts"], node), end, code.width) as begin:
        left = b.sub(end, begin)
        yield begin, b.select(b.icmp_signed("<", left, LONG(code.width)), left, LONG(code.width))


def _edge(code: Code, a: dict[str, Any], position: Any) -> Any:
    """Which edge stands there: edges are stored by target, and `order` holds them by source."""
    return code.long_at(a["order"], position) if a["order"] is not None else position


@contextmanager
def _harmonics(code: Code, a: dict[str, Any], begin: Any, count: Any, scale: int) -> Iterator[tuple[Any, Any]]:
    """Loop over harmonics of the edges of a chunk: their number in y, and where they lie edges last in the scratch."""
    b = code.b
    turned = b.mul(a["entries"], LONG(code.width * scale))
    with code.loop(LONG(0), count) as lane:
        start = b.mul(_edge(code, a, b.add(begin, lane)), a["rows_y"])
        with code.loop(LONG(0), a["rows_y"]) as row:
            yield b.add(start, row), code.at(a["scratch"], turned, b.add(b.mul(row, LONG(code.width)), lane))


@contextmanager
def _couplings(code: Code, a: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Loop over the coefficients that are not zero: (offset of the matrix entry, of the harmonic, coefficient)."""
    b = code.b
    with code.loop(LONG(0), a["nonzeros"]) as z:
        entry, row = (code.long_at(a["entry_table"], b.add(b.mul(z, LONG(2)), LONG(f))) for f in (0, 1))
        value = code.splat(code.at(a["entry_values"], z))
        yield b.mul(entry, LONG(code.width)), b.mul(row, LONG(code.width)), value


def _fold(code: Code, a: dict[str, Any], terms: Terms, begin: Any, count: Any, areas: int) -> None:
    """The matrices M_b of a chunk of edges, edges last."""
    b = code.b
    size = b.mul(a["entries"], LONG(code.width))
    turned = code.at(a["scratch"], b.mul(size, LONG(areas)))
    for which in sorted({t[1] for t in terms}):
        with _harmonics(code, a, begin, count, areas) as (number, slot):
            value = b.load(code.at(a[f"y{which}"], number), typ=code.number, align=code.itemsize)
            b.store(value, slot, align=code.itemsize)
        matrices = code.at(a["scratch"], b.mul(size, LONG(which)))
        code.zero(matrices, a["entries"])
        with _couplings(code, a) as (entry, row, value):
            slot = code.at(matrices, entry)
            code.store(code.multiply_add(value, code.load(code.at(turned, row)), code.load(slot)), slot)


def _sum_channels(code: Code, a: dict[str, Any], slopes: Any, lane: Any) -> None:
    """The gradients of an edge's matrices: products summed over channels, W entries at a time."""
    b, width = code.b, code.width
    even, odd = (
        ir.Constant(ir.VectorType(ir.IntType(32), width), [2 * i + shift for i in range(width)]) for shift in (0, 1)
    )
    with code.loop(LONG(0), a["entries"], width) as entry:
        start = b.mul(entry, LONG(width))
        vectors = [code.load(code.at(a["products"], start, LONG(r * width))) for r in range(width)]
        while len(vectors) > 1:
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [b.fadd(b.shuffle_vector(p, q, even), b.shuffle_vector(p, q, odd)) for p, q in pairs]
        for r in range(width):
            value = b.extract_element(vectors[0], ir.IntType(32)(r))
            b.store(value, code.at(slopes, b.add(start, lane), LONG(r * width)), align=code.itemsize)


def _unfold(code: Code, a: dict[str, Any], slopes: Any, begin: Any, count: Any, areas: int) -> None:
    """The gradients of the harmonics of a chunk, from those of its matrices."""
    b = code.b
    turned = code.at(a["scratch"], b.mul(a["entries"], LONG(code.width * areas)))
    code.zero(turned, a["rows_y"])
    with _couplings(code, a) as (entry, row, value):
        slot = code.at(turned, row)
        code.store(code.multiply_add(value, code.load(code.at(slopes, entry)), code.load(slot)), slot)
    with _harmonics(code, a, begin, count, areas) as (number, slot):
        value = b.load(slot, typ=code.number, align=code.itemsize)
        b.store(value, code.at(a["gy"], number), align=code.itemsize)


def _blocks(code: Code, a: dict[str, Any], dims: tuple[int, ...]) -> Iterator[tuple[int, Any]]:
    """Loop over the blocks of rows of x; what the caller writes for each (dimension, block) runs for blocks of it."""
    b = code.b
    with code.loop(LONG(0), a["blocks"]) as n:
        block = b.mul(n, LONG(BLOCK_FIELDS))
        after = b.append_basic_block()
        choice = b.switch(code.long_at(a["block_table"], block), after)
        for dim in dims:
            case = b.append_basic_block()
            choice.add_case(LONG(dim), case)
            b.position_at_end(case)
            yield dim, block
            b.branch(after)
        b.position_at_end(after)


@contextmanager
def _paths(code: Code, a: dict[str, Any], block: Any) -> Iterator[tuple[Any, ...]]:
    """Loop over the paths of a block: (first entry of the matrix, first row of the output, rows, number of weights)."""
    b = code.b
    first, last = (code.long_at(a["block_table"], b.add(block, LONG(f))) for f in (2, 3))
    with code.loop(first, last) as path:
        start = b.mul(path, LONG(PATH_FIELDS))
        yield tuple(code.long_at(a["path_table"], b.add(start, LONG(f))) for f in range(PATH_FIELDS))


def _features(code: Code, at: Place, terms: Terms, dim: int, block: Any) -> dict[int, list[Any]]:
    """The rows of a block, of each kind of features in the terms."""
    b, a = code.b, at.a
    start = code.long_at(a["block_table"], b.add(block, LONG(1)))
    offsets = [b.mul(b.add(start, LONG(m)), at.stride) for m in range(dim)]
    return {
        which: [code.channels(code.at(a[f"x{which}"], at.features, offset), at.mask) for offset in offsets]
        for which in sorted({t[0] for t in terms})
    }


def _weights(code: Code, at: Place, terms: Terms, weight: Any) -> dict[int, Any]:
    """The weights of a path, of each kind in the terms."""
    offset = code.b.mul(weight, at.stride)
    return {
        which: code.channels(code.at(at.a[f"w{which}"], at.weights, offset), at.mask)
        for which in sorted({t[2] for t in terms})
    }
