"""Groups and representations written as text, for the command line and for configuration files.

Groups: "SO(3)", "C4", "D(4)*C(2)", "SO(3) x S(5)", "O(1,3)", "semidirect(R(2), O(2))", "Cube(full=True)".
Representations: "2*V + V*V", "8x1 + 4xV", "V**3", "sym(V, 2)", "alt(V, 2)", "V.dual", "V.conj", "regular", "adjoint",
"irrep(2)", and "V[1] + V[2]" for the vectors of the factors of a direct product.
"""

from __future__ import annotations

import ast
import inspect
import re
from operator import add, mul, pow
from typing import Any

from ..groups.base import Group
from ..groups.products import Product
from ..representations import alt, pixels, sym
from ..representations.base import Representation
from .catalogue import CATALOGUE, Entry
from .syntax import Source, read

MAX_DIMENSION = 1_000_000
"""The largest representation an expression may name; a slip such as V**12 is caught before it fills the memory."""
MAX_POWER = 16
MAX_LABEL = 99
"""The largest spin, charge or Dynkin label of an irreducible representation."""

_SHORT = re.compile(r"([A-Za-z]+?)(\d+)")
"""C4 for C(4)."""
_NAMED = {"V": "vector", "vector": "vector", "trivial": "trivial", "regular": "regular", "adjoint": "adjoint"}
_NAMED |= {"points": "points"}
_FUNCTIONS = ["sym", "alt", "irrep", "pixels"]


def parse_group(text: str) -> Group:
    """The group that `text` describes.

    Raises:
        IntertwineError: with a caret under the part that has no meaning.

    Example:
        >>> parse_group("D(4) x C2")
        D(4) x C(2)
    """
    source = read(text, "group")
    return _group(source, source.tree)


def parse_representation(text: str, group: Group) -> Representation:
    """The representation of `group` that `text` describes; V is `group.vector`, a number n is n copies of trivial.

    Raises:
        IntertwineError: with a caret under the part that has no meaning.

    Example:
        >>> parse_representation("2*V + V**2", parse_group("SO(3)")).dim
        15
    """
    source = read(text, "representation")
    return representation(source, source.tree, group)


# --- groups -----------------------------------------------------------------------------------------------------------


def _group(source: Source, node: ast.expr) -> Group:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return source.attempt(node, mul, _group(source, left), _group(source, right))
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return _build(source, node, CATALOGUE["semidirect"], [_group(source, left), _group(source, right)], {})
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            return _build(source, node, CATALOGUE["wreath"], [_group(source, left), _group(source, right)], {})
        case ast.Name(id=name):
            return _short(source, node, name)
        case ast.Call(func=ast.Name(id=name)) if name in CATALOGUE:
            return _call(source, node, CATALOGUE[name])
        case ast.Call(func=ast.Name(id=name)):
            raise source.unknown(node.func, name, list(CATALOGUE), "group")
    raise source.error(node, "a group is a name such as SO(3), or a product of groups such as D(4)*C(2)")


def _short(source: Source, node: ast.Name, name: str) -> Group:
    """`Rubik` for `Rubik()` and `C4` for `C(4)`."""
    if name in CATALOGUE:
        return _build(source, node, CATALOGUE[name], [], {})
    short = _SHORT.fullmatch(name)
    if short is None or CATALOGUE.get(short[1], CATALOGUE["Rubik"]).largest == 0:
        raise source.unknown(node, name, list(CATALOGUE), "group")
    entry = CATALOGUE[short[1]]
    n = source.integer(ast.copy_location(ast.Constant(int(short[2])), node), 0, entry.largest, f"n in {entry.example}")
    return _build(source, node, entry, [n], {})


def _call(source: Source, node: ast.Call, entry: Entry) -> Group:
    arguments = [_argument(source, argument, entry) for argument in node.args]
    flags = {}
    for keyword in node.keywords:
        if keyword.arg is None or not isinstance(keyword.value, ast.Constant) or type(keyword.value.value) is not bool:
            raise source.error(keyword, "a named argument is a switch, such as full=True")
        flags[keyword.arg] = keyword.value.value
    return _build(source, node, entry, arguments, flags)


def _argument(source: Source, node: ast.expr, entry: Entry) -> Any:
    if entry.takes == "groups":
        return _group(source, node)
    if entry.takes == "integers":
        return source.integer(node, 0, entry.largest, f"each argument of {entry.name}")
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise source.error(node, f"{entry.name} takes quoted text, as in {entry.example}")
    return node.value


def _build(source: Source, node: ast.AST, entry: Entry, arguments: list[Any], flags: dict[str, bool]) -> Group:
    try:
        inspect.signature(entry.build).bind(*arguments, **flags)
    except TypeError as error:
        raise source.error(node, f"{error}; write it as {entry.example}") from None
    return source.attempt(node, entry.build, *arguments, **flags)


# --- representations --------------------------------------------------------------------------------------------------


def representation(source: Source, node: ast.expr, group: Group) -> Representation:
    """The representation at `node` of a larger expression."""
    value = _value(source, node, group)
    if isinstance(value, int):
        return source.attempt(node, mul, value, group.trivial)
    return value


def _value(source: Source, node: ast.expr, group: Group) -> Representation | int:
    """A representation, or a whole number that still waits for what it multiplies."""
    value = _compose(source, node, group)
    size = value if isinstance(value, int) else value.dim
    if size > MAX_DIMENSION:
        raise source.error(node, f"this has dimension {size:,}; at most {MAX_DIMENSION:,} is allowed here")
    return value


def _compose(source: Source, node: ast.expr, group: Group) -> Representation | int:
    match node:
        case ast.Constant():
            return source.integer(node, 1, MAX_DIMENSION, "a multiplicity")
        case ast.Name(id=name) if name in _NAMED:
            return source.attempt(node, getattr, group, _NAMED[name])
        case ast.Name(id=name):
            raise source.unknown(node, name, [*_NAMED, *_FUNCTIONS], "representation")
        case ast.Subscript():
            return _lifted(source, node, group)
        case ast.Attribute(value=inner, attr="dual" | "conj" as name):
            return source.attempt(node, getattr, representation(source, inner, group), name)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return source.attempt(node, add, *(representation(source, side, group) for side in (left, right)))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _times(source, node, _value(source, left, group), _value(source, right, group))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, power = representation(source, left, group), source.integer(right, 1, MAX_POWER, "a tensor power")
            _check_power(source, node, base.dim, power)
            return source.attempt(node, pow, base, power)
        case ast.Call(func=ast.Name(id=name)):
            return _function(source, node, name, group)
    raise source.error(
        node, f"a representation is made of {', '.join([*_NAMED, *_FUNCTIONS])}, numbers, +, *, **, .dual and .conj"
    )


def _lifted(source: Source, node: ast.Subscript, group: Group) -> Representation:
    """`rho[k]`: a representation of the k-th factor of a direct product, counted from 1."""
    if not isinstance(group, Product):
        raise source.error(node, f"[k] picks a factor of a direct product, and {group} is none")
    place = source.integer(node.slice, 1, len(group.factors), f"a factor of {group}") - 1
    rho = representation(source, node.value, group.factors[place])
    return source.attempt(node, group.lift, rho, place)


def _times(source: Source, node: ast.AST, a: Representation | int, b: Representation | int) -> Representation | int:
    """Multiplicity, product of numbers, or tensor product."""
    if isinstance(b, int) and not isinstance(a, int):
        a, b = b, a
    return source.attempt(node, mul, a, b)


def _check_power(source: Source, node: ast.AST, dim: int, power: int) -> None:
    if dim**power > MAX_DIMENSION:
        size = f"{dim:,}^{power} = {dim**power:,}"
        raise source.error(node, f"this has dimension {size}; at most {MAX_DIMENSION:,} is allowed here")


def _function(source: Source, node: ast.Call, name: str, group: Group) -> Representation:
    if name not in _FUNCTIONS:
        raise source.unknown(node.func, name, [*_NAMED, *_FUNCTIONS], "representation")
    if name == "irrep":
        return _irrep(source, node, group)
    arguments = node.args
    match arguments:
        case [ast.BinOp(left=left, op=ast.Mult(), right=right)] if name == "pixels":  # as it prints, pixels(8x8)
            arguments = [left, right]
    if len(arguments) != 2 or node.keywords:
        example = "pixels(8, 8)" if name == "pixels" else f"{name}(V, 2)"
        raise source.error(node, f"{name} takes two arguments, as in {example}")
    first, second = arguments
    if name == "pixels":
        shape = tuple(source.integer(side, 1, 1000, "a side of the picture") for side in arguments)
        return source.attempt(node, pixels, group, shape)
    base, power = representation(source, first, group), source.integer(second, 1, MAX_POWER, "the power")
    _check_power(source, node, base.dim, power)
    return source.attempt(node, sym if name == "sym" else alt, base, power)


def _irrep(source: Source, node: ast.Call, group: Group) -> Representation:
    """`irrep(2)` or `irrep("3bar")` by name, spin or dimension; `irrep(1, 0)` by highest weight."""
    match node.args:
        case []:
            raise source.error(node, 'irrep takes a name or labels, as in irrep(2), irrep("3bar") or irrep(1, 0)')
        case [ast.Constant(value=str(name))]:
            return source.attempt(node, group.irrep, name)
        case [label]:
            return source.attempt(node, group.irrep, source.integer(label, 0, MAX_LABEL, "a label"))
        case labels:
            weight = tuple(source.integer(label, 0, MAX_LABEL, "a label") for label in labels)
            return source.attempt(node, group.irrep, weight)
