"""A solution by orbits is an orthonormal basis, applied and projected on as every route's is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.intertwiners.orbit_cases import dense, gauged_action, random_action, symmetric_tensors

from intertwine.intertwiners.orbit_solution import OrbitSolution
from intertwine.intertwiners.orbits import solve_orbits


def action(order: int):
    """S(4) on pairs and on points, each in a basis turned by random phases."""
    rng = np.random.default_rng(order)
    return gauged_action(rng, symmetric_tensors(4, 2), order), gauged_action(rng, symmetric_tensors(4, 1), order)


def solved(order: int) -> OrbitSolution:
    out, in_ = action(order)
    return solve_orbits(*out, *in_, order)


def dtype_of(order: int) -> torch.dtype:
    return torch.complex128 if order > 2 else torch.float64


@pytest.fixture(params=[1, 2, 3, 4], ids=["permutations", "signs", "cube roots", "quarter turns"])
def order(request) -> int:
    return request.param


def test_describes_itself(order):
    solution = solved(order)
    assert solution.route == "orbits"
    assert solution.shape == (16, 4)
    assert solution.dim == 5
    assert solution.is_complex == (order > 2)
    assert solution.labels.dtype == torch.int32
    assert (solution.phases is None) == (order == 1)


def test_maps_are_equivariant_and_orthonormal(order):
    solution = solved(order)
    out, in_ = (torch.from_numpy(dense(*side, order)) for side in action(order))
    basis = solution.matrix(torch.eye(solution.dim, dtype=dtype_of(order)))
    assert basis.dtype == dtype_of(order)
    for g in range(2):
        torch.testing.assert_close(out[g] @ basis.to(out.dtype), basis.to(in_.dtype) @ in_[g], atol=1e-14, rtol=0)
    gram = torch.einsum("kba,lba->kl", basis.conj(), basis)
    torch.testing.assert_close(gram, torch.eye(solution.dim, dtype=gram.dtype), atol=1e-14, rtol=0)


def test_coefficients_are_the_adjoint_of_matrix(order):
    solution = solved(order)
    c = torch.randn(2, 3, solution.dim, dtype=dtype_of(order))
    m = torch.randn(2, 3, *solution.shape, dtype=dtype_of(order))
    left = (solution.matrix(c).conj() * m).sum((-1, -2))
    right = (c.conj() * solution.coefficients(m)).sum(-1)
    torch.testing.assert_close(left, right)
    torch.testing.assert_close(solution.coefficients(solution.matrix(c)), c)


def test_both_directions_are_differentiable(order):
    solution = solved(order)
    c = torch.randn(2, solution.dim, dtype=dtype_of(order), requires_grad=True)
    m = torch.randn(2, *solution.shape, dtype=dtype_of(order), requires_grad=True)
    assert torch.autograd.gradcheck(solution.matrix, c)
    assert torch.autograd.gradgradcheck(solution.matrix, c)
    assert torch.autograd.gradcheck(solution.coefficients, m)


def test_application_is_the_matrix(order):
    solution = solved(order)
    c = torch.randn(2, 3, solution.dim, dtype=dtype_of(order))
    x = torch.randn(7, 3, solution.shape[1], dtype=dtype_of(order))
    expected = sum(torch.einsum("oba,na->nob", solution.matrix(c[:, i]), x[:, i]) for i in range(3))
    torch.testing.assert_close(solution.apply(c, x), expected)


def test_single_precision_and_given_constants(order):
    solution = solved(order)
    single = torch.complex64 if order > 2 else torch.float32
    c = torch.randn(solution.dim, dtype=single)
    constants = solution.resolve(None, c)
    assert solution.matrix(c).dtype == single
    assert torch.equal(solution.matrix(c, constants), solution.matrix(c))
    torch.testing.assert_close(solution.matrix(c).to(dtype_of(order)), solution.matrix(c.to(dtype_of(order))))
    assert all(value.is_contiguous() for value in solution.constants().values())


def test_a_real_matrix_has_complex_coefficients_where_the_space_is_complex():
    solution = solved(3)
    m = torch.randn(solution.shape, dtype=torch.float64)
    assert torch.equal(solution.coefficients(m), solution.coefficients(m.to(torch.complex128)))


def test_an_empty_space_has_only_the_zero_matrix():
    rng = np.random.default_rng(0)
    out, in_ = random_action(rng, 2, 4, 2), random_action(rng, 2, 4, 2)
    out[1][:], in_[1][:] = 1, 0  # minus one on the whole of B, and one on A
    solution = solve_orbits(*out, *in_, 2)
    assert solution.dim == 0
    c = torch.zeros(3, 0, requires_grad=True)
    assert torch.equal(solution.matrix(c), torch.zeros(3, 4, 4))
    assert solution.coefficients(torch.randn(2, 4, 4)).shape == (2, 0)


def test_quarter_turns_are_exact():
    """i is the complex number i: a product of maps with phases +-1, +-i has no rounding in its zeros."""
    pattern = solved(4).constants()["pattern"]
    parts = torch.view_as_real(pattern)
    assert torch.equal(parts, parts.round())


def test_the_same_bits_every_time(order):
    first, second = solved(order), solved(order)
    assert torch.equal(first.labels, second.labels)
    for name, value in first.constants().items():
        assert torch.equal(value, second.constants()[name])


@pytest.mark.compile
@pytest.mark.parametrize("order", [1, 2])
def test_compiles_without_breaks(order):
    solution = solved(order)
    c = torch.randn(2, 3, solution.dim)
    constants = solution.resolve(None, c)
    compiled = torch.compile(lambda c: solution.matrix(c, constants), fullgraph=True)
    torch.testing.assert_close(compiled(c), solution.matrix(c, constants))
