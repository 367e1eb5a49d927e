"""The linear layer: its equation over the catalogue, its biases, masks, convolutions, and what it refuses."""

from __future__ import annotations

import pytest
import torch
from tests.nn.spaces import GROUPS, SPACES, features
from torch import Tensor
from torch.nn.functional import conv1d

from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, D, Group, Lorentz, O, R, S, semidirect
from intertwine.intertwiners import Hom
from intertwine.nn import Linear, Maps, forms
from intertwine.nn.forms import Dense, Factored
from intertwine.representations import Representation, pixels, sym
from intertwine.testing import check_layer


def with_bias(layer: Linear) -> Linear:
    """The layer with a bias that is not zero."""
    if layer.bias is not None:
        torch.nn.init.normal_(layer.bias)
    return layer


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_the_equation_over_the_catalogue(group: Group):
    rho = features(group)
    check_layer(with_bias(Linear(rho, rho)), rho, rho, graphs=False)


@pytest.mark.parametrize(("rho_in", "rho_out"), SPACES, ids=str)
def test_the_equation_over_routes_and_representations(rho_in: Representation, rho_out: Representation):
    check_layer(with_bias(Linear(rho_in, rho_out)), rho_in, rho_out, graphs=False)


@pytest.mark.parametrize(("rho_in", "rho_out"), SPACES, ids=str)
def test_both_forms_apply_the_matrix_of_the_space(rho_in: Representation, rho_out: Representation):
    layer = with_bias(Linear(rho_in, rho_out).double())
    maps, weight = layer.maps.maps, layer.maps.weight
    x = torch.randn(3, 4, rho_in.dim, dtype=weight.dtype)
    expected = x @ layer.matrix().mT
    for form in (Dense, Factored):
        torch.testing.assert_close(form(maps, maps.is_complex).double()(x, weight), expected, rtol=1e-10, atol=1e-10)
    bias = 0 if layer.bias is None else layer(torch.zeros(rho_in.dim, dtype=weight.dtype))
    torch.testing.assert_close(layer(x), expected + bias, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("k", [4, 5, 6, 9])
def test_large_blocks_are_built_by_their_solutions(k: int, monkeypatch: pytest.MonkeyPatch):
    maps = Hom(*SPACES[k])
    weight = torch.randn(maps.dim, dtype=torch.complex128 if maps.is_complex else torch.float64)
    expected = Dense(maps, maps.is_complex).double().matrix(weight)
    monkeypatch.setattr(forms, "LARGEST_BASIS", 0)
    built = Dense(maps, maps.is_complex).double()
    assert built._built
    assert not built._products
    torch.testing.assert_close(built.matrix(weight), expected, rtol=1e-10, atol=1e-10)


def test_the_catalogue_meets_both_forms():
    forms = {type(Linear(rho_in, rho_out).maps.form) for rho_in, rho_out in SPACES}
    assert forms == {Dense, Factored}


@pytest.mark.parametrize(("rho_in", "rho_out"), SPACES, ids=str)
def test_the_plain_layer_is_the_same_map_on_its_own(rho_in: Representation, rho_out: Representation):
    layer = with_bias(Linear(rho_in, rho_out))
    plain = layer.to_plain()
    x = torch.randn(4, rho_in.dim, dtype=layer.maps.weight.dtype)
    expected = layer(x)
    torch.testing.assert_close(plain(x), expected, rtol=1e-4, atol=1e-4)
    with torch.no_grad():
        layer.maps.weight.zero_()
    torch.testing.assert_close(plain(x), expected, rtol=1e-4, atol=1e-4)
    assert (plain.in_features, plain.out_features) == (rho_in.dim, rho_out.dim)


# --- biases ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rho", "count"),
    [
        (2 * SO(3).trivial + SO(3).vector, 2),
        (SO(3).vector ** 2 + SO(3).vector ** 3, 2),
        (3 * SO(3).vector, 0),
        (2 * S(4).vector, 2),
        (S(4).vector ** 2, 2),
        (SU(2).vector * SU(2).vector, 1),
        (5 * C(4).regular, 5),
    ],
    ids=str,
)
def test_biases_are_the_invariant_vectors(rho: Representation, count: int):
    layer = with_bias(Linear(rho, rho).double())
    assert (0 if layer.bias is None else len(layer.bias)) == count
    bias = layer(torch.zeros(1, rho.dim, dtype=layer.maps.weight.dtype))
    g = rho.group.sample(7)
    torch.testing.assert_close(rho.apply(g, bias.expand(7, -1)), bias.expand(7, -1), rtol=1e-12, atol=1e-12)
    assert (float(bias.detach().abs().max()) > 0) == (count > 0)
    assert Linear(rho, rho, bias=False).bias is None


def test_the_bias_is_complex_where_the_maps_are():
    V, one = SU(2).vector, SU(2).trivial
    layer = with_bias(Linear(V + one, 2 * one))
    assert layer.bias is not None
    assert layer.bias.is_complex()
    check_layer(layer, V + one, 2 * one, graphs=False)


# --- convolutions ----------------------------------------------------------------------------------------------------


def circular(x: Tensor, kernel: Tensor) -> Tensor:
    """conv1d of x (batch, channels, n) with wrap-around."""
    return conv1d(torch.cat([x, x[..., : kernel.shape[-1] - 1]], -1), kernel)


@pytest.mark.parametrize("n", [1, 4, 7])
def test_a_cyclic_layer_is_a_full_circular_convolution(n: int):
    m_in, m_out, rho = 3, 2, C(n).regular
    layer = with_bias(Linear(m_in * rho, m_out * rho).double())
    kernel = layer.matrix().detach().unflatten(0, (m_out, n)).unflatten(-1, (m_in, n))[:, 0]
    x = torch.randn(5, m_in, n, dtype=torch.float64)
    assert layer.bias is not None
    expected = circular(x, kernel) + layer.bias.detach()[:, None] / n**0.5
    torch.testing.assert_close(layer(x.flatten(1)), expected.flatten(1))
    assert layer.maps.weight.numel() == kernel.numel()


def test_every_circular_kernel_is_a_cyclic_layer():
    n, rho = 6, C(6).regular
    kernel, x = torch.randn(2, 3, n, dtype=torch.float64), torch.randn(4, 3, n, dtype=torch.float64)
    W = circular(torch.eye(3 * n, dtype=torch.float64).unflatten(1, (3, n)), kernel).flatten(1).T
    layer = Linear(3 * rho, 2 * rho, bias=False).double()
    with torch.no_grad():
        layer.maps.weight.copy_(layer.maps.maps.coefficients(W))
    torch.testing.assert_close(layer(x.flatten(1)), circular(x, kernel).flatten(1))


def test_a_mask_makes_a_short_kernel():
    n, width, rho = 8, 3, C(8).regular
    offset = (torch.arange(n)[None] - torch.arange(n)[:, None]) % n
    mask = (offset < width).repeat(2, 3)
    layer = Linear(3 * rho, 2 * rho, mask=mask, bias=False).double()
    assert layer.maps.weight.numel() == 2 * 3 * width
    kernel = layer.matrix().detach().unflatten(0, (2, n)).unflatten(-1, (3, n))[:, 0, :, :width]
    x = torch.randn(4, 3, n, dtype=torch.float64)
    torch.testing.assert_close(layer(x.flatten(1)), circular(x, kernel).flatten(1))
    check_layer(layer, 3 * rho, 2 * rho, graphs=False)


def test_a_mask_on_pictures_keeps_neighbours():
    rho = pixels(D(4), (5, 5))
    y, x = torch.arange(25) // 5, torch.arange(25) % 5
    near = torch.maximum((y[:, None] - y).abs(), (x[:, None] - x).abs()) <= 1
    layer = Linear(2 * rho, 2 * rho, mask=near.repeat(2, 2))
    assert bool((layer.matrix()[~near.repeat(2, 2)] == 0).all())
    check_layer(layer, 2 * rho, 2 * rho, graphs=False)


def test_an_empty_mask_leaves_the_bias():
    rho = C(4).regular
    layer = with_bias(Linear(rho, rho, mask=torch.zeros(4, 4, dtype=torch.bool)))
    assert layer.maps.weight.numel() == 0
    out = layer(torch.randn(3, 4))
    torch.testing.assert_close(out, out[:1, :1].expand(3, 4))


# --- spaces without maps ---------------------------------------------------------------------------------------------


def test_no_maps_give_zeros_and_gradients_of_zero():
    V, one = O(3).vector, O(3).trivial
    layer = Linear(2 * V, one, bias=False)
    x = torch.randn(4, 6, requires_grad=True)
    out = layer(x)
    assert out.shape == (4, 1)
    assert bool((out == 0).all())
    out.sum().backward()
    assert x.grad is not None
    assert bool((x.grad == 0).all())
    assert repr(layer) == "Linear(O(3): 2xV -> 1, 0 maps by none, 0 invariant biases)"


def test_terms_that_nothing_reaches_are_zero():
    V, one = O(3).vector, O(3).trivial
    out = Linear(one, one + V, bias=False)(torch.randn(4, 1))
    assert bool((out[:, 1:] == 0).all())
    assert bool((out[:, 0] != 0).all())


# --- words -----------------------------------------------------------------------------------------------------------


def test_it_prints_its_types():
    V, one = SO(3).vector, SO(3).trivial
    assert repr(Linear(8 * one + 4 * V, 16 * V)) == (
        "Linear(SO(3): 8x1 + 4xV -> 16xV, 64 maps by diagrams, 0 invariant biases)"
    )
    assert "1 invariant bias)" in repr(Linear(V, one + V))


def test_errors_teach():
    V, W, one = SO(3).vector, Lorentz().vector, SO(3).trivial
    with pytest.raises(IntertwineError, match=r"one group, got SO\(3\) and Lorentz\(\)"):
        Linear(V, W)
    with pytest.raises(IntertwineError, match=r"Linear takes representations .* got 16"):
        Linear(16, 32)  # type: ignore[arg-type]
    layer = Linear(2 * V, one + V)
    with pytest.raises(IntertwineError, match=r"takes features \(\.\.\., 6\) of type 2xV, got shape \(4, 5\)"):
        layer(torch.randn(4, 5))
    with pytest.raises(IntertwineError, match=r"got shape \(\)"):
        layer(torch.tensor(1.0))
    with pytest.raises(IntertwineError, match=r"weights torch.float32, got features torch.float64.*layer.double\(\)"):
        layer(torch.randn(4, 6, dtype=torch.float64))
    with pytest.raises(IntertwineError, match=r"takes floating-point features, got torch\.int64"):
        layer(torch.ones(4, 6, dtype=torch.int64))
    with pytest.raises(IntertwineError, match="real maps; give it real features"):
        layer(torch.randn(4, 6, dtype=torch.complex64))
    with pytest.raises(IntertwineError, match=r"mask of .* has shape \(2, 2\), got \(3, 3\)"):
        Linear(C(2).regular, C(2).regular, mask=torch.ones(3, 3))
    with pytest.raises(IntertwineError, match="mask is not symmetric"):
        Linear(C(2).regular, C(2).regular, mask=torch.tensor([[True, False], [False, False]]))


def test_complex_layers_take_real_features():
    V = SU(2).vector
    layer = Linear(V, V).double()
    x = torch.randn(4, 2, dtype=torch.float64)
    torch.testing.assert_close(layer(x), layer(x.to(torch.complex128)))
    with pytest.raises(IntertwineError, match=r"weights torch\.complex128, got features torch\.complex64"):
        layer(x.float())


# --- negative control ------------------------------------------------------------------------------------------------


SYMMETRIC = 12 * sym(SO(3).vector, 2)
"""Blocks whose change of basis matters; irreducible terms mix without one, and nothing of theirs can break."""


@pytest.mark.parametrize("spaces", [*(SPACES[k] for k in (0, 1, 3, 4, 5, 6, 9, 10)), (SYMMETRIC, SYMMETRIC)], ids=str)
def test_a_broken_basis_is_caught(spaces: tuple[Representation, Representation]):
    rho_in, rho_out = spaces
    layer = Linear(rho_in, rho_out, bias=False)
    constants = layer.maps.form._exact
    if "place" in constants:  # one entry of the matrix takes the weight of another
        size = layer.matrix().abs().flatten()
        constants["place"][size.argmax()] = constants["place"][size.argmin()].clone()
    else:
        name = max(constants, key=lambda name: constants[name].numel())
        constants[name] = constants[name] + 1e-7 * torch.randn_like(constants[name])
    with pytest.raises(IntertwineError, match="in float64 fails"):
        check_layer(layer, rho_in, rho_out, graphs=False)


def test_maps_alone_are_a_layer():
    V = semidirect(R(2), O(2)).vector
    check_layer(Maps(V + V.dual >> V + V.dual), V + V.dual, V + V.dual, graphs=False)
