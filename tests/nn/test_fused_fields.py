"""Machine code for fields against the formulas that it stands for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from intertwine.groups import SO, C, D
from intertwine.nn import (
    BatchNorm,
    Conv2d,
    FourierActivation,
    Gate,
    GroupPool,
    InstanceNorm,
    NormActivation,
    ScalarGate,
)
from intertwine.nn.grids import fused_fields
from intertwine.representations import Representation
from intertwine.representations.harmonics import Harmonics

pytest.importorskip("llvmlite")
G = SO(2)
SIGMA = G.trivial + G.vector + Harmonics(G.vector, 2)
TYPES = {"blocks": 2 * G.trivial + 3 * G.vector + 2 * Harmonics(G.vector, 2), "mixed": 3 * SIGMA}
FUNCTIONS = {
    **{f.__name__: f for f in (torch.relu, nn.functional.silu, nn.functional.elu, torch.tanh, torch.sigmoid)},
    "SiLU()": nn.SiLU(),
}
ROUNDING = {torch.float32: 4e-6, torch.float64: 1e-13}

LAYERS: dict[str, Callable[[Representation], Any]] = {
    **{f"NormActivation {name}": lambda rho, f=f: NormActivation(rho, f, axis=1) for name, f in FUNCTIONS.items()},
    "Gate": lambda rho: Gate(rho, axis=1),
    "ScalarGate": lambda rho: ScalarGate(rho, axis=1),
    "BatchNorm": BatchNorm,
    "BatchNorm without parameters": lambda rho: BatchNorm(rho, affine=False),
    "InstanceNorm": InstanceNorm,
    "FourierActivation": lambda _: FourierActivation(SIGMA, 3),
    "GroupPool": GroupPool,
    "GroupPool of the greatest": lambda _: GroupPool(2 * D(4).regular + C_OF_D4),
}
C_OF_D4 = D(4).trivial + D(4).vector


def results(layer: nn.Module, x: Tensor) -> list[Tensor]:
    """Values, gradients of input and parameters, and what the layer keeps."""
    layer, x = copy.deepcopy(layer), x.clone().requires_grad_()
    y = layer(x)
    w = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).view(y.shape)
    return [y, *torch.autograd.grad((y * w).sum(), [x, *layer.parameters()]), *layer.buffers()]


@pytest.mark.parametrize("dtype", ROUNDING, ids=str)
@pytest.mark.parametrize("size", [(5, 7), (8, 8), ()], ids=str)
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", LAYERS)
def test_it_is_the_formula(
    name: str, kind: str, size: tuple[int, ...], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "InstanceNorm" and not size:
        pytest.skip("one sample has no variance: rounding is all there is")
    torch.manual_seed(0)
    layer = LAYERS[name](TYPES[kind]).to(dtype)
    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    x = 3 * torch.randn(3, layer.rho_in.dim, *size, dtype=dtype)
    found = results(layer, x)
    monkeypatch.setattr(fused_fields, "_available", lambda: False)
    for mine, wanted in zip(found, results(layer, x), strict=True):
        bound = ROUNDING[dtype] * (1 + float(wanted.detach().abs().max()))
        torch.testing.assert_close(mine, wanted, atol=bound, rtol=0)


@pytest.mark.parametrize("name", LAYERS)
def test_derivatives_of_both_orders(name: str) -> None:
    if "relu" in name:
        pytest.skip("its second derivative vanishes")
    layer = LAYERS[name](TYPES["mixed"]).double()
    x = torch.randn(2, layer.rho_in.dim, 3, dtype=torch.float64, requires_grad=True)
    assert fused_fields.serves(x)
    assert torch.autograd.gradcheck(layer, x)
    assert torch.autograd.gradgradcheck(layer, x)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions_over_their_whole_range(function: Callable[[Tensor], Tensor]) -> None:
    layer = NormActivation(G.trivial, function, axis=1).double()
    x = torch.cat([torch.linspace(-800, 800, 4001), torch.linspace(-3, 3, 4001)]).double()
    y = layer(x[None, None])[0, 0].detach()
    torch.testing.assert_close(y, function(x), atol=1e-15, rtol=1e-14)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_what_is_not_a_number_stays_so(function: Callable[[Tensor], Tensor]) -> None:
    x = torch.zeros(1, 3, 20)
    x[0, 0, 3] = x[0, 2, 5] = torch.nan
    y = NormActivation(G.trivial + G.vector, function, axis=1)(x)
    assert y[0, 0].isnan().nonzero().tolist() == [[3]]
    assert y[0, 1:].isnan().any(0).nonzero().tolist() == [[5]]


def test_fields_of_any_memory_order_and_several_threads() -> None:
    layer, x = BatchNorm(TYPES["mixed"]), torch.randn(4, 15, 64, 64)
    wanted = results(layer, x)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        turned = results(layer, x.contiguous(memory_format=torch.channels_last))
    finally:
        torch.set_num_threads(threads)
    for mine, other in zip(turned, wanted, strict=True):
        torch.testing.assert_close(mine, other, atol=1e-4, rtol=1e-4)


def test_other_numbers_and_transforms_take_the_formula() -> None:
    layer, x = ScalarGate(TYPES["mixed"], axis=1), torch.randn(2, 3, 15, 4)
    assert fused_fields.serves(x[0])
    assert not fused_fields.serves(x[0].bfloat16())
    each = torch.func.vmap(layer)(x)
    torch.testing.assert_close(each[1], layer(x[1]))
    slope = torch.func.grad(lambda v: layer(v).square().sum())(x[0])
    v = x[0].clone().requires_grad_()
    torch.testing.assert_close(slope, torch.autograd.grad(layer(v).square().sum(), v)[0])


@pytest.mark.parametrize("rho", [4 * C(4).regular, 2 * C(8).regular, 3 * SIGMA, TYPES["blocks"]], ids=str)
def test_kernels_of_one_part_are_those_of_the_general_path(rho: Representation) -> None:
    kernel = Conv2d(rho, rho, 5).double().kernel
    weight = torch.randn(kernel.number, dtype=torch.float64)
    short = kernel(weight)
    kernel._only = None
    torch.testing.assert_close(short, kernel(weight), atol=1e-13, rtol=0)
