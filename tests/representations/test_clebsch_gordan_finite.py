"""Clebsch-Gordan coefficients of finite groups: the equation, orthonormality, and counts by characters."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.finite_groups import FINITE_GROUPS
from tests.test_oracles import BUILD

import intertwine as tw
from intertwine.representations import Representation

SIZE = {"real": 1, "complex": 2, "quaternionic": 4}
GROUPS = [
    *(BUILD[name]() for name in FINITE_GROUPS if name != "A7"),
    tw.Q(8), tw.C(3) * tw.C(3), tw.C(3) * tw.Q(8), tw.Q(8) * tw.Q(8), tw.semidirect(tw.Grid(3, 3), tw.C(4)),
]  # fmt: skip


def check(a: Representation, b: Representation, c: Representation) -> int:
    """The defining equation on random elements and the norms; how many maps there are."""
    found = tw.clebsch_gordan(a, b, c)
    is_complex = a.is_complex or b.is_complex or c.is_complex
    assert found.dtype == (torch.complex128 if is_complex else torch.float64)
    assert found.shape[1:] == (a.dim, b.dim, c.dim)
    g = a.group.sample(3, generator=torch.Generator().manual_seed(3))
    x, y, z = (rho.matrix(g).to(found.dtype) for rho in (a, b, c))
    moved = torch.einsum("nai,nbj,mijk->nmabk", x, y, found)
    assert torch.allclose(moved, torch.einsum("mabl,nlk->nmabk", found, z), atol=1e-11)
    gram = torch.einsum("pijk,qijk->pq", found.conj(), found)
    assert torch.allclose(gram, c.dim * torch.eye(len(found), dtype=found.dtype), atol=1e-11)
    if c.is_complex or c.type == "real":  # type: ignore[attr-defined]
        products = torch.einsum("pijk,qijl->pqkl", found.conj(), found)
        ones = torch.eye(len(found))[:, :, None, None] * torch.eye(c.dim)
        products = (products + products.transpose(0, 1)) / 2 if not is_complex else products
        assert torch.allclose(products, ones.to(found.dtype), atol=1e-11) or not is_complex
    return len(found)


@st.composite
def triples(draw: st.DrawFn) -> tuple[Representation, Representation, Representation]:
    """Three irreducible representations of one group, over the same numbers."""
    found = draw(st.sampled_from(GROUPS)).irreps(real=draw(st.booleans()))
    a, b, c = (draw(st.sampled_from(found)) for _ in range(3))
    return a, b, c


@given(triple=triples())
def test_the_equation(triple: tuple[Representation, Representation, Representation]) -> None:
    a, b, c = triple
    inside = tw.tensor_decomposition(a, b)
    size = 1 if c.is_complex else SIZE[c.type]  # type: ignore[attr-defined]
    assert check(a, b, c) == inside.get(c, 0) * size
    assert sum(rho.dim * m for rho, m in inside.items()) == a.dim * b.dim
    assert inside == (a * b).decompose().terms
    assert tw.clebsch_gordan(a, b, c).shape[0] == (c >> a * b).dim


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("group", [tw.S(4), tw.A(4), tw.Q(8), tw.Icosahedron(), tw.C(3) * tw.Q(8)], ids=str)
def test_together_they_are_a_change_of_basis(group: tw.Group, real: bool) -> None:
    """Over the complex numbers all coefficients of a (x) b make a unitary matrix."""
    a, b = group.irreps(real=real)[-2:]
    columns = []
    for c, m in tw.tensor_decomposition(a, b).items():
        found = tw.clebsch_gordan(a, b, c)
        step = len(found) // m
        assert step == (1 if c.is_complex else SIZE[c.type])  # type: ignore[attr-defined]
        columns.append(found.flatten(1, 2).movedim(1, 0).flatten(1))
    q = torch.cat(columns, 1)
    if not real:
        assert torch.allclose(q.mH @ q, torch.eye(a.dim * b.dim, dtype=q.dtype), atol=1e-11)
    assert torch.linalg.matrix_rank(q) == a.dim * b.dim


def test_the_coefficients_of_the_triangle() -> None:
    """E (x) E of D(3): the identity, the determinant and the product of complex numbers, all over sqrt 2."""
    a = tw.D(3).irrep("E1")
    whole, turn = torch.eye(2, dtype=torch.float64), torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    assert torch.allclose(tw.clebsch_gordan(a, a, tw.D(3).irrep("A1"))[0, ..., 0], whole / 2**0.5)
    assert torch.allclose(tw.clebsch_gordan(a, a, tw.D(3).irrep("A2"))[0, ..., 0].abs(), turn.abs() / 2**0.5)
    product = tw.clebsch_gordan(a, a, a)[0]
    assert torch.allclose(product[..., 0].abs(), whole / 2**0.5)
    assert torch.allclose(product[..., 1].abs(), turn.abs() / 2**0.5)


def test_a_trivial_factor_and_an_absent_target() -> None:
    group = tw.S(4)
    a = group.irrep((2, 2))
    assert torch.allclose(tw.clebsch_gordan(a, group.trivial, a)[0, :, 0].abs(), torch.eye(2).double())
    assert tw.clebsch_gordan(a, a, group.irrep((3, 1))).shape == (0, 2, 2, 3)


def test_bad_input_is_refused() -> None:
    group = tw.A(4)
    with pytest.raises(tw.IntertwineError, match="irreducible"):
        tw.clebsch_gordan(group.points, group.points, group.points)
    plane, line = group.irreps()[1], group.irreps(real=False)[1]
    with pytest.raises(tw.IntertwineError, match="complex numbers"):
        tw.clebsch_gordan(line, line, group.points)
    with pytest.raises(tw.IntertwineError, match="one group"):
        tw.clebsch_gordan(plane, plane, tw.S(4).irreps()[1])


@pytest.mark.parametrize("group", [tw.C(5), tw.A(4), tw.Q(8), tw.C(3) * tw.Q(8), tw.D(3) * tw.C(4)], ids=str)
def test_complex_representations_lead_to_real_ones(group: tw.Group) -> None:
    """As many maps as the complex constituents of c have, with the equation of c itself."""
    complexes = group.irreps(real=False)
    for c in group.irreps():
        if c.type != "real":
            for a in complexes[-2:]:
                for b in (complexes[0], complexes[-1], c):
                    assert check(a, b, c) == (c >> a * b).dim
