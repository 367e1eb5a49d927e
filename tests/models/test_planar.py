"""Convolutional networks as wholes: invariance and equivariance, plain copies, published sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from intertwine.actions import Pictures, Volumes
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D
from intertwine.groups.base import Group
from intertwine.models import GCNN, HarmonicNet, SteerableCNN, SteerableResNet, SteerableUNet
from intertwine.nn import to_plain
from intertwine.representations import Representation

SMALL = {"widths": (2, 3), "kernel_sizes": (5, 3), "pool_after": (1,), "head": 8}
Maker = Callable[[Group, "int | Representation"], nn.Module]
MODELS: dict[str, Maker] = {
    "SteerableCNN": lambda g, out: SteerableCNN(g.trivial, out, **SMALL),
    "SteerableCNN norm": lambda g, out: SteerableCNN(g.trivial, out, fields="irreps", activation="norm", **SMALL),
    "SteerableCNN gate": lambda g, out: SteerableCNN(g.trivial, out, fields="irreps", activation="gate", **SMALL),
    "SteerableCNN fourier": lambda g, out: SteerableCNN(g.trivial, out, fields="irreps", activation="fourier", **SMALL),
    "SteerableResNet": lambda g, out: SteerableResNet(g.trivial, out, widths=(2, 3), depth=1),
    "SteerableResNet gate": lambda g, out: SteerableResNet(
        g.trivial, out, widths=(2, 3), depth=1, fields="irreps", activation="gate"
    ),
    "SteerableUNet": lambda g, out: SteerableUNet(
        g.trivial, out if not isinstance(out, int) else out * g.trivial, widths=(2, 3)
    ),
}


def trained(model: nn.Module, x: Tensor) -> nn.Module:
    """Running statistics that differ from their start."""
    model.double().train()
    with torch.no_grad():
        for _ in range(3):
            model(x)
    return model.eval()


def pictures(*shape: int) -> Tensor:
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("side", [12, 13])
@pytest.mark.parametrize("group", [C(4), D(4)], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_models_are_invariant_or_turn_with_their_input(name: str, group: Group, side: int) -> None:
    x = pictures(4, 1, side, side)
    g = group.sample(4, generator=torch.Generator().manual_seed(1))
    turned = Pictures(group, rho=group.trivial)(g, x)
    for outputs in (3, group.vector):
        model = trained(MODELS[name](group, outputs), x)
        with torch.no_grad():
            y, moved, plain = model(x), model(turned), to_plain(model)(x)
        rho = outputs if not isinstance(outputs, int) else outputs * group.trivial
        expected = Pictures(group, rho=rho)(g, y) if y.ndim == 4 else rho.apply(g, y)
        torch.testing.assert_close(moved, expected, atol=1e-10, rtol=0)
        torch.testing.assert_close(plain, y, atol=1e-10, rtol=0)
        assert float(y.std()) > 1e-3


def test_volumes() -> None:
    group = Cube()
    x = pictures(2, 1, 7, 7, 7)
    model = trained(SteerableCNN(group.trivial, 4, widths=(1, 1), kernel_sizes=(3, 3), pool_after=(1,)), x)
    turned = Volumes(group, rho=group.trivial)(group.sample(2, generator=torch.Generator().manual_seed(1)), x)
    with torch.no_grad():
        torch.testing.assert_close(model(turned), model(x), atol=1e-10, rtol=0)


def test_published_sizes() -> None:
    assert sum(p.numel() for p in GCNN(C(4).trivial, 10).parameters()) == pytest.approx(25_000, rel=0.05)
    plain = GCNN(C(1).trivial, 10, width=20, space=2 * C(1).trivial)
    assert sum(p.numel() for p in plain.parameters()) == pytest.approx(22_000, rel=0.2)
    assert sum(p.numel() for p in HarmonicNet(SO(2).trivial, 10).parameters()) == pytest.approx(33_000, rel=0.25)
    assert GCNN(C(4).trivial, 10)(torch.randn(2, 1, 28, 28)).shape == (2, 10)


def test_harmonic_network_at_right_angles() -> None:
    x = pictures(2, 1, 28, 28)
    model = trained(HarmonicNet(SO(2).trivial, 5, width=2), x)
    with torch.no_grad():
        torch.testing.assert_close(model(torch.rot90(x, 1, (2, 3))), model(x), atol=1e-10, rtol=0)


def test_a_plain_copy_holds_no_assembled_kernels() -> None:
    model = trained(SteerableCNN(D(4).trivial, 3, **SMALL), pictures(4, 1, 12, 12))
    plain = to_plain(model)
    kernels = [m for m in plain.modules() if type(m).__name__ in ("Conv2d", "Kernel")]
    assert kernels
    assert all(type(m) is nn.Conv2d for m in kernels)


def test_a_checkpoint_holds_parameters_and_statistics_alone() -> None:
    model = SteerableCNN(C(8).trivial, 3, **SMALL)
    stored = sum(t.numel() for t in model.state_dict().values())
    statistics = sum(b.numel() for name, b in model.named_buffers() if "running" in name or "num_batches" in name)
    assert stored == sum(p.numel() for p in model.parameters()) + statistics
    assert set(model.train().state_dict()) == set(model.eval().state_dict())


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(IntertwineError, match="regular"):
        SteerableCNN(SO(2).trivial, 3, fields="regular")
    with pytest.raises(IntertwineError, match="activations"):
        SteerableCNN(C(4).trivial, 3, activation="norm")
    with pytest.raises(IntertwineError, match="name the same layers"):
        SteerableCNN(C(4).trivial, 3, widths=(2,))
    with pytest.raises(IntertwineError, match="dimensions"):
        SteerableCNN(C(1).trivial, 3)
    with pytest.raises(IntertwineError, match="takes representations"):
        SteerableCNN(3, 10)  # type: ignore[arg-type]
    with pytest.raises(IntertwineError, match="outputs"):
        SteerableCNN(C(4).trivial, 0, **SMALL)
    with pytest.raises(IntertwineError, match="pool_after"):
        SteerableCNN(C(4).trivial, 3, widths=(2,), kernel_sizes=(3,), pool_after=(2,))
    with pytest.raises(IntertwineError, match="frequency"):
        SteerableCNN(SO(2).trivial, 3, frequency=-1)
    with pytest.raises(IntertwineError, match="depth"):
        SteerableResNet(C(4).trivial, 3, widths=())
    with pytest.raises(IntertwineError, match="odd kernel"):
        SteerableUNet(C(4).trivial, C(4).vector, kernel_size=4)


@pytest.mark.parametrize("name", MODELS)
def test_a_picture_without_a_batch_axis_is_refused(name: str) -> None:
    """Its channels would pass for a batch where the grid has as many points as hidden features."""
    model = MODELS[name](C(4), 3).eval()
    for side in (8, 12):
        with pytest.raises(IntertwineError, match="batch"):
            model(torch.zeros(1, side, side))
