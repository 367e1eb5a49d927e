"""Text to a syntax tree, with errors that point at the place. Nothing here, or built on it, evaluates code."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from ..errors import IntertwineError

T = TypeVar("T")

MAX_LENGTH = 400
"""Characters in one expression, far above what a person writes."""

_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
_SYMBOLS = str.maketrans({"×": "*", "⊗": "*", "·": "*", "⊕": "+", "−": "-", "\t": " ", "\n": " "})
_TIMES = re.compile(r"(?<=[\s)\d])x(?=[\s(\w])")
"""An x between two terms, as in "SO(3) x S(5)" and in the printed form "8x1 + 4xV"."""
_WREATH = re.compile(r"\bwr\b")


@dataclass(frozen=True)
class Source:
    """One expression: what it should be, its text with the usual symbols replaced, and its syntax tree."""

    kind: str
    text: str
    tree: ast.expr

    def error(self, node: ast.AST, message: str) -> IntertwineError:
        """What to raise, with a caret under `node`."""
        return _error(self.kind, self.text, message, *_span(node))

    def attempt(self, node: ast.AST, build: Callable[..., T], *arguments: Any, **keywords: Any) -> T:
        """Call a constructor of the library; its complaint is shown with the place it is about."""
        try:
            return build(*arguments, **keywords)
        except IntertwineError as error:
            raise self.error(node, str(error)) from None
        except RecursionError:
            raise self.error(node, "this is too large to build") from None

    def unknown(self, node: ast.AST, name: str, known: list[str], what: str) -> IntertwineError:
        """What to raise for a name nobody knows, with the nearest known one."""
        by_case = {candidate.lower(): candidate for candidate in known}
        near = get_close_matches(name.lower(), by_case, n=1, cutoff=0.6)
        hint = f" Did you mean {by_case[near[0]]}?" if near else ""
        return self.error(node, f"there is no {what} called {name}.{hint} Known: {', '.join(known)}")

    def integer(self, node: ast.AST, low: int, high: int, what: str) -> int:
        """The integer literal at `node`, between low and high."""
        if not isinstance(node, ast.Constant) or type(node.value) is not int:
            raise self.error(node, f"{what} must be a whole number")
        if not low <= node.value <= high:
            raise self.error(node, f"{what} must be between {low:,} and {high:,}, got {node.value}")
        return node.value


def read(text: str, kind: str) -> Source:
    """Parse one expression.

    Args:
        text: Python's arithmetic, where "x", "×" and "⊗" also multiply, "⊕" adds, "^" is a power, and, so that what a
            group prints can be typed, "|x" and "wr" stand for a semidirect and a wreath product.
        kind: what it describes, for messages ("group", "representation").

    Raises:
        IntertwineError: when the text is not one expression of that syntax.
    """
    if len(text) > MAX_LENGTH:
        raise IntertwineError(f"a {kind} of {len(text):,} characters is too long to read (at most {MAX_LENGTH})")
    plain = "".join(_normalize(part) for part in _QUOTED.split(text)).strip()
    if not plain:
        raise IntertwineError(f"the {kind} is empty")
    for place, character in enumerate(plain):
        if not (character.isascii() and character.isprintable()) or character == "\\":
            raise _error(kind, plain, f"the character {character!r} has no meaning here", place, place + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(plain, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = min(max((getattr(error, "offset", None) or 1) - 1, 0), len(plain))
        raise _error(kind, plain, f"this is not an expression ({error.args[0]})", place, place + 1) from None
    return Source(kind, plain, tree.body)


def _normalize(part: str) -> str:
    if part[:1] in ("'", '"'):
        return part
    plain = part.translate(_SYMBOLS).replace("|x ", "@ ")
    return _WREATH.sub("//", _TIMES.sub("*", plain)).replace("^", "**")


def _span(node: ast.AST) -> tuple[int, int]:
    start = getattr(node, "col_offset", 0)
    return start, getattr(node, "end_col_offset", start + 1)


def _error(kind: str, text: str, message: str, start: int, end: int) -> IntertwineError:
    marker = " " * start + "^" + "~" * max(end - start - 1, 0)
    return IntertwineError(f"cannot read the {kind}\n    {text}\n    {marker}\n{message}")
