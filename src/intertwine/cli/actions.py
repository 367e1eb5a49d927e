"""Actions written as text: "pictures", "pictures(bilinear)", "vectors(2*V + V*V)", "points(V)", "trivial"."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ..actions import Action, Graphs, Pictures, Points, Sets, Shifts, Trivial, Vectors, Volumes
from ..groups.base import Group
from .expressions import representation
from .syntax import Source, read

_METHODS = ("exact", "fft", "bilinear")


@dataclass(frozen=True)
class _Rule:
    """What may stand in the brackets: a representation, one of some words, or nothing."""

    build: Callable[..., Action]
    takes: Literal["representation", "word", "nothing"] = "nothing"
    words: tuple[str, ...] = ()
    required: bool = False


_RULES = {
    "trivial": _Rule(Trivial),
    "vectors": _Rule(lambda group, rho: Vectors(rho), "representation", required=True),
    "pictures": _Rule(Pictures, "word", _METHODS),
    "volumes": _Rule(Volumes, "word", _METHODS),
    "shifts": _Rule(Shifts, "word", ("cyclic", "zero")),
    "points": _Rule(Points, "representation"),
    "sets": _Rule(Sets),
    "graphs": _Rule(Graphs),
}


def parse_action(text: str, group: Group) -> Action:
    """The action of `group` that `text` describes: a kind of data, and in brackets how it moves.

    Raises:
        IntertwineError: with a caret under the part that has no meaning.

    Example:
        >>> parse_action("vectors(2*V)", tw.SO(3))
        Vectors(SO(3), 2xV)
    """
    source = read(text, "action")
    match source.tree:
        case ast.Name(id=name):
            node, arguments = source.tree, []
        case ast.Call(func=ast.Name(id=name) as node, args=arguments, keywords=[]):
            pass
        case _:
            raise source.error(
                source.tree, f"an action is one of {', '.join(_RULES)}, as in vectors(V) or pictures(fft)"
            )
    if name not in _RULES:
        raise source.unknown(node, name, list(_RULES), "action")
    rule = _RULES[name]
    most = 0 if rule.takes == "nothing" else 1
    if not int(rule.required) <= len(arguments) <= most:
        raise source.error(source.tree, f"{name} takes {_expected(rule)} in its brackets")
    return source.attempt(source.tree, rule.build, group, *(_argument(source, a, rule, group) for a in arguments))


def _argument(source: Source, node: ast.expr, rule: _Rule, group: Group) -> Any:
    if rule.takes == "representation":
        return representation(source, node, group)
    if isinstance(node, ast.Name) and node.id in rule.words:
        return node.id
    raise source.error(node, f"this should be {_expected(rule)}")


def _expected(rule: _Rule) -> str:
    what = {"representation": "a representation", "word": "one of " + ", ".join(rule.words), "nothing": "nothing"}
    return what[rule.takes] if rule.required or rule.takes == "nothing" else f"nothing, or {what[rule.takes]}"
