"""Couplings and decompositions over the real numbers: real, complex and quaternionic types."""

from __future__ import annotations

import itertools

import pytest
import torch
from tests.representations.couplings import check_coupling, check_decomposition, conjugated

import intertwine as tw
from intertwine.representations import Representation

SU2, SU3, L = tw.SU(2), tw.SU(3), tw.Lorentz()


def real(group: tw.Group, key: object) -> Representation:
    return group.irrep(key, real=True)


LORENTZ = [real(L, key) for key in ((0, 0), (0.5, 0.5), (1, 0), (1, 1), (1.5, 0.5), (2, 0))]


@pytest.mark.parametrize(
    ("group", "a", "b", "c", "multiplicity"),
    [
        (SU3, "3", "3", "3", 2),
        (SU3, "3", "3", "6", 2),
        (SU3, "3", "3", 8, 2),
        (SU3, 8, "3", "3", 2),
        (SU3, 8, 8, "10", 2),
        (SU3, 8, 8, 8, 2),
        (SU3, "10", "3", 8, 0),
        (SU2, "1/2", "1/2", 1, 4),
        (SU2, "1/2", "1/2", 0, 4),
        (SU2, 1, "1/2", "1/2", 4),
        (SU2, "3/2", "1/2", 1, 4),
        (SU2, "1/2", "1/2", "1/2", 0),
        (tw.USp(4), 4, 4, 5, 4),
        (tw.USp(4), 5, 4, 4, 4),
        (tw.SO(2), 1, 2, 3, 2),
        (tw.SO(2), 1, 3, 2, 2),
        (tw.SO(2), 1, 1, 0, 2),
        (tw.U(1), 2, 3, 1, 2),
        (tw.U(2), (1, 1), (1, -1), (2, 0), 2),
        (tw.SO(6), "10", 6, 15, 2),
        (tw.E(6), "27", "27", "27", 2),
    ],
)
def test_multiplicities_count_real_dimensions(
    group: tw.Group, a: object, b: object, c: object, multiplicity: int
) -> None:
    rho, sigma, tau = (real(group, key) for key in (a, b, c))
    if rho.dim * sigma.dim * tau.dim < 20_000:
        check_coupling(rho, sigma, tau)
    check_coupling(rho, sigma, tau, multiplicity)


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations_with_replacement(LORENTZ, 2)), ids=str)
def test_lorentz_tensors_are_real_exact_and_complete(a: Representation, b: Representation) -> None:
    """Real couplings of 1, 4, 6, 9, 16, 10 with every target; together they are a basis of the whole product."""
    terms = (a * b).decompose().terms
    total = 0
    for c in terms:
        check_coupling(a, b, c)
        cg = tw.clebsch_gordan(a, b, c)
        commutant = {"real": 1, "complex": 2, "quaternionic": 4}[c.type]  # type: ignore[attr-defined]
        assert len(cg) == terms[c] * commutant
        total += len(cg) // commutant * c.dim
    assert total == a.dim * b.dim


def test_field_strength() -> None:
    """The antisymmetric tensors are one real representation of dimension 6; duality commutes with it."""
    field = L.irrep("((1,0) + (0,1))")
    assert (field.dim, field.is_complex, field.type) == (6, False, "complex")  # type: ignore[attr-defined]
    assert (field >> tw.alt(L.vector, 2)).dim == 2
    assert check_decomposition(tw.alt(L.vector, 2)) == str(field)
    assert tw.clebsch_gordan(L.irrep((0.5, 0.5)), L.irrep((0.5, 0.5)), field).shape == (2, 4, 4, 6)
    assert len(tw.clebsch_gordan(field, field, L.irrep((0, 0)))) == 2  # E.B and E^2 - B^2


def test_mixed_fields() -> None:
    """A real form beside a complex representation counts as the two representations it is over the complex numbers."""
    check_coupling(real(SU2, "1/2"), SU2.irrep("1/2"), SU2.irrep(1), 2)
    check_coupling(SU2.irrep("1/2").conj, SU2.irrep("1/2"), SU2.irrep(1), 1)
    check_coupling(SU2.irrep("1/2").conj, SU2.irrep("1/2").conj, SU2.irrep(1).conj, 1)
    check_coupling(SU3.irrep(8), SU3.irrep("3"), SU3.irrep("3"), 1)


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        (real(SU3, "3") * real(SU3, "3"), "(6 + 6bar) + 2x8 + (3 + 3bar) + 2x1"),
        (real(L, (1, 0)) * real(L, (1, 0)), "((2,0) + (0,2)) + 2x(1,1) + ((1,0) + (0,1)) + 2x(0,0)"),
        (real(SU2, "1/2") * real(SU2, 1), "(j=3/2 as real) + (j=1/2 as real)"),
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [0, 1])
def test_real_products_in_a_random_basis(rho: Representation, expected: str, seed: int) -> None:
    assert sorted(check_decomposition(rho).split(" + ")) == sorted(expected.split(" + "))
    found = check_decomposition(conjugated(rho, seed), 1e-9)
    assert sorted(found.split(" + ")) == sorted(expected.split(" + "))


def test_names_of_real_forms() -> None:
    for group, key in ((SU3, "3"), (L, (1, 0)), (tw.SO(6), "10")):
        rho = real(group, key)
        assert group.irrep(str(rho)) == rho


def test_real_couplings_do_not_depend_on_history() -> None:
    a, c = real(SU3, "3"), real(SU3, 8)
    first = tw.clebsch_gordan(a, a, c)
    tw.clebsch_gordan.cache_clear()  # type: ignore[attr-defined]
    assert torch.equal(first, tw.clebsch_gordan(a, a, c))
