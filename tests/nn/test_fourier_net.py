"""The general recipe as a network, over the catalogue of groups, and its default types."""

from __future__ import annotations

import pytest
import torch
from tests.nn.spaces import GROUPS
from torch.nn.functional import mse_loss

from intertwine.errors import IntertwineError
from intertwine.groups import G2, SO, SU, D, Group, Lorentz, O, Rubik, S
from intertwine.nn import FourierNet, InvariantMLP, TensorSquare, hidden_irreps
from intertwine.nn.constituents import constituents, products
from intertwine.nn.fourier_net import with_conjugate
from intertwine.testing import check_layer


@pytest.mark.parametrize("group", [g for g in GROUPS if g.vector.dim <= 8], ids=str)
def test_networks_over_the_catalogue(group: Group):
    V, one = group.vector, group.trivial
    net = FourierNet(one + 2 * V, V + one, 4, layers=1)
    check_layer(net, one + 2 * V, V + one, graphs=False, tolerance=1e-10)


@pytest.mark.parametrize("rho", [G2().vector, SO(5).vector, S(5).vector, D(5).vector], ids=lambda rho: str(rho.group))
def test_features_keep_their_size(rho):
    torch.manual_seed(0)
    one = rho.group.trivial
    sizes = []
    for _ in range(5):
        net = FourierNet(4 * one + 4 * rho, rho, 16, layers=3)
        x = torch.randn(64, net.rho_in.dim)
        sizes.append([float((x := stage(x)).detach().square().mean()) for stage in net.stages])
    medians = torch.tensor(sizes).median(0).values
    assert bool(((medians > 0.1) & (medians < 4)).all()), medians


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (SO(3), "32x1 + 18xV + 14xl=2"),
        (SU(3), "32x1 + 18xV + 18xV.conj + 13x6 + 13x6bar + 11x8"),
        (Lorentz(), "32x1 + 16xV + 13x((1,0) + (0,1)) + 11x(1,1)"),
        (G2(), "32x1 + 12xV + 9x14"),
        (O(3), "32x1 + 18xV + 18x1e + 14x2e"),
    ],
    ids=str,
)
def test_default_hidden_types(group: Group, expected: str):
    assert str(hidden_irreps(5 * group.vector, group.trivial, 32)) == expected


def test_groups_without_known_irreps_keep_their_terms():
    V = Rubik().vector
    assert str(hidden_irreps(V, V.group.trivial, 16)) == "16x1 + 2xV"


def test_constituents():
    V, one = SO(3).vector, SO(3).trivial
    assert constituents([V * V]) == [SO(3).irrep(2), SO(3).irrep(1), one]
    assert constituents([V, V * V]) == [V, SO(3).irrep(2), one]
    assert products([V], [V]) == [one, V, SO(3).irrep(2)]


def test_complex_networks_are_not_holomorphic():
    """|x|^2 is learned from a complex vector, which no polynomial in x alone can do."""
    V = SU(3).vector
    torch.manual_seed(0)
    net = FourierNet(V, SU(3).trivial, 4, layers=1)
    x = torch.randn(100, 3, dtype=torch.complex64)
    assert not net(x).is_complex()
    turned = net(torch.polar(torch.ones(()), torch.tensor(1.0)) * x)
    torch.testing.assert_close(turned, net(x), rtol=1e-3, atol=1e-4)  # SU(3) invariants of one vector are U(3)'s
    assert with_conjugate(x).shape == (100, 6)


def test_the_octonion_product_in_seven_dimensions_is_found_exactly():
    """One weight, two samples."""
    V = G2().vector
    torch.manual_seed(0)
    layer, target = TensorSquare(2 * V, V).double(), TensorSquare(2 * V, V).double()
    assert layer.weight_numel == 1
    x = torch.randn(2, 14, dtype=torch.float64)
    optimizer = torch.optim.LBFGS(layer.parameters())
    y = target(x).detach()

    def loss():
        optimizer.zero_grad()
        error = mse_loss(layer(x), y)
        error.backward()
        return error

    for _ in range(10):
        optimizer.step(loss)
    fresh = torch.randn(100, 14, dtype=torch.float64)
    assert float((layer(fresh) - target(fresh)).detach().abs().max()) < 1e-6


def test_errors_teach():
    V = SO(3).vector
    with pytest.raises(IntertwineError, match="at least one hidden layer, got layers=0"):
        FourierNet(V, V, layers=0)
    with pytest.raises(IntertwineError, match="needs scalars to make gates from"):
        FourierNet(V, V, 4 * V)
    with pytest.raises(IntertwineError, match="hidden counts channels, at least 1"):
        FourierNet(V, V, 0)
    with pytest.raises(IntertwineError, match="no equivariant bilinear map takes"):
        FourierNet(V, SO(3).irrep(6), 4 * SO(3).trivial + V)
    with pytest.raises(IntertwineError, match="has no invariants of degree one; give"):
        InvariantMLP(V, 3, squares=False)
    with pytest.raises(IntertwineError, match="InvariantMLP needs at least one hidden layer"):
        InvariantMLP(V, 3, layers=0)


def test_invariants_of_complex_features_include_their_norms():
    V = SU(3).vector
    mlp = InvariantMLP(2 * V, 3).double()
    x = torch.randn(4, 6, dtype=torch.complex128)
    y = mlp(x)
    assert y.dtype == torch.float64
    other = torch.cat([x[:, :3], 2 * x[:, 3:]], -1)
    assert float((mlp(other) - y).detach().abs().max()) > 1e-3
    g = SU(3).sample(4)
    torch.testing.assert_close(mlp((2 * V).apply(g, x)), y, rtol=0, atol=1e-10)


def test_large_products_of_boosted_vectors_stay_finite():
    V = Lorentz().vector
    mlp = InvariantMLP(3 * V, 2)
    assert bool(torch.isfinite(mlp(1e6 * torch.randn(5, 12))).all())
