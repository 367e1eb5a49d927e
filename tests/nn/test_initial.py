"""Initial weights: the mean square of every irreducible component is kept, through any number of layers."""

from __future__ import annotations

import pytest
import torch
from tests.nn.spaces import SPACES
from torch import Tensor

from intertwine.groups import SO, SU, A, C, D, Lorentz, O, Q, Rubik, S, Sp, U
from intertwine.intertwiners import Hom
from intertwine.nn import EMLP, Bilinear, Linear
from intertwine.nn.initial import initial_weights, second_moment
from intertwine.representations import Representation, pixels, sym

FEATURES: list[Representation] = [
    16 * C(4).regular,
    8 * A(4).regular,
    4 * pixels(D(4), (5, 5)),
    16 * S(5).trivial + 8 * S(5).vector + 4 * S(5).vector ** 2,
    16 * S(10).vector,
    4 * Rubik().vector,
    16 * Q(8).vector,
    16 * SO(3).trivial + 16 * SO(3).vector + 8 * SO(3).vector ** 2,
    8 * O(3).vector + 8 * O(3).vector ** 3,
    16 * SU(2).trivial + 16 * SU(2).vector,
    16 * U(2).vector + 16 * U(2).vector.dual,
    24 * SU(4).adjoint,
    16 * Lorentz().trivial + 16 * Lorentz().vector + 4 * Lorentz().vector ** 2,
    8 * Sp(4).vector + 4 * Sp(4).vector ** 2,
]
every_feature = pytest.mark.parametrize("rho", FEATURES, ids=lambda rho: f"{rho.group}: {rho}")


def white(rho: Representation, batch: int = 64) -> Tensor:
    return torch.randn(batch, rho.dim, dtype=torch.complex64 if rho.is_complex else torch.float32)


def mean_square(y: Tensor) -> float:
    return float(y.detach().abs().square().mean())


@every_feature
def test_six_linear_layers_keep_the_mean_square(rho: Representation):
    """Correlations that the group makes between features do not add up, as they do with independent weights."""
    sizes = []
    for _ in range(5):
        y = white(rho)
        for _ in range(6):
            y = Linear(rho, rho)(y)
        sizes.append(mean_square(y))
    assert 0.5 < float(torch.tensor(sizes).median()) < 2


def test_independent_weights_would_not():
    """The control: normal coefficients of the same total size let the mean of a set take over."""
    rho = 16 * S(10).vector
    y = white(rho)
    for _ in range(6):
        layer = Linear(rho, rho)
        torch.nn.init.normal_(layer.maps.weight, std=(rho.dim / layer.maps.weight.numel()) ** 0.5)
        y = layer(y)
    assert mean_square(y) > 20


@every_feature
def test_networks_keep_the_mean_square(rho: Representation):
    """Where there are scalars to gate with; without them every gate starts half open."""
    rho = rho if rho.is_permutation else 16 * rho.group.trivial + rho
    sizes = []
    for _ in range(5):
        y, model = white(rho), EMLP(rho, rho, rho, layers=4)
        sizes.append([mean_square(y := part(y)) for part in model.network])
    medians = torch.tensor(sizes).median(0).values
    assert bool(((medians > 0.3) & (medians < 3)).all()), medians


@every_feature
def test_products_of_normal_features_stay_of_their_size(rho: Representation):
    rho = 2 * rho.group.trivial + rho
    sizes = [mean_square(Bilinear(rho, rho)(white(rho))) for _ in range(5)]
    assert 0.2 < float(torch.tensor(sizes).median()) < 5


@pytest.mark.parametrize(("rho_in", "rho_out"), SPACES[:-1], ids=str)
def test_every_component_that_is_reached_has_variance_one(rho_in: Representation, rho_out: Representation):
    """E[W W^H] over initial weights is a projection onto what maps from rho_in can reach."""
    maps = rho_in >> rho_out
    count = 300
    drawn = torch.stack([maps.matrix(initial_weights(maps)) for _ in range(count)])
    moment = torch.einsum("nba,nca->bc", drawn, drawn.conj()) / count
    left, values, _ = torch.linalg.svd(drawn[: rho_out.dim].transpose(0, 1).flatten(1), full_matrices=False)
    left = left[:, values > 1e-9 * values[0]]
    torch.testing.assert_close(moment, left @ left.mH, rtol=0, atol=0.5)
    assert abs(float(moment.diagonal().real.sum()) - left.shape[1]) < 0.15 * left.shape[1]


def test_gain_multiplies():
    rho, seed = 3 * SO(3).vector, torch.Generator
    one = Linear(rho, rho, generator=seed().manual_seed(0))
    two = Linear(rho, rho, gain=2.0, generator=seed().manual_seed(0))
    assert torch.equal(two.maps.weight, 2 * one.maps.weight)


def test_masked_and_large_maps_keep_variances_on_average():
    n, rho = 32, C(32).regular
    near = ((torch.arange(n)[None] - torch.arange(n)[:, None]) % n < 3).repeat(8, 8)
    layer = Linear(8 * rho, 8 * rho, mask=near)
    assert 0.5 < mean_square(layer(white(8 * rho, 200))) < 2
    big = pixels(C(4), (24, 24))
    assert 0.5 < mean_square(Linear(big, big)(white(big, 50))) < 2


@pytest.mark.parametrize(
    "rho", [S(4).vector ** 2, SO(3).vector ** 2, SU(2).vector ** 2, sym(Lorentz().vector, 2)], ids=str
)
def test_second_moments_are_equivariant(rho: Representation):
    for block in Hom(rho, rho).blocks:
        moment = second_moment(block.solution)
        g = rho.group.sample(4)
        matrix = block.term_out.matrix(g)
        torch.testing.assert_close(matrix @ moment.to(matrix.dtype), moment.to(matrix.dtype) @ matrix)


def test_weights_are_drawn_anew():
    layer = Linear(2 * SO(3).vector, SO(3).vector)
    before = layer.maps.weight.clone()
    layer.maps.reset_parameters(torch.Generator().manual_seed(5))
    first = layer.maps.weight.clone()
    layer.maps.reset_parameters(torch.Generator().manual_seed(5))
    assert not torch.equal(first, before)
    assert torch.equal(layer.maps.weight, first)
