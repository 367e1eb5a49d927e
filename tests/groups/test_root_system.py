"""Root systems against tables made with LiE."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intertwine.errors import IntertwineError
from intertwine.groups.root_system import RootSystem, root_system

TYPES = ["A1", "A2", "A3", "A5", "B2", "B3", "B4", "C3", "C4", "D4", "D5", "G2", "F4", "E6", "E7", "E8"]

IRREPS = [  # type, highest weight, dimension, Frobenius-Schur indicator, dual
    ("A1", (3,), 4, -1, (3,)),
    ("A2", (1, 0), 3, 0, (0, 1)),
    ("A2", (2, 2), 27, 1, (2, 2)),
    ("A3", (0, 1, 0), 6, 1, (0, 1, 0)),
    ("B2", (0, 1), 4, -1, (0, 1)),
    ("C3", (0, 0, 1), 14, -1, (0, 0, 1)),
    ("D4", (0, 0, 1, 0), 8, 1, (0, 0, 1, 0)),
    ("D5", (0, 0, 0, 0, 1), 16, 0, (0, 0, 0, 1, 0)),
    ("G2", (1, 0), 7, 1, (1, 0)),
    ("G2", (0, 1), 14, 1, (0, 1)),
    ("F4", (0, 0, 1, 0), 273, 1, (0, 0, 1, 0)),
    ("E6", (1, 0, 0, 0, 0, 0), 27, 0, (0, 0, 0, 0, 0, 1)),
    ("E7", (0, 0, 0, 0, 0, 0, 1), 56, -1, (0, 0, 0, 0, 0, 0, 1)),
    ("E7", (1, 0, 0, 0, 0, 0, 0), 133, 1, (1, 0, 0, 0, 0, 0, 0)),
    ("E8", (1, 0, 0, 0, 0, 0, 0, 0), 3875, 1, (1, 0, 0, 0, 0, 0, 0, 0)),
    ("E8", (0, 0, 0, 0, 0, 0, 1, 0), 30380, 1, (0, 0, 0, 0, 0, 0, 1, 0)),
]
DIMENSIONS = {
    "A1": 3, "A2": 8, "A4": 24, "B2": 10, "B3": 21, "C3": 21, "D4": 28, "D5": 45,
    "G2": 14, "F4": 52, "E6": 78, "E7": 133, "E8": 248,
}  # fmt: skip
PRODUCTS = [  # type, a, b, {dimension: multiplicity}
    ("A2", (1, 1), (1, 1), {1: 1, 8: 2, 10: 2, 27: 1}),
    ("G2", (2, 0), (2, 0), {1: 1, 7: 1, 14: 1, 27: 2, 64: 2, 77: 2, 182: 1, 189: 1}),
    ("F4", (0, 0, 0, 1), (0, 0, 0, 1), {1: 1, 26: 1, 52: 1, 273: 1, 324: 1}),
    ("E6", (1, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0), {27: 1, 351: 2}),
    ("E8", (0, 0, 0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 0, 0, 1), {1: 1, 248: 1, 3875: 1, 27000: 1, 30380: 1}),
]


def system(name: str) -> RootSystem:
    return root_system(name[0], int(name[1:]))


@pytest.mark.parametrize(("name", "dim"), DIMENSIONS.items())
def test_dimension_of_the_algebra(name: str, dim: int) -> None:
    roots = system(name)
    assert roots.algebra_dim == dim
    assert roots.dimension(roots.highest_root()) == dim


@pytest.mark.parametrize(("name", "highest", "dim", "indicator", "dual"), IRREPS)
def test_irreps_against_tables(
    name: str, highest: tuple[int, ...], dim: int, indicator: int, dual: tuple[int, ...]
) -> None:
    roots = system(name)
    assert (roots.dimension(highest), roots.indicator(highest), roots.dual(highest)) == (dim, indicator, dual)


@pytest.mark.parametrize(("name", "a", "b", "expected"), PRODUCTS)
def test_products_against_tables(name: str, a: tuple[int, ...], b: tuple[int, ...], expected: dict[int, int]) -> None:
    roots, found = system(name), {}
    for w, m in roots.tensor(a, b).items():
        found[roots.dimension(w)] = found.get(roots.dimension(w), 0) + m
    assert found == expected


@st.composite
def weights(draw: st.DrawFn, bound: int = 3000) -> tuple[RootSystem, tuple[int, ...]]:
    roots = system(draw(st.sampled_from(TYPES)))
    labels = [0] * roots.rank
    for _ in range(draw(st.integers(0, 4))):
        labels[draw(st.integers(0, roots.rank - 1))] += 1
    while roots.dimension(tuple(labels)) > bound:
        labels[next(i for i, label in enumerate(labels) if label)] -= 1
    return roots, tuple(labels)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(weights())
def test_freudenthal_adds_up_to_weyl(case: tuple[RootSystem, tuple[int, ...]]) -> None:
    roots, highest = case
    diagram = roots.weights(highest)
    assert sum(diagram.values()) == roots.dimension(highest) == roots.dimension(roots.dual(highest))
    negatives = {tuple(-label for label in w): m for w, m in diagram.items()}
    assert negatives == roots.weights(roots.dual(highest))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(weights(200), st.data())
def test_products_have_the_right_dimension_and_symmetry(
    case: tuple[RootSystem, tuple[int, ...]], data: st.DataObject
) -> None:
    roots, a = case
    b = data.draw(st.sampled_from([*roots.highest_weights(60)]))
    product = roots.tensor(a, b)
    assert product == roots.tensor(b, a)
    assert min(product.values()) > 0
    total = sum(m * roots.dimension(w) for w, m in product.items())
    assert total == roots.dimension(a) * roots.dimension(b)
    assert product.get((0,) * roots.rank, 0) == (b == roots.dual(a))


def test_bad_input_is_refused() -> None:
    with pytest.raises(IntertwineError, match="no simple Lie algebra of type E9"):
        root_system("E", 9)
    with pytest.raises(IntertwineError, match="not dominant"):
        system("A2").check_dominant((1, -1))
    with pytest.raises(IntertwineError, match="2 integer Dynkin labels"):
        system("A2").check_dominant((1, 0, 0))
