"""Products of features, perceptrons on invariants and whole networks: their equations, and that they learn."""

from __future__ import annotations

import pytest
import torch
from tests.nn.spaces import GROUPS
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from intertwine.data import draw_bodies
from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, Cube, Group, Lorentz, O, R, Rubik, S, U, semidirect
from intertwine.nn import EMLP, Bilinear, Gate, InvariantMLP, Linear, Pointwise, hidden_representation
from intertwine.representations import Representation, pixels
from intertwine.testing import check_layer


def small(group: Group) -> Representation:
    V, one = group.vector, group.trivial
    return 2 * one + 2 * V if V.dim <= 10 else one + V


# --- products --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_products_over_the_catalogue(group: Group):
    if group.vector.dim > 10:  # Rubik's cube: 49 x 49 products of 48 stickers
        return
    rho = small(group)
    check_layer(Bilinear(rho, rho), rho, rho, graphs=False, tolerance=1e-9)


def test_products_are_quadratic():
    V, one = SO(3).vector, SO(3).trivial
    layer = Bilinear(V + 2 * one, V, rank=3).double()
    assert not any("bias" in name for name, _ in layer.named_parameters())
    x = torch.randn(5, 5, dtype=torch.float64)
    torch.testing.assert_close(layer(2 * x), 4 * layer(x))
    assert layer.left.rho_out == 3 * one + 3 * V


def test_products_find_the_cross_product():
    """V*V >> V holds the cross product and nothing else, so two vectors suffice to learn it."""
    V = SO(3).vector
    layer = Bilinear(2 * V, V)
    x = torch.randn(200, 6)
    target = torch.linalg.cross(x[:, :3], x[:, 3:])
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        mse_loss(layer(x), target).backward()
        optimizer.step()
    assert float(mse_loss(layer(x), target).detach()) < 1e-6


# --- perceptrons on invariants ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [g for g in GROUPS if g != Rubik()], ids=str)
def test_perceptrons_are_invariant_over_the_catalogue(group: Group):
    rho = small(group)
    head = InvariantMLP(rho, 3, hidden=6)
    assert head.rho_out == 3 * group.trivial
    check_layer(head, rho, 3 * group.trivial, graphs=False, tolerance=1e-8)
    out = head(torch.randn(4, rho.dim, dtype=torch.complex64 if rho.is_complex else torch.float32))
    assert not out.is_complex()


def test_perceptrons_tell_orbits_apart():
    V = SO(3).vector
    head = InvariantMLP(2 * V, 4).double()
    x = torch.randn(6, dtype=torch.float64)
    other = torch.cat([x[:3], 2 * x[3:]])
    assert float((head(x) - head(other)).detach().abs().max()) > 1e-3


def test_a_point_has_no_invariants_under_motions():
    """Affine coordinates (x, 1) of points: the only invariants of degree two are constants."""
    G = semidirect(R(2), O(2))
    head = InvariantMLP(3 * G.vector, 2).double()
    points = torch.cat([torch.randn(5, 3, 2), torch.ones(5, 3, 1)], -1).flatten(1).double()
    out = head(points)
    torch.testing.assert_close(out, out[:1].expand(5, 2))


# --- networks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_networks_over_the_catalogue(group: Group):
    rho = small(group)
    model = EMLP(rho, rho, hidden=24 if group.vector.dim <= 3 else rho, layers=2)
    check_layer(model, rho, rho, graphs=False, tolerance=1e-8)


def test_permutations_take_relu_and_others_gates():
    kinds = {type(m) for m in EMLP(S(4).vector, S(4).trivial, 2 * S(4).vector).modules()}
    assert Pointwise in kinds
    assert not {Gate, Bilinear} & kinds
    kinds = {type(m) for m in EMLP(SO(3).vector, SO(3).vector, 2 * SO(3).vector).modules()}
    assert {Gate, Bilinear} <= kinds
    assert Pointwise not in kinds


@pytest.mark.parametrize(
    ("group", "features", "expected"),
    [
        (C(4), 64, "16xregular"),
        (C(4), 1, "regular"),
        (Cube(), 48, "2xregular"),
        (S(5), 60, "20x1 + 4xV + V*V"),
        (SO(3), 90, "30x1 + 10xV + 3xV*V"),
        (SO(3), 2, "2x1"),
        (Lorentz(), 100, "20x1 + 5xV + V*V + 5xV' + V*V'"),
        (Rubik(), 200, "100x1 + 2xV"),
        (U(2), 50, "10x1 + 5xV + 2xV*V + 5xV.conj + 2xV*V.conj"),
    ],
    ids=str,
)
def test_default_hidden_types(group: Group, features: int, expected: str):
    hidden = hidden_representation(group, features)
    assert str(hidden).replace(".dual", "'") == expected
    assert hidden.dim <= max(2 * features, group.order if group.order <= 64 else 0)


def test_errors_teach():
    V = SO(3).vector
    with pytest.raises(IntertwineError, match="at least one hidden layer, got layers=0"):
        EMLP(V, V, layers=0)
    with pytest.raises(IntertwineError, match=r"EMLP takes representations .* got 'wide'"):
        EMLP(V, V, "wide")  # type: ignore[arg-type]
    with pytest.raises(IntertwineError, match=r"one group, got SO\(3\) and O\(3\)"):
        EMLP(V, V, 2 * O(3).vector)
    with pytest.raises(IntertwineError, match=r"InvariantMLP takes representations .* got 7"):
        InvariantMLP(7, 3)  # type: ignore[arg-type]
    with pytest.raises(IntertwineError, match="Bilinear takes features"):
        Bilinear(V, V)(torch.randn(2, 4))
    with pytest.raises(IntertwineError, match="multiplicity is a positive integer, got 0"):
        InvariantMLP(V, 0)


def test_a_network_prints_its_types():
    text = repr(EMLP(SO(3).vector, SO(3).vector, 20, layers=1))
    assert "EMLP(\n  V -> V\n" in text
    assert "(1): Linear(SO(3): 6x1 + 2xV + V*V -> V, 3 maps by diagrams, 0 invariant biases)" in text


# --- learning --------------------------------------------------------------------------------------------------------


def fit(model: nn.Module, x: Tensor, y: Tensor, steps: int = 200, lr: float = 3e-3) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        mse_loss(model(x), y).backward()
        optimizer.step()


@pytest.mark.parametrize(("group", "layers"), [(SO(3), 2), (O(3), 3)], ids=str)
def test_the_inertia_tensor_on_unseen_rotations(group: Group, layers: int):
    random = torch.Generator().manual_seed(0)
    V, one = group.vector, group.trivial
    rho_in, rho_out = 5 * (V + one), V * V
    train, test = draw_bodies(300, generator=random), draw_bodies(500, generator=random)
    x, g = train.x.flatten(1), group.sample(500, generator=random)
    turned, answer = rho_in.apply(g, test.x.flatten(1)), rho_out.apply(g, test.y)
    torch.manual_seed(0)
    ours = EMLP(rho_in, rho_out, 24 * one + 12 * V + 4 * V * V, layers=layers)
    size = sum(p.numel() for p in ours.parameters())
    width = round((size + 225) ** 0.5 - 15)  # 30 w + w^2 numbers in two hidden layers
    plain = nn.Sequential(nn.Linear(20, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 9))
    assert abs(sum(p.numel() for p in plain.parameters()) / size - 1) < 0.1
    errors = []
    for model in (ours, plain):
        fit(model, x, train.y)
        with torch.no_grad():
            errors.append(float(mse_loss(model(turned), answer)))
    assert errors[0] < 0.25 * errors[1], errors
    with torch.no_grad():
        upright = float(mse_loss(ours(test.x.flatten(1)), test.y))
    assert errors[0] == pytest.approx(upright, rel=1e-3)


def test_an_invariant_mass_on_unseen_boosts():
    """m^2 = (p + q)^2 of two four-vectors, learned slow and asked for fast."""
    G = Lorentz()
    model = nn.Sequential(InvariantMLP(2 * G.vector, 1, hidden=32))
    eta = torch.tensor([1.0, -1, -1, -1], dtype=torch.float64)
    p = torch.randn(400, 8, dtype=torch.float64)
    mass = ((p[:, :4] + p[:, 4:]).square() * eta).sum(1, keepdim=True)
    fit(model.double(), p[:300], mass[:300], steps=300, lr=1e-2)
    boosted = (2 * G.vector).apply(G.sample(100, generator=torch.Generator().manual_seed(0)), p[300:])
    with torch.no_grad():
        slow, fast = (mse_loss(model(q), mass[300:]) for q in (p[300:], boosted))
    assert float(slow) < 0.2 * float(mass.var())
    assert float(fast) == pytest.approx(float(slow), rel=1e-6)


def test_quarter_turns_of_pictures():
    """A classifier of 6 x 6 pictures that is never shown a turned one answers as if it had been."""
    G = C(4)
    rho = pixels(G, (6, 6))
    x = torch.randn(200, 36)
    y = (x.unflatten(1, (6, 6))[:, :, 0].sum(1, keepdim=True) > 0).float() * 2 - 1
    model = EMLP(rho, G.trivial, 32, layers=2)
    fit(model, x, y, steps=60)
    with torch.no_grad():
        torch.testing.assert_close(model(rho.apply(G.generators[0], x)), model(x), rtol=1e-4, atol=1e-4)
    assert float(mse_loss(model(x), y).detach()) < 0.9


def test_layers_join_plain_torch():
    V, one = SU(2).vector, SU(2).trivial
    model = nn.Sequential(Linear(V, Gate(2 * V).rho_in), Gate(2 * V), Linear(2 * V, V + one))
    check_layer(model, V, V + one, graphs=False)
