"""Decompositions: multiplicities by theory, and the change of basis by checking it on elements."""

from __future__ import annotations

import pytest
import torch

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.representations import Representation, alt

from .couplings import check_decomposition, conjugated

SO3, SU2, SU3, L, O3 = tw.SO(3), tw.SU(2), tw.SU(3), tw.Lorentz(), tw.O(3)


CASES = [
    (SO3.vector * SO3.vector, "l=2 + l=1 + l=0"),
    (SO3.vector**3 + 2 * SO3.trivial, "l=3 + 2xl=2 + 3xl=1 + 3xl=0"),
    (SU3.vector * SU3.vector.dual, "8 + 1"),
    (SU3.adjoint * SU3.adjoint, "(10 + 10bar) + 27 + 2x8 + 1"),
    (SU2.vector**3, "j=3/2 + 2xj=1/2"),
    (SU2.irrep("1/2", real=True) * SU2.irrep(1, real=True), "(j=3/2 as real) + (j=1/2 as real)"),
    (SU2.irrep("1/2", real=True) * SU2.irrep("1/2", real=True), "4xj=1 + 4xj=0"),
    (L.vector * L.vector, "(1,1) + ((1,0) + (0,1)) + (0,0)"),
    (L.irrep((1, 0)) * L.vector, "(3/2,1/2) + (1/2,1/2)"),
    (alt(L.vector, 2), "((1,0) + (0,1))"),
    (tw.SO(2).vector * tw.SO(2).vector, "(q=-2 + q=2) + 2xq=0"),
    (tw.U(2).vector * tw.U(2).vector.dual, "(2,0) + (0,0)"),
    (tw.SL(3).vector * tw.SL(3).vector, "6 + 3bar"),
    (tw.SO(4).vector * tw.SO(4).vector, "(2,2) + (2,0) + (0,2) + 1"),
    (O3.vector**3, "3o + 2x2o + 3x1o + 0o"),
    (O3.vector + alt(O3.vector, 2) + alt(O3.vector, 3), "1o + 1e + 0o"),
    (tw.G2().vector * tw.G2().vector, "27 + 7 + 14 + 1"),
    (tw.F4().vector * tw.F4().vector, "52 + 273 + 324 + 26 + 1"),
]


@pytest.mark.parametrize(("rho", "expected"), CASES, ids=[f"{rho.group} {rho}" for rho, _ in CASES])
def test_decompositions(rho: Representation, expected: str) -> None:
    assert check_decomposition(rho) == expected


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        (2 * SO3.vector + SO3.irrep(2), "l=2 + 2xl=1"),
        (SU3.irrep(8) + SU3.vector, "8 + 3"),
        (L.vector + L.adjoint, "((1,0) + (0,1)) + (1/2,1/2)"),
        (SU3.irrep("3", real=True) + 2 * SU3.trivial, "(3 + 3bar) + 2x1"),
        (2 * SU2.irrep("1/2", real=True), "2x(j=1/2 as real)"),
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [0, 1])
def test_sums_in_a_random_basis(rho: Representation, expected: str, seed: int) -> None:
    assert check_decomposition(conjugated(rho, seed), 1e-9) == expected


def test_groups_without_highest_weights_are_refused() -> None:
    with pytest.raises(IntertwineError, match="cannot be split"):
        tw.R(2).vector.decompose()
    group = tw.GL(2)
    assert check_decomposition(group.vector * group.vector.dual) == "(2,0) + (0,0)"
    sign = group.representation(torch.zeros(4, 1, 1), components=-torch.ones(1, 1, 1))
    with pytest.raises(IntertwineError, match="not rational"):
        sign.decompose()
