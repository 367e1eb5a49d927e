"""Answers depend on the group and the representation, not on the generators' scale, order, choice or basis."""

from __future__ import annotations

import pytest
import torch
from tests.intertwiners.hom_cases import projector
from torch import Tensor

import intertwine as tw
from intertwine.groups.lie import LieGroup
from intertwine.testing import check_hom


def variant(base: LieGroup, algebra: Tensor, name: str, change: Tensor | None = None) -> LieGroup:
    """The group with another basis of its Lie algebra, and its matrices in another basis of space."""
    p = torch.eye(base.size, dtype=base.dtype) if change is None else change.to(base.dtype)
    q = torch.linalg.inv(p)
    components = torch.stack([p @ s @ q for s in base.generators]) if base.generators else None
    return LieGroup(
        name, p @ algebra @ q, components=components, is_compact=base.is_compact,
        sampler=lambda n, generator: p @ base.sample(n, generator=generator) @ q,
        residual=lambda g: base._residual(q @ g @ p),
    )  # fmt: skip


def spaces(group: tw.Group) -> list[tuple[tw.Representation, tw.Representation]]:
    V, one = group.vector, group.trivial
    return [(V, V), (V * V, V), (V * V, V * V), (V * V.dual, one), (V + one, V.dual + V)]


LIE = [tw.SO(2), tw.SO(3), tw.O(3), tw.SU(2), tw.SL(2), tw.GL(2), tw.Lorentz(), tw.O(1, 2)]


@pytest.mark.parametrize("scale", [1e-6, 0.3, 1e6])
@pytest.mark.parametrize("base", LIE, ids=repr)
def test_scale_of_the_lie_algebra(base: LieGroup, scale: float) -> None:
    """Multiplying the basis by a number changes nothing at all."""
    group = variant(base, scale * base.algebra, f"{base} x {scale}")
    for (a, b), (c, d) in zip(spaces(group), spaces(base), strict=True):
        assert (a >> b).dim == (c >> d).dim
        assert torch.allclose(projector((a >> b).basis()), projector((c >> d).basis()), atol=1e-8)


@pytest.mark.parametrize("base", [g for g in LIE if g.algebra_dim > 1], ids=repr)
def test_choice_and_order_of_the_lie_algebra(base: LieGroup) -> None:
    """Reversed, and mixed by an invertible matrix of very different sizes."""
    mixing = torch.diag(torch.logspace(-3, 3, base.algebra_dim, dtype=torch.float64)).to(base.dtype)
    mixing = mixing + torch.ones_like(mixing).triu(1)
    mixed = torch.einsum("ab,bij->aij", mixing, base.algebra)
    for algebra in (base.algebra.flip(0), mixed):
        group = variant(base, algebra, f"{base} by another basis")
        for (a, b), (c, d) in zip(spaces(group), spaces(base), strict=True):
            assert torch.allclose(projector((a >> b).basis()), projector((c >> d).basis()), atol=1e-7)


@pytest.mark.parametrize("base", LIE, ids=repr)
def test_conjugation_of_lie_groups(base: LieGroup) -> None:
    """In a skew basis of space the dimension stays; W goes to P_B W P_A^-1."""
    change = torch.eye(base.size, dtype=torch.float64) + 0.4 * torch.randn(base.size, base.size, dtype=torch.float64)
    group = variant(base, base.algebra, f"{base} in a skew basis", change)
    for (a, b), (c, d) in zip(spaces(group), spaces(base), strict=True):
        assert (a >> b).dim == (c >> d).dim
    p = change.to(base.dtype)
    moved = p @ (base.vector >> base.vector).basis() @ torch.linalg.inv(p)
    own = group.vector >> group.vector
    assert torch.allclose(own.project(moved), moved.to(own.basis().dtype), atol=1e-9)
    check_hom(group.vector, group.vector)


def test_a_basis_that_the_normal_equations_cannot_resolve() -> None:
    """Condition 37, to the fourth power in V*V -> V*V: decided by singular values, where squares are rounded away."""
    base = tw.SO(3)
    change = torch.tensor([[1.0, 3, 0], [0, 1, 3], [0, 0, 1]], dtype=torch.float64)
    V = variant(base, base.algebra, "SO(3) in a very skew basis", change).vector
    assert (V * V >> V).dim == 1
    assert (V * V >> V * V).dim == 3


FINITE = [tw.C(6), tw.D(4), tw.D(5), tw.A(4), tw.Q(8), tw.Cube(), tw.Icosahedron()]


@pytest.mark.parametrize("base", FINITE, ids=repr)
def test_generators_of_finite_groups(base: tw.groups.PermutationGroup) -> None:
    """Reversed, repeated, inverted, or all elements: the same maps; orbits even give the same basis."""
    elements = base.elements()
    gens = torch.stack(base.generators)
    choices = [gens.flip(0), torch.cat([gens, gens]), base.inverse(gens), torch.cat([elements[:1], gens])]
    choices += [elements] if base.order <= 12 else []
    expected = {
        rho: (rho(base) >> rho(base)).basis() for rho in (points, regular, pairs)[: 3 if base.degree <= 8 else 2]
    }
    for choice in choices:
        group = tw.Group.from_permutations(choice, f"{base} again")
        assert group.order == base.order
        for rho, basis in expected.items():
            assert torch.equal((rho(group) >> rho(group)).basis(), basis)


def points(group: tw.Group) -> tw.Representation:
    return group.points


def regular(group: tw.Group) -> tw.Representation:
    return group.regular


def pairs(group: tw.Group) -> tw.Representation:
    return tw.sym(group.points, 2)


@pytest.mark.parametrize("base", FINITE, ids=repr)
def test_conjugation_of_finite_matrix_groups(base: tw.groups.PermutationGroup) -> None:
    """The group of P g P^-1 has as many maps, and they are P W P^-1."""
    assert base.geometry is not None or base == tw.A(4)
    matrices = base.vector.matrix(torch.stack(base.generators))
    size = matrices.shape[-1]
    p = torch.eye(size, dtype=torch.float64) + 0.3 * torch.randn(size, size, dtype=torch.float64)
    q = torch.linalg.inv(p)
    group = tw.Group.from_matrices(p @ matrices @ q, f"{base} in a skew basis")
    for (a, b), (c, d) in zip(spaces(group), spaces(base), strict=True):
        assert (a >> b).dim == (c >> d).dim
    moved = p @ (base.vector >> base.vector).basis() @ q
    assert torch.allclose((group.vector >> group.vector).project(moved), moved, atol=1e-8)


@pytest.mark.parametrize("base", FINITE, ids=repr)
def test_orthogonal_conjugation_of_images(base: tw.groups.PermutationGroup) -> None:
    """A representation in a turned basis: dimensions, and projectors carried along."""
    V = base.vector
    turn = torch.linalg.qr(torch.randn(V.dim, V.dim, dtype=torch.float64))[0]
    images = turn @ V.matrix(torch.stack(base.generators)) @ turn.mT
    rho = base.representation(images)
    assert (rho >> V).dim == (V >> V).dim
    across = (rho >> V).basis() @ turn
    assert torch.allclose(projector(across), projector((V >> V).basis()), atol=1e-9)
    squares = (rho * rho >> rho).dim
    assert squares == (V * V >> V).dim
