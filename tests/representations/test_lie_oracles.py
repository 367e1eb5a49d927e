"""Irreducible representations of Lie groups against tables made with LiE, by weights and by matrices."""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.oracles.lie_products import INDICATORS, LORENTZ, PRODUCTS

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups import Group

TYPES = {1: "real", 0: "complex", -1: "quaternionic"}


def compact_group(name: str) -> Group:
    """A compact group of the given Cartan type."""
    letter, rank = name[0], int(name[1:])
    exceptional = {"E": tw.E(rank) if letter == "E" else None, "F": tw.F4, "G": tw.G2}
    if letter in "FG":
        return exceptional[letter]()  # type: ignore[misc]
    sizes = {"A": (tw.SU, rank + 1), "B": (tw.SO, 2 * rank + 1), "C": (tw.USp, 2 * rank), "D": (tw.SO, 2 * rank)}
    return exceptional["E"] or sizes[letter][0](sizes[letter][1])  # type: ignore[return-value]


@pytest.mark.parametrize(("name", "weight", "dim", "indicator"), INDICATORS, ids=str)
def test_dimensions_and_types(name: str, weight: tuple[int, ...], dim: int, indicator: int) -> None:
    group = compact_group(name)
    if name[0] in "BD" and weight[-1] % 2:  # spinors belong to the covering group
        with pytest.raises(IntertwineError, match="covering group"):
            group.irrep(weight)
        return
    rho = group.irrep(weight if name != "A1" else Fraction(weight[0], 2))
    assert (rho.dim, rho.type) == (dim, TYPES[indicator])  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "a", "b", "expected"), PRODUCTS, ids=str)
def test_products(name: str, a: tuple[int, ...], b: tuple[int, ...], expected: dict[tuple[int, ...], int]) -> None:
    group = compact_group(name)
    if name[0] in "BD" and (a[-1] % 2 or (a[-2] % 2 and name[0] == "D")):
        system = tw.groups.root_system.root_system(name[0], int(name[1:]))  # type: ignore[attr-defined]
        assert system.tensor(a, b) == expected
        return
    rho, sigma = group.irrep(a), group.irrep(b)
    found = tw.tensor_decomposition(rho, sigma)
    assert {tau.labels: m for tau, m in found.items()} == expected  # type: ignore[attr-defined]
    if rho.dim * sigma.dim < 800:
        for tau, m in found.items():
            assert len(tw.clebsch_gordan(rho, sigma, tau)) == m
    if rho.dim * sigma.dim < 200:
        terms = (rho * sigma).decompose().terms
        assert sum(tau.dim * m for tau, m in terms.items()) == rho.dim * sigma.dim


@pytest.mark.parametrize(("a", "b", "expected"), LORENTZ, ids=str)
@pytest.mark.parametrize("group", [tw.Lorentz(), tw.Spin(1, 3)], ids=str)
def test_pairs_of_spins(group: Group, a: tuple[int, int], b: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    if group == tw.Lorentz() and sum(a) % 2:
        return
    rho, sigma = (group.irrep(tuple(Fraction(k, 2) for k in pair)) for pair in (a, b))
    found = tw.tensor_decomposition(rho, sigma)
    assert set(found.values()) == {1}
    assert sorted(tau.labels for tau in found) == sorted(expected)  # type: ignore[attr-defined]
