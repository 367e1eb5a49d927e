"""Machine code: LLVM's assembly written out by small functions, and compiled in this process.

One vector register holds the same number for W channels (or for W edges, while couplings are folded into matrices).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

LONG, POINTER = ir.IntType(64), ir.PointerType()
VECTOR_BYTES = 64


class Code:
    """What writes one function: an LLVM builder with loops, and the types of one precision."""

    def __init__(self, itemsize: int, masked: bool):
        self.itemsize, self.masked = itemsize, masked
        self.number = ir.FloatType() if itemsize == 4 else ir.DoubleType()
        self.width = VECTOR_BYTES // itemsize
        self.vector = ir.VectorType(self.number, self.width)
        self.module = ir.Module()

    def begin(
        self, name: str, sizes: Sequence[str], pointers: Sequence[str], own: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Open the function; its arguments by name. Those of sizes begin with "first" and "last"; `own` are the
        pointers to memory that every thread has for itself."""
        kinds = [LONG] * len(sizes) + [POINTER] * len(pointers)
        function = ir.Function(self.module, ir.FunctionType(ir.VoidType(), kinds), name)
        names = [*sizes, *pointers]
        self.own = {names.index(pointer) for pointer in own}
        for argument in function.args[len(sizes) :]:
            argument.add_attribute("noalias")
        self.entry = function.append_basic_block()
        self.b = ir.IRBuilder(self.entry)
        return dict(zip(names, function.args, strict=True))

    @contextmanager
    def loop(self, start: Any, stop: Any, step: int = 1) -> Iterator[Any]:
        """`for i in range(start, stop, step)`."""
        b = self.b
        before = b.block
        head, body, after = (b.append_basic_block() for _ in range(3))
        b.branch(head)
        b.position_at_end(head)
        i = b.phi(LONG)
        i.add_incoming(start, before)
        b.cbranch(b.icmp_signed("<", i, stop), body, after)
        b.position_at_end(body)
        yield i
        i.add_incoming(b.add(i, LONG(step)), b.block)
        b.branch(head)
        b.position_at_end(after)

    def local(self, kind: Any) -> Any:
        """A variable, which LLVM keeps in a register."""
        with self.b.goto_entry_block():
            return self.b.alloca(kind)

    def variables(self, values: Sequence[Any]) -> list[Any]:
        """Variables of one vector each."""
        found = [self.local(self.vector) for _ in values]
        for variable, value in zip(found, values, strict=True):
            self.b.store(value, variable)
        return found

    def add_to(self, variable: Any, a: Any, b: Any) -> None:
        """variable += a b."""
        self.b.store(self.multiply_add(a, b, self.b.load(variable, typ=self.vector)), variable)

    def at(self, base: Any, *offsets: Any) -> Any:
        """The address base + offsets, counted in numbers."""
        for offset in offsets:
            base = self.b.gep(base, [offset], source_etype=self.number)
        return base

    def long_at(self, base: Any, index: Any) -> Any:
        return self.b.load(self.b.gep(base, [index], source_etype=LONG), typ=LONG)

    def load(self, address: Any) -> Any:
        """A vector that needs no alignment."""
        return self.b.load(address, typ=self.vector, align=self.itemsize)

    def store(self, value: Any, address: Any) -> None:
        self.b.store(value, address, align=self.itemsize)

    def prefetch(self, address: Any, write: bool) -> None:
        """Ask for the memory there, which will be needed soon."""
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [POINTER, number, number, number])
        arguments = [address, number(int(write)), number(3), number(1)]  # into the nearest cache, as data
        self.b.call(self._intrinsic("llvm.prefetch.p0", kind), arguments)

    def channels(self, address: Any, mask: Any) -> Any:
        """W channels, or zeros beyond the last one."""
        if mask is None:
            return self.load(address)
        name = f"llvm.masked.load.v{self.width}f{8 * self.itemsize}.p0"
        kind = ir.FunctionType(self.vector, [POINTER, ir.IntType(32), mask.type, self.vector])
        zero = ir.Constant(self.vector, None)
        return self.b.call(self._intrinsic(name, kind), [address, ir.IntType(32)(self.itemsize), mask, zero])

    def put_channels(self, value: Any, address: Any, mask: Any) -> None:
        if mask is None:
            self.store(value, address)
            return
        name = f"llvm.masked.store.v{self.width}f{8 * self.itemsize}.p0"
        kind = ir.FunctionType(ir.VoidType(), [self.vector, POINTER, ir.IntType(32), mask.type])
        self.b.call(self._intrinsic(name, kind), [value, address, ir.IntType(32)(self.itemsize), mask])

    def mask(self, left: Any) -> Any:
        """Which of W channels exist, when `left` are left; None where that is always all of them."""
        return self.lanes(left) if self.masked else None

    def lanes(self, left: Any) -> Any:
        """Which of W places come before `left`."""
        lanes = ir.Constant(ir.VectorType(LONG, self.width), list(range(self.width)))
        return self.b.icmp_signed("<", lanes, self._spread(left, LONG))

    def all_or_none(self, condition: Any) -> Any:
        """A condition in all places of a mask."""
        return self._spread(condition, ir.IntType(1))

    def row_sums(self, vectors: list[Any]) -> Any:
        """The sum over the places of each of W vectors, as one vector."""
        even, odd = (
            ir.Constant(ir.VectorType(ir.IntType(32), self.width), [2 * i + shift for i in range(self.width)])
            for shift in (0, 1)
        )
        while len(vectors) > 1:
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [
                self.b.fadd(self.b.shuffle_vector(p, q, even), self.b.shuffle_vector(p, q, odd)) for p, q in pairs
            ]
        return vectors[0]

    def splat(self, address: Any) -> Any:
        """One number in all places of a vector."""
        return self._spread(self.b.load(address, typ=self.number, align=self.itemsize), self.number)

    def constant(self, value: float) -> Any:
        """A number in all places of a vector."""
        return ir.Constant(self.vector, [value] * self.width)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c, in one instruction where the processor has it."""
        product = self.b.fmul(a, b, flags=("contract",))  # pyright: ignore[reportCallIssue]
        return self.b.fadd(product, c, flags=("contract",))  # pyright: ignore[reportCallIssue]

    def zero(self, address: Any, vectors: Any) -> None:
        with self.loop(LONG(0), vectors) as i:
            self.store(ir.Constant(self.vector, None), self.at(address, self.b.mul(i, LONG(self.width))))

    def _spread(self, value: Any, kind: Any) -> Any:
        wide = ir.VectorType(kind, self.width)
        one = self.b.insert_element(ir.Constant(wide, ir.Undefined), value, ir.IntType(32)(0))
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [0] * self.width)
        return self.b.shuffle_vector(one, ir.Constant(wide, ir.Undefined), lanes)

    def _intrinsic(self, name: str, kind: Any) -> Any:
        return self.module.globals.get(name) or ir.Function(self.module, kind, name)


@lru_cache(maxsize=1)
def _target() -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )


_engines: list[llvm.ExecutionEngine] = []


def compiled(code: Code, name: str) -> Callable[..., None]:
    """The finished function; sizes and addresses are passed as integers, and the interpreter's lock is let go."""
    kinds = code.module.globals[name].function_type.args
    prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_int64 if k is LONG else ctypes.c_void_p for k in kinds])
    return prototype(_address(code, name))


def compiled_for_team(code: Code, name: str) -> Callable[[int], None]:
    """The finished function as `team.run` calls it: all arguments stand in memory, at the address passed."""
    _write_shares(code, name)
    return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_address(code, "shares"))


def _address(code: Code, name: str) -> int:
    code.module.triple = _target().triple
    module = llvm.parse_assembly(str(code.module))
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = False
    passes = llvm.create_pass_builder(_target(), options)
    passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, _target())
    engine.finalize_object()
    _engines.append(engine)  # which holds the code
    return engine.get_function_address(name)


def _write_shares(code: Code, name: str) -> None:
    """The function that a thread runs: it takes a seat, and shares until none are left; see `team.run`."""
    b, inner = code.b, code.module.globals[name]
    inner.linkage = "internal"
    function = ir.Function(code.module, ir.FunctionType(ir.VoidType(), [POINTER]), "shares")
    (numbers,) = function.args
    b.position_at_end(function.append_basic_block())

    def place(index: int) -> Any:
        return b.gep(numbers, [LONG(index)], source_etype=LONG)

    seat = b.atomic_rmw("add", place(1), LONG(1), "monotonic")
    number, share, room = (b.load(place(index), typ=LONG) for index in (2, 3, 4))
    shift = b.mul(seat, room)
    arguments = []
    for index, kind in enumerate(inner.function_type.args[2:]):
        value = b.load(place(5 + index), typ=kind)
        own = index + 2 in code.own
        arguments.append(b.gep(value, [shift], source_etype=ir.IntType(8)) if own else value)
    head, body, after = (b.append_basic_block() for _ in range(3))
    b.branch(head)
    b.position_at_end(head)
    first = b.atomic_rmw("add", place(0), share, "monotonic")
    b.cbranch(b.icmp_signed("<", first, number), body, after)
    b.position_at_end(body)
    end = b.add(first, share)
    last = b.select(b.icmp_signed("<", end, number), end, number)
    b.call(inner, [first, last, *arguments])
    b.branch(head)
    b.position_at_end(after)
    b.ret_void()
