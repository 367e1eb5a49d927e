"""What torch does to functions: graph capture, batching, derivatives of first and second order."""

from __future__ import annotations

import copy

import pytest
import torch
from tests.nn.layers import LAYERS, inputs
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call, grad, jacrev, vmap

from intertwine.groups import SO, C
from intertwine.nn import EMLP, EquivariantModule, Linear

SMALL = [name for name in LAYERS if "EMLP" not in name and "Head" not in name] + ["EMLP of permutations"]
every_layer = pytest.mark.parametrize("name", LAYERS)


def loss(y: Tensor) -> Tensor:
    return (y.abs().square() + y.real if y.is_complex() else y.square() + y).sum()


def gradients(layer: EquivariantModule, f, x: Tensor) -> list[Tensor]:
    x = x.clone().requires_grad_()
    return list(torch.autograd.grad(loss(f(x)), [x, *layer.parameters()], materialize_grads=True))


# --- capture ---------------------------------------------------------------------------------------------------------


@pytest.mark.compile
@pytest.mark.parametrize(
    ("name", "backend"), [*[(name, "eager") for name in LAYERS], *[(name, "aot_eager") for name in SMALL]]
)
def test_compile_without_graph_breaks(name: str, backend: str):
    torch._dynamo.reset()
    layer = LAYERS[name]()
    compiled = torch.compile(layer, fullgraph=True, backend=backend)
    x = inputs(layer, 4)
    torch.testing.assert_close(compiled(x), layer(x))
    for a, b in zip(gradients(layer, compiled, x), gradients(layer, layer, x), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.compile
def test_compiled_layers_see_new_weights_and_batches():
    torch._dynamo.reset()
    layer = Linear(2 * C(4).regular, C(4).regular)
    compiled = torch.compile(layer, fullgraph=True, backend="eager", dynamic=True)
    for batch in (3, 5, 8):
        with torch.no_grad():
            layer.maps.weight.add_(1.0)
        x = inputs(layer, batch)
        torch.testing.assert_close(compiled(x), layer(x))


@pytest.mark.compile
@pytest.mark.slow
@pytest.mark.parametrize("name", ["Linear", "EMLP of permutations"])
def test_inductor(name: str):
    torch._dynamo.reset()
    layer = LAYERS[name]()
    compiled = torch.compile(layer, fullgraph=True)
    x = inputs(layer, 4)
    torch.testing.assert_close(compiled(x), layer(x), rtol=1e-4, atol=1e-5)
    for a, b in zip(gradients(layer, compiled, x), gradients(layer, layer, x), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.compile
@every_layer
def test_export_with_a_dynamic_batch(name: str):
    layer = LAYERS[name]().eval()
    x = inputs(layer, 4)
    program = torch.export.export(layer, (x,), dynamic_shapes=({0: torch.export.Dim("batch", min=2)},))
    for batch in (2, 7):
        y = inputs(layer, batch)
        torch.testing.assert_close(program.module()(y), layer(y))


@pytest.mark.compile
def test_autocast_inside_a_compiled_graph():
    torch._dynamo.reset()
    layer = EMLP(2 * SO(3).vector, SO(3).vector, 20, layers=1)
    compiled = torch.compile(layer, fullgraph=True, backend="eager")
    x = inputs(layer, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(compiled(x), layer(x), rtol=0.05, atol=0.05)


# --- batches ---------------------------------------------------------------------------------------------------------


@every_layer
def test_batches_of_every_shape(name: str):
    layer = LAYERS[name]().double()
    x = inputs(layer, 2, 3)
    expected = layer(x)
    assert expected.shape == (2, 3, layer.rho_out.dim)
    torch.testing.assert_close(layer(x[1, 2]), expected[1, 2])
    torch.testing.assert_close(layer(x.transpose(0, 1)), expected.transpose(0, 1))
    assert layer(x[:0]).shape == (0, 3, layer.rho_out.dim)
    if list(layer.parameters()) and expected.requires_grad:
        loss(layer(x[:0])).backward()


@every_layer
def test_vmap_over_inputs(name: str):
    layer = LAYERS[name]().double()
    x = inputs(layer, 5)
    torch.testing.assert_close(vmap(layer)(x), layer(x))


@every_layer
def test_vmap_over_weights(name: str):
    """An ensemble: one forward pass for several sets of weights."""
    first, second = LAYERS[name]().double(), LAYERS[name]().double()
    stacked = {k: torch.stack([a, dict(second.named_parameters())[k]]) for k, a in first.named_parameters()}
    if not stacked:
        return
    x = inputs(first, 5)
    out = vmap(lambda p: functional_call(first, p, (x,)))(stacked)
    torch.testing.assert_close(out, torch.stack([first(x), second(x)]))


# --- derivatives -----------------------------------------------------------------------------------------------------


@every_layer
def test_gradients_by_torch_func(name: str):
    layer = LAYERS[name]().double()
    x = inputs(layer, 4)
    parameters = dict(layer.named_parameters())
    found = grad(lambda p: loss(functional_call(layer, p, (x,))))(parameters)
    expected = torch.autograd.grad(loss(layer(x)), list(parameters.values()), materialize_grads=True) if found else ()
    for a, b in zip(found.values(), expected, strict=True):
        torch.testing.assert_close(a, b)
    if not x.is_complex():
        per_sample = vmap(grad(lambda v: loss(layer(v))))(x)
        torch.testing.assert_close(per_sample, gradients(layer, layer, x)[0])


def test_forward_mode():
    layer = EMLP(2 * SO(3).vector, SO(3).vector, 20, layers=1).double()
    x = inputs(layer, 1)[0]
    torch.testing.assert_close(torch.func.jacfwd(layer)(x), jacrev(layer)(x))


@every_layer
def test_gradcheck(name: str):
    layer = copy.deepcopy(LAYERS[name]()).double()
    x = inputs(layer, 2)
    x = x.to(torch.complex128 if x.is_complex() else torch.float64).requires_grad_()
    names, parameters = zip(*layer.named_parameters(), strict=True) if list(layer.parameters()) else ((), ())

    def f(x: Tensor, *values: Tensor) -> Tensor:
        return functional_call(layer, dict(zip(names, values, strict=True)), (x,))

    assert gradcheck(f, (x, *parameters), fast_mode=True)
    assert gradgradcheck(f, (x, *parameters), fast_mode=True, atol=1e-4)
