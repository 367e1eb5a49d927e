"""Matrix groups: their Lie algebras, the law of their samples, and how near their elements are."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups.lie import LieGroup
from intertwine.intertwiners.counting import count_maps

COMPACT: list[tuple[LieGroup, str]] = [
    *[(tw.SO(n), "special-orthogonal") for n in (2, 3, 4, 5)],
    *[(tw.O(n), "orthogonal") for n in (1, 2, 3, 4)],
    *[(tw.U(n), "general-linear") for n in (1, 2, 3)],
    *[(tw.SU(n), "special-linear") for n in (2, 3, 4)],
    *[(tw.USp(n), "symplectic") for n in (2, 4)],
]
OPEN: list[LieGroup] = [
    *[tw.SL(2), tw.SL(3), tw.GL(1), tw.GL(2), tw.Sp(2), tw.Sp(4), tw.Lorentz()],
    *[tw.O(1, 3), tw.SO(1, 3), tw.SO(2, 2), tw.SO(2, 1), tw.O(1, 1), tw.SO(1, 1)],
]
ALL = [group for group, _ in COMPACT] + OPEN


@pytest.mark.parametrize(
    ("group", "dim"),
    [
        *[(tw.SO(n), n * (n - 1) // 2) for n in (1, 2, 3, 5)],
        *[(tw.O(n), n * (n - 1) // 2) for n in (1, 2, 4)],
        *[(tw.U(n), n * n) for n in (1, 2, 3)],
        *[(tw.SU(n), n * n - 1) for n in (1, 2, 4)],
        *[(tw.SL(n), n * n - 1) for n in (1, 2, 3)],
        *[(tw.GL(n), n * n) for n in (1, 3)],
        *[(tw.Sp(2 * m), m * (2 * m + 1)) for m in (1, 2, 3)],
        *[(tw.USp(2 * m), m * (2 * m + 1)) for m in (1, 2, 3)],
        *[(tw.Lorentz(), 6), (tw.O(2, 3), 10), (tw.SO(1, 1), 1)],
    ],
    ids=repr,
)
def test_dimensions(group: LieGroup, dim: int) -> None:
    """Of the Lie algebra."""
    assert group.algebra_dim == dim == len(group.algebra)


@pytest.mark.parametrize("group", ALL, ids=repr)
def test_the_algebra_is_an_orthogonal_basis(group: LieGroup) -> None:
    """trace(X^dagger Y) = 2 for X = Y and 0 otherwise; independent over the real numbers."""
    basis = group.algebra.flatten(1)
    gram = basis.conj() @ basis.mT
    assert torch.allclose(gram.real, 2 * torch.eye(len(basis), dtype=torch.float64), atol=1e-12)


@pytest.mark.parametrize("group", ALL, ids=repr)
def test_the_algebra_is_closed_under_brackets(group: LieGroup) -> None:
    """[X, Y] has real coordinates that give it back, and exp(tX) satisfies the group's equations for large t."""
    x, y = group.algebra[:, None], group.algebra[None]
    bracket = x @ y - y @ x
    coordinates = group.coordinates(bracket)
    assert not coordinates.is_complex()
    back = torch.einsum("abk,kij->abij", coordinates.to(group.dtype), group.algebra)
    assert torch.allclose(back, bracket, atol=1e-12)
    assert bool(group.contains(group.exp(3 * group.algebra)).all())


def test_coordinates() -> None:
    """They invert linear combinations, reach into the complexified algebra, and refuse other matrices."""
    for group in (tw.SO(4), tw.SU(3), tw.Sp(4), tw.Lorentz()):
        weights = torch.randn(5, group.algebra_dim, dtype=torch.float64)
        x = torch.einsum("nk,kij->nij", weights.to(group.dtype), group.algebra)
        assert torch.allclose(group.coordinates(x), weights, atol=1e-12)
        complex_weights = torch.randn(5, group.algebra_dim, dtype=torch.complex128)
        z = torch.einsum("nk,kij->nij", complex_weights, group.algebra.to(torch.complex128))
        assert torch.allclose(group.coordinates(z), complex_weights, atol=1e-12)
        with pytest.raises(IntertwineError, match="not in the Lie algebra"):
            group.coordinates(torch.eye(group.size, dtype=torch.float64))


def test_coordinates_in_a_basis_that_is_not_orthogonal() -> None:
    """A user's group may come with any basis: here so(3) with its rows mixed and stretched."""
    base = tw.SO(3)
    mix = torch.tensor([[2.0, 1, 0], [0, 1, 0], [3, 0, 5]], dtype=torch.float64)
    algebra = torch.einsum("ab,bij->aij", mix, base.algebra)
    group = LieGroup("mixed SO(3)", algebra, sampler=lambda n, g: base.sample(n, generator=g), residual=base._residual)
    weights = torch.randn(4, 3, dtype=torch.float64)
    assert torch.allclose(group.coordinates(torch.einsum("nk,kij->nij", weights, algebra)), weights, atol=1e-12)
    g = group.sample(5)
    assert torch.allclose(group.adjoint.character(g), base.adjoint.character(g), atol=1e-12)


# --- Haar measure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "kind"), COMPACT, ids=repr)
def test_the_first_two_moments(group: LieGroup, kind: str) -> None:
    """E[g] = 0, and E[g (x) conj(g)] is the projector on the invariants of V (x) conj(V)."""
    n = 20_000
    g = group.sample(n, generator=torch.Generator().manual_seed(5))
    if group != tw.SO(1):
        assert float(g.mean(0).abs().max()) < 6 / n**0.5
    second = torch.einsum("nij,nkl->ikjl", g, g.conj()).reshape(group.size**2, group.size**2) / n
    invariants = (group.trivial >> group.vector * group.vector.conj).basis().squeeze(-1)
    projector = invariants.mT @ invariants.conj()
    assert float((second - projector).abs().max()) < 6 / n**0.5


@pytest.mark.parametrize(("group", "kind"), COMPACT, ids=repr)
def test_moments_of_the_trace(group: LieGroup, kind: str) -> None:
    """E |tr g|^2k = dim Hom(V^k, V^k), as closed formulas of invariant theory count it."""
    g = group.sample(40_000, generator=torch.Generator().manual_seed(6))
    trace = g.diagonal(dim1=-2, dim2=-1).sum(-1).abs()
    for k in (1, 2, 3):
        power = trace ** (2 * k)
        expected = count_maps(kind, group.size, [False] * k, [False] * k)
        assert abs(float(power.mean()) - expected) < 5 * float(power.std()) / len(g) ** 0.5 + 1e-9


def test_a_biased_sampler_fails_these_moments() -> None:
    """Control: exp of a Gaussian element of so(3), which is not Haar."""
    weights = torch.randn(40_000, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    g = torch.linalg.matrix_exp(torch.einsum("nk,kij->nij", weights, tw.SO(3).algebra))
    trace = g.diagonal(dim1=-2, dim2=-1).sum(-1)
    power = trace**2
    assert abs(float(power.mean()) - 1) > 20 * float(power.std()) / len(g) ** 0.5


def test_both_components_have_the_same_weight() -> None:
    """O(n) is a mirror as often as a rotation; O(1, 3) visits all its four components, GL(n) both."""
    for group in (tw.O(1), tw.O(2), tw.O(3), tw.GL(2), tw.O(1, 3), tw.O(1, 1)):
        signs = torch.linalg.det(group.sample(10_000, generator=torch.Generator().manual_seed(2))).sign()
        assert abs(float(signs.mean())) < 0.05
    for group, components in ((tw.O(1, 3), 4), (tw.SO(1, 3), 2), (tw.Lorentz(), 1)):
        g = group.sample(4000, generator=torch.Generator().manual_seed(3))
        kinds = torch.stack([g[:, 0, 0].sign(), torch.linalg.det(g).sign()], -1).unique(dim=0, return_counts=True)
        assert len(kinds[0]) == components
        assert bool((kinds[1] > 0.8 * 4000 / components).all())


# --- the bounded law of non-compact groups --------------------------------------------------------------------------


@pytest.mark.parametrize("group", OPEN, ids=repr)
def test_samples_of_open_groups_are_bounded(group: LieGroup) -> None:
    """k exp(P) with |P| <= 1: singular values lie in [1/e, e], and log of the greatest is uniform in [0, 1]."""
    g = group.sample(4000, generator=torch.Generator().manual_seed(4))
    singular = torch.linalg.svdvals(g)
    assert float(singular.max()) <= math.e + 1e-9
    assert float(singular.min()) >= 1 / math.e - 1e-9
    radius = singular.log().abs().amax(-1).sort().values
    empirical = torch.arange(1, 4001, dtype=torch.float64) / 4000
    assert float((radius - empirical).abs().max()) < 1.95 / 4000**0.5  # Kolmogorov and Smirnov, level 0.001


def test_lorentz_samples_are_rotations_times_boosts() -> None:
    """The time component is cosh of a rapidity up to 1, forward in time."""
    g = tw.Lorentz().sample(2000, generator=torch.Generator().manual_seed(0))
    rapidity = torch.acosh(g[:, 0, 0])
    assert float(rapidity.max()) <= 1
    assert float(rapidity.min()) >= 0
    assert abs(float(rapidity.mean()) - 0.5) < 0.03
    boost = g[:, 1:, 0] / torch.sinh(rapidity)[:, None]
    assert float(boost.mean(0).abs().max()) < 6 / 2000**0.5  # no preferred direction


def test_what_each_group_preserves(generator: torch.Generator) -> None:
    """eta, J, determinants and hermitian products, written out once more."""
    eta = torch.diag(torch.tensor([1.0, -1, -1, -1], dtype=torch.float64))
    j = torch.tensor([[0.0, 0, 1, 0], [0, 0, 0, 1], [-1, 0, 0, 0], [0, -1, 0, 0]], dtype=torch.float64)

    def close(a: Tensor, b: Tensor) -> bool:
        return torch.allclose(a, b.expand_as(a), atol=1e-10)

    for group in (tw.Lorentz(), tw.O(1, 3), tw.SO(1, 3)):
        g = group.sample(50, generator=generator)
        assert close(g.mT @ eta @ g, eta)
    g = tw.Sp(4).sample(50, generator=generator)
    assert close(g.mT @ j @ g, j)
    u = tw.USp(4).sample(50, generator=generator)
    assert close(u.mT @ j.to(u.dtype) @ u, j.to(u.dtype))
    assert close(u.mH @ u, torch.eye(4, dtype=u.dtype))
    for group in (tw.SL(3), tw.SU(3), tw.SO(3), tw.Sp(4), tw.Lorentz()):
        assert close(torch.linalg.det(group.sample(50, generator=generator)), torch.ones(1, dtype=group.dtype))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tw.SO(0), "n >= 1"),
        (lambda: tw.U(-1), "n >= 1"),
        (lambda: tw.Sp(3), "even number"),
        (lambda: tw.USp(0), "even number"),
        (lambda: tw.GL(0), "n >= 1"),
        (lambda: tw.C(0), "n >= 1"),
        (lambda: tw.D(0), "n >= 1"),
        (lambda: tw.S(0), "n >= 1"),
        (lambda: tw.A(0), "n >= 1"),
        (lambda: tw.Q(4), "at least 8"),
        (lambda: tw.Q(10), "divisible by 4"),
        (lambda: tw.R(0), "d >= 1"),
        (lambda: tw.Grid(), "positive lengths"),
        (lambda: tw.Grid(3, 0), "positive lengths"),
    ],
)
def test_sizes_that_no_group_has(make, message: str) -> None:
    """Refused with the least size."""
    with pytest.raises(IntertwineError, match=message):
        make()


def test_infinite_groups_have_no_list() -> None:
    """Elements, positions, classes and regular representations are for finite groups."""
    for ask in (tw.SO(3).elements, tw.SO(3).classes, lambda: tw.R(2).regular, lambda: tw.Lorentz().cayley_tree):
        with pytest.raises(IntertwineError, match="infinitely many"):
            ask()
    with pytest.raises(IntertwineError, match="no positions"):
        tw.SO(3).index(tw.SO(3).identity)
    with pytest.raises(IntertwineError, match="43,252,003,274,489,856,000"):
        tw.Rubik().elements()
    with pytest.raises(IntertwineError, match="exponential"):
        tw.S(3).exp(tw.S(3).algebra)


def test_elements_of_the_wrong_shape() -> None:
    """The message holds both shapes."""
    with pytest.raises(IntertwineError, match=r"\(3, 3\).*\(2, 2\)"):
        tw.SO(3).contains(torch.eye(2, dtype=torch.float64))
    with pytest.raises(IntertwineError, match=r"\(4,\).*\(3,\)"):
        tw.S(4).index(torch.arange(3))
