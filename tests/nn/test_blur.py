"""Anti-aliased strides: symmetric for every size, close to ideal resampling, and drop-in for torch's pooling."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

from intertwine.actions import Pictures
from intertwine.actions.fourier import shift
from intertwine.audit import audit
from intertwine.audit.resampling import resize
from intertwine.errors import IntertwineError
from intertwine.groups import D
from intertwine.nn import BlurPool, Conv2d, Filtered, Kaiser, MaxBlurPool, Spline, Upsample
from intertwine.nn.grids.filters import response

DOUBLE = torch.float64


def turns(d: int) -> Iterator[Callable[[Tensor], Tensor]]:
    """Every right-angle turn and flip of a grid."""
    for order in itertools.permutations(range(d)):
        for flips in itertools.product((False, True), repeat=d):
            axes = [2 + k for k in range(d) if flips[k]]
            yield lambda x, order=order, axes=axes: x.permute(0, 1, *(2 + k for k in order)).flip(axes)


def layers(mode: str) -> list[nn.Module]:
    return [
        BlurPool(2, padding_mode=mode),
        BlurPool(3, Spline(2), mode),
        BlurPool(2, Kaiser(2), mode),
        MaxBlurPool(2, padding_mode=mode),
        MaxBlurPool(3, padding=1, padding_mode=mode),
        Upsample(2, padding_mode=mode),
        Upsample(3, Spline(3), mode),
        Filtered(nn.ReLU(), padding_mode=mode),
    ]


# --- the equation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["replicate", "reflect", "circular", "zeros"])
@pytest.mark.parametrize("grid", [(9,), (10,), (13, 13), (14, 14), (7, 7, 7), (8, 8, 8)], ids=str)
def test_right_angle_turns_are_exact(grid: tuple[int, ...], mode: str):
    x = torch.randn(2, 3, *grid, dtype=DOUBLE)
    chosen = list(turns(len(grid)))[:: 1 if len(grid) < 3 else 5]
    for layer in layers(mode):
        layer.double()
        y = layer(x)
        for turn in chosen:
            assert torch.allclose(layer(turn(x)), turn(y), atol=1e-10, rtol=0), layer


def test_a_grid_may_have_an_even_and_an_odd_side():
    x, pool = torch.randn(1, 2, 12, 15, dtype=DOUBLE), BlurPool().double()
    assert torch.allclose(pool(x.mT), pool(x).mT, atol=1e-12)
    assert torch.allclose(pool(x.flip(-1)), pool(x).flip(-1), atol=1e-12)


@pytest.mark.parametrize("n", [16, 17, 18, 19])
def test_a_steerable_network_turns_through_its_strides(n: int):
    G = D(4)
    fields = 2 * G.regular
    net = nn.Sequential(
        Conv2d(G.trivial, fields, 3, padding=1), nn.ReLU(), MaxBlurPool(), Filtered(nn.SiLU()),
        Conv2d(fields, fields, 3, padding=1), nn.ReLU(), BlurPool(), Upsample(),
    ).double()  # fmt: skip
    x = torch.randn(8, 1, n, n, dtype=DOUBLE)
    report = audit(net, x, Pictures(G), Pictures(G, rho=fields), elements="all")
    assert report.max_error < 1e-12


def test_taps_of_the_other_parity_break_the_turn():
    """The control: [1, 2, 1] on an even side."""
    x = torch.randn(1, 1, 12, dtype=DOUBLE)
    taps = torch.tensor([[[1.0, 2.0, 1.0]]], dtype=DOUBLE) / 4

    def wrong(x: Tensor) -> Tensor:
        return nn.functional.conv1d(x, taps, stride=2, padding=1)

    assert not torch.allclose(wrong(x.flip(-1)), wrong(x).flip(-1), atol=0.1)


def test_all_channels_are_treated_alike():
    x, mix = torch.randn(2, 4, 11, 11, dtype=DOUBLE), torch.randn(4, 4, dtype=DOUBLE)
    for layer in (BlurPool(), Upsample()):
        layer.double()
        mixed = torch.einsum("ij,njhw->nihw", mix, x)
        assert torch.allclose(layer(mixed), torch.einsum("ij,njhw->nihw", mix, layer(x)), atol=1e-12)


def test_constants_are_kept():
    for mode in ("replicate", "reflect", "circular"):
        for layer in layers(mode):
            for n in (9, 10):
                y = layer.double()(torch.ones(1, 1, n, n, dtype=DOUBLE))
                assert torch.allclose(y, torch.ones_like(y), atol=1e-12)


def test_cyclic_shifts_by_the_stride_are_exact():
    x = torch.randn(1, 2, 12, 12, dtype=DOUBLE)
    for layer, factor in ((BlurPool(3, padding_mode="circular"), 3), (MaxBlurPool(padding_mode="circular"), 2)):
        layer.double()
        assert torch.allclose(layer(x.roll(factor, -1)), layer(x).roll(1, -1), atol=1e-12)


# --- filters ------------------------------------------------------------------------------------------------------


def test_binomial_taps():
    assert (4 * Spline(1).taps(2, 1)).tolist() == [1, 2, 1]
    assert (8 * Spline(2).taps(2, 0)).tolist() == [1, 3, 3, 1]
    assert Spline(3).taps(1, 1).tolist() == [1]


@pytest.mark.parametrize("spec", [Spline(1), Spline(3), Kaiser(2), Kaiser(4, 6.0)], ids=str)
@pytest.mark.parametrize(("factor", "parity"), itertools.product((1, 2, 3, 4), (0, 1)))
def test_every_filter_is_symmetric_and_keeps_constants(spec: Spline | Kaiser, factor: int, parity: int):
    taps = spec.taps(factor, parity)
    assert len(taps) % 2 == parity
    assert torch.allclose(taps, taps.flip(0))
    for phase in range(factor):
        assert float(taps[phase::factor].sum()) == pytest.approx(1 / factor)


def test_kaiser_passes_below_and_stops_above():
    taps = Kaiser(6, 6.0).taps(2, 0)
    low, high = torch.linspace(0, 0.17, 20, dtype=DOUBLE), torch.linspace(0.33, 0.5, 20, dtype=DOUBLE)
    assert float((response(taps, low) - 1).abs().max()) < 1e-2
    assert float(response(taps, high).abs().max()) < 1e-2


# --- against ideal resampling -------------------------------------------------------------------------------------


def test_pooling_of_a_smooth_signal_is_its_ideal_resampling():
    """Samples of the low-passed trigonometric interpolant, half a step on, where the pool's samples lie."""
    n = 32
    smooth = resize(resize(torch.randn(4, 2, n, dtype=DOUBLE), [11]), [n])
    half = torch.full((1, 1, 1), -0.5, dtype=DOUBLE)
    ideal = resize(shift(smooth, half, 2), [n // 2])
    errors = [
        float((BlurPool(2, spec, "circular").double()(smooth) - ideal).norm() / ideal.norm())
        for spec in (Spline(3), Kaiser(3), Kaiser(8, 6.0))
    ]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-3


def test_filling_in_a_smooth_signal_is_its_ideal_resampling():
    n = 32
    smooth = resize(resize(torch.randn(4, 2, n, dtype=DOUBLE), [15]), [n])
    quarter = torch.full((1, 1, 1), 0.5, dtype=DOUBLE)
    ideal = shift(resize(smooth, [2 * n]), quarter, 2)
    found = Upsample(2, Kaiser(8, 6.0), "circular").double()(smooth)
    assert float((found - ideal).norm() / ideal.norm()) < 2e-3


@pytest.mark.parametrize("n", [9, 10])
def test_upsampling_is_the_transpose_of_pooling(n: int):
    pool, up = BlurPool(2, Spline(3), "zeros").double(), Upsample(2, Spline(3), "zeros").double()
    x = torch.randn(1, 1, n, dtype=DOUBLE)
    y = torch.randn_like(pool(x))
    assert float((pool(x) * y).sum()) == pytest.approx(float((x * up(y, size=(n,))).sum()) / 2, rel=1e-9)


def test_a_filtered_nonlinearity_folds_less():
    x = resize(resize(torch.randn(16, 4, 32, dtype=DOUBLE), [17]), [32])
    amount = 4 * torch.rand(16, 1, 1, dtype=DOUBLE)

    def error(act: nn.Module) -> float:
        y = act(x)
        return float((act(shift(x, amount, 2)) - shift(y, amount, 2)).norm() / y.norm())

    plain, filtered = error(nn.ReLU()), error(Filtered(nn.ReLU(), padding_mode="circular").double())
    assert filtered < plain / 3


# --- as layers of torch -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.MaxPool2d(3, 2, 1), nn.MaxPool2d(3, 2, ceil_mode=True)], ids=str)
def test_sizes_are_those_of_torch(pool: nn.MaxPool2d):
    ours = MaxBlurPool(pool.kernel_size, 2, padding=int(pool.padding), ceil_mode=pool.ceil_mode)  # type: ignore[arg-type]
    for n in range(4, 12):
        x = torch.randn(1, 1, n, n)
        assert ours(x).shape == pool(x).shape


def test_upsampling_reaches_the_grid_it_came_from():
    up, pool = Upsample(2), BlurPool(2)
    for n in (7, 8):
        x = torch.randn(1, 1, n, n)
        assert up(pool(x), size=(n, n)).shape == x.shape
    with pytest.raises(IntertwineError, match="ceil"):
        up(torch.randn(1, 1, 4, 4), size=(9, 8))


def test_checkpoints_hold_nothing_and_precision_is_exact():
    net = nn.Sequential(BlurPool(), Filtered(nn.ReLU()), Upsample()).double()
    assert not net.state_dict()
    assert net[0].taps2_1.dtype == DOUBLE  # type: ignore[union-attr]
    assert torch.equal(net[0].taps2_1, Spline(3).taps(2, 1))  # type: ignore[arg-type]
    assert isinstance(pickle.loads(pickle.dumps(net)), nn.Sequential)


def test_export():
    net, x = nn.Sequential(MaxBlurPool(), Filtered(nn.ReLU()), BlurPool()).eval(), torch.randn(2, 3, 17, 16)
    program = torch.export.export(net, (x,)).module()
    assert torch.allclose(program(x), net(x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BlurPool(0), "stride"),
        (lambda: BlurPool(1.5), "stride"),  # type: ignore[arg-type]
        (lambda: BlurPool("2"), "stride"),  # type: ignore[arg-type]
        (lambda: BlurPool(2)(torch.ones(1, 1, 8, dtype=torch.int64)), "floating-point"),
        (lambda: BlurPool(padding_mode="mirror"), "padding_mode"),
        (lambda: Spline(0), "order"),
        (lambda: Kaiser(0), "radius"),
        (lambda: BlurPool((2, 2))(torch.randn(1, 1, 8)), "grid axes"),
        (lambda: BlurPool(padding_mode="reflect")(torch.randn(1, 1, 1)), "replicate"),
        (lambda: MaxBlurPool(5)(torch.randn(1, 1, 3, 3)), "window"),
    ],
)
def test_refusals(make: Callable[[], object], message: str):
    with pytest.raises(IntertwineError, match=message):
        make()
