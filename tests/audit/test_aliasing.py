"""`audit_aliasing` on networks whose sources of aliasing are known."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from intertwine.audit import AliasingReport, audit_aliasing
from intertwine.audit.idealize import SOURCES, Idealizer
from intertwine.audit.operations import Watch
from intertwine.audit.resampling import above_nyquist, energy, resize, varying
from intertwine.errors import IntertwineError
from intertwine.nn import BlurPool, MaxBlurPool

ROUND = "circular"


def pictures(n: int = 48, side: int = 16) -> Tensor:
    return resize(torch.randn(n, 1, side // 2, side // 2), [side, side])


def conv(a: int, b: int, **options) -> nn.Conv2d:
    return nn.Conv2d(a, b, 3, padding=1, **options)


def head(channels: int) -> list[nn.Module]:
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 3)]


class Square(nn.Module):
    """A nonlinearity that doubles frequencies, so that a grid twice as fine holds all of them."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.square(x)


NETWORKS = {
    "stride": lambda: nn.Sequential(conv(1, 6, stride=2, padding_mode=ROUND), Square(), *head(6)),
    "nonlinearity": lambda: nn.Sequential(conv(1, 6, padding_mode=ROUND), nn.ReLU(), conv(6, 6, padding_mode=ROUND),
                                          nn.ReLU(), *head(6)),
    "padding": lambda: nn.Sequential(conv(1, 6), Square(), *head(6)),
    "dense": lambda: nn.Sequential(conv(1, 6, padding_mode=ROUND), nn.Flatten(), nn.Linear(6 * 256, 3)),
}  # fmt: skip


@pytest.mark.parametrize("source", NETWORKS)
def test_the_one_source_of_a_network_is_found(source: str):
    x = torch.randn(48, 1, 16, 16) if source == "stride" else pictures()
    report = audit_aliasing(NETWORKS[source](), x)
    assert report.error is not None
    assert report.ideal is not None
    alone, without = report.sources[source].alone, report.sources[source].without
    assert alone is not None
    assert without is not None
    assert report.ideal.value < 3e-3 * report.error.value  # a grid four times as fine holds nearly all
    assert without.high < 0.2 * report.error.low
    assert 0.7 < alone.value / report.error.value < 1.4
    for other in set(report.sources) - {source}:
        value = report.sources[other].alone
        assert value is not None
        assert value.high < 0.2 * report.error.low


class Functional(nn.Module):
    """Everything called as functions, in place where that is possible."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 1, 3, 3))
        self.last = nn.Linear(6 * 16, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(F.conv2d(x, self.weight, padding=1), inplace=True)
        x = F.max_pool2d(x, 3, 2, 1)
        x = F.avg_pool2d(x, 2)
        return self.last(x.view(len(x), -1))


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.short, self.norm = conv(1, 6, stride=2), nn.Conv2d(1, 6, 1, 2), nn.BatchNorm2d(6)
        self.last = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = F.gelu(self.norm(self.conv(x)) + self.short(x))
        return self.last(x.mean((2, 3)))


OTHERS = {
    "functions": lambda: Functional(),
    "residual": lambda: Residual(),
    "blurred": lambda: nn.Sequential(conv(1, 6), nn.ReLU(), MaxBlurPool(), conv(6, 6), nn.ReLU(), BlurPool(), *head(6)),
    "blurred around": lambda: nn.Sequential(conv(1, 6), MaxBlurPool(padding_mode=ROUND), nn.Tanh(),
                                    BlurPool(padding_mode=ROUND), *head(6)),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_without_any_source_nothing_is_left(name: str):
    report = audit_aliasing(OTHERS[name](), pictures(), samples=32)
    assert report.error is not None
    assert report.ideal is not None
    assert report.ideal.value < 0.03 * report.error.value
    assert {"stride", "nonlinearity", "padding"} <= set(report.sources)
    assert ("dense" in report.sources) == (name == "functions")


@pytest.mark.parametrize("name", [*NETWORKS, *OTHERS])
def test_seeing_changes_nothing(name: str):
    net, x = {**NETWORKS, **OTHERS}[name]().eval(), pictures(4)
    with torch.no_grad():
        expected = net(x)
        with Watch(net, 2, Idealizer(())).watching():
            assert torch.equal(net(x), expected)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())


@pytest.mark.parametrize(
    ("flatten", "seen"),
    [
        (lambda x: x.flatten(1), True),
        (lambda x: torch.flatten(x, 1), True),
        (lambda x: x.reshape(len(x), -1), True),
        (lambda x: x.view(-1, 48), True),
        (lambda x: x.reshape(-1, 3), False),
        (lambda x: x.flatten(2), False),
    ],
)
def test_flattenings_of_all_positions_are_seen(flatten, seen: bool):
    handler = Idealizer(())
    with Watch(flatten, 2, handler).watching():
        flatten(torch.randn(2, 3, 4, 4))
    assert ("dense" in handler.met) == seen


def test_layers_are_listed_in_order_with_their_shares():
    net = nn.Sequential(conv(1, 4, padding_mode=ROUND), nn.ReLU(), nn.MaxPool2d(2), conv(4, 4), *head(4))
    layers = audit_aliasing(net, pictures()).layers
    assert [layer.name for layer in layers] == ["0 conv2d", "1 relu", "2 max_pool2d", "3 conv2d"]
    assert [layer.kind for layer in layers] == ["convolution", "nonlinearity", "max-pooling", "convolution"]
    assert [layer.grid for layer in layers] == [(16, 16), (16, 16), (8, 8), (8, 8)]
    first, relu, pool, last = layers
    assert first.own is not None
    assert first.own.value < 1e-9
    assert relu.above is not None
    assert pool.folded is not None
    assert 0 < pool.folded.value < relu.above.value
    assert last.above is None
    assert last.own is not None
    assert last.own.value > 1e-3


def test_a_blur_folds_less_than_a_maximum():
    plain = nn.Sequential(nn.MaxPool2d(2), *head(1))
    blurred = nn.Sequential(MaxBlurPool(padding_mode=ROUND), *head(1))
    x = torch.randn(48, 1, 16, 16)
    shares = [audit_aliasing(net, x).layers[0].folded for net in (plain, blurred)]
    assert shares[0] is not None
    assert shares[1] is not None
    assert shares[1].high < shares[0].low / 3


def test_a_map_as_output_moves_along():
    report = audit_aliasing(nn.Sequential(conv(1, 4, padding_mode=ROUND), nn.ReLU()), pictures())
    assert report.moves
    assert report.sources.keys() == {"nonlinearity"}


def test_signals_and_volumes():
    line = nn.Sequential(nn.Conv1d(1, 4, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool1d(1))
    space = nn.Sequential(nn.Conv3d(1, 4, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool3d(1))
    for net, x in ((line, torch.randn(20, 1, 16)), (space, torch.randn(20, 1, 8, 8, 8))):
        report = audit_aliasing(net, x)
        assert report.ideal is not None
        assert report.error is not None
        assert report.ideal.high < 0.02 * report.error.low


def test_reports_travel(tmp_path: Path):
    report = audit_aliasing(OTHERS["functions"](), pictures(20))
    report.to_json(tmp_path / "report.json")
    assert AliasingReport.from_json(tmp_path / "report.json") == report
    assert "each source by itself" in str(report)
    report.plot()
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(IntertwineError, match="not a report"):
        AliasingReport.from_json(tmp_path / "other.json")


def test_refusals():
    with pytest.raises(IntertwineError, match="grid"):
        audit_aliasing(nn.Identity(), torch.zeros(3, 4))
    with pytest.raises(IntertwineError, match="one tensor"):
        audit_aliasing(lambda x: (x, x), pictures(4))


# --- the instruments ----------------------------------------------------------------------------------------------


def test_energy_above_nyquist_of_a_wave():
    n, time = 16, torch.arange(16, dtype=torch.float64)
    for k in range(1, 8):
        wave = torch.cos(2 * torch.pi * k * time / n).expand(1, 1, n)
        share = float(above_nyquist(wave, (2,)) / energy(varying(wave)))
        assert share == pytest.approx(float(k >= 4), abs=1e-12)


def test_resizing_keeps_band_limited_signals():
    x = torch.randn(2, 1, 9, 9, dtype=torch.float64)
    assert torch.allclose(resize(resize(x, [27, 20]), [9, 9]), x, atol=1e-12)
    assert torch.allclose(resize(x, [27, 27])[..., ::3, ::3], x, atol=1e-12)


def test_sources_are_four():
    assert SOURCES == ("stride", "nonlinearity", "padding", "dense")
