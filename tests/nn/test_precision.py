"""Dtypes, devices, checkpoints and copies: what torch's own layers can do."""

from __future__ import annotations

import copy
import io
import pickle
import warnings

import pytest
import torch
from tests.nn.layers import COMPLEX, LAYERS, PLACED, RHO, SPIN, V, inputs, one
from torch import nn

from intertwine.groups import SO, SU
from intertwine.nn import EMLP, Gate, Linear, NormActivation
from intertwine.nn.module import Solved
from intertwine.testing import check_layer

every_layer = pytest.mark.parametrize("name", LAYERS)
every_placed = pytest.mark.parametrize("name", PLACED)


@every_layer
def test_the_contract(name: str):
    layer = LAYERS[name]()
    check_layer(layer, layer.rho_in, layer.rho_out, graphs=False)


# --- dtypes ----------------------------------------------------------------------------------------------------------


@every_placed
def test_double_after_construction_is_exact(name: str):
    torch.manual_seed(0)
    layer = LAYERS[name]().double()
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    born = LAYERS[name]()
    torch.set_default_dtype(before)
    born.load_state_dict(layer.state_dict())
    for (where, held), (_, other) in zip(layer.named_buffers(), born.named_buffers(), strict=True):
        assert held.dtype == other.dtype, where
        assert torch.equal(held, other), where
    x = inputs(layer, 5)
    assert torch.equal(layer(x), born(x))


@every_placed
def test_a_round_trip_through_single_precision_loses_no_constant(name: str):
    layer = LAYERS[name]().double()
    before = {where: buffer.clone() for where, buffer in layer.named_buffers()}
    layer = layer.float().double()
    for where, buffer in layer.named_buffers():
        assert torch.equal(buffer, before[where]), where


@every_placed
def test_dtype_at_construction(name: str):
    for dtype in (torch.float64, torch.complex128):
        layer = LAYERS[name](dtype=dtype)
        assert {p.dtype.to_real() for p in layer.parameters()} <= {torch.float64}
        assert {b.dtype for b in layer.buffers()} <= {
            torch.float64,
            torch.complex128,
            torch.int32,
            torch.int64,
            torch.bool,
        }
        assert layer(inputs(layer, 3, dtype=torch.complex128 if name in COMPLEX else torch.float64)).shape[0] == 3


def test_to_a_dtype_keeps_imaginary_parts():
    layer = Linear(SPIN, SPIN)
    x = inputs(layer, 4)
    expected = layer(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        double = copy.deepcopy(layer).to(torch.float64)
    assert double.maps.weight.dtype == torch.complex128
    torch.testing.assert_close(double(x.to(torch.complex128)).to(torch.complex64), expected)
    assert torch.equal(double.to(torch.float32)(x), expected)


def test_single_precision_errors_scale_with_the_output():
    layer = Linear(RHO, RHO)
    double = copy.deepcopy(layer).double()
    for size in (1e-6, 1.0, 1e6):
        x, g = size * torch.randn(200, RHO.dim), SO(3).sample(200)
        y = layer(x)
        torch.testing.assert_close(y.double(), double(x.double()), rtol=0, atol=1e-6 * size * RHO.dim**0.5)
        error = (layer(RHO.apply(g, x)) - RHO.apply(g, y)).abs().max()
        assert float(error.detach()) < 1e-5 * float(y.detach().abs().max())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_layers(dtype: torch.dtype):
    model = EMLP(2 * V + one, V * V, 40, layers=1)
    x = 0.5 * torch.randn(20, 7)
    expected = model(x).detach()
    half = model.to(dtype)(x.to(dtype))
    assert half.dtype == dtype
    torch.testing.assert_close(half.float(), expected, rtol=0.05, atol=0.05 * float(expected.abs().max()))


def test_norms_of_half_precision_features_do_not_overflow():
    layer = NormActivation(RHO)
    x = 300 * torch.randn(10, RHO.dim)
    torch.testing.assert_close(layer(x.half()).float(), layer(x), rtol=0.01, atol=0.5)
    assert layer(x.half()).dtype == torch.float16


@every_placed
def test_autocast(name: str):
    layer = LAYERS[name]()
    x = inputs(layer, 16)
    expected = layer(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = layer(x)
        again = layer(x.bfloat16()) if not x.is_complex() else out
    scale = float(expected.detach().abs().max()) + 1e-6
    for y in (out, again):
        torch.testing.assert_close(y.to(expected.dtype), expected, rtol=0.1, atol=0.06 * scale)
    loss = out.abs().square().sum()
    loss.backward() if loss.requires_grad else None


# --- devices ---------------------------------------------------------------------------------------------------------


@every_placed
def test_the_meta_device(name: str):
    layer = LAYERS[name](device="meta")
    assert {t.device.type for t in [*layer.parameters(), *layer.buffers()]} <= {"meta"}
    out = layer(inputs(layer, 4, device="meta"))
    assert out.device.type == "meta"
    assert out.shape == (4, layer.rho_out.dim)


@every_placed
def test_from_the_meta_device_by_a_checkpoint(name: str):
    layer = LAYERS[name]()
    x = inputs(layer, 4)
    with torch.device("meta"):
        born = LAYERS[name]()
    assert {t.device.type for t in [*born.parameters(), *born.buffers()]} <= {"meta"}
    for other in (LAYERS[name](device="meta"), born):
        other.to_empty(device="cpu").load_state_dict(layer.state_dict())
        assert torch.equal(other(x), layer(x))


# --- checkpoints and copies ------------------------------------------------------------------------------------------


@every_layer
def test_a_checkpoint_is_the_weights(name: str):
    layer = LAYERS[name]()
    assert set(layer.state_dict()) == {where for where, _ in layer.named_parameters()}
    layer.train()
    train = list(layer.state_dict())
    assert list(layer.eval().state_dict()) == train
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    torch.manual_seed(1)
    other = LAYERS[name]()
    other.load_state_dict(torch.load(file, weights_only=True), strict=True)
    x = inputs(layer, 4)
    assert torch.equal(other(x), layer(x))


@every_layer
def test_copies_compute_the_same_and_are_apart(name: str):
    layer = LAYERS[name]()
    x = inputs(layer, 4)
    expected = layer(x).detach()
    whole = io.BytesIO()
    torch.save(layer, whole)
    whole.seek(0)
    copies = [copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), torch.load(whole, weights_only=False)]
    for other in copies:
        assert torch.equal(other(x), expected)
        assert torch.equal(other.double().float()(x), expected)
        with torch.no_grad():
            for parameter in other.parameters():
                parameter.add_(1.0)
        assert torch.equal(layer(x), expected)


def test_weights_follow_an_assigned_state_dict():
    layer, other = Linear(RHO, RHO), Linear(RHO, RHO)
    x = inputs(layer, 4)
    other.load_state_dict(layer.state_dict(), assign=True)
    assert torch.equal(other(x), layer(x))


def test_weight_changes_of_any_kind_show_at_once():
    layer = Linear(RHO, RHO).eval()
    x = inputs(layer, 4)
    with torch.inference_mode():
        before = layer(x)
        layer.maps.weight.data.mul_(2)
        after = layer(x)
    torch.testing.assert_close(after, 2 * before)


@every_layer
def test_shared_memory_and_training_flags(name: str):
    layer = LAYERS[name]()
    assert all(m.training for m in layer.modules())
    layer.requires_grad_(False)
    assert not any(p.requires_grad for p in layer.parameters())
    layer.share_memory()
    assert all(p.is_shared() for p in layer.parameters())


def test_constants_are_kept_exact_once():
    layer = Linear(RHO, RHO)
    solved = [m for m in layer.modules() if isinstance(m, Solved)]
    assert all(value.dtype in (torch.float64, torch.int64, torch.int32) for m in solved for value in m._exact.values())
    assert all(value.device.type == "cpu" for m in solved for value in m._exact.values())


def test_seeds_repeat():
    for name, make in PLACED.items():
        if name in ("NormActivation", "complex NormActivation", "Gate", "complex Gate"):
            continue
        first, second, third = (make(generator=torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
        torch.manual_seed(9)
        for (where, a), b, c in zip(first.named_parameters(), second.parameters(), third.parameters(), strict=True):
            assert torch.equal(a, b), (name, where)
            assert "bias" in where or a.numel() == 0 or not torch.equal(a, c), (name, where)


def test_precision_does_not_change_the_draw():
    single, double = (
        Linear(RHO, RHO, generator=torch.Generator().manual_seed(3), dtype=d) for d in (None, torch.float64)
    )
    torch.testing.assert_close(single.maps.weight.double(), double.maps.weight)


@every_layer
def test_it_prints(name: str):
    layer = LAYERS[name]()
    text = repr(nn.Sequential(layer))
    assert type(layer).__name__ in text
    assert str(layer.rho_in) in text


def test_complex_gates_and_norms_keep_the_phase():
    """v -> e^{i phi} v commutes with both, since |v| and the gates do not turn."""
    V = SU(2).vector
    x, phase = (
        torch.randn(5, 4, dtype=torch.complex128),
        torch.polar(torch.ones(5, 1).double(), torch.rand(5, 1).double()),
    )
    norm = NormActivation(2 * V).double()
    torch.testing.assert_close(norm(phase * x), phase * norm(x))
    gates = torch.randn(5, 2, dtype=torch.complex128)
    gated = Gate(2 * V).double()
    turned = gated(torch.cat([phase * x, gates], -1))
    torch.testing.assert_close(turned, phase * gated(torch.cat([x, gates], -1)))
