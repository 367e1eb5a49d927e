"""Fast spherical harmonics: closed forms, the library's own, rotations, derivatives of every order, bad input."""

from __future__ import annotations

import math

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from intertwine.errors import IntertwineError
from intertwine.groups import SO
from intertwine.nn import spherical_harmonics
from intertwine.nn.points import fused
from intertwine.representations.harmonics import harmonics


@pytest.fixture(autouse=True, params=["fused", "torch"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs on machine code and on torch's own operations."""
    if request.param == "torch":
        monkeypatch.setattr(fused, "compiles", lambda _: False)
    else:
        pytest.importorskip("llvmlite")


def points(number: int = 20) -> torch.Tensor:
    return torch.randn(number, 3, dtype=torch.float64)


def test_closed_forms():
    v = points()
    x, y, z = (v / v.norm(dim=1, keepdim=True)).T
    root = math.sqrt(3)
    expected = [
        *[torch.ones_like(x), y, z, x],
        *[root * x * y, root * y * z, (3 * z * z - 1) / 2, root * x * z, root * (x * x - y * y) / 2],
    ]
    torch.testing.assert_close(spherical_harmonics(v, 2, normalisation="norm"), torch.stack(expected, 1))


@pytest.mark.parametrize("degree", [0, 1, 4, 11, 14])
def test_the_harmonics_of_kernels(degree: int):
    v = points()
    ours = spherical_harmonics(v, [degree], normalisation="norm")
    torch.testing.assert_close(ours, harmonics(v, degree), rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize(("normalisation", "size"), [("norm", 1), ("component", 15), ("integral", 15 / (4 * math.pi))])
def test_normalisations(normalisation: str, size: float):
    squares = spherical_harmonics(points(), [7], normalisation=normalisation).square().sum(1)
    torch.testing.assert_close(squares, torch.full_like(squares, size))


@pytest.mark.parametrize("degree", [1, 2, 5, 11])
def test_rotations(degree: int, generator: torch.Generator):
    g, v = SO(3).sample(1, generator=generator)[0], points()
    turned = spherical_harmonics(v @ g.mT, [degree])
    torch.testing.assert_close(turned, SO(3).irrep(degree).apply(g, spherical_harmonics(v, [degree])))


def test_inversion_gives_the_parity():
    v, degrees = points(), [2, 3, 8, 9]
    signs = torch.cat([torch.full((2 * l + 1,), (-1.0) ** l) for l in degrees])
    torch.testing.assert_close(spherical_harmonics(-v, degrees), spherical_harmonics(v, degrees) * signs)


def test_polynomials_scale_with_the_length():
    v = points()
    solid = spherical_harmonics(v, [3], normalise=False)
    torch.testing.assert_close(solid, spherical_harmonics(v, [3]) * v.norm(dim=1, keepdim=True) ** 3)
    assert spherical_harmonics(torch.zeros(1, 3), 2).tolist() == [[1.0, *[0.0] * 8]]


def test_lists_of_degrees_batches_and_nothing_at_all():
    v = torch.randn(2, 5, 3)
    every = spherical_harmonics(v, 3)
    assert every.shape == (2, 5, 16)
    torch.testing.assert_close(spherical_harmonics(v, [3, 1]), torch.cat([every[..., 9:], every[..., 1:4]], -1))
    assert spherical_harmonics(torch.zeros(0, 3), 2).shape == (0, 9)
    assert spherical_harmonics(torch.randn(3), 2).shape == (9,)


@pytest.mark.parametrize("normalise", [True, False])
@pytest.mark.parametrize("degree", [0, 1, 3, 6])
def test_first_and_second_derivatives(normalise: bool, degree: int):
    v = points(3).requires_grad_()
    assert gradcheck(lambda v: spherical_harmonics(v, degree, normalise=normalise), v)
    assert gradgradcheck(lambda v: spherical_harmonics(v, degree, normalise=normalise), v)


def test_third_derivatives():
    v = points(2).requires_grad_()

    def slope(v: torch.Tensor) -> torch.Tensor:
        return torch.autograd.grad(spherical_harmonics(v, 3).square().mul(0.5).sin().sum(), v, create_graph=True)[0]

    assert gradgradcheck(slope, v)


def test_polynomials_are_harmonic():
    """The Laplacian of |x|^l Y_l vanishes."""
    v = points(1)[0]
    for row in range(36):
        found = torch.autograd.functional.hessian(lambda v, row=row: spherical_harmonics(v, 5, normalise=False)[row], v)
        assert abs(float(found.trace())) < 1e-9


def test_single_precision_to_degree_eleven():
    v = points(200)
    error = spherical_harmonics(v.float(), 11).double() - spherical_harmonics(v, 11)
    assert error.abs().max() < 3e-5


@pytest.mark.parametrize("degree", [0, 1, 2, 3, 4, 7])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_any_number_of_points(dtype: torch.dtype, degree: int):
    """Machine code takes points by 8 or 16, and their rows likewise, where there are as many."""
    for number in (1, 2, 7, 8, 15, 16, 17, 33):
        v = torch.randn(number, 3, dtype=dtype).requires_grad_()
        found = spherical_harmonics(v, degree)
        g = torch.randn_like(found)
        (slope,) = torch.autograd.grad(found, v, g)
        for k in range(number):
            one = v.detach()[k].double().requires_grad_()
            expected = torch.cat([spherical_harmonics(one, [l]) for l in range(degree + 1)])
            (expected_slope,) = torch.autograd.grad(expected, one, g[k].double())
            tolerance = 1e-4 if dtype == torch.float32 else 1e-10
            torch.testing.assert_close(found[k].double(), expected, rtol=tolerance, atol=tolerance)
            scale = g[k].norm() / v[k].norm()
            assert (slope[k].double() - expected_slope).norm() <= tolerance * scale * (degree + 1) ** 2


@pytest.mark.compile
def test_compile_without_graph_breaks():
    torch._dynamo.reset()
    compiled = torch.compile(lambda v: spherical_harmonics(v, 4), fullgraph=True, backend="aot_eager")
    v = points().requires_grad_()
    torch.testing.assert_close(compiled(v), spherical_harmonics(v, 4))
    slopes = [
        torch.autograd.grad(f(v).square().cos().sum(), v) for f in (compiled, lambda v: spherical_harmonics(v, 4))
    ]
    torch.testing.assert_close(*slopes)


def test_bad_input():
    v = points()
    for degrees in (-1, [], [2, -1]):
        with pytest.raises(IntertwineError, match="degrees"):
            spherical_harmonics(v, degrees)
    for wrong in (v[:, :2], v.long(), torch.tensor(1.0)):
        with pytest.raises(IntertwineError, match="vectors"):
            spherical_harmonics(wrong, 2)
    with pytest.raises(IntertwineError, match="normalisation"):
        spherical_harmonics(v, 2, normalisation="unit")


def test_vmap():
    x = torch.randn(4, 5, 3, dtype=torch.float64)
    torch.testing.assert_close(torch.vmap(lambda v: spherical_harmonics(v, 3))(x), spherical_harmonics(x, 3))
