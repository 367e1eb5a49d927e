"""f(pi(g) x) = pi'(g) f(x) for convolutions, exactly where samples move onto samples, and nearly elsewhere."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.nn.convolutions import CONVOLUTIONS, LAYERS, defect, inputs, lattice_elements, spaces, turn, types

from intertwine.actions import Pictures, Volumes
from intertwine.groups import SO, C, Cube, D, O
from intertwine.nn import Conv2d, Conv3d, ConvTranspose2d
from intertwine.nn.grids.conv import PADDING_MODES

EXACT = 1e-10


@st.composite
def specs(draw: st.DrawFn) -> tuple[tuple[int, bool], tuple, dict, tuple[int, ...]]:
    """A layer's class, its arguments, and the size of a grid on which its samples lie symmetrically."""
    d = draw(st.sampled_from([1, 2, 2, 2, 3]))
    transposed = draw(st.booleans())
    space = draw(st.sampled_from(spaces(d)))
    rho_in, rho_out = (draw(st.sampled_from(types(space))) for _ in range(2))
    groups = draw(st.sampled_from([1, 1, 2]))
    if groups == 2:
        rho_in, rho_out = 2 * rho_in, 2 * rho_out
    kernel = draw(st.integers(1, 5 if d < 3 else 3))
    stride, dilation, padding = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(0, 2))
    mode = "zeros" if transposed else draw(st.sampled_from(PADDING_MODES))
    outputs = draw(st.integers(1, 3))
    size = outputs if transposed else dilation * (kernel - 1) + 1 + stride * (outputs - 1) - 2 * padding
    assume(size >= 1 and (mode == "zeros" or size > padding))
    if transposed:
        assume(dilation * (kernel - 1) + 1 + stride * (outputs - 1) > 2 * padding)
    options: dict[str, Any] = {"stride": stride, "dilation": dilation, "padding": padding, "groups": groups}
    banded = {} if draw(st.booleans()) else {"bandlimit": draw(st.integers(0, 2))}
    if not transposed:
        options["padding_mode"] = mode
    options |= banded | {"profile": draw(st.sampled_from([None, "gaussian", "free"])), "space": space}
    return (d, transposed), (rho_in, rho_out, kernel), options, (size,) * d


@given(spec=specs(), seed=st.integers(0, 2**16))
def test_the_equation_for_every_specification(spec: tuple, seed: int):
    kind, arguments, options, grid = spec
    generator = torch.Generator().manual_seed(seed)
    layer = LAYERS[kind](*arguments, **options, generator=generator, dtype=torch.float64)
    if layer.bias is not None:
        torch.nn.init.normal_(layer.bias, generator=generator)
    x = torch.randn(2, layer.rho_in.dim, *grid, generator=generator, dtype=torch.float64)
    assert defect(layer, x) < EXACT


@pytest.mark.parametrize("name", CONVOLUTIONS)
@pytest.mark.parametrize("size", [7, 9])
def test_the_equation_of_the_catalogue(name: str, size: int):
    layer = CONVOLUTIONS[name](dtype=torch.float64)
    assert defect(layer, inputs(layer, size=size)) < EXACT


def test_a_broken_kernel_is_caught():
    layer = Conv2d(C(4).regular, C(4).regular, 3, dtype=torch.float64)
    layer.weights = lambda: torch.randn(4, 4, 3, 3, dtype=torch.float64)  # type: ignore[method-assign]
    assert defect(layer, inputs(layer)) > 0.1


@pytest.mark.parametrize("rho", [C(4).regular, D(4).vector + D(4).trivial, C(2).vector], ids=str)
@pytest.mark.parametrize("size", [8, 9])
def test_the_equation_by_the_action_on_pictures(rho, size: int):
    layer = Conv2d(rho, 2 * rho, 3, padding=1, dtype=torch.float64)
    G = rho.group
    g = G.sample(3, generator=torch.Generator().manual_seed(0))
    x = torch.randn(3, rho.dim, size, size, dtype=torch.float64)
    before, after = Pictures(G, rho=rho), Pictures(G, rho=2 * rho)
    torch.testing.assert_close(layer(before(g, x)), after(g, layer(x)), atol=1e-12, rtol=0)


def test_the_equation_by_the_action_on_volumes():
    G = Cube()
    layer = Conv3d(G.vector + G.trivial, G.vector, 3, stride=2, dtype=torch.float64)
    g = G.sample(3, generator=torch.Generator().manual_seed(0))
    x = torch.randn(3, 4, 7, 7, 7, dtype=torch.float64)
    before, after = Volumes(G, rho=G.vector + G.trivial), Volumes(G, rho=G.vector)
    torch.testing.assert_close(layer(before(g, x)), after(g, layer(x)), atol=1e-12, rtol=0)


def smooth(*shape: int) -> torch.Tensor:
    """White noise blurred to waves of several pixels."""
    size = shape[-1]
    frequency = torch.fft.fftfreq(size, dtype=torch.float64)
    falloff = torch.exp(-((frequency[:, None] ** 2 + frequency**2) * (2 * torch.pi * 2.5) ** 2) / 2)
    x = torch.fft.ifft2(torch.fft.fft2(torch.randn(*shape, dtype=torch.float64)) * falloff).real
    return x / x.std()


@pytest.mark.parametrize("group", [C(8), D(8), SO(2), O(2)], ids=str)
@pytest.mark.parametrize("transposed", [False, True])
def test_turns_between_samples(group, transposed: bool):
    """By 45 degrees on a smooth picture: up to the sampling of the kernel."""
    kinds = [group.trivial, group.vector] + ([group.regular] if group.is_finite else [])
    kind = ConvTranspose2d if transposed else Conv2d
    h = group.elements()[1] if group.is_finite else torch.tensor([[1.0, -1.0], [1.0, 1.0]]).double() / 2**0.5
    for rho_in in kinds:
        for rho_out in kinds:
            layer = kind(rho_in, rho_out, 5, padding=2, bias=False, dtype=torch.float64)
            x = smooth(1, rho_in.dim, 33, 33)
            here = Pictures(group, "fft", rho=rho_in)
            there = Pictures(group, "fft", rho=rho_out)
            with torch.no_grad():
                rotated, turned = layer(here(h, x)), there(h, layer(x))
            middle = (..., slice(10, 23), slice(10, 23))
            assert float((rotated - turned)[middle].norm() / turned[middle].norm()) < 0.12


# --- where stride breaks it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "kernel", "stride", "padding"), [(8, 3, 2, 1), (9, 4, 2, 1), (7, 2, 3, 0)])
def test_samples_left_out_are_announced(size: int, kernel: int, stride: int, padding: int):
    layer = Conv2d(C(4).regular, C(4).regular, kernel, stride=stride, padding=padding, dtype=torch.float64)
    x = inputs(layer, size=size)
    with pytest.warns(UserWarning, match=r"divisible by the stride, here"):
        layer(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert defect(layer, x) > 1e-3


@pytest.mark.parametrize(("size", "kernel", "padding"), [(8, 4, 1), (8, 2, 0), (9, 3, 1), (9, 5, 2), (9, 3, 0)])
def test_no_warning_where_samples_lie_symmetrically(size: int, kernel: int, padding: int):
    layer = Conv2d(D(4).regular, D(4).regular, kernel, stride=2, padding=padding, dtype=torch.float64)
    assert defect(layer, inputs(layer, size=size)) < EXACT


def test_no_warning_for_plain_convolutions():
    Conv2d(C(1).trivial, C(1).trivial, 3, stride=2)(torch.randn(1, 1, 8, 8))


def test_the_advice_of_the_warning_holds():
    """Each of the sizes that the warning names does without it."""
    layer = Conv2d(C(4).trivial, C(4).trivial, 5, stride=2, padding=2)
    with pytest.warns(UserWarning, match="a kernel of 4 or 6 samples or an input of 15"):
        layer(torch.randn(1, 1, 16, 16))
    layer(torch.randn(1, 1, 15, 15))
    for kernel in (4, 6):
        Conv2d(C(4).trivial, C(4).trivial, kernel, stride=2, padding=2)(torch.randn(1, 1, 16, 16))


def test_output_padding_is_announced():
    with pytest.warns(UserWarning, match="output_padding"):
        layer = ConvTranspose2d(C(4).regular, C(4).regular, 3, stride=2, output_padding=1, dtype=torch.float64)
    assert defect(layer, inputs(layer)) > 1e-3


def test_deep_strided_networks_keep_right_angles():
    G = D(4)
    for size in (64, 65):
        kernel = 4 if size % 2 == 0 else 3
        layers = [Conv2d(G.trivial, 2 * G.regular, kernel, stride=2, padding=1, dtype=torch.float64)]
        layers += [Conv2d(2 * G.regular, 2 * G.regular, kernel, stride=2, padding=1, dtype=torch.float64)] * 3
        network = torch.nn.Sequential(*layers)
        x = torch.randn(1, 1, size, size, dtype=torch.float64)
        y = network(x)
        for g in lattice_elements(G.vector):
            moved = network(turn(x, G.vector, G.trivial, g))
            torch.testing.assert_close(moved, turn(y, G.vector, 2 * G.regular, g), atol=1e-12, rtol=0)
