"""Direct products of groups: the maps are tensor products of the factors' maps."""

from __future__ import annotations

import itertools

import pytest
import torch
from tests.intertwiners.hom_cases import is_orthonormal, projector, residual

import intertwine as tw
from intertwine.intertwiners.kron import KroneckerSolution, sorted_factors
from intertwine.intertwiners.nullspace import DenseSolution, solve_nullspace

TRIPLE = tw.SO(3) * tw.S(3) * tw.C(3)
V, P, T = TRIPLE.lift(tw.SO(3).vector), TRIPLE.lift(tw.S(3).vector), TRIPLE.lift(tw.C(3).vector)
TWIN = tw.SO(3) * tw.SO(3)
A, B = TWIN.lift(tw.SO(3).vector, 0), TWIN.lift(tw.SO(3).vector, 1)
MIXED = tw.SU(2) * tw.C(5)
Z, W = MIXED.lift(tw.SU(2).vector), MIXED.lift(tw.C(5).vector)


@pytest.mark.parametrize(
    ("a", "b", "dim"),
    [
        (V * P * T, V * P * T, 1 * 2 * 2),
        (T * V * P, P * T * V, 4),
        (P * V * P, P * V, 5),
        (V * V, V, 1),
        (V * P, P, 0),
        (P * T, P, 0),
        (TRIPLE.trivial, P * P * V * V, 2),
        (A * B * A, B * A * A, 3),
        (A * B, B * A, 1),
        (A, B, 0),
        (Z * W, W * Z, 2),
        (Z * Z * W, W, 2),
        (Z * W * Z.conj, W * Z * Z.conj, 4),
    ],
    ids=lambda x: f"{x.group}: {x}" if isinstance(x, tw.Representation) else str(x),
)
def test_interleaved_factors(a: tw.Representation, b: tw.Representation, dim: int) -> None:
    """In whatever order the tensor factors stand; against the null space where it is small."""
    space = a >> b
    assert space.dim == dim
    basis = space.basis()
    assert is_orthonormal(basis)
    assert residual(a, b, basis) < 1e-10
    if dim:
        c = torch.randn(3, dim, dtype=basis.dtype)
        assert torch.allclose(space.coefficients(space.matrix(c)), c)
        x = torch.randn(2, a.dim, dtype=basis.dtype)
        assert torch.allclose(space.apply(c[0], x), x @ space.matrix(c[0]).mT)
    if a.dim * b.dim <= 400:
        assert torch.allclose(projector(basis), projector(solve_nullspace(a, b).basis()), atol=1e-8)


def test_dimensions_multiply() -> None:
    """Over all pairs of a few representations of each factor."""
    G, H = tw.SO(3), tw.S(3)
    product = G * H
    first = [G.trivial, G.vector, G.vector**2]
    second = [H.trivial, H.vector, H.vector**2]
    for (a, b), (c, d) in itertools.product(itertools.product(first, repeat=2), itertools.product(second, repeat=2)):
        left = product.lift(a) * product.lift(c)
        right = product.lift(b) * product.lift(d)
        assert (left >> right).dim == (a >> b).dim * (c >> d).dim


@pytest.mark.parametrize("kinds", [(False, False), (True, False), (False, True), (True, True)])
def test_solutions_of_factors_are_multiplied(kinds: tuple[bool, bool]) -> None:
    """Real and complex parts, with the positions of sorted factors undone."""
    torch.manual_seed(3)
    shapes = [((2, 3), 2), ((3, 2), 4)]
    parts = []
    for (shape, dim), is_complex in zip(shapes, kinds, strict=True):
        size = shape[0] * shape[1]
        q = torch.linalg.qr(torch.randn(size, dim, dtype=torch.complex128 if is_complex else torch.float64))[0]
        parts.append(DenseSolution("given", q.mT.reshape(dim, *shape)))
    in_order, out_order = torch.randperm(6), torch.randperm(6)
    solution = KroneckerSolution(parts, in_order, out_order)
    assert solution.dim == 8
    assert solution.is_complex == any(kinds)
    kind = torch.complex128 if any(kinds) else torch.float64
    c = torch.randn(5, 8, dtype=kind)
    first, second = (part.basis().to(kind) for part in parts)
    expected = torch.zeros(8, 6, 6, dtype=kind)
    for k, (w1, w2) in enumerate(itertools.product(first, second)):
        expected[k][out_order[:, None], in_order] = torch.kron(w1.contiguous(), w2.contiguous())
    assert torch.allclose(solution.basis(), expected)
    assert torch.allclose(solution.matrix(c), torch.tensordot(c, expected, dims=1))
    assert torch.allclose(solution.coefficients(solution.matrix(c)), c)


def test_sorting_of_factors() -> None:
    """A stable sort: the positions of a (x) b (x) a' seen as a (x) a' (x) b."""
    assert sorted_factors([0, 1], [2, 3]).tolist() == list(range(6))
    assert sorted_factors([1, 0], [2, 3]).tolist() == [0, 3, 1, 4, 2, 5]
    assert sorted_factors([], []).tolist() == [0]
    x, y, z = torch.randn(2), torch.randn(3), torch.randn(2)
    mixed = torch.kron(torch.kron(x, y), z)
    assert torch.allclose(mixed[sorted_factors([0, 1, 0], [2, 3, 2])], torch.kron(torch.kron(x, z), y))


def test_a_sum_over_one_factor() -> None:
    """Particles and vectors: S(n) mixes particles, SO(3) their directions; two maps, identity and mean."""
    group = tw.SO(3) * tw.S(5)
    rho = group.lift(tw.S(5).vector) * group.lift(tw.SO(3).vector)
    space = rho >> rho
    assert space.dim == 2
    mean = torch.kron(torch.ones(5, 5, dtype=torch.float64) / 5, torch.eye(3, dtype=torch.float64))
    assert torch.allclose(space.project(mean), mean)
