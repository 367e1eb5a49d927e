"""The steps of sums of monomials in machine code, for a few points and W channels, see `monomial_kernels`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from .fused_code import LONG, Code

Entries = Callable[[], AbstractContextManager[tuple[Any, Any, Any, Any]]]

Value = Any
"""What LLVM calls a value."""
AREAS = ("v", "s", "dv", "ds")
"""Slots, derivatives by them, and both along the direction, in the scratch memory."""


class Points:
    """The code for `count` points from `point` on, W channels from `channel` on."""

    def __init__(self, code: Code, arguments: dict[str, Value], channel: Value, point: Value, count: int):
        self.code, self.b, self.a = code, code.b, arguments
        self.channel, self.point, self.count = channel, point, count
        self.mask = code.mask(self.b.sub(arguments["channels"], channel))
        slots = self.b.add(self.b.add(arguments["variables"], arguments["products"]), LONG(1))
        self.area = self.b.mul(slots, LONG(count * code.width))

    # --- slots

    def slot(self, area: str, i: Value, j: int) -> Value:
        return self.code.load(self._slot(area, i, j))

    def add_to_slot(self, area: str, i: Value, j: int, *products: tuple[Value, Value]) -> None:
        address = self._slot(area, i, j)
        value = self.code.load(address)
        for left, right in products:
            value = self.code.multiply_add(left, right, value)
        self.code.store(value, address)

    def clear(self, area: str) -> None:
        self.code.zero(self._slot(area, LONG(0), 0), self.b.udiv(self.area, LONG(self.code.width)))

    def _slot(self, area: str, i: Value, j: int) -> Value:
        start = self.b.mul(self.area, LONG(AREAS.index(area)))
        place = self.b.mul(self.b.add(self.b.mul(i, LONG(self.count)), LONG(j)), LONG(self.code.width))
        return self.code.at(self.a["scratch"], start, place)

    # --- numbers of the points: x and the like (points, rows, channels), c and the like (entries, channels)

    def zeros(self) -> list[Value]:
        """Variables for one sum of each point."""
        found = [self.code.local(self.code.vector) for _ in range(self.count)]
        for variable in found:
            self.b.store(self.code.constant(0.0), variable)
        return found

    def add(self, variable: Value, left: Value, right: Value) -> None:
        so_far = self.b.load(variable, typ=self.code.vector)
        self.b.store(self.code.multiply_add(left, right, so_far), variable)

    def read(self, name: str, row: Value, rows: str = "rows") -> list[Value]:
        return [self.code.channels(self._of_point(name, row, rows, j), self.mask) for j in range(self.count)]

    def write(self, name: str, row: Value, sums: list[Value]) -> None:
        for j, variable in enumerate(sums):
            value = self.b.load(variable, typ=self.code.vector)
            self.code.put_channels(value, self._of_point(name, row, "rows", j), self.mask)

    def coefficient(self, name: str, at: Value) -> Value:
        return self.code.channels(self._of_entry(name, at), self.mask)

    def add_to_coefficient(self, name: str, at: Value, value: Value) -> None:
        address = self._of_entry(name, at)
        self.code.put_channels(self.b.fadd(self.code.channels(address, self.mask), value), address, self.mask)

    def _of_point(self, name: str, row: Value, rows: str, j: int) -> Value:
        number = self.b.add(self.b.mul(self.b.add(self.point, LONG(j)), self.a[rows]), row)
        return self.code.at(self.a[name], self.b.mul(number, self.a["channels"]), self.channel)

    def _of_entry(self, name: str, at: Value) -> Value:
        return self.code.at(self.a[name], self.b.mul(at, self.a["channels"]), self.channel)

    # --- steps

    def load_variables(self, *along: str) -> None:
        """Slot 0 and those of the variables, and of their slopes where `along` names them."""
        for area, name, one in (("v", "x", 1.0), *(("dv", name, 0.0) for name in along)):
            for j in range(self.count):
                self.code.store(self.code.constant(one), self._slot(area, LONG(0), j))
            with self.code.loop(LONG(0), self.a["variables"]) as i:
                for j, value in enumerate(self.read(name, i, "variables")):
                    self.code.store(value, self._slot(area, self.b.add(i, LONG(1)), j))

    def multiply(self, *, along: bool) -> None:
        """All monomials, each a lower one times a variable."""
        with self.code.loop(LONG(0), self.a["products"]) as p:
            left, right = self._pair("product", p)
            to = self._number_of_product(p)
            for j in range(self.count):
                l, r = self.slot("v", left, j), self.slot("v", right, j)
                self.code.store(self.b.fmul(l, r), self._slot("v", to, j))
                if along:
                    moved = self.b.fmul(l, self.slot("dv", right, j))
                    moved = self.code.multiply_add(self.slot("dv", left, j), r, moved)
                    self.code.store(moved, self._slot("dv", to, j))

    def return_through_products(self, *, along: bool) -> None:
        """Derivatives by monomials handed down to their factors, the highest monomials first."""
        with self.code.loop(LONG(0), self.a["products"]) as k:
            p = self.b.sub(self.b.sub(self.a["products"], LONG(1)), k)
            to = self._number_of_product(p)
            pair = self._pair("product", p)
            for j in range(self.count):
                s = self.slot("s", to, j)
                for this, other in (pair, pair[::-1]):
                    self.add_to_slot("s", this, j, (s, self.slot("v", other, j)))
                    if along:
                        steps = (self.slot("ds", to, j), self.slot("v", other, j)), (s, self.slot("dv", other, j))
                        self.add_to_slot("ds", this, j, *steps)

    def write_slopes(self, area: str, name: str) -> None:
        """The derivatives by the variables."""
        with self.code.loop(LONG(0), self.a["variables"]) as i:
            for j in range(self.count):
                value = self.slot(area, self.b.add(i, LONG(1)), j)
                self.code.put_channels(value, self._of_point(name, i, "variables", j), self.mask)

    @contextmanager
    def each_row(self) -> Iterator[tuple[Value, Entries]]:
        """Loop over rows k of the output: k, and a loop over its entries (number, coefficient, l, v)."""
        with self.code.loop(LONG(0), self.a["rows"]) as row:
            bounds = [self.code.long_at(self.a["start"], self.b.add(row, LONG(i))) for i in (0, 1)]

            @contextmanager
            def entries() -> Iterator[tuple[Value, Value, Value, Value]]:
                with self.code.loop(*bounds) as at:
                    yield at, self.coefficient("c", at), *self._pair("entry", at)

            yield row, entries

    def _pair(self, table: str, i: Value) -> tuple[Value, Value]:
        twice = self.b.mul(i, LONG(2))
        return self.code.long_at(self.a[table], twice), self.code.long_at(self.a[table], self.b.add(twice, LONG(1)))

    def _number_of_product(self, p: Value) -> Value:
        return self.b.add(self.b.add(p, self.a["variables"]), LONG(1))
