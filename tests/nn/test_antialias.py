"""The upgrade of a network: the same weights and sizes, and less that folds."""

from __future__ import annotations

import copy
import importlib
import importlib.util
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from intertwine.audit import audit_shifts
from intertwine.nn import MaxBlurPool, antialias
from intertwine.nn.grids.antialias import BlurConv, MeanBlurPool

DOUBLE = torch.float64
CONVOLUTIONS = [
    nn.Conv2d(3, 8, 3, stride=2, padding=1),
    nn.Conv2d(3, 8, 7, 2, 3, padding_mode="circular"),
    nn.Conv2d(3, 8, 1, 2),
    nn.Conv2d(3, 8, 2, 2, bias=False),
    nn.Conv2d(3, 9, 3, 3, dilation=2, padding=2, groups=3),
]


@pytest.mark.parametrize("conv", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize("n", [16, 17])
def test_a_strided_convolution_turns_with_its_input(conv: nn.Conv2d, n: int):
    conv = copy.deepcopy(conv).double()
    with torch.no_grad():
        conv.weight.copy_(torch.stack([conv.weight.rot90(k, (2, 3)) for k in range(4)]).mean(0))
    x, layer = torch.randn(2, 3, n, n, dtype=DOUBLE), BlurConv(conv)
    assert layer(x).shape == conv(x).shape
    assert torch.allclose(layer(x.rot90(1, (2, 3))), layer(x).rot90(1, (2, 3)), atol=1e-10)


def test_the_blur_before_is_the_blur_after():
    """On cyclic data the layer is the convolution with stride 1, then the blur with its stride."""
    conv = nn.Conv1d(2, 3, 5, stride=2, padding=2, padding_mode="circular", dtype=DOUBLE)
    x, layer = torch.randn(1, 2, 16, dtype=DOUBLE), BlurConv(conv)
    padded = torch.cat([x[..., -2:], x, x[..., :2]], -1)
    dense = nn.functional.conv1d(padded, conv.weight, conv.bias)
    taps = layer.filter.taps(2, 0)
    around = torch.cat([dense[..., -1:], dense, dense[..., :2]], -1)
    expected = nn.functional.conv1d(around, taps.expand(3, 1, -1), stride=2, groups=3)
    assert torch.allclose(layer(x), expected[..., :8], atol=1e-12)


def network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
        nn.AvgPool2d(2), nn.Conv2d(16, 16, 1), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(16, 5),
    )  # fmt: skip


def test_weights_are_kept_and_the_original_is_not_changed():
    net = network()
    smooth: Any = antialias(net)
    assert smooth.state_dict().keys() == net.state_dict().keys()
    smooth.load_state_dict(net.state_dict())
    assert isinstance(net[2], nn.MaxPool2d)
    assert isinstance(smooth[2], MaxBlurPool)
    assert isinstance(smooth[3], BlurConv)
    assert smooth[3].weight is not net[3].weight
    assert isinstance(smooth[0], nn.Conv2d)


def test_the_mean_over_everything_stays_the_mean():
    x = torch.randn(2, 3, 4, 4)
    layer = antialias(nn.AvgPool2d(4))
    assert isinstance(layer, MeanBlurPool)
    assert torch.allclose(layer(x), x.mean((2, 3), keepdim=True))


def test_subclasses_and_other_layers_stay():
    class Own(nn.Conv2d):
        def forward(self, input: Tensor) -> Tensor:
            return super().forward(input) + 1

    net = nn.Sequential(Own(1, 1, 3, stride=2), nn.MaxPool2d(2, return_indices=True), nn.AdaptiveAvgPool2d(3))
    smooth: Any = antialias(net)
    assert [type(layer) for layer in smooth] == [type(layer) for layer in net]


def test_a_network_becomes_more_consistent_under_shifts():
    torch.manual_seed(0)
    x = torch.randn(80, 1, 32, 32)
    net = network()
    before = audit_shifts(antialias_padding_only(net), x).whole.error
    after = audit_shifts(antialias(net, circular=True), x).whole.error
    assert before is not None
    assert after is not None
    assert after.high < before.low / 2


def antialias_padding_only(net: nn.Module) -> nn.Module:
    """The control: circular padding without any blur."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = "circular"
    return net


@pytest.mark.skipif(importlib.util.find_spec("torchvision") is None, reason="needs torchvision")
@pytest.mark.parametrize("name", ["resnet18", "vgg11_bn", "densenet121", "squeezenet1_1"])
def test_networks_of_torchvision(name: str):
    models = importlib.import_module("torchvision.models")
    net = getattr(models, name)(weights=None).eval()
    x = torch.randn(1, 3, 64, 64)
    assert antialias(net)(x).shape == net(x).shape
