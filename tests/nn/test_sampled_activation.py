"""Functions of the values of band-limited functions: exact for polynomials, and the documented error for others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from tests.nn.spherical import directions, noise, rotations
from torch import Tensor, nn

from intertwine.actions import Vectors
from intertwine.errors import IntertwineError
from intertwine.nn import (
    SampledActivation,
)
from intertwine.representations import Rotations, Sphere
from intertwine.representations.band_limited import BandLimited
from intertwine.testing import check_layer


def error(layer: SampledActivation, space: BandLimited) -> float:
    """|f(g x) - g f(x)| / |f(x) - mean|, white noise of mean square 1."""
    x, g, rho = noise(24, space.dim) / space.dim**0.5, rotations(24), space.representation
    y = layer(x)
    return float((layer(rho.apply(g, x)) - rho.apply(g, y)).norm() / y[:, 1:].norm())


@pytest.mark.parametrize("space", [Sphere(4), Sphere(5), Rotations(3), Rotations(4)], ids=str)
def test_squares_and_cubes_are_exact_with_samples_enough(space: BandLimited):
    for power, oversampling in [(2, 1.5), (3, 2.0)]:
        layer = SampledActivation(space, function=lambda v, p=power: v**p, oversampling=oversampling).double()
        assert error(layer, space) < 1e-12
        coarse = SampledActivation(space, function=lambda v, p=power: v**p, oversampling=1.0).double()
        assert error(coarse, space) > 0.05  # the control: too few samples are seen


def test_a_square_is_the_square():
    space, c = Sphere(3), noise(16)
    layer = SampledActivation(space, Sphere(6), torch.square, oversampling=1.0).double()
    points = directions(9)
    torch.testing.assert_close(
        Sphere(6).basis(points) @ layer(c), (space.basis(points) @ c) ** 2, rtol=1e-11, atol=1e-11
    )


# what the docstring of SampledActivation says, for oversampling 1, 1.5, 2, 3 and 4
MEASURED = {
    nn.functional.relu: [0.3, 0.06, 0.025, 0.008, 0.003],
    torch.tanh: [0.2, 0.05, 0.013, 0.0013, 0.00025],
    nn.functional.silu: [0.2, 0.02, 0.0035, 0.0001, 0.00001],
}


@pytest.mark.parametrize("function", MEASURED, ids=lambda f: f.__name__)
def test_the_error_falls_as_documented(function: Callable[[Tensor], Tensor]):
    for oversampling, expected in zip([1, 1.5, 2, 3, 4], MEASURED[function], strict=True):
        found = error(
            SampledActivation(Rotations(4), function=function, oversampling=oversampling).double(), Rotations(4)
        )
        assert expected / 2 < found < expected * 2


def test_other_shapes_of_an_activation():
    layer = SampledActivation(Rotations(3), Rotations(2))
    assert layer(torch.randn(2, 5, 84)).shape == (2, 5, 35)
    check_layer(
        SampledActivation(Sphere(2), Sphere(3), torch.square),
        Vectors(Sphere(2).representation),
        Vectors(Sphere(3).representation),
        noise(4, 9),
    )


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SampledActivation(Sphere(3), Rotations(3)), "leads from"),
        (lambda: SampledActivation(Sphere(3), oversampling=0.5), "oversampling"),
        (lambda: SampledActivation(Sphere(3))(torch.zeros(2, 15)), "got shape"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(make: Callable[[], object], message: str):
    with pytest.raises(IntertwineError, match=message):
        make()
