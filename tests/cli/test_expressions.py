"""Groups, representations and actions as text: they mean what they say, and garbage is never run."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intertwine.actions import Pictures, Points, Trivial, Vectors
from intertwine.cli.actions import parse_action
from intertwine.cli.catalogue import CATALOGUE
from intertwine.cli.expressions import MAX_DIMENSION, parse_group, parse_representation
from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, Cube, D, Lorentz, O, R, S, semidirect, wreath
from intertwine.groups.products import Product
from intertwine.representations import alt, pixels, sym

GROUPS = {
    "SO(3)": SO(3),
    "SO3": SO(3),
    "C4": C(4),
    "D(4)*C(2)": D(4) * C(2),
    "SO(3) x S(5)": SO(3) * S(5),
    "O(1,3)": O(1, 3),
    "Lorentz": Lorentz(),
    "Cube(full=True)": Cube(full=True),
    "wreath(C(2), S(3))": wreath(C(2), S(3)),
    "semidirect(R(2), O(2))": semidirect(R(2), O(2)),
    "(C(2) * C(2)) * C(3)": C(2) * C(2) * C(3),
}
G, V = SO(3), SO(3).vector
REPRESENTATIONS = {
    "V": V,
    "1": G.trivial,
    "4": 4 * G.trivial,
    "2*V + V*V": 2 * V + V * V,
    "V*2": 2 * V,
    "2*3*V": 6 * V,
    "V**3": V**3,
    "V^2 + 1": V**2 + G.trivial,
    "8x1 + 4xV": 8 * G.trivial + 4 * V,
    "sym(V, 2)": sym(V, 2),
    "alt(V,2)": alt(V, 2),
    "V.dual": V.dual,
    "(V*V).conj": (V * V).conj,
    "adjoint": G.adjoint,
}


@pytest.mark.parametrize(("text", "group"), GROUPS.items())
def test_groups(text: str, group: object) -> None:
    assert parse_group(text) == group


@pytest.mark.parametrize("group", GROUPS.values(), ids=str)
def test_what_a_group_prints_can_be_typed(group: object) -> None:
    assert parse_group(repr(group)) == group


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)
def test_every_example_of_the_catalogue(entry) -> None:
    group = parse_group(entry.example)
    assert bool(group.contains(group.identity).all())


@pytest.mark.parametrize(("text", "rho"), REPRESENTATIONS.items())
def test_representations(text: str, rho: object) -> None:
    assert parse_representation(text, G) == rho


@pytest.mark.parametrize("rho", REPRESENTATIONS.values(), ids=str)
def test_what_a_representation_prints_can_be_typed(rho: object) -> None:
    assert parse_representation(repr(rho), G) == rho


def test_the_factors_of_a_product() -> None:
    product = Product([SO(3), S(4)])
    assert parse_representation("V[1] + V[2]", product) == product.lift(SO(3).vector) + product.lift(S(4).vector)
    assert parse_representation("V", product) == product.vector
    squared = product.lift(SO(3).vector ** 2)
    assert parse_representation("(V*V)[1]", product) == product.lift(SO(3).vector * SO(3).vector)
    for rho in (squared, product.lift(S(4).vector)):
        assert parse_representation(repr(rho), product) == rho
    with pytest.raises(IntertwineError, match="between 1 and 2"):
        parse_representation("V[3]", product)
    with pytest.raises(IntertwineError, match="is none"):
        parse_representation("V[1]", SO(3))


def test_irreducible_representations() -> None:
    assert parse_representation("irrep(2)", SO(3)) == SO(3).irrep(2)
    assert parse_representation('irrep("3bar")', SU(3)) == SU(3).irrep("3bar")
    assert parse_representation("2*irrep(1, 0) + V", SU(3)) == 2 * SU(3).irrep((1, 0)) + SU(3).vector
    for text in ("irrep()", "irrep(V)", "irrep(100)", "irrep(1, 2, 3)", "irrep('x')", "irrep('99999')"):
        with pytest.raises(IntertwineError):
            parse_representation(text, SO(3))


def test_other_names() -> None:
    assert parse_representation("regular", C(4)) == C(4).regular
    assert parse_representation("pixels(8, 8)", C(4)) == pixels(C(4), (8, 8))
    assert parse_representation(repr(pixels(C(4), (8, 8))), C(4)) == pixels(C(4), (8, 8))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SO(3)*So(2)", "Did you mean SO"),
        ("SO(3) + SO(2)", "a group is a name"),
        ("SO()", "write it as SO"),
        ("SO(99)", "between 0 and 32"),
        ("SO(-1)", "whole number"),
        ("SO(3.0)", "whole number"),
        ("SO(True)", "whole number"),
        ("C(0)", "n >= 1"),
        ("Cube(full=2)", "switch"),
        ("semidirect(R(2), O(3))", "2-dimensional"),
        ("presentation(3)", "quoted"),
        ("V", "there is no group"),
    ],
)
def test_mistakes_in_groups(text: str, message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        parse_group(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("W", "there is no representation"),
        ("V - V", "a representation is made of"),
        ("V**0", "between 1"),
        ("V**V", "whole number"),
        ("V**16", "at most"),
        ("V.dim", "a representation is made of"),
        ("sym(V)", "two arguments"),
        ("0*V", "between 1"),
        ("[V for V in V]", "a representation is made of"),
        ("regular", "finite|elements"),
    ],
)
def test_mistakes_in_representations(text: str, message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        parse_representation(text, G)


def test_actions() -> None:
    group = C(4)
    assert isinstance(parse_action("trivial", group), Trivial)
    vectors = parse_action("vectors(2*V + 1)", group)
    assert isinstance(vectors, Vectors)
    assert vectors.rho == 2 * group.vector + group.trivial
    pictures = parse_action("pictures(bilinear)", group)
    assert isinstance(pictures, Pictures)
    assert pictures.method == "bilinear"
    assert isinstance(parse_action("points(V)", G), Points)


@pytest.mark.parametrize("text", ["vectors", "pictures(cubic)", "picture", "vectors(V, V)", "trivial(V)", "3", "sets"])
def test_mistakes_in_actions(text: str) -> None:
    with pytest.raises(IntertwineError):
        parse_action(text, SO(3))


ATOMS = [
    *"V12x()*+,[] ",
    "**",
    ".dual",
    ".conj",
    ".__class__",
    "SO(3)",
    "C4",
    "regular",
    "sym",
    "alt",
    "irrep",
    "pixels",
    "os",
]
ATOMS += ["'a'", "99999999999", "lambda: 0", "__import__('os').remove('marker')"]


@given(st.lists(st.sampled_from(ATOMS), max_size=12).map("".join) | st.text(max_size=30))
def test_garbage_is_refused_and_never_run(text: str) -> None:
    """Whatever is typed, the only outcomes are a mathematical object of bounded size and IntertwineError."""
    for parse in (parse_group, lambda t: parse_representation(t, C(4)), lambda t: parse_action(t, C(4))):
        try:
            value = parse(text)
        except IntertwineError:
            continue
        assert getattr(value, "dim", 0) <= MAX_DIMENSION


def test_an_expression_cannot_reach_python(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "marker").touch()
    for text in ("__import__('os').remove('marker')", "SO(__import__('os').remove('marker'))", "V.__class__.__mro__"):
        with pytest.raises(IntertwineError):
            parse_group(text)
        with pytest.raises(IntertwineError):
            parse_representation(text, G)
    assert os.path.exists("marker")
