"""The space of equivariant maps as a user holds it: equation, projection, coefficients, application, words."""

from __future__ import annotations

import itertools

import pytest
import torch
from tests.intertwiners.hom_cases import brute_force, is_orthonormal, projector, residual
from tests.representations.constructions import SEEDS, sign

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.testing import check_hom

LEAVES = [pair for found in SEEDS.values() for pair in itertools.product(found, found)]
PAIR = tw.SO(3) * tw.S(3)
V3, P3 = PAIR.lift(tw.SO(3).vector), PAIR.lift(tw.S(3).vector)
E2 = tw.semidirect(tw.R(2), tw.O(2)).vector
CASES: list[tuple[tw.Representation, tw.Representation]] = [
    (2 * tw.SO(3).vector + tw.SO(3).trivial, tw.SO(3).vector ** 2),
    (tw.SO(3).vector ** 2, tw.SO(3).adjoint + tw.sym(tw.SO(3).vector, 2)),
    (tw.O(3).vector ** 2 + tw.alt(tw.O(3).vector, 2), 2 * tw.O(3).vector),
    (tw.SU(2).vector + tw.SU(2).trivial, tw.SU(2).vector ** 2 + tw.SU(2).adjoint),
    (tw.SU(3).vector * tw.SU(3).vector.conj, tw.SU(3).adjoint + tw.SU(3).trivial),
    (tw.U(2).vector ** 2, tw.U(2).vector ** 2 + tw.U(2).vector),
    (tw.USp(4).vector ** 2, tw.USp(4).adjoint + tw.USp(4).trivial),
    (tw.Lorentz().vector ** 2, tw.Lorentz().adjoint + 2 * tw.Lorentz().trivial),
    (tw.Lorentz().vector.dual + tw.Lorentz().vector, tw.Lorentz().vector),
    (tw.O(1, 3).vector ** 2, tw.alt(tw.O(1, 3).vector, 2)),
    (tw.SL(2).vector ** 3, tw.SL(2).vector.dual + tw.SL(2).vector),
    (tw.GL(2).vector * tw.GL(2).vector.dual, tw.GL(2).adjoint),
    (tw.Sp(4).vector ** 2, tw.Sp(4).adjoint + tw.Sp(4).trivial),
    (tw.S(4).vector ** 2, 3 * tw.S(4).vector + sign(tw.S(4), -1, -1)),
    (tw.D(5).vector ** 3, tw.D(5).regular),
    (tw.A(5).vector ** 2, tw.A(5).vector + tw.A(5).trivial),
    (tw.Icosahedron().vector ** 2, tw.sym(tw.Icosahedron().vector, 2)),
    (tw.Q(8).regular, tw.Q(8).vector + 2 * tw.Q(8).trivial),
    (tw.C(4).representation([[[1j]]]) + tw.C(4).regular, tw.C(4).vector + tw.C(4).representation([[[-1j]]])),
    (V3 * P3 + P3, V3 * V3 * P3 + P3 * V3),
    (P3 * V3 * P3, V3 * P3 + V3),
    (tw.wreath(tw.SO(2), tw.S(2)).vector ** 2, tw.wreath(tw.SO(2), tw.S(2)).vector ** 2),
    (tw.R(2).vector * tw.R(2).vector.dual, tw.R(2).vector),
    (E2 * E2, E2 + E2.dual),
    (tw.semidirect(tw.R(2), tw.C(3)).vector, tw.semidirect(tw.R(2), tw.C(3)).vector),
    (tw.C(1).vector, tw.C(1).regular + 2 * tw.C(1).trivial),
    (3 * tw.SO(4).trivial, 2 * tw.SO(4).trivial),
]


def name(rho: tw.Representation) -> str:
    return f"{rho.group}: {rho}"


@pytest.mark.parametrize(("a", "b"), LEAVES + CASES, ids=name)
def test_the_contract(a: tw.Representation, b: tw.Representation) -> None:
    """Equation, orthonormal basis, projection, application, dimension by characters and by a dense null space."""
    check_hom(a, b, samples=4)


@pytest.mark.parametrize(("a", "b"), [pair for pair in CASES if pair[0].dim * pair[1].dim <= 400], ids=name)
def test_random_elements_allow_no_other_maps(a: tw.Representation, b: tw.Representation) -> None:
    """The same projector as from random group elements alone, which know of no algebra and no generators."""
    space = a >> b
    basis = space.basis()
    assert residual(a, b, basis) < 1e-10
    assert is_orthonormal(basis)
    expected = brute_force(a, b)
    assert round(float(expected.diagonal().sum().real)) == space.dim
    assert torch.allclose(projector(basis), expected, atol=1e-6)


@pytest.mark.parametrize(("a", "b"), CASES, ids=name)
def test_dimension_as_invariants_of_one_tensor(a: tw.Representation, b: tw.Representation) -> None:
    """dim Hom(A, B) = dim Hom(1, A.dual * B) = dim Hom(B.dual, A.dual)."""
    space = a >> b
    assert (a.group.trivial >> a.dual * b).dim == space.dim
    assert (b.dual >> a.dual).dim == space.dim
    assert ((2 * a) >> b + b).dim == 4 * space.dim


def test_projection_is_the_nearest_point() -> None:
    """Least squares over the basis finds the same map, and no other coefficients are nearer."""
    space = 2 * tw.SO(3).vector + tw.SO(3).trivial >> tw.SO(3).vector ** 2
    target = torch.randn(9, 7, dtype=torch.float64)
    found = torch.linalg.lstsq(space.basis().flatten(1).mT, target.flatten()[:, None]).solution.squeeze(-1)
    assert torch.allclose(space.coefficients(target), found)
    best = float((space.project(target) - target).square().sum())
    for _ in range(5):
        other = space.coefficients(target) + 0.1 * torch.randn(space.dim, dtype=torch.float64)
        assert float((space.matrix(other) - target).square().sum()) > best


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.complex64, torch.complex128])
@pytest.mark.parametrize("group", [tw.SO(3), tw.SU(2), tw.C(4), tw.S(3), PAIR], ids=repr)
def test_precision_follows_the_coefficients(group: tw.Group, kind: torch.dtype) -> None:
    """Single stays single; complex spaces make real coefficients complex; batches go through everything."""
    V = group.vector
    space = V * V + V >> V + 2 * group.trivial
    tolerance = 1e-5 if kind in (torch.float32, torch.complex64) else 1e-12
    c = torch.randn(2, 3, space.dim, dtype=kind)
    w = space.matrix(c)
    wide = kind if kind.is_complex or not space.is_complex else torch.promote_types(kind, torch.complex64)
    assert w.shape == (2, 3, *space.shape)
    assert w.dtype == wide
    exact = torch.tensordot(c.to(torch.complex128), space.basis().to(torch.complex128), dims=1)
    assert torch.allclose(w.to(torch.complex128), exact, atol=10 * tolerance)
    x = torch.randn(4, space.shape[1], dtype=kind)
    y = space.apply(c[0, 0], x)
    assert y.dtype == wide
    assert torch.allclose(y.to(torch.complex128), x.to(torch.complex128) @ exact[0, 0].mT, atol=100 * tolerance)
    assert torch.allclose(space.coefficients(w).to(torch.complex128), c.to(torch.complex128), atol=100 * tolerance)
    assert space.project(w).dtype == wide


def test_gradients() -> None:
    """Through matrix, apply and coefficients, against finite differences."""
    torch.manual_seed(1)
    for a, b in ((tw.SO(3).vector ** 2 + tw.SO(3).vector, tw.SO(3).vector + tw.SO(3).trivial),
                 (tw.S(3).vector ** 2, tw.S(3).vector), (tw.SU(2).vector, tw.SU(2).vector ** 3)):  # fmt: skip
        space = a >> b
        kind = torch.complex128 if space.is_complex else torch.float64
        c = torch.randn(space.dim, dtype=kind, requires_grad=True)
        x = torch.randn(2, a.dim, dtype=kind, requires_grad=True)
        m = torch.randn(*space.shape, dtype=kind, requires_grad=True)
        assert torch.autograd.gradcheck(space.matrix, (c,))
        assert torch.autograd.gradcheck(space.apply, (c, x))
        assert torch.autograd.gradcheck(space.coefficients, (m,))


def test_empty_spaces() -> None:
    """No map: zero matrices, zero outputs, zero coefficients, and a reason."""
    for a, b in ((tw.SO(3).vector, tw.SO(3).trivial), (tw.U(1).vector, tw.U(1).vector ** 2),
                 (sign(tw.C(4), -1), tw.C(4).trivial), (2 * tw.S(3).trivial, sign(tw.S(3), -1, 1))):  # fmt: skip
        space = a >> b
        assert space.dim == 0
        assert space.route == "none"
        kind = torch.complex128 if space.is_complex else torch.float64
        assert space.basis().shape == (0, b.dim, a.dim)
        assert torch.equal(space.matrix(torch.zeros(4, 0, dtype=kind)), torch.zeros(4, b.dim, a.dim, dtype=kind))
        assert torch.equal(space.apply(torch.zeros(0), torch.randn(3, a.dim)), torch.zeros(3, b.dim, dtype=space.apply(
            torch.zeros(0), torch.randn(3, a.dim)).dtype))  # fmt: skip
        assert space.coefficients(torch.randn(5, b.dim, a.dim, dtype=kind)).shape == (5, 0)
        assert not space.project(torch.randn(b.dim, a.dim, dtype=kind)).any()
        assert "0 maps by none" in repr(space)
        assert len(space.explain().splitlines()) > 1


def test_everything_commutes_with_nothing() -> None:
    """Trivial groups and trivial representations: all matrices."""
    for rho in (tw.C(1).vector, 3 * tw.S(1).vector, tw.SO(1).vector + tw.SO(1).trivial, 2 * tw.SO(3).trivial):
        space = rho >> rho
        assert space.dim == rho.dim**2
        m = torch.randn(rho.dim, rho.dim, dtype=torch.float64)
        assert torch.allclose(space.project(m), m)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda space: space.matrix(torch.randn(2)), r"takes coefficients \(..., 1\), got shape \(2,\)"),
        (lambda space: space.matrix(torch.tensor(1.0)), "takes coefficients"),
        (lambda space: space.coefficients(torch.randn(9, 3)), r"got shape \(9, 3\)"),
        (lambda space: space.project(torch.randn(3)), "projects matrices"),
        (lambda space: space.apply(torch.randn(1), torch.randn(3)), r"maps features \(..., 9\), got shape \(3,\)"),
        (lambda space: space.apply(torch.randn(1), torch.tensor(1.0)), "maps features"),
        (lambda space: space.apply(torch.randn(2), torch.randn(9)), "takes coefficients"),
        (lambda space: space.classes, "overlap|linear combinations"),
        (lambda space: space.mask(torch.ones(3, 9)), "overlap|linear combinations"),
    ],
)
def test_shapes_that_do_not_fit(use, message: str) -> None:
    """Both shapes are in the message."""
    V = tw.SO(3).vector
    with pytest.raises(IntertwineError, match=message):
        use(V * V >> V)


def test_words() -> None:
    """Printing and the reason for each pair of terms."""
    V = tw.SO(3).vector
    assert repr(V * V >> V) == "SO(3): V*V -> V, 1 map by diagrams"
    assert repr(tw.S(4).vector ** 2 >> tw.S(4).vector ** 2) == "S(4): V*V -> V*V, 15 maps by orbits"
    assert repr(2 * V + V * V >> V).startswith("SO(3): 2xV + V*V -> V, 3 maps")
    signed = (tw.C(4).vector >> sign(tw.C(4), -1)).explain()
    assert "2 of 2 entries are forced to zero" in signed
    assert "one orbit of S(4)" in (tw.S(4).vector >> tw.S(4).vector).explain()
    text = (2 * V + tw.SO(3).trivial >> V).explain()
    assert "V -> V: 2 x 1" in text
    assert "No irreducible representation of SO(3) is in both: highest weights {0} meet {2}" in text
    assert "identity component of O(3)" in (tw.O(3).vector ** 2 >> tw.alt(tw.O(3).vector, 2)).explain()
    assert "characters' inner product is 2" in (tw.C(5).vector >> tw.C(5).vector).explain()
    assert "null space of all generators" in (E2 >> E2).explain()


def test_equal_terms_are_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever their multiplicities and places: 7 copies here and 5 there ask for one pair."""
    import importlib

    module = importlib.import_module("intertwine.intertwiners.hom")
    asked, solve = [], module.solve

    def count(a: tw.Representation, b: tw.Representation):
        asked.append((a, b))
        return solve(a, b)

    monkeypatch.setattr(module, "solve", count)
    V, one = tw.SO(3).vector, tw.SO(3).trivial
    space = 3 * V + one + 4 * V >> 2 * V + 3 * (V + one)
    assert space.dim == 7 * 5 + 3
    assert len(asked) == len(set(asked)) == 4
