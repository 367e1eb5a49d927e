"""Band-limited functions on the sphere and SO(3): transforms, Plancherel, the addition theorem, known harmonics."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from tests.nn.spherical import SPACES, directions, mean, noise, rotations

from intertwine.errors import IntertwineError
from intertwine.nn import (
    Sampling,
)
from intertwine.representations import Rotations, Sphere
from intertwine.representations.band_limited import BandLimited


@pytest.mark.parametrize("finer", [0, 1, 3])
@pytest.mark.parametrize("space", SPACES, ids=str)
def test_samples_and_back(space: BandLimited, finer: int):
    grid = Sampling(space, space.degree + finer).double()
    c = noise(2, 3, space.dim)
    values = grid.values(c)
    assert values.shape == (2, 3, *grid.shape)
    torch.testing.assert_close(grid.coefficients(values), c, rtol=1e-12, atol=1e-12)
    directly = torch.einsum("...k,bck->bc...", space.basis(grid.points), c)
    torch.testing.assert_close(values, directly, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_plancherel(space: BandLimited):
    grid, c, other = Sampling(space).double(), noise(4, space.dim), noise(4, space.dim, seed=1)
    product = mean(grid, grid.values(c) * grid.values(other))
    torch.testing.assert_close(product, (c * other).sum(-1), rtol=1e-12, atol=1e-11)
    torch.testing.assert_close(mean(grid, grid.values(c)), c[:, 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("space", [Sphere(20), Rotations(10)], ids=str)
def test_high_degrees_keep_their_digits(space: BandLimited):
    grid, c = Sampling(space).double(), noise(space.dim)
    torch.testing.assert_close(grid.coefficients(grid.values(c)), c, rtol=1e-12, atol=1e-12)


def test_known_harmonics():
    """z, x y and 3 z^2 - 1 in the tables: sqrt(3) z, sqrt(15) x y and sqrt(5)/2 (3 z^2 - 1) have mean square 1."""
    grid = Sampling(Sphere(3)).double()
    x, y, z = grid.points.unbind(-1)
    for values, place in [
        (torch.ones_like(z), 0),
        (3**0.5 * y, 1),
        (3**0.5 * z, 2),
        (3**0.5 * x, 3),
        (15**0.5 * x * y, 4),
        (5**0.5 / 2 * (3 * z**2 - 1), 6),
        (15**0.5 / 2 * (x**2 - y**2), 8),
        (7**0.5 / 2 * (5 * z**3 - 3 * z), 12),
    ]:
        expected = torch.zeros(16, dtype=torch.float64)
        expected[place] = 1
        torch.testing.assert_close(grid.coefficients(values), expected, rtol=0, atol=1e-13)


def test_scipy_agrees_up_to_its_conventions():
    special = pytest.importorskip("scipy.special")
    points = directions(7)
    beta, alpha = points[:, 2].arccos().numpy(), torch.atan2(points[:, 1], points[:, 0]).numpy()
    basis = Sphere(6).basis(points)
    for l in range(7):
        for m in range(l + 1):
            theirs = math.sqrt(4 * math.pi) * torch.from_numpy(special.sph_harm_y(l, m, beta, alpha))
            theirs = theirs * (2**0.5 if m else 1) * (-1) ** m
            torch.testing.assert_close(basis[:, l * l + l + m], theirs.real, rtol=1e-12, atol=1e-12)
            if m:
                torch.testing.assert_close(basis[:, l * l + l - m], theirs.imag, rtol=1e-12, atol=1e-12)


def test_the_addition_theorem():
    """sum_m Y_lm(x) Y_lm(y) is Legendre's polynomial of x . y, here with the factor 2 l + 1 of the basis."""
    special = pytest.importorskip("scipy.special")
    x, y = directions(6), directions(12)[6:]
    a, b = Sphere(9).basis(x), Sphere(9).basis(y)
    for l in range(10):
        part = slice(l * l, (l + 1) ** 2)
        expected = (2 * l + 1) * torch.from_numpy(special.eval_legendre(l, (x * y).sum(-1).numpy()))
        torch.testing.assert_close((a[:, part] * b[:, part]).sum(-1), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_coefficients_turn_by_the_representation(space: BandLimited):
    """f(g^-1 x) has the coefficients rho(g) c."""
    c, g = noise(space.dim), rotations(1)[0]
    points = directions(5) if isinstance(space, Sphere) else rotations(5, seed=3)
    turned = torch.einsum("ij,njk->nik", g.mT, points.reshape(5, 3, -1)).reshape(points.shape)
    moved = space.representation.apply(g, c)
    torch.testing.assert_close(space.basis(points) @ moved, space.basis(turned) @ c, rtol=1e-11, atol=1e-11)


def test_single_precision_and_devices_of_a_grid():
    grid = Sampling(Rotations(2), 3)
    c = torch.randn(2, 35)
    torch.testing.assert_close(grid.coefficients(grid.values(c)), c, rtol=1e-5, atol=1e-5)
    assert not grid.state_dict()
    exact = Sampling(Rotations(2), 3, dtype=torch.float64)
    torch.testing.assert_close(grid.double().along_beta, exact.along_beta, rtol=0, atol=0)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sphere(-1), "integer"),
        (lambda: Sampling(Sphere(4), 3), "too coarse"),
        (lambda: Sampling(Sphere(4)).values(torch.zeros(3, 24)), "got shape"),
        (lambda: Sampling(Sphere(4)).values(torch.zeros(25, dtype=torch.float64)), "convert"),
        (lambda: Sampling(Rotations(1)).coefficients(torch.zeros(3, 2)), "got shape"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(make: Callable[[], object], message: str):
    with pytest.raises(IntertwineError, match=message):
        make()
