"""The route by irreducible representations: types, multiplicities, real forms, factored application."""

from __future__ import annotations

import math

import pytest
import torch
from tests.intertwiners.hom_cases import is_orthonormal, projector, residual

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.intertwiners.isotypic import count_by_characters, real_components, solve_isotypic
from intertwine.intertwiners.nullspace import solve_nullspace
from intertwine.representations.highest import multiplicities
from intertwine.representations.structure import Conjugate


def realified(rho: tw.Representation) -> tw.Representation:
    """A complex representation of a matrix group as a real one of twice the dimension."""

    def real(m: torch.Tensor) -> torch.Tensor:
        return torch.cat([torch.cat([m.real, -m.imag], -1), torch.cat([m.imag, m.real], -1)], -2)

    group = rho.group
    if group.is_finite:
        return group.representation(real(rho.matrix(torch.stack(group.generators))))
    return group.representation(real(rho.algebra(group.algebra)))


SU2, SU3, U1 = tw.SU(2), tw.SU(3), tw.U(1)
SPINOR, QUARK, CHARGE = realified(SU2.vector), realified(SU3.vector), realified(U1.vector)


@pytest.mark.parametrize(
    ("rho", "kind", "dim"),
    [
        (SPINOR, "quaternionic", 4),
        (2 * SPINOR, "quaternionic", 16),
        (QUARK, "complex", 2),
        (3 * QUARK, "complex", 18),
        (CHARGE, "complex", 2),
        (SU2.adjoint, "real", 1),
        (SU3.adjoint, "real", 1),
        (tw.SO(3).vector, "real", 1),
        (tw.SO(2).vector, "complex", 2),
        (tw.SO(2).vector ** 2, "complex", 6),
        (realified(tw.USp(4).vector), "quaternionic", 4),
        (tw.Sp(4).vector, "real", 1),  # real vectors of the real form, though quaternionic for the compact one
        (tw.SL(2).vector, "real", 1),
    ],
    ids=lambda x: f"{x.group}: {x}" if isinstance(x, tw.Representation) else str(x),
)
def test_the_three_types(rho: tw.Representation, kind: str, dim: int) -> None:
    """Schur's lemma over the reals: 1, 2 or 4 real numbers for each pair of copies."""
    found = real_components(rho)
    assert kind in {name for name, _ in found.values()}
    solution = solve_isotypic(rho, rho)
    assert solution.dim == dim
    basis = solution.basis()
    assert is_orthonormal(basis)
    assert not basis.is_complex()
    assert residual(rho, rho, basis) < 1e-10
    assert torch.allclose(projector(basis), projector(solve_nullspace(rho, rho).basis()), atol=1e-8)


def test_finite_groups_have_the_same_types() -> None:
    """Q(8) on the quaternions: 4; C(5) on the plane: 2; the icosahedron in space: 1."""
    for rho, dim in ((tw.Q(8).vector, 4), (tw.C(5).vector, 2), (tw.Icosahedron().vector, 1), (3 * tw.Q(8).vector, 36)):
        solution = solve_isotypic(rho, rho)
        assert solution.dim == dim
        assert is_orthonormal(solution.basis())
        assert residual(rho, rho, solution.basis()) < 1e-10


def test_multiplicities_of_spins() -> None:
    """V^k of SU(2) holds spin j with ballot numbers, V^k of SO(3) spin l with Riordan's."""
    V = SU2.vector
    for k in range(1, 9):
        found = {w[0]: m for w, m in multiplicities(V**k).items()}
        expected = {k - 2 * j: math.comb(k, j) - (math.comb(k, j - 1) if j else 0) for j in range(k // 2 + 1)}
        assert found == expected
    W = tw.SO(3).vector
    assert {w[0] // 2: m for w, m in multiplicities(W**4).items()} == {4: 1, 3: 3, 2: 6, 1: 6, 0: 3}


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        (SU3.vector**2, {(2, 0): 1, (0, 1): 1}),
        (SU3.vector * SU3.vector.conj, {(1, 1): 1, (0, 0): 1}),
        (SU3.adjoint**2, {(2, 2): 1, (3, 0): 1, (0, 3): 1, (1, 1): 2, (0, 0): 1}),
        (SU3.vector**3, {(3, 0): 1, (1, 1): 2, (0, 0): 1}),
        (tw.Sp(4).vector ** 2, {(2, 0): 1, (0, 1): 1, (0, 0): 1}),
        (tw.SO(5).vector ** 2, {(2, 0): 1, (0, 2): 1, (0, 0): 1}),
        (tw.SO(4).vector ** 2, {(2, 2): 1, (2, 0): 1, (0, 2): 1, (0, 0): 1}),
        (tw.Lorentz().vector ** 2, {(2, 2): 1, (2, 0): 1, (0, 2): 1, (0, 0): 1}),
        (tw.U(2).vector ** 2, {(2, 2): 1, (0, 2): 1}),
    ],
    ids=lambda x: f"{x.group}: {x}" if isinstance(x, tw.Representation) else "",
)
def test_tensor_products_that_physicists_know(rho: tw.Representation, expected: dict[tuple[int, ...], int]) -> None:
    """8 x 8 = 27 + 10 + 10bar + 8 + 8 + 1 and its relatives, by Dynkin labels (and the charge of U(2))."""
    assert multiplicities(rho) == expected
    assert count_by_characters(rho, rho) == sum(m * m for m in expected.values()) == (rho >> rho).dim


def test_real_forms_have_the_dimensions_of_their_compact_form() -> None:
    """Weyl's unitary trick: SL(2) as SU(2), Sp(4) as USp(4), SO+(1, 3) as SO(4), SO(2, 1) as SO(3)."""
    for open_group, compact in ((tw.SL(2), SU2), (tw.Sp(4), tw.USp(4)), (tw.Lorentz(), tw.SO(4)), (tw.SL(3), SU3)):
        V, W = open_group.vector, compact.vector
        for p, q in ((1, 1), (2, 2), (1, 3), (0, 4), (3, 0)):
            assert solve_isotypic(V**p, V**q).dim == solve_isotypic(W**p, W**q).dim
    for group in (tw.SL(2), tw.Lorentz(), tw.SO(2, 1), tw.Sp(2), tw.SO(2, 2)):
        V = group.vector
        solution = solve_isotypic(V**2, V**2)
        assert is_orthonormal(solution.basis())
        assert residual(V**2, V**2, solution.basis()) < 1e-10


def test_large_spaces_stay_factored() -> None:
    """SO(3) on V^6: 531,441 entries, 4,213 maps, never built; an equivariant map still turns with its input."""
    V = tw.SO(3).vector
    a = V**6
    solution = solve_isotypic(a, a)
    assert solution.dim == 4213
    c = torch.randn(1, 1, solution.dim, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x = torch.randn(2, 1, a.dim, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    g = tw.SO(3).sample(1, generator=torch.Generator().manual_seed(2))[0]
    y, turned = solution.apply(c, x), solution.apply(c, a.apply(g, x))
    assert torch.allclose(turned, a.apply(g, y), atol=1e-10)
    assert sum(v.numel() for v in solution.constants().values()) < 4 * a.dim**2


def test_representations_without_weights() -> None:
    """In a skew basis the compact form does not act unitarily; the door then takes the null space."""
    skew = torch.tensor([[1.0, 1], [0, 1]], dtype=torch.complex128)
    rho = SU2.representation(skew @ SU2.algebra @ torch.linalg.inv(skew))
    with pytest.raises(IntertwineError, match="does not act unitarily"):
        solve_isotypic(rho, rho)
    space = rho >> SU2.vector
    assert space.route == "null space"
    assert space.dim == 1
    assert (Conjugate(rho) >> rho).dim == 1
    with pytest.raises(IntertwineError, match="not reductive"):
        multiplicities(tw.R(2).vector)
