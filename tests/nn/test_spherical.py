"""Band-limited functions on the sphere and SO(3): transforms, convolution as an integral, and functions of values."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import intertwine
from intertwine.actions import Vectors
from intertwine.errors import IntertwineError
from intertwine.groups import SO
from intertwine.nn import Linear, SampledActivation, Sampling, SphericalConv, sampled_activation, sampling
from intertwine.nn import spherical_conv as module
from intertwine.representations import Rotations, Sphere, band_limited
from intertwine.representations.band_limited import BandLimited
from intertwine.testing import check_layer

G = SO(3)
SPACES: list[BandLimited] = [Sphere(0), Sphere(1), Sphere(6), Rotations(0), Rotations(1), Rotations(4)]
PAIRS: list[tuple[BandLimited, BandLimited]] = [
    (Sphere(5), Rotations(3)),
    (Rotations(3), Rotations(3)),
    (Rotations(4), Rotations(2)),
    (Rotations(3), Sphere(3)),
    (Sphere(4), Sphere(3)),
    (Rotations(1), Rotations(0)),
]


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def rotations(n: int, seed: int = 0) -> Tensor:
    return G.sample(n, generator=torch.Generator().manual_seed(seed))


def directions(n: int) -> Tensor:
    return nn.functional.normalize(noise(n, 3, seed=5), dim=-1)


def mean(grid: Sampling, values: Tensor) -> Tensor:
    """The integral over the space, of total 1, by the grid's quadrature."""
    return (values * grid.weights.squeeze(-1)).flatten(-len(grid.shape)).sum(-1)


# --- transforms ------------------------------------------------------------------------------------------------------


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


# --- convolution -----------------------------------------------------------------------------------------------------


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


# --- functions of values ---------------------------------------------------------------------------------------------


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
        (lambda: Sphere(-1), "integer"),
        (lambda: Sampling(Sphere(4), 3), "too coarse"),
        (lambda: Sampling(Sphere(4)).values(torch.zeros(3, 24)), "got shape"),
        (lambda: Sampling(Sphere(4)).values(torch.zeros(25, dtype=torch.float64)), "convert"),
        (lambda: Sampling(Rotations(1)).coefficients(torch.zeros(3, 2)), "got shape"),
        (lambda: SphericalConv(Sphere(3), Rotations(4), 1, 1), "no new degrees"),
        (lambda: SphericalConv(Sphere(3), G.vector, 1, 1), "Sphere"),  # type: ignore[arg-type]
        (lambda: SphericalConv(Sphere(3), Rotations(2), 1, 1, support=torch.eye(3)[None]), "unit vectors"),
        (lambda: SphericalConv(Rotations(3), Rotations(2), 1, 1, support=torch.eye(3)), "rotations"),
        (lambda: SphericalConv(Sphere(3), Rotations(2), 2, 1)(torch.zeros(5, 1, 16)), "got shape"),
        (lambda: SampledActivation(Sphere(3), Rotations(3)), "leads from"),
        (lambda: SampledActivation(Sphere(3), oversampling=0.5), "oversampling"),
        (lambda: SampledActivation(Sphere(3))(torch.zeros(2, 15)), "got shape"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(make: Callable[[], object], message: str):
    with pytest.raises(IntertwineError, match=message):
        make()


@pytest.mark.parametrize("source", [band_limited, sampling, module, sampled_activation], ids=lambda m: m.__name__)
def test_docstrings(source: object):
    found = doctest.DocTestFinder(exclude_empty=True).find(
        source, globs={**vars(intertwine), **vars(source), "torch": torch}
    )
    runner = doctest.DocTestRunner()
    for test in found:
        runner.run(test)
    assert runner.summarize(verbose=False).attempted
    assert not runner.failures
