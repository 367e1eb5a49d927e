"""LayerNorm: the equation over many groups, torch's own layer as its scalar case, sizes, derivatives, refusals."""

from __future__ import annotations

import pytest
import torch
from tests.nn.spaces import OTHERS, UNITARY, features
from torch.autograd import gradcheck, gradgradcheck

from intertwine.actions import Pictures
from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, D, Group, Lorentz, O
from intertwine.nn import LayerNorm
from intertwine.testing import check_layer


def randomised(layer: LayerNorm) -> LayerNorm:
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter += torch.randn_like(parameter) / 2
    return layer


@pytest.mark.parametrize("group", UNITARY, ids=str)
def test_the_equation(group: Group):
    rho = features(group)
    check_layer(randomised(LayerNorm(rho)), rho, rho, graphs=group == SO(3))


@pytest.mark.parametrize("group", [group for group in OTHERS if not group.vector.is_unitary], ids=str)
def test_norms_that_change_are_refused(group: Group):
    with pytest.raises(IntertwineError, match="needs unitary terms"):
        LayerNorm(2 * group.vector)


def test_lorentz_scalars_have_a_norm():
    rho = 3 * Lorentz().trivial
    check_layer(LayerNorm(rho), rho, rho, graphs=False)


def test_on_fields():
    G = D(4)
    rho = 2 * G.trivial + 3 * G.vector + G.regular
    layer = randomised(LayerNorm(rho, axis=1)).double()
    x = torch.randn(4, rho.dim, 5, 5).double()
    check_layer(layer, Pictures(G, rho=rho, mask=False), Pictures(G, rho=rho, mask=False), x)
    last = LayerNorm(rho).double()
    last.load_state_dict(layer.state_dict())
    torch.testing.assert_close(layer(x), last(x.movedim(1, -1)).movedim(-1, 1))


def test_scalars_are_normalised_as_torch_does():
    one = SO(3).trivial
    layer, plain = randomised(LayerNorm(7 * one)), torch.nn.LayerNorm(7)
    with torch.no_grad():
        kind = layer.kinds[0]
        plain.weight.copy_(kind.weight[:, 0])  # type: ignore[index]
        plain.bias.copy_(kind.bias[:, 0])  # type: ignore[index]
    x = torch.randn(5, 7) * 3 + 2
    torch.testing.assert_close(layer(x), plain(x))


def test_each_kind_has_mean_square_one():
    G = O(3)
    kinds = [8 * G.irrep("1o"), 8 * G.irrep("1e"), 4 * G.irrep("2e"), 6 * G.trivial]
    rho = kinds[0] + kinds[1] + kinds[2] + kinds[3]
    sizes = [kind.dim for kind in kinds]
    x = torch.cat([torch.randn(10, n) * 10.0**k for k, n in enumerate(sizes)], 1)
    for part in LayerNorm(rho)(x).split(sizes, 1):
        torch.testing.assert_close(part.square().mean(1), torch.ones(10), rtol=1e-3, atol=0)


def test_derivatives_exist_at_zero_too():
    V = SO(3).vector
    layer = randomised(LayerNorm(2 * SO(3).trivial + 2 * V)).double()
    for x in (torch.randn(2, 8).double(), torch.zeros(1, 8).double()):
        x.requires_grad_()
        assert gradcheck(layer, (x,))
        assert gradgradcheck(layer, (x,))


def test_complex_features_and_half_precision():
    rho = 2 * SU(2).trivial + 2 * SU(2).vector
    layer = LayerNorm(rho)
    out = layer(torch.randn(3, rho.dim, dtype=torch.complex64))
    assert out.dtype == torch.complex64
    G = SO(3)
    half = LayerNorm(3 * G.vector).to(torch.float16)
    assert bool(half(torch.full((1, 9), 3e4, dtype=torch.float16)).isfinite().all())


def test_one_scalar_is_refused():
    with pytest.raises(IntertwineError, match="holds one scalar"):
        LayerNorm(SO(3).trivial + SO(3).vector)
