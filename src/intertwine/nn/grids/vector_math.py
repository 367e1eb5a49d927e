"""Functions of a real number and their slopes as machine code, on W numbers at once."""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir

from ..points.fused_code import Code


def function_and_slope(code: Code, name: str, u: Any) -> tuple[Any, Any]:
    """f(u) and f'(u); LLVM drops the one that is not used."""
    b, zero, one = code.b, code.constant(0.0), code.constant(1.0)
    if name == "relu":
        below = b.fcmp_ordered("<=", u, zero)  # what is not a number stays so
        return b.select(below, zero, u), b.select(below, zero, one)
    if name == "elu":
        above, power = b.fcmp_ordered(">", u, zero), exponential(code, u)
        return b.select(above, u, b.fsub(power, one)), b.select(above, one, power)
    if name == "tanh":
        value = b.fsub(b.fmul(code.constant(2.0), logistic(code, b.fmul(code.constant(2.0), u))), one)
        return value, b.fsub(one, b.fmul(value, value))
    part = logistic(code, u)
    rest = b.fsub(one, part)
    if name == "sigmoid":
        return part, b.fmul(part, rest)
    return b.fmul(u, part), b.fmul(part, code.multiply_add(u, rest, one))  # silu


def logistic(code: Code, u: Any) -> Any:
    """1 / (1 + exp(-u))."""
    one = code.constant(1.0)
    return code.b.fdiv(one, code.b.fadd(one, exponential(code, code.b.fneg(u))))


def exponential(code: Code, u: Any) -> Any:
    """exp(u) to about one rounding, within the range of normal numbers; beyond it the end of that range.

    u = k log 2 + r with a whole k; exp(r) is its Taylor polynomial, and k is added to the exponent's bits.
    """
    b, single = code.b, code.itemsize == 4
    mantissa, terms, low, high = (23, 7, -87.3, 88.3) if single else (52, 13, -708.0, 709.0)
    for bound, sign in ((low, "<"), (high, ">")):
        u = b.select(b.fcmp_ordered(sign, u, code.constant(bound)), code.constant(bound), u)
    shift = code.constant(1.5 * 2.0**mantissa)  # so large a number keeps no fraction
    shifted = code.multiply_add(u, code.constant(math.log2(math.e)), shift)
    k = b.fsub(shifted, shift)
    head = math.ldexp(round(math.ldexp(math.log(2), 12)), -12)  # few digits: k times it is exact
    rest = math.log(2) - head
    r = code.multiply_add(k, code.constant(-head), u)
    r = code.multiply_add(k, code.constant(-rest), r)
    value = code.constant(1 / math.factorial(terms))
    for n in reversed(range(terms)):
        value = code.multiply_add(value, r, code.constant(1 / math.factorial(n)))
    whole = ir.VectorType(ir.IntType(8 * code.itemsize), code.width)
    power = b.shl(b.bitcast(shifted, whole), ir.Constant(whole, [mantissa] * code.width))
    scaled = b.bitcast(b.add(b.bitcast(value, whole), power), code.vector)
    return b.fadd(scaled, b.fsub(u, u))  # what is not a number stays so


def square_root(code: Code, u: Any) -> Any:
    name = f"llvm.sqrt.v{code.width}f{8 * code.itemsize}"
    return code.b.call(code._intrinsic(name, ir.FunctionType(code.vector, [code.vector])), [u])
