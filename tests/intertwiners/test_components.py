"""Disconnected groups: maps of the identity component that commute with a representative of every other one."""

from __future__ import annotations

import pytest
import torch
from tests.intertwiners.hom_cases import brute_force, is_orthonormal, projector, residual

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.intertwiners import components
from intertwine.intertwiners.components import SubspaceSolution, fix_components
from intertwine.intertwiners.isotypic import solve_isotypic


@pytest.mark.parametrize(
    ("connected", "full", "p", "q", "before", "after"),
    [
        (tw.SO(2), tw.O(2), 1, 1, 2, 1),
        (tw.SO(2), tw.O(2), 2, 2, 6, 3),
        (tw.SO(3), tw.O(3), 2, 1, 1, 0),
        (tw.SO(3), tw.O(3), 2, 2, 3, 3),
        (tw.SO(4), tw.O(4), 2, 2, 4, 3),
        (tw.Lorentz(), tw.O(1, 3), 2, 2, 4, 3),
        (tw.Lorentz(), tw.SO(1, 3), 2, 2, 4, 4),
        (tw.Lorentz(), tw.O(1, 3), 3, 3, 25, 15),
    ],
    ids=str,
)
def test_mirrors_remove_maps(connected: tw.Group, full: tw.Group, p: int, q: int, before: int, after: int) -> None:
    """The cross product and the other Levi-Civita tensors go, the rest stays."""
    assert solve_isotypic(connected.vector**p, connected.vector**q).dim == before
    a, b = full.vector**p, full.vector**q
    inner = solve_isotypic(a, b)
    assert inner.dim == before
    solution = fix_components(inner, a, b)
    assert solution.dim == after == (a >> b).dim
    basis = solution.basis()
    assert is_orthonormal(basis)
    assert residual(a, b, basis) < 1e-10
    if a.dim * b.dim <= 300:
        assert torch.allclose(projector(basis), brute_force(a, b), atol=1e-6)


@pytest.mark.parametrize(
    ("a", "b", "dim"),
    [
        (tw.alt(tw.O(3).vector, 2), tw.O(3).vector, 0),
        (tw.alt(tw.O(3).vector, 2), tw.alt(tw.O(3).vector, 2), 1),
        (tw.alt(tw.O(3).vector, 3), tw.O(3).trivial, 0),
        (tw.alt(tw.O(2).vector, 2), tw.O(2).trivial, 0),
        (tw.O(3).adjoint, tw.alt(tw.O(3).vector, 2), 1),
        (tw.GL(2).adjoint, tw.GL(2).vector * tw.GL(2).vector.dual, 2),
        (tw.alt(tw.GL(2).vector, 2), tw.GL(2).trivial, 0),
        (tw.O(1, 3).adjoint, tw.alt(tw.O(1, 3).vector, 2), 1),
        (tw.alt(tw.O(1, 3).vector, 4), tw.O(1, 3).trivial, 0),
    ],
    ids=lambda x: f"{x.group}: {x}" if isinstance(x, tw.Representation) else str(x),
)
def test_polar_and_axial(a: tw.Representation, b: tw.Representation, dim: int) -> None:
    """Under rotations axial vectors are vectors, under mirrors they are not."""
    assert (a >> b).dim == dim
    assert torch.allclose(projector((a >> b).basis()), brute_force(a, b), atol=1e-6)


def test_connected_groups_are_left_alone() -> None:
    """Nothing to fix: the same object comes back; nor in a space without maps."""
    V = tw.SO(3).vector
    inner = solve_isotypic(V, V)
    assert fix_components(inner, V, V) is inner
    empty = solve_isotypic(tw.O(3).vector, tw.O(3).trivial)
    assert fix_components(empty, tw.O(3).vector, tw.O(3).trivial) is empty


def test_subspaces_of_solutions() -> None:
    """Coefficients, matrix and application of orthonormal combinations of another basis."""
    V = tw.SO(3).vector
    inner = solve_isotypic(V**2, V**2)
    mixing = torch.linalg.qr(torch.randn(3, 2, dtype=torch.float64))[0]
    solution = SubspaceSolution(inner, mixing)
    assert (solution.dim, solution.shape, solution.route) == (2, (9, 9), "weights")
    expected = torch.einsum("kd,kij->dij", mixing, inner.basis())
    assert torch.allclose(solution.basis(), expected)
    c = torch.randn(4, 5, 2, dtype=torch.float64)
    assert torch.allclose(solution.coefficients(solution.matrix(c)), c)
    x = torch.randn(6, 5, 9, dtype=torch.float64)
    assert torch.allclose(solution.apply(c, x), torch.einsum("oik,kba,nia->nob", c, expected, x))


def test_too_many_maps_before_the_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused with the number and the limit."""
    monkeypatch.setattr(components, "MAX_COEFFICIENTS", 2)
    V = tw.O(3).vector
    with pytest.raises(IntertwineError, match=r"3 maps before its components .*at most 2"):
        fix_components(solve_isotypic(V**2, V**2), V**2, V**2)
