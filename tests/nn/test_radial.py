"""Radial bases and envelopes: values, smooth ends, gradients, bad input."""

from __future__ import annotations

import math

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from intertwine.errors import IntertwineError
from intertwine.nn import BesselBasis, ChebyshevBasis, GaussianBasis, PolynomialEnvelope

BASES = [BesselBasis, ChebyshevBasis, GaussianBasis]
every_basis = pytest.mark.parametrize("kind", BASES)


def derivatives(function, r: float, order: int) -> list[float]:
    x = torch.tensor(r, dtype=torch.float64, requires_grad=True)
    value = function(x)
    found = [float(value.detach())]
    for _ in range(order):
        (value,) = torch.autograd.grad(value, x, create_graph=True)
        found.append(float(value.detach()))
    return found


@pytest.mark.parametrize("p", [3, 6])
def test_envelopes_end_with_two_derivatives(p: int):
    envelope = PolynomialEnvelope(2.0, p)
    assert derivatives(envelope, 0.0, 0) == [1.0]
    assert derivatives(envelope, 2.0, 2) == pytest.approx([0, 0, 0], abs=1e-12)
    near = derivatives(envelope, 2.0 * (1 - 1e-4), 2)
    assert [abs(value) < bound for value, bound in zip(near, (1e-9, 1e-5, 1e-1), strict=True)] == [True] * 3
    assert abs(near[0]) > 0
    assert derivatives(envelope, 2.5, 2) == [0, 0, 0]


def test_envelopes_follow_their_formula():
    t = torch.linspace(0, 0.99, 12, dtype=torch.float64)
    expected = 1 - 28 * t**6 + 48 * t**7 - 21 * t**8
    torch.testing.assert_close(PolynomialEnvelope(3.0, 6)(3 * t), expected)


def test_bessel_functions_follow_their_formula():
    r = torch.tensor([1e-9, 0.5, 1.7, 4.9], dtype=torch.float64)
    n = torch.arange(1, 6, dtype=torch.float64)
    expected = math.sqrt(2 / 5) * torch.sin(n * math.pi / 5 * r[:, None]) / r[:, None]
    torch.testing.assert_close(BesselBasis(5, 5.0, dtype=torch.float64).functions(r), expected, rtol=1e-6, atol=1e-6)


@every_basis
def test_lengths_in_another_unit_change_nothing(kind):
    r = torch.linspace(0, 5.5, 12, dtype=torch.float64)
    bases = [kind(4, 5.0 * unit, dtype=torch.float64) for unit in (1.0, 0.1, 1.8897)]
    values = [basis(r * basis.cutoff / 5) for basis in bases]
    for basis, value in zip(bases[1:], values[1:], strict=True):
        torch.testing.assert_close(value, values[0])
        for own, first in zip(basis.parameters(), bases[0].parameters(), strict=True):
            slopes = [
                torch.autograd.grad(v.sum(), p, retain_graph=True)[0] for v, p in ((value, own), (values[0], first))
            ]
            torch.testing.assert_close(*slopes)


def test_chebyshev_polynomials_are_cosines():
    r = torch.linspace(0, 2, 9, dtype=torch.float64)
    n = torch.arange(6)
    expected = torch.cos(n * torch.arccos((r - 1).clamp(-1, 1))[:, None])
    torch.testing.assert_close(ChebyshevBasis(6, 2.0).functions(r), expected)


def test_gaussians_peak_at_equal_distances():
    basis = GaussianBasis(5, 2.0, dtype=torch.float64)
    values = basis.functions(torch.linspace(0, 2, 5, dtype=torch.float64))
    torch.testing.assert_close(values.diagonal(), torch.ones(5, dtype=torch.float64))
    torch.testing.assert_close(values.diagonal(1), torch.full((4,), math.exp(-0.5), dtype=torch.float64))


@every_basis
@pytest.mark.parametrize("number", [1, 2, 7])
def test_shapes_and_the_end_at_the_cutoff(kind, number: int):
    basis = kind(number, 2.0, dtype=torch.float64)
    values = basis(torch.tensor([[0.0, 1.0], [2.0, 3.0]], dtype=torch.float64))
    assert values.shape == (2, 2, number)
    assert values.isfinite().all()
    assert not values[1].any()


@every_basis
def test_first_and_second_derivatives(kind):
    basis = kind(4, 2.0, dtype=torch.float64)
    r = torch.tensor([0.3, 1.1, 1.9, 2.2], dtype=torch.float64, requires_grad=True)
    assert gradcheck(basis, (r,))
    assert gradgradcheck(basis, (r,))


@every_basis
def test_precision_is_exact_after_conversion(kind):
    r = torch.linspace(0.1, 1.9, 7, dtype=torch.float64)
    torch.testing.assert_close(
        kind(5, 2.0).float()(r.float()).double(), kind(5, 2.0, dtype=torch.float64)(r), atol=1e-5, rtol=1e-4
    )


@every_basis
@pytest.mark.parametrize(("number", "cutoff"), [(0, 1.0), (3, 0.0), (3, -1.0), (3, math.inf), (3, math.nan)])
def test_bad_input(kind, number: int, cutoff: float):
    with pytest.raises(IntertwineError, match="positive"):
        kind(number, cutoff)
