"""What torch does to convolutions: graph capture, batching, derivatives, precision."""

from __future__ import annotations

import io
import warnings

import pytest
import torch
from tests.nn.convolutions import CONVOLUTIONS, inputs
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call, grad, vmap

from intertwine.groups import C
from intertwine.nn import Conv2d, ConvTranspose2d

every_layer = pytest.mark.parametrize("name", CONVOLUTIONS)


def loss(y: Tensor) -> Tensor:
    return (y.square() + y).sum()


def gradients(layer, f, x: Tensor) -> list[Tensor]:
    x = x.clone().requires_grad_()
    return list(torch.autograd.grad(loss(f(x)), [x, *layer.parameters()], materialize_grads=True))


# --- capture ---------------------------------------------------------------------------------------------------------


@pytest.mark.compile
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@every_layer
def test_compile_without_graph_breaks(name: str, backend: str):
    torch._dynamo.reset()
    layer = CONVOLUTIONS[name]()
    compiled = torch.compile(layer, fullgraph=True, backend=backend)
    x = inputs(layer)
    torch.testing.assert_close(compiled(x), layer(x))
    for a, b in zip(gradients(layer, compiled, x), gradients(layer, layer, x), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.compile
@pytest.mark.slow
@pytest.mark.parametrize("name", ["p4", "SO(2)"])
def test_inductor(name: str):
    torch._dynamo.reset()
    layer = CONVOLUTIONS[name]()
    compiled = torch.compile(layer, fullgraph=True)
    x = inputs(layer)
    torch.testing.assert_close(compiled(x), layer(x), rtol=1e-4, atol=1e-5)
    for a, b in zip(gradients(layer, compiled, x), gradients(layer, layer, x), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.compile
@every_layer
def test_export_with_a_dynamic_batch(name: str):
    layer = CONVOLUTIONS[name]().eval()
    program = torch.export.export(layer, (inputs(layer, 4),), dynamic_shapes=({0: torch.export.Dim("batch", min=2)},))
    for batch in (2, 5):
        x = inputs(layer, batch)
        torch.testing.assert_close(program.module()(x), layer(x))


@pytest.mark.compile
@pytest.mark.parametrize("name", ["p4", "SO(2)", "transposed", "cube"])
@pytest.mark.parametrize("is_plain", [False, True])
def test_onnx(name: str, is_plain: bool):
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    layer = CONVOLUTIONS[name]().eval()
    x = inputs(layer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter about itself
        program = torch.onnx.export(layer.to_plain() if is_plain else layer, (x,), dynamo=True, verbose=False)
    file = io.BytesIO()
    program.save(file)  # type: ignore[union-attr]
    session = runtime.InferenceSession(file.getvalue())
    (y,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    torch.testing.assert_close(torch.from_numpy(y), layer(x).detach(), rtol=1e-4, atol=1e-4)


# --- batches and derivatives -----------------------------------------------------------------------------------------


@every_layer
def test_one_field_without_a_batch_axis(name: str):
    layer = CONVOLUTIONS[name](dtype=torch.float64)
    x = inputs(layer)
    torch.testing.assert_close(layer(x[0]), layer(x)[0])


@every_layer
def test_vmap(name: str):
    """Over inputs, and over weights as an ensemble."""
    layer, other = CONVOLUTIONS[name](dtype=torch.float64), CONVOLUTIONS[name](dtype=torch.float64)
    x = inputs(layer)
    torch.testing.assert_close(vmap(layer)(x), layer(x))
    stacked = {k: torch.stack([p, dict(other.named_parameters())[k]]) for k, p in layer.named_parameters()}
    out = vmap(lambda p: functional_call(layer, p, (x,)))(stacked)
    torch.testing.assert_close(out, torch.stack([layer(x), other(x)]))


@every_layer
def test_gradients_by_torch_func(name: str):
    layer = CONVOLUTIONS[name](dtype=torch.float64)
    x = inputs(layer)
    parameters = dict(layer.named_parameters())
    found = grad(lambda p: loss(functional_call(layer, p, (x,))))(parameters)
    if layer.weight.numel():
        expected = torch.autograd.grad(loss(layer(x)), list(parameters.values()), materialize_grads=True)
        for a, b in zip(found.values(), expected, strict=True):
            torch.testing.assert_close(a, b)
    per_sample = vmap(grad(lambda v: loss(layer(v))))(x)
    torch.testing.assert_close(per_sample, gradients(layer, layer, x)[0])


@every_layer
def test_gradcheck(name: str):
    layer = CONVOLUTIONS[name](dtype=torch.float64)
    x = inputs(layer, 1, 5).requires_grad_()
    names, parameters = zip(*layer.named_parameters(), strict=True)

    def f(x: Tensor, *values: Tensor) -> Tensor:
        return functional_call(layer, dict(zip(names, values, strict=True)), (x,))

    assert gradcheck(f, (x, *parameters), fast_mode=True)
    if layer.weight.numel():
        assert gradgradcheck(f, (x, *parameters), fast_mode=True, atol=1e-4)


# --- precision -------------------------------------------------------------------------------------------------------


@every_layer
def test_every_precision(name: str):
    """`.double()` is exact however the layer was made; bfloat16 keeps its type."""
    layer = CONVOLUTIONS[name]()
    x = inputs(layer, dtype=torch.float64)
    exact = CONVOLUTIONS[name](dtype=torch.float64)
    exact.load_state_dict(layer.state_dict())
    single = layer(x.float())
    assert single.dtype == torch.float32
    torch.testing.assert_close(layer.double()(x), exact(x), rtol=1e-14, atol=1e-14)
    torch.testing.assert_close(single.double(), exact(x), rtol=1e-4, atol=1e-4)
    half = layer.bfloat16()(x.bfloat16())
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.double(), exact(x), rtol=0.1, atol=0.1)
    torch.testing.assert_close(layer.double()(x).float(), single, rtol=0.1, atol=0.1)  # weights went through bfloat16


@every_layer
def test_autocast(name: str):
    layer = CONVOLUTIONS[name]()
    x = inputs(layer)
    expected = layer(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = layer(x)
        assert y.dtype == torch.bfloat16
        if layer.weight.numel():
            loss(y).backward()
    torch.testing.assert_close(y.float(), expected, rtol=0.1, atol=0.1)
    assert all(p.grad is not None and p.grad.dtype == p.dtype for p in layer.parameters() if p.numel())


@pytest.mark.parametrize("kind", [Conv2d, ConvTranspose2d])
def test_channels_last_is_kept(kind):
    layer = kind(2 * C(4).regular, 2 * C(4).regular, 3, padding=1)
    x = torch.randn(2, 8, 9, 9).contiguous(memory_format=torch.channels_last)
    y = layer(x)
    assert y.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(y, layer(x.contiguous()))


def test_the_meta_device():
    layer = Conv2d(C(8).regular, C(8).regular, 5, device="meta")
    assert layer(torch.empty(2, 8, 9, 9, device="meta")).shape == (2, 8, 5, 5)
    assert layer.weights().device.type == "meta"
