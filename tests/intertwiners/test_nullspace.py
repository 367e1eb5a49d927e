"""The route of last resort: dense, sparse and averaged null spaces, and when they refuse."""

from __future__ import annotations

import pytest
import torch
from tests.intertwiners.hom_cases import brute_force, is_orthonormal, projector, residual

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups.lie import LieGroup
from intertwine.intertwiners import nullspace
from intertwine.intertwiners.nullspace import DenseSolution, solve_nullspace

E2, E3 = tw.semidirect(tw.R(2), tw.O(2)), tw.semidirect(tw.R(3), tw.SO(3))
POINCARE = tw.semidirect(tw.R(4), tw.Lorentz())
P4 = tw.semidirect(tw.R(2), tw.C(4))
WR = tw.wreath(tw.SO(2), tw.S(2))


@pytest.mark.parametrize(
    ("a", "b", "dim"),
    [
        (tw.R(1).vector, tw.R(1).vector, 2),
        (tw.R(2).vector, tw.R(2).vector, 3),
        (tw.R(2).vector, tw.R(2).trivial, 1),
        (tw.R(2).trivial, tw.R(2).vector, 2),
        (E2.vector, E2.vector, 1),
        (E2.vector, E2.trivial, 1),
        (E2.trivial, E2.vector, 0),
        (E2.trivial, E2.vector.dual, 1),
        (E3.vector, E3.vector, 1),
        (E3.vector**2, E3.trivial, 1),
        (POINCARE.vector, POINCARE.vector, 1),
        (P4.vector, P4.vector, 1),
        (WR.vector, WR.vector, 2),
    ],
    ids=lambda x: f"{x.group}: {x}" if isinstance(x, tw.Representation) else str(x),
)
def test_groups_that_are_not_reductive(a: tw.Representation, b: tw.Representation, dim: int) -> None:
    """Translations act by unipotent matrices: a subspace may have no complement, and duals differ."""
    space = a >> b
    assert space.dim == dim
    basis = space.basis()
    assert is_orthonormal(basis)
    assert residual(a, b, basis) < 1e-10
    assert torch.allclose(projector(basis), brute_force(a, b), atol=1e-6)


def test_invariants_of_points_and_planes() -> None:
    """Affine functions: the constant 1 is invariant, a point alone is not; a difference of two points moves freely."""
    V = E2.vector
    (kept,) = (V >> E2.trivial).basis()
    assert torch.allclose(kept.abs(), torch.tensor([[0.0, 0, 1]], dtype=torch.float64), atol=1e-10)
    assert (V * V >> E2.trivial).dim == 1
    assert (2 * V >> V).dim == 2  # a x + b y


SAME = [
    (tw.SO(3).vector ** 2, tw.SO(3).vector ** 2),
    (tw.SU(2).vector ** 2, tw.SU(2).vector ** 2),
    (tw.D(5).vector ** 2, tw.D(5).vector ** 2),
    (E2.vector**2, E2.vector),
    (tw.Q(8).regular, tw.Q(8).vector),
    (tw.SL(2).vector ** 3, tw.SL(2).vector),
    (tw.C(5).vector, tw.C(5).trivial),
    (3 * tw.C(1).vector, tw.C(1).vector),
]


@pytest.mark.parametrize(("a", "b"), SAME, ids=lambda rho: f"{rho.group}: {rho}")
def test_sparse_and_dense_agree(a: tw.Representation, b: tw.Representation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inverse iteration on the sparse equations finds the null space that the dense ones have."""
    dense = solve_nullspace(a, b)
    monkeypatch.setattr(nullspace, "DENSE_LIMIT", 0)
    sparse = solve_nullspace(a, b)
    assert sparse.dim == dense.dim
    assert is_orthonormal(sparse.basis())
    assert residual(a, b, sparse.basis()) < 1e-9
    assert torch.allclose(projector(sparse.basis()), projector(dense.basis()), atol=1e-8)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (tw.D(5).vector ** 2, tw.D(5).regular),
        (tw.A(5).vector ** 2, tw.A(5).vector),
        (tw.Q(8).vector, tw.Q(8).vector ** 2),
    ],
    ids=lambda rho: f"{rho.group}: {rho}",
)
def test_averages_over_the_group_agree(
    a: tw.Representation, b: tw.Representation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the dimension known from characters, random matrices averaged over the group span the space."""
    dense = solve_nullspace(a, b)
    monkeypatch.setattr(nullspace, "DENSE_LIMIT", 0)
    averaged = solve_nullspace(a, b, expected=dense.dim)
    assert is_orthonormal(averaged.basis())
    assert torch.allclose(projector(averaged.basis()), projector(dense.basis()), atol=1e-8)


def flow(x: torch.Tensor, n: int, generator: torch.Generator | None) -> torch.Tensor:
    """exp(t x) at n random times."""
    return torch.linalg.matrix_exp(torch.randn(n, 1, 1, generator=generator, dtype=torch.float64) * x)


def family(name: str, *speeds: float) -> tw.Representation:
    """A one-parameter group that turns planes at given speeds."""
    blocks = [torch.tensor([[0.0, -s], [s, 0.0]], dtype=torch.float64) for s in speeds]
    x = torch.block_diag(*blocks)[None]
    group = LieGroup(
        name, x, residual=lambda g: 0 * g[..., 0, 0].abs(), sampler=lambda n, generator: flow(x, n, generator)
    )
    return group.vector


def test_nearly_equal_speeds() -> None:
    """Two planes at one speed allow 8 maps, at clearly different ones 4; between, the question is refused."""
    for gap, dim in ((0.0, 8), (1e-13, 8), (1e-3, 4), (1e-6, 4), (1e-8, 4)):
        rho = family(f"speeds 1 and 1 + {gap}", 1.0, 1.0 + gap)
        assert (rho >> rho).dim == dim
    doubtful = family("speeds 1 and 1 + 1e-10", 1.0, 1.0 + 1e-10)
    with pytest.raises(IntertwineError, match="not separated from the rest"):
        _ = (doubtful >> doubtful).dim


def test_generators_of_very_different_size() -> None:
    """Each generator is scaled by itself: a boost of size 1e5 beside a turn of size 1e-5."""
    a = torch.zeros(4, 4, dtype=torch.float64)
    a[0, 1] = a[1, 0] = 1e5
    b = torch.zeros(4, 4, dtype=torch.float64)
    b[2, 3], b[3, 2] = -1e-5, 1e-5
    group = LieGroup(
        "a boost and a turn", torch.stack([a, b]), residual=lambda g: 0 * g[..., 0, 0].abs(), is_compact=False,
        sampler=lambda n, generator: torch.eye(4, dtype=torch.float64).expand(n, 4, 4),
    )  # fmt: skip
    assert (group.vector >> group.vector).dim == 4


def test_spaces_too_large_for_it() -> None:
    """Refused before anything large is built, with the way out."""
    a = tw.R(3).vector ** 5
    with pytest.raises(IntertwineError, match=r"1,048,576 unknowns .*split the representations"):
        solve_nullspace(a, a)


def test_dense_solutions_are_solutions() -> None:
    """Coefficients, matrices and cast constants, in single precision and complex."""
    torch.manual_seed(2)
    for basis in (torch.linalg.qr(torch.randn(6, 3, dtype=torch.float64))[0].mT.reshape(3, 2, 3),
                  torch.linalg.qr(torch.randn(6, 3, dtype=torch.complex128))[0].mT.reshape(3, 2, 3)):  # fmt: skip
        solution = DenseSolution("given", basis)
        assert solution.shape == (2, 3)
        assert solution.is_complex == basis.is_complex()
        c = torch.randn(4, 3, dtype=basis.dtype)
        assert torch.allclose(solution.matrix(c), torch.tensordot(c, basis, dims=1))
        assert torch.allclose(solution.coefficients(solution.matrix(c)), c)
        single = c.to(torch.complex64 if basis.is_complex() else torch.float32)
        assert solution.matrix(single).dtype == single.dtype
        constants = solution.constants()
        assert all(v.is_contiguous() for v in constants.values())
        assert torch.allclose(solution.matrix(c, {k: 2 * v for k, v in constants.items()}), 2 * solution.matrix(c))


def test_screws_in_space() -> None:
    """A one-parameter group of motions, neither compact nor semisimple: its centraliser is known by hand."""
    t = torch.zeros(4, 4, dtype=torch.float64)
    t[0, 1], t[1, 0], t[2, 3] = -1.0, 1.0, 1.0  # turn x, y while moving along z
    group = LieGroup(
        "screw", t[None], residual=lambda g: 0 * g[..., 0, 0].abs(), sampler=lambda n, generator: flow(t, n, generator)
    )
    space = group.vector >> group.vector
    assert space.dim == 4  # 1, the turn, the projection on z and 1, and the shift
    assert residual(group.vector, group.vector, space.basis()) < 1e-10


def test_conjugate_representations_of_finite_groups() -> None:
    rho = tw.Cube().irrep("3a", real=False).conj
    assert (rho >> rho).dim == 1
    assert rho.matrix(tw.Cube().elements()).numpy().shape == (24, 3, 3)
