"""Closed forms: Young's orthogonal form, its halves for even permutations, and the wave numbers of polygons."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import intertwine as tw
from intertwine.representations.finite_irrep import Irreducible, class_product
from intertwine.representations.partitions import cycle_type_size, partitions, symmetric_character, tableau_count
from intertwine.representations.transversals import class_representatives

GROUPS = [
    *(tw.S(n) for n in range(1, 7)),
    *(tw.A(n) for n in range(1, 8)),
    *(tw.C(n) for n in (1, 2, 3, 4, 6, 9)),
    *(tw.D(n) for n in (1, 2, 3, 4, 5, 6)),
]


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_orthonormal_characters_of_unitary_homomorphisms(group: tw.Group, real: bool) -> None:
    random = torch.Generator().manual_seed(0)
    g, h = group.sample(10, generator=random), group.sample(10, generator=random)
    size = {"real": 1, "complex": 2, "quaternionic": 4} if real else dict.fromkeys(["real", "complex"], 1)
    found, total = group.irreps(real=real), 0.0
    for k, rho in enumerate(found):
        a, b = rho.matrix(g), rho.matrix(h)
        assert rho.is_complex != real
        assert float((a @ b - rho.matrix(group.multiply(g, h))).abs().max()) < 1e-12
        assert float((a.mH @ a - torch.eye(rho.dim)).abs().max()) < 1e-12
        x = torch.randn(10, rho.dim, dtype=a.dtype)
        assert torch.allclose(rho.apply(g, x), (a @ x[..., None])[..., 0])
        for other in found[k:]:
            inner = class_product(group, rho.class_character, other.class_character)
            assert abs(inner - (rho == other) * size[rho.type]) < 1e-10
        total += rho.dim**2 / size[rho.type]
    assert found[0].is_trivial
    assert round(total) == group.order


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_types_agree_with_frobenius_and_schur(group: tw.Group) -> None:
    """The mean of chi(g^2) is 1, 0 or -1."""
    elements, sizes = class_representatives(group)
    squares = group.multiply(elements, elements)
    for rho in group.irreps(real=False):
        indicator = float(rho.character(squares).real.numpy() @ sizes) / int(group.order)
        assert abs(indicator - {"real": 1, "complex": 0, "quaternionic": -1}[rho.type]) < 1e-10


@pytest.mark.parametrize("n", range(1, 8))
def test_traces_follow_murnaghan_and_nakayama(n: int) -> None:
    elements, sizes = class_representatives(tw.S(n))
    assert sizes.sum() == math.factorial(n)
    for rho in tw.S(n).irreps():
        traces = rho.matrix(elements).diagonal(dim1=-2, dim2=-1).sum(-1).numpy()
        assert np.abs(traces - rho.class_character).max() < 1e-10


def test_characters_of_s5_as_printed_in_textbooks() -> None:
    """Rows by shape; columns 1, (12), (12)(34), (123), (123)(45), (1234), (12345)."""
    cycles = [(1,) * 5, (2, 1, 1, 1), (2, 2, 1), (3, 1, 1), (3, 2), (4, 1), (5,)]
    rows = {
        (5,): [1, 1, 1, 1, 1, 1, 1],
        (4, 1): [4, 2, 0, 1, -1, 0, -1],
        (3, 2): [5, 1, 1, -1, 1, -1, 0],
        (3, 1, 1): [6, 0, -2, 0, 0, 0, 1],
        (2, 2, 1): [5, -1, 1, -1, -1, 1, 0],
        (2, 1, 1, 1): [4, -2, 0, 1, 1, 0, -1],
        (1, 1, 1, 1, 1): [1, -1, 1, 1, -1, -1, 1],
    }
    assert {shape: [symmetric_character(shape, c) for c in cycles] for shape in partitions(5)} == rows


def test_large_groups_need_no_list() -> None:
    group = tw.S(12)
    assert len(group.irreps()) == 77
    assert sum(tableau_count(shape) ** 2 for shape in partitions(12)) == group.order
    assert sum(cycle_type_size(cycles) for cycles in partitions(12)) == group.order
    assert str(group.points.decompose()) == "(12) + (11,1)"
    assert tw.C(4096).irrep(5).dim == tw.D(3000).irrep("E7").dim == 2


def test_tableaux_branch_as_the_group_does() -> None:
    """Restricted to the permutations that keep the last point, a shape falls into the shapes with one box less."""
    rho, smaller = tw.S(6).irrep((3, 2, 1)), tw.S(5)
    found = rho.restrict(smaller).decompose()
    assert {str(irrep): m for irrep, m in found.terms.items()} == {"(2,2,1)": 1, "(3,2)": 1, "(3,1,1)": 1}


def test_names() -> None:
    assert tw.S(5).irrep((3, 2)) == tw.S(5).irrep("(3,2)") == tw.S(5).irrep("(3, 2)")
    assert tw.S(5).irrep(6) == tw.S(5).irrep((3, 1, 1))
    assert tw.A(5).irrep("3a") == tw.A(5).irrep("(3,1,1)+")
    assert str(tw.D(6).irreps()) == "(A1, A2, B1, B2, E1, E2)"
    assert tw.D(6).irrep(1) == tw.D(6).irrep("E1") == tw.D(6).irrep("2a")
    assert str(tw.C(5).irreps(real=False)) == "(k=0, k=1, k=2, k=3, k=4)"
    assert tw.C(5).irrep(4, real=False).conj == tw.C(5).irrep(1, real=False)
    assert tw.A(3).irreps(real=False)[1].real == tw.A(3).irreps()[1]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("group", "key", "message"),
    [
        (tw.S(5), (3, 3), r"partition of 5 such as \(4,1\)"),
        (tw.S(5), (2, 3), "decreasing positive integers"),
        (tw.S(5), (5, 0), "decreasing positive integers"),
        (tw.S(5), 4, "2 irreducible representations 4"),
        (tw.C(6), 6, r"wave numbers 0 \.\. 5"),
        (tw.D(5), "B1", r"A1, A2, E1 \.\. E2"),
        (tw.D(6), "E3", "B1, B2"),
        (tw.A(4), "(5)", "0 irreducible"),
    ],
)
def test_bad_names_are_refused(group: tw.Group, key: object, message: str) -> None:
    with pytest.raises(tw.IntertwineError, match=message):
        group.irrep(key)


def test_monomial_ones_say_so() -> None:
    for group in (tw.C(12), tw.D(4)):
        for rho in (*group.irreps(), *group.irreps(real=False)):
            if rho.phase_order is None:
                continue
            g = group.elements()
            values = torch.exp(2j * torch.pi * rho.phases(g).double() / rho.phase_order)
            blank = torch.zeros(len(values), rho.dim, rho.dim, dtype=torch.complex128)
            built = blank.scatter(-2, rho.permutation(g)[..., None, :], values[..., None, :])
            assert float((built - rho.matrix(g)).abs().max()) < 1e-12


def test_matrices_that_commute() -> None:
    for group in (tw.C(5), tw.A(4), tw.A(7), tw.Q(16), tw.C(3) * tw.Q(8)):
        g = group.sample(6, generator=torch.Generator().manual_seed(0))
        for rho in group.irreps():
            assert isinstance(rho, Irreducible)
            units = torch.from_numpy(rho.commutant)
            assert len(units) == {"real": 1, "complex": 2, "quaternionic": 4}[rho.type]
            m = rho.matrix(g)[:, None]
            assert float((units @ m - m @ units).abs().max()) < 1e-10
            for unit in units[1:]:
                assert torch.allclose(unit @ unit, -torch.eye(rho.dim, dtype=torch.float64), atol=1e-10)
