"""Convolution over SO(3): the equation, the integral by brute force, and the space of all linear maps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from tests.nn.spherical import PAIRS, G, directions, mean, noise, rotations
from torch import Tensor, nn

from intertwine.actions import Vectors
from intertwine.errors import IntertwineError
from intertwine.nn import (
    Linear,
    SampledActivation,
    Sampling,
    SphericalConv,
)
from intertwine.representations import Rotations, Sphere
from intertwine.representations.band_limited import BandLimited
from intertwine.testing import check_layer


def conv(space_in: BandLimited, space_out: BandLimited, local: bool = False) -> SphericalConv:
    on_group = isinstance(space_in, Rotations) and isinstance(space_out, Rotations)
    support = (rotations(6, seed=4) if on_group else directions(6)) if local else None
    layer = SphericalConv(space_in, space_out, 2, 3, support=support).double()
    torch.manual_seed(0)
    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    return layer


@pytest.mark.parametrize("local", [False, True], ids=["full", "local"])
@pytest.mark.parametrize(("space_in", "space_out"), PAIRS, ids=str)
def test_the_equation(space_in: BandLimited, space_out: BandLimited, local: bool):
    actions = Vectors(space_in.representation), Vectors(space_out.representation)
    check_layer(conv(space_in, space_out, local), *actions, noise(4, 2, space_in.dim), graphs=False)


@pytest.mark.compile
@pytest.mark.parametrize("local", [False, True], ids=["full", "local"])
def test_it_is_captured(local: bool):
    actions = Vectors(Sphere(3).representation), Vectors(Rotations(2).representation)
    square = SampledActivation(Rotations(2), function=torch.square)
    check_layer(nn.Sequential(conv(Sphere(3), Rotations(2), local), square), *actions, noise(4, 2, 16))


def kernel(layer: SphericalConv, o: int, i: int) -> Callable[[Tensor], Tensor]:
    """psi at points, from its coefficients."""
    flat, degree = layer.kernel().detach()[o, i], layer.space_out.degree
    if isinstance(layer.space_in, Rotations) and isinstance(layer.space_out, Rotations):
        parts = flat.split([(2 * l + 1) ** 2 for l in range(degree + 1)])
        c = torch.cat([p.reshape(2 * l + 1, -1).mT.flatten() for l, p in enumerate(parts)])
        return lambda points: Rotations(degree).basis(points) @ c
    if isinstance(layer.space_in, Sphere) and isinstance(layer.space_out, Sphere):
        c = torch.zeros((degree + 1) ** 2, dtype=torch.float64)
        for l in range(degree + 1):
            c[l * l + l] = flat[l]
        return lambda points: Sphere(degree).basis(points) @ c
    return lambda points: Sphere(degree).basis(points) @ flat


@pytest.mark.parametrize("local", [False, True], ids=["full", "local"])
@pytest.mark.parametrize(("space_in", "space_out"), PAIRS, ids=str)
def test_it_is_the_integral_over_the_group(space_in: BandLimited, space_out: BandLimited, local: bool):
    """Both sides of the definition at random points, the integral by brute-force quadrature."""
    layer, x = conv(space_in, space_out, local), noise(2, space_in.dim)
    points = rotations(4, seed=8) if isinstance(space_out, Rotations) else directions(4)
    found = layer(x).detach() @ space_out.basis(points).mT
    lifted = isinstance(space_in, Sphere) and isinstance(space_out, Rotations)
    grid = Sampling(Sphere(space_in.degree) if lifted else Rotations(space_in.degree)).double()
    where = grid.points if lifted or isinstance(space_in, Rotations) else grid.points[..., 2]
    f = torch.einsum("...k,ik->i...", space_in.basis(where), x)
    assert layer.bias is not None
    for k, p in enumerate(points):
        if lifted:
            between = torch.einsum("ji,...j->...i", p, grid.points)  # g^-1 x
        elif isinstance(space_out, Rotations):
            between = grid.points.mT @ p  # h^-1 g
        else:
            between = torch.einsum("...ji,j->...i", grid.points, p)  # h^-1 x
        for o in range(3):
            integral = sum(mean(grid, kernel(layer, o, i)(between) * f[i]) for i in range(2)) + layer.bias[o].detach()
            assert abs(float(integral) - float(found[o, k])) < 1e-11


def test_a_unit_mass_moves_functions():
    """psi a unit mass at p takes f to f(g p^-1), and a function on the sphere to f(g p)."""
    c, p = noise(1, 1, Rotations(3).dim), rotations(1)
    layer = SphericalConv(Rotations(3), Rotations(3), 1, 1, support=p, bias=False).double()
    lift = SphericalConv(Sphere(3), Rotations(3), 1, 1, support=p[:, :, 2], bias=False).double()
    with torch.no_grad():
        layer.weight.fill_(1.0)
        lift.weight.fill_(1.0)
    g, basis = rotations(5, seed=2), Rotations(3).basis
    torch.testing.assert_close(basis(g) @ layer(c).flatten(), basis(g @ p.mT) @ c.flatten(), rtol=1e-11, atol=1e-11)
    d = noise(1, 1, 16)
    expected = Sphere(3).basis((g @ p)[..., 2]) @ d.flatten()
    torch.testing.assert_close(basis(g) @ lift(d).flatten(), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("space_in", "space_out"), PAIRS, ids=str)
def test_it_is_the_space_of_linear_maps(space_in: BandLimited, space_out: BandLimited):
    layer = conv(space_in, space_out)
    maps = layer.rho_in >> layer.rho_out
    assert layer.weight.numel() == maps.dim
    assert layer.bias is not None
    with torch.no_grad():
        layer.bias.zero_()
    eye = torch.eye(layer.rho_in.dim, dtype=torch.float64).unflatten(1, (2, -1))
    matrix = layer(eye).detach().flatten(1).mT
    torch.testing.assert_close(maps.project(matrix), matrix, rtol=1e-11, atol=1e-11)
    linear = Linear(layer.rho_in, layer.rho_out, bias=False).double()
    with torch.no_grad():
        linear.maps.weight.copy_(maps.coefficients(matrix))
    x = noise(4, 2, space_in.dim)
    torch.testing.assert_close(layer(x).flatten(1), linear(x.flatten(1)), rtol=1e-11, atol=1e-11)


def test_a_kernel_on_the_other_side_is_caught():
    """psi(g h^-1) instead of psi(h^-1 g) mixes the index that rotations move."""
    layer, sizes = conv(Rotations(2), Rotations(2)), Rotations(2).sizes

    class Wrong(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return self.swap(layer.to(x.dtype)(self.swap(x)))

        def swap(self, x: Tensor) -> Tensor:
            parts = [p.unflatten(-1, (2 * l + 1, -1)).mT.flatten(-2) for l, p in enumerate(x.split(sizes, -1))]
            return torch.cat(parts, -1)

    action = Vectors(Rotations(2).representation)
    with pytest.raises(IntertwineError, match="f\\(rho_in"):
        check_layer(Wrong(), action, action, noise(4, 2, 35), graphs=False)


@pytest.mark.parametrize("local", [False, True], ids=["full", "local"])
def test_weights_keep_the_mean_square(local: bool):
    torch.manual_seed(0)
    for space_in, space_out in [(Sphere(4), Rotations(4)), (Rotations(4), Rotations(4))]:
        on_group = isinstance(space_in, Rotations)
        support = (rotations(30) if on_group else directions(30)) if local else None
        layer = SphericalConv(space_in, space_out, 40, 40, support=support, gain=2.0)
        x = torch.randn(50, 40, space_in.dim)
        energy = layer(x).detach().square().sum(-1).mean() / x.square().sum(-1).mean()
        assert abs(float(energy) - 4) < 0.5


def test_precisions():
    layer = SphericalConv(Sphere(3), Rotations(2), 2, 3, dtype=torch.float64)
    act = SampledActivation(Rotations(2), dtype=torch.float64)
    assert act(layer(noise(2, 2, 16))).dtype == torch.float64
    net = nn.Sequential(SphericalConv(Sphere(3), Rotations(2), 2, 3), SampledActivation(Rotations(2)))
    x = torch.randn(2, 2, 16)
    with torch.autocast("cpu", torch.bfloat16):
        rough = net(x)
    torch.testing.assert_close(rough.float(), net(x), rtol=0.05, atol=0.05)
    with pytest.raises(IntertwineError, match="convert"):
        net(x.double())


def test_gradients():
    for local in (False, True):
        layer = conv(Sphere(2), Rotations(2), local)
        x = noise(2, 2, 9).requires_grad_()
        assert torch.autograd.gradcheck(layer, (x,))
        assert torch.autograd.gradgradcheck(layer, (x,))
    act = SampledActivation(Rotations(1), function=torch.tanh).double()
    assert torch.autograd.gradcheck(act, (noise(2, 10).requires_grad_(),))


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SphericalConv(Sphere(3), Rotations(4), 1, 1), "no new degrees"),
        (lambda: SphericalConv(Sphere(3), G.vector, 1, 1), "Sphere"),  # type: ignore[arg-type]
        (lambda: SphericalConv(Sphere(3), Rotations(2), 1, 1, support=torch.eye(3)[None]), "unit vectors"),
        (lambda: SphericalConv(Rotations(3), Rotations(2), 1, 1, support=torch.eye(3)), "rotations"),
        (lambda: SphericalConv(Sphere(3), Rotations(2), 2, 1)(torch.zeros(5, 1, 16)), "got shape"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(make: Callable[[], object], message: str):
    with pytest.raises(IntertwineError, match=message):
        make()
