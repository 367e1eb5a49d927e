"""Bad input: what is no group is refused, and the message says what to do."""

from __future__ import annotations

import math
import re

import pytest
import torch

import intertwine as tw
from intertwine.errors import IntertwineError

LOOP = [  # closed, with identity, each row and column a permutation, every element its own inverse; yet no group
    [0, 1, 2, 3, 4],
    [1, 0, 3, 4, 2],
    [2, 4, 0, 1, 3],
    [3, 2, 4, 0, 1],
    [4, 3, 1, 2, 0],
]
NAN = float("nan")


def rotation(angle: float) -> list[list[float]]:
    return [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]


@pytest.mark.parametrize(
    ("generators", "message"),
    [
        ([[0, 0, 1]], "generator 0 is not a permutation"),
        ([[1, 2, 0], [0, 1, 3]], "generator 1 is not a permutation"),
        ([[1, 2, 3]], "each of 0 .. 2 must appear once"),
        ([[-1, 0]], "not a permutation"),
        ([[0, 1], [1, 0, 2]], r"different numbers of points: \[2, 3\]"),
        ([[1.0, 0.0]], "not a permutation"),
        ([], r"the trivial group is C\(1\)"),
        ([1, 0], r"got \[1, 0\]"),
        ("ab", "lists of images"),
        (3, "lists of images"),
        ([["a", "b"]], "lists of images"),
    ],
)
def test_permutations(generators: object, message: str) -> None:
    """Images of 0 .. n-1, each once."""
    with pytest.raises(IntertwineError, match=message):
        tw.Group.from_permutations(generators)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matrices", "message"),
    [
        ([[[NAN, 1], [0, 1]]], "finite, invertible"),
        ([[[math.inf, 1], [0, 1]]], "finite, invertible"),
        ([[[0, 1], [0, 1]]], "finite, invertible"),
        ([[[2, 0], [0, 1]]], "eigenvalue of modulus 2"),
        ([[[0.5, 0], [0, 1]]], "eigenvalue of modulus 0.5"),
        ([[[2, 1], [1, 1]]], "never return to the identity"),
        ([rotation(1.0)], "more than 2,000 images"),
        ([[[1, 1], [0, 1]]], "do not close"),
        ([[[1, 0], [0, -1]], [[-1, 3], [0, 1]]], "do not close"),  # two mirrors, and a free product
        ([[[1, 0], [0, -1]], [[2, 1], [-3, -2]]], "grows without bound"),  # two mirrors, and a hyperbolic product
        ([[[0, 1, 0], [1, 0, 0]]], "square matrices"),
        ([[[1j]]], "real matrices"),
        ([1, 2], "square matrices"),
        ([[1, 2], [3]], "cannot read"),
        ("abc", "cannot read"),
        (None, "cannot read"),
    ],
    ids=str,
)
def test_matrices(matrices: object, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Square, finite, invertible, and closed under products."""
    monkeypatch.setattr("intertwine.groups.finite.MAX_ORBIT", 2000)
    with pytest.raises(IntertwineError, match=message):
        tw.Group.from_matrices(matrices)


def test_a_perturbed_generator_is_no_generator() -> None:
    """The cube's turn with an error of 1e-3 generates infinitely many matrices; with 1e-10, the cube."""
    turns = tw.Cube().geometry
    assert turns is not None
    noise = torch.zeros_like(turns)
    noise[0, 0, 1] = 1.0
    with pytest.raises(IntertwineError, match="do not close"):
        tw.Group.from_matrices(turns + 1e-3 * noise)
    assert tw.Group.from_matrices(turns + 1e-10 * noise).order == 24


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (LOOP, r"closed but not associative: \(\d \d\) \d differs from \d \(\d \d\)"),
        ([[1, 0], [1, 0]], "no identity"),
        ([[0, 0], [0, 0]], "no identity"),
        ([[0, 1, 2], [1, 2, 0], [2, 1, 0]], "repeats an entry"),
        ([[0, 1], [1, 1]], "repeats an entry"),  # a monoid
        ([[0, 1], [1, 2]], "0 .. n-1"),
        ([[0, 1], [1, -2]], "0 .. n-1"),
        ([[0, 1]], r"shape \(1, 2\)"),
        ([[0.0, 1.0], [1.0, 0.0]], "0 .. n-1"),
        ([], "0 .. n-1"),
        (3, "0 .. n-1"),
        ([[0, 1], [1]], "cannot read"),
    ],
    ids=str,
)
def test_tables(table: object, message: str) -> None:
    """A Latin square with an identity is not enough: products must be associative."""
    with pytest.raises(IntertwineError, match=message):
        tw.Group.from_table(table)


def test_the_failing_products_are_named() -> None:
    """The message's counterexample is one."""
    with pytest.raises(IntertwineError) as caught:
        tw.Group.from_table(LOOP)
    found = re.search(r"\((\d) (\d)\) (\d) differs from (\d) \((\d) (\d)\)", str(caught.value))
    assert found is not None
    i, j, k, *again = map(int, found.groups())
    assert again == [i, j, k]
    assert LOOP[LOOP[i][j]][k] != LOOP[i][LOOP[j][k]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("r^4, r^3", r"inconsistent: it states \(r\)\^4 = 1, but its relations force \(r\)\^1 = 1"),
        ("a^4, a^6", r"force \(a\)\^2 = 1"),
        ("a^2, b^2, (a b)^3, (b a)^4", "inconsistent"),
        ("a b = b a", "infinite group"),
        ("a^2, b^0", "infinite group"),
        ("r^4 = f", "infinite group"),
        ("r", None),
        ("r^", "cannot read the presentation 'r\\^' at"),
        ("r^x", "cannot read"),
        ("r^4; f^2", "cannot read"),
        ("r^4, f^2)", "unexpected '\\)'"),
        ("(r^4, f^2", "bracket is not closed"),
        ("^2 r", "power without a base"),
        ("(r^2)^2^2", "power without a base"),
        ("", "no generators"),
        ("1, 1", "no generators"),
        ("2r", "cannot read"),
    ],
)
def test_presentations(text: str, message: str | None) -> None:
    """Text that cannot be read, relations that contradict each other, and groups without end."""
    if message is None:
        assert tw.Group.from_presentation(text).order == 1
        return
    with pytest.raises(IntertwineError, match=message):
        tw.Group.from_presentation(text)


def test_an_infinite_group_that_its_abelian_image_does_not_betray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mirrors without a relation between them: the enumeration gives up, and leaves sympy as it was."""
    from sympy.combinatorics.coset_table import CosetTable

    limit = CosetTable.coset_table_max_limit
    monkeypatch.setattr("intertwine.groups.presentation.MAX_COSETS", 300)
    with pytest.raises(IntertwineError, match="do not close within 300 cosets"):
        tw.Group.from_presentation("a^2, b^2")
    assert CosetTable.coset_table_max_limit == limit


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tw.semidirect(tw.Grid(4, 6), tw.C(4)), "square grid"),
        (lambda: tw.semidirect(tw.Grid(4, 4), tw.C(3)), "not integer"),
        (lambda: tw.semidirect(tw.R(3), tw.O(2)), "3-dimensional representation of O"),
        (lambda: tw.semidirect(tw.R(2), tw.O(2), tw.SO(2).vector), r"of O\(2\)"),
        (lambda: tw.semidirect(tw.groups.Power(tw.C(2), 2), tw.C(4), tw.C(4).vector), "permuted"),
        (lambda: tw.wreath(tw.C(2), tw.SO(3)), "points"),
        (lambda: tw.groups.Power(tw.C(2), 0), "m >= 1"),
        (lambda: (tw.SO(3) * tw.SO(3)).lift(tw.SO(3).vector), r"factors \[0, 1\]"),
        (lambda: (tw.SO(3) * tw.S(3)).lift(tw.S(4).vector), "no factor"),
        (lambda: (tw.SO(3) * tw.S(3)).lift(tw.S(3).vector, 0), r"factors \[1\]"),
        (lambda: tw.SO(3).points, "permutation groups have points"),
        (lambda: tw.S(3).adjoint, "matrix Lie groups"),
        (lambda: tw.C(3).induce(tw.C(4).vector, tw.D(3)), "takes a representation of C"),
        (lambda: tw.groups.Power(tw.C(2), 2).vector, "no defining representation"),
    ],
)
def test_constructions(make, message: str) -> None:
    """Parts that do not fit."""
    with pytest.raises(IntertwineError, match=message):
        make()


@pytest.mark.parametrize(
    ("group", "element", "message"),
    [
        (tw.A(4), [[1, 0, 2, 3]], r"\[1, 0, 2, 3\] is not an element of A\(4\)"),
        (tw.C(3), [[0, 0, 0]], r"\[0, 0, 0\] is not an element"),
        (tw.Grid(3, 4), [[3, 0]], "reduce them modulo the lengths"),
        (tw.O(1), [[[0.5]]], "not all matrices are elements"),
    ],
    ids=repr,
)
def test_positions_of_no_elements(group: tw.Group, element: list, message: str) -> None:
    """An element that is not in the group has no place in its list."""
    with pytest.raises(IntertwineError, match=message):
        group.index(torch.tensor(element))


def test_errors_are_value_errors() -> None:
    """One class, which callers may catch as ValueError."""
    assert issubclass(IntertwineError, ValueError)


def test_sizes_that_are_no_whole_numbers_are_named() -> None:
    for make in (lambda: tw.C(2.5), lambda: tw.SO(float("nan")), lambda: tw.SO("3"), lambda: tw.O(1, 3.5)):  # type: ignore[arg-type]
        with pytest.raises(IntertwineError, match="integer n >= 1"):
            make()
    with pytest.raises(IntertwineError, match="even number"):
        tw.Sp(4.5)  # type: ignore[arg-type]
