"""Layers on features at every point of a grid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from intertwine.actions import Pictures, Volumes
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D, Group
from intertwine.nn import (
    EMLP,
    Bilinear,
    BlurPool,
    Conv2d,
    EquivariantModule,
    FourierNet,
    Gate,
    InvariantMLP,
    Linear,
    NormActivation,
    OnFields,
    TensorProduct,
    TensorSquare,
    to_plain,
)
from intertwine.representations import Representation
from intertwine.testing import check_layer


def fields(group: Group) -> Representation:
    return 2 * (group.trivial + group.vector) + group.vector


LAYERS: dict[str, Callable[[Group], EquivariantModule]] = {
    "TensorSquare": lambda g: TensorSquare(fields(g), fields(g)),
    "Bilinear": lambda g: Bilinear(fields(g), 2 * g.vector),
    "Linear": lambda g: Linear(fields(g), g.vector + 2 * g.trivial),
    "InvariantMLP": lambda g: InvariantMLP(fields(g), 3, hidden=8),
    "EMLP": lambda g: EMLP(fields(g), g.vector, 8 * g.trivial + 2 * g.vector, layers=1),
    "FourierNet": lambda g: FourierNet(fields(g), g.vector, 8 * g.trivial + 2 * g.vector, layers=1),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_on_pictures_keep_their_contract(name: str) -> None:
    group = D(4)
    layer = OnFields(LAYERS[name](group))
    x = torch.randn(4, layer.rho_in.dim, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    actions = Pictures(group, rho=layer.rho_in), Pictures(group, rho=layer.rho_out)
    check_layer(layer, *actions, x, graphs=name in ("TensorSquare", "Linear"))


@pytest.mark.parametrize("name", LAYERS)
def test_each_point_has_the_image_of_its_features(name: str) -> None:
    layer = LAYERS[name](SO(2)).double()
    x = torch.randn(2, layer.rho_in.dim, 3, 4, 2, dtype=torch.float64)
    y = OnFields(layer)(x)
    torch.testing.assert_close(y.movedim(1, -1), layer(x.movedim(1, -1)), atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(to_plain(OnFields(layer))(x), y, atol=1e-12, rtol=1e-12)


def test_volumes() -> None:
    group = Cube()
    layer = OnFields(TensorSquare(2 * group.vector, group.trivial + group.vector))
    x = torch.randn(4, 6, 3, 3, 3, dtype=torch.float64)
    actions = Volumes(group, rho=layer.rho_in), Volumes(group, rho=layer.rho_out)
    check_layer(layer, *actions, x, graphs=False)


def test_a_network_of_convolutions_and_products() -> None:
    """Products as the only nonlinearity: exact at every quarter turn, through a stride."""
    group = SO(2)
    rho = fields(group)
    net = nn.Sequential(
        Conv2d(group.trivial, rho, 5, padding=2),
        OnFields(TensorSquare(rho, rho)),
        BlurPool(2),
        Conv2d(rho, group.vector, 3, padding=1),
    ).double()
    x = torch.randn(2, 1, 12, 12, dtype=torch.float64)
    action = Pictures(C(4), rho=C(4).vector)
    quarter = C(4).generators[0]
    torch.testing.assert_close(net(x.rot90(1, (2, 3))), action(quarter, net(x)), atol=1e-12, rtol=0)


@pytest.mark.parametrize("shape", [(0, 8, 3, 3), (2, 8), (2, 8, 0, 3)])
def test_empty_batches_and_grids(shape: tuple[int, ...]) -> None:
    layer = OnFields(TensorSquare(fields(SO(2)), SO(2).vector))
    assert layer(torch.zeros(shape)).shape == (shape[0], 2, *shape[2:])


@pytest.mark.parametrize(
    "layer",
    [nn.ReLU(), nn.Linear(3, 3), NormActivation(SO(2).vector, axis=1), Gate(SO(2).vector, axis=1), 3],
    ids=repr,
)
def test_what_is_no_layer_on_features_is_refused(layer: object) -> None:
    with pytest.raises(IntertwineError, match=r"OnFields|fields already"):
        OnFields(layer)  # type: ignore[arg-type]


def test_other_channels_are_refused() -> None:
    layer = OnFields(TensorSquare(SO(2).vector, SO(2).trivial))
    with pytest.raises(IntertwineError, match=r"\(batch, 2, \*grid\)"):
        layer(torch.zeros(2, 3, 5, 5))


def test_two_factors_are_refused() -> None:
    with pytest.raises(IntertwineError, match="one input"):
        OnFields(TensorProduct(SO(2).vector, SO(2).vector, SO(2).trivial))
