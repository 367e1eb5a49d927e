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

from .fused_code import LONG, Code, compiled_for_team

Terms = tuple[tuple[int, int, int], ...]
ORDERS: dict[int, Terms] = {1: ((0, 0, 0),), 2: ((1, 0, 0), (0, 1, 0), (0, 0, 1))}

SIZES = ("first", "last", "channels", "rows_in", "rows_y", "rows_out", "paths", "blocks", "entries")
TABLES = ("starts", "order", "far", "block_table", "path_table", "row_table", "entry_table", "entry_values")
ROOM = ("scratch", "products")
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
    a = code.begin("forward", SIZES, [*TABLES, *ROOM, *tensors(terms), "out"], ROOM)
    b, width, areas = code.b, code.width, order
    a["order"] = None
    with code.loop(a["first"], a["last"]) as node, _edges_in_chunks(code, a, node) as (begin, count):
        _fold(code, a, terms, begin, count, areas)
        with code.loop(LONG(0), a["channels"], width) as channel:
            mask = code.mask(b.sub(a["channels"], channel))
            with code.loop(LONG(0), count) as lane:
                edge = _edge(code, a, b.add(begin, lane))
                ends, edges = (node, code.long_at(a["far"], edge)), (edge, b.add(edge, LONG(1)))
                place = Place(code, a, ends, edges, channel, lane, mask)
                for dim, block in _blocks(code, a, dims):
                    _forward_block(code, place, terms, dim, block)
    b.ret_void()
    return compiled_for_team(code, "forward")


class Place:
    """Where the numbers of one edge and W channels lie: features of j, the output of i, weights and matrices of e.

    Memory is asked early for the weights of the edge after it, which may lie anywhere.
    """

    def __init__(self, code: Code, a: dict[str, Any], ends: Any, edges: Any, channel: Any, lane: Any, mask: Any):
        b, self.a, self.mask, self.lane = code.b, a, mask, lane
        (i, j), (edge, after) = ends, edges
        self.stride = a["channels"]
        self.features = b.add(b.mul(j, b.mul(a["rows_in"], self.stride)), channel)
        self.sums = b.add(b.mul(i, b.mul(a["rows_out"], self.stride)), channel)
        numbers = b.mul(a["paths"], self.stride)
        self.weights = b.add(b.mul(edge, numbers), channel)
        self.ahead = b.mul(b.sub(after, edge), numbers)

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
    a = code.begin("backward", SIZES, [*TABLES, *ROOM, *tensors(terms), "g", "gx", "gy", "gw"], ROOM)
    b, width, areas = code.b, code.width, order
    with code.loop(a["first"], a["last"]) as node, _edges_in_chunks(code, a, node) as (begin, count):
        _fold(code, a, terms, begin, count, areas)
        with code.loop(LONG(0), count) as lane:
            edge = _edge(code, a, b.add(begin, lane))
            after = _edge_after(code, a, b.add(begin, lane))
            with code.loop(LONG(0), a["channels"], width) as channel:
                mask = code.mask(b.sub(a["channels"], channel))
                place = Place(code, a, (code.long_at(a["far"], edge), node), (edge, after), channel, lane, mask)
                begun = code.all_or_none(b.icmp_signed(">", channel, LONG(0)))
                for dim, block in _blocks(code, a, dims):
                    _backward_block(code, place, terms, dim, block, begun)
            _unfold(code, a, edge, areas)
    b.ret_void()
    return compiled_for_team(code, "backward")


def _backward_block(code: Code, at: Place, terms: Terms, dim: int, block: Any, begun: Any) -> None:
    """With h_b[m] = sum_k M_b[k, m] g[k] a path gives w_c h_b to the gradient of x_0 and x_a h_b to that of w_0."""
    b, a = code.b, at.a
    features = _features(code, at, terms, dim, block)
    start = code.long_at(a["block_table"], b.add(block, LONG(1)))
    slots = [code.at(a["gx"], at.features, b.mul(b.add(start, LONG(m)), at.stride)) for m in range(dim)]
    slopes = code.variables([code.channels(slot, at.mask) for slot in slots])
    with _paths(code, a, block) as path:
        number, row, rows, weight = path
        weights = _weights(code, at, terms, weight)
        turned = {which: code.variables([code.constant(0.0)] * dim) for which in sorted({t[1] for t in terms})}
        with code.loop(LONG(0), rows) as k:
            entry = b.add(number, b.mul(k, LONG(dim)))
            g = code.channels(code.at(a["g"], at.sums, b.mul(b.add(row, k), at.stride)), at.mask)
            for which, variables in turned.items():
                for m, variable in enumerate(variables):
                    factor = code.splat(at.matrix(code, which, b.add(entry, LONG(m))))
                    code.add_to(variable, factor, g)
            _products(code, at, terms, features, {c: b.fmul(w, g) for c, w in weights.items()}, entry, begun)
        grad_w = code.constant(0.0)
        for first, matrix, third in terms:
            for m in range(dim):
                h = b.load(turned[matrix][m], typ=code.vector)
                if first == 0:
                    code.add_to(slopes[m], h, weights[third])
                if third == 0:
                    grad_w = code.multiply_add(features[first][m], h, grad_w)
        address = code.at(a["gw"], at.weights, b.mul(weight, at.stride))
        code.put_channels(grad_w, address, at.mask)
        code.prefetch(code.at(address, at.ahead), write=True)
    for slope, slot in zip(slopes, slots, strict=True):
        code.put_channels(b.load(slope, typ=code.vector), slot, at.mask)


def _products(code: Code, at: Place, terms: Terms, features: Any, weighted: Any, entry: Any, begun: Any) -> None:
    """Add to a row of the gradient of M_0, channel by channel; the first channels find nothing there yet."""
    for m in range(len(next(iter(features.values())))):
        address = code.at(at.a["products"], code.b.mul(code.b.add(entry, LONG(m)), LONG(code.width)))
        total = code.b.select(begun, code.load(address), code.constant(0.0))
        for first, matrix, third in terms:
            if matrix == 0:
                total = code.multiply_add(features[first][m], weighted[third], total)
        code.store(total, address)


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


def _edge_after(code: Code, a: dict[str, Any], position: Any) -> Any:
    """The edge that comes after the one there, or the last once more."""
    b = code.b
    after, final = b.add(position, LONG(1)), b.sub(code.long_at(a["starts"], a["last"]), LONG(1))
    return _edge(code, a, b.select(b.icmp_signed("<", after, final), after, final))


@contextmanager
def _couplings(code: Code, a: dict[str, Any], row: Any) -> Iterator[tuple[Any, Any]]:
    """Loop over the coefficients of a harmonic that are not zero: (offset of the matrix entry, coefficient)."""
    b = code.b
    first, last = (code.long_at(a["row_table"], b.add(row, LONG(f))) for f in (0, 1))
    with code.loop(first, last) as z:
        yield b.mul(code.long_at(a["entry_table"], z), LONG(code.width)), code.splat(code.at(a["entry_values"], z))


def _fold(code: Code, a: dict[str, Any], terms: Terms, begin: Any, count: Any, areas: int) -> None:
    """The matrices M_b of a chunk of edges, edges last."""
    b = code.b
    size = b.mul(a["entries"], LONG(code.width))
    turned = code.at(a["scratch"], b.mul(size, LONG(areas)))
    for which in sorted({t[1] for t in terms}):
        _turn(code, a, a[f"y{which}"], begin, count, turned)
        matrices = code.at(a["scratch"], b.mul(size, LONG(which)))
        code.zero(matrices, a["entries"])
        with code.loop(LONG(0), a["rows_y"]) as row:
            harmonic = code.load(code.at(turned, b.mul(row, LONG(code.width))))
            with _couplings(code, a, row) as (entry, value):
                slot = code.at(matrices, entry)
                code.store(code.multiply_add(value, harmonic, code.load(slot)), slot)


def _turn(code: Code, a: dict[str, Any], y: Any, begin: Any, count: Any, turned: Any) -> None:
    """The harmonics of a chunk of edges, edges last."""
    b = code.b
    with code.loop(LONG(0), count) as lane:
        start = b.mul(_edge(code, a, b.add(begin, lane)), a["rows_y"])
        with code.loop(LONG(0), a["rows_y"]) as row:
            value = b.load(code.at(y, b.add(start, row)), typ=code.number, align=code.itemsize)
            b.store(value, code.at(turned, b.add(b.mul(row, LONG(code.width)), lane)), align=code.itemsize)


def _unfold(code: Code, a: dict[str, Any], edge: Any, areas: int) -> None:
    """The gradients of an edge's harmonics from those of its matrices, and only then summed over channels."""
    b, width = code.b, code.width
    sums = code.at(a["scratch"], b.mul(a["entries"], LONG(width * areas)))
    with code.loop(LONG(0), a["rows_y"]) as row:
        (total,) = code.variables([code.constant(0.0)])
        with _couplings(code, a, row) as (entry, value):
            code.add_to(total, value, code.load(code.at(a["products"], entry)))
        code.store(b.load(total, typ=code.vector), code.at(sums, b.mul(row, LONG(width))))
    start = b.mul(edge, a["rows_y"])
    with code.loop(LONG(0), a["rows_y"], width) as row:
        area = code.at(sums, b.mul(row, LONG(width)))
        totals = code.row_sums([code.load(code.at(area, LONG(r * width))) for r in range(width)])
        code.put_channels(totals, code.at(a["gy"], b.add(start, row)), code.lanes(b.sub(a["rows_y"], row)))


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
    found = {}
    for which in sorted({t[2] for t in terms}):
        address = code.at(at.a[f"w{which}"], at.weights, code.b.mul(weight, at.stride))
        found[which] = code.channels(address, at.mask)
        code.prefetch(code.at(address, at.ahead), write=False)
    return found
