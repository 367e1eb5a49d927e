"""Laws of spaces of maps for random representations of every kind of group."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.intertwiners.hom_cases import brute_force, is_orthonormal, projector, residual
from tests.representations.constructions import SEEDS, representations

import intertwine as tw

SMALL = 6
REDUCTIVE = [group for group in SEEDS if group.is_compact]


@st.composite
def pairs(draw: st.DrawFn, largest: int = SMALL, groups: list[tw.Group] | None = None):
    """Two representations of one group."""
    a = draw(representations(largest=largest, groups=groups))
    return a, draw(representations(group=a.group, largest=largest))


@given(pair=pairs(largest=10))
def test_the_equation(pair: tuple[tw.Representation, tw.Representation]) -> None:
    """rho_B(g) W = W rho_A(g) on fresh elements, to 1e-10; an orthonormal basis."""
    a, b = pair
    basis = (a >> b).basis()
    assert residual(a, b, basis) < 1e-10
    assert is_orthonormal(basis)


@given(pair=pairs())
def test_nothing_is_missing(pair: tuple[tw.Representation, tw.Representation]) -> None:
    """Random elements of the group allow exactly these maps."""
    a, b = pair
    assert torch.allclose(projector((a >> b).basis()), brute_force(a, b), atol=1e-6)


@given(pair=pairs())
def test_maps_are_invariant_tensors(pair: tuple[tw.Representation, tw.Representation]) -> None:
    """dim Hom(A, B) = dim Hom(1, A.dual * B) = dim Hom(A * B.dual, 1)."""
    a, b = pair
    dim = (a >> b).dim
    assert (a.group.trivial >> a.dual * b).dim == dim
    assert (a * b.dual >> a.group.trivial).dim == dim


@given(pair=pairs(), third=st.data())
def test_sums_add_and_products_move_across(
    pair: tuple[tw.Representation, tw.Representation], third: st.DataObject
) -> None:
    """Hom(A + C, B) = Hom(A, B) + Hom(C, B); Hom(A * C, B) = Hom(A, C.dual * B)."""
    a, b = pair
    c = third.draw(representations(group=a.group, largest=3))
    assert (a + c >> b).dim == (a >> b).dim + (c >> b).dim
    assert (b >> c + a).dim == (b >> c).dim + (b >> a).dim
    assert (a * c >> b).dim == (a >> c.dual * b).dim
    assert (3 * a >> 2 * b).dim == 6 * (a >> b).dim


@given(pair=pairs())
def test_conjugates(pair: tuple[tw.Representation, tw.Representation]) -> None:
    """Conjugate maps go between conjugate representations."""
    a, b = pair
    space, conjugate = a >> b, a.conj >> b.conj
    assert space.dim == conjugate.dim
    assert torch.allclose(projector(space.basis().conj().resolve_conj()), projector(conjugate.basis()), atol=1e-8)


@given(pair=pairs(groups=REDUCTIVE))
def test_compact_groups_have_adjoint_maps(pair: tuple[tw.Representation, tw.Representation]) -> None:
    """For unitary representations W^dagger goes back: dim Hom(A, B) = dim Hom(B, A), the same maps transposed."""
    a, b = pair
    assert a.is_unitary
    forth, back = a >> b, b >> a
    assert forth.dim == back.dim
    turned = forth.basis().mH.resolve_conj()
    assert torch.allclose(projector(turned), projector(back.basis()), atol=1e-8)


@given(pair=pairs(largest=10), seed=st.integers(0, 2**16))
def test_projection_and_coefficients(pair: tuple[tw.Representation, tw.Representation], seed: int) -> None:
    """project is idempotent and self-adjoint, what it leaves is orthogonal; coefficients is the adjoint of matrix."""
    space = pair[0] >> pair[1]
    kind = torch.complex128 if space.is_complex else torch.float64
    random = torch.Generator().manual_seed(seed)
    m = torch.randn(3, *space.shape, generator=random, dtype=kind)
    c = torch.randn(3, space.dim, generator=random, dtype=kind)
    projected = space.project(m)
    assert torch.allclose(space.project(projected), projected, atol=1e-10)
    left = (space.coefficients(m).conj() * c).sum()
    right = (m.conj() * space.matrix(c)).sum()
    assert torch.allclose(left, right, atol=1e-9)
    rest = m - projected
    assert float(space.coefficients(rest).abs().max() if space.dim else 0.0) < 1e-10


@given(pair=pairs(largest=10), seed=st.integers(0, 2**16))
def test_application(pair: tuple[tw.Representation, tw.Representation], seed: int) -> None:
    """apply is the matrix product, and commutes with the group."""
    a, b = pair
    space = a >> b
    kind = torch.complex128 if space.is_complex else torch.float64
    random = torch.Generator().manual_seed(seed)
    c = torch.randn(space.dim, generator=random, dtype=kind)
    x = torch.randn(2, 3, a.dim, generator=random, dtype=kind)
    y = space.apply(c, x)
    assert y.shape == (2, 3, b.dim)
    assert torch.allclose(y, x @ space.matrix(c).mT, atol=1e-9)
    g = a.group.sample(3, generator=random)
    moved = space.apply(c, a.apply(g, x))
    size = max(1.0, float(moved.abs().max()) if moved.numel() else 1.0)
    assert torch.allclose(moved, b.apply(g, y).to(moved.dtype), atol=1e-8 * size)
