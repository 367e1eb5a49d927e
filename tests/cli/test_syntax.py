"""The text reader: what it accepts, where its errors point, and that nothing but IntertwineError comes out."""

from __future__ import annotations

import ast
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intertwine.cli.syntax import MAX_LENGTH, read
from intertwine.errors import IntertwineError


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("SO(3) x S(5)", "SO(3) * S(5)"),
        ("D(4)×C(2)", "D(4)*C(2)"),
        ("8x1 + 4xV", "8*1 + 4*V"),
        ("V⊗V ⊕ V", "V*V + V"),
        ("V^3", "V**3"),
        ("R(2) |x O(2)", "R(2) @ O(2)"),
        ("C(2) wr S(3)", "C(2) // S(3)"),
        ('presentation("r^4, x^2")', 'presentation("r^4, x^2")'),
        ("  C(4)  ", "C(4)"),
    ],
)
def test_the_usual_symbols_are_read(text: str, plain: str) -> None:
    assert read(text, "group").text == plain


def test_the_caret_stands_under_the_mistake() -> None:
    source = read("SO(3)*Foo(2)", "group")
    assert isinstance(source.tree, ast.BinOp)
    lines = str(source.unknown(source.tree.right, "Foo", ["SO", "Fox"], "group")).splitlines()
    assert lines[1].index("Foo") == lines[2].index("^")
    assert lines[2].count("~") == len("Foo(2)") - 1
    assert "Did you mean Fox?" in lines[3]


REFUSED = ["", "   ", "SO(3", "1 +", "a b", "é(3)", "V\\n", "x" * (MAX_LENGTH + 1), "((((" * 60, "\0"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(IntertwineError):
        read(text, "group")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(IntertwineError):
        assert read(text, "group").text
