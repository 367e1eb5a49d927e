"""Convolutions: against torch's own, against sums over the group, and what they refuse."""

from __future__ import annotations

import copy
import io
import itertools
import pickle
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.nn.convolutions import CONVOLUTIONS, LAYERS, inputs, turn
from torch import Tensor, nn

from intertwine.groups import SO, C, Cube, D, Group
from intertwine.groups.elements import take
from intertwine.nn import Conv2d, Conv3d

every_layer = pytest.mark.parametrize("name", CONVOLUTIONS)
TORCH: dict[tuple[int, bool], Any] = {
    (1, False): nn.Conv1d,
    (2, False): nn.Conv2d,
    (3, False): nn.Conv3d,
    (1, True): nn.ConvTranspose1d,
    (2, True): nn.ConvTranspose2d,
    (3, True): nn.ConvTranspose3d,
}
G4 = C(4)


# --- torch's convolutions are those of the trivial group -------------------------------------------------------------


@st.composite
def torch_options(draw: st.DrawFn) -> tuple[tuple[int, bool], dict[str, Any]]:
    d, transposed = draw(st.integers(1, 3)), draw(st.booleans())

    def sizes(least: int, most: int) -> Any:
        return draw(st.one_of(st.integers(least, most), st.tuples(*[st.integers(least, most)] * d)))

    options: dict[str, Any] = {
        "kernel_size": sizes(1, 3),
        "stride": sizes(1, 2),
        "padding": sizes(0, 2),
        "dilation": sizes(1, 2),
        "groups": draw(st.sampled_from([1, 2])),
        "bias": draw(st.booleans()),
    }
    if transposed:
        options["output_padding"] = draw(st.sampled_from([0, 1])) if options["stride"] == 2 else 0
    else:
        options["padding_mode"] = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    return (d, transposed), options


@given(spec=torch_options(), batch=st.integers(0, 2))
def test_the_trivial_group_gives_torchs_convolutions(spec: tuple, batch: int):
    kind, options = spec
    one = C(1).trivial
    ours = LAYERS[kind](4 * one, 6 * one, **options, dtype=torch.float64)
    theirs = TORCH[kind](4, 6, **options, dtype=torch.float64)
    assert ours.weight.numel() == theirs.weight.numel()
    assert ours.weights().shape == theirs.weight.shape
    theirs.weight.data.copy_(ours.weights())
    if ours.bias is not None:
        nn.init.normal_(ours.bias)
        theirs.bias.data.copy_(ours.invariant_bias())
    x = torch.randn(*[batch] * (batch > 0), 4, *(6,) * kind[0], dtype=torch.float64)  # batch 0: no batch axis
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours.to_plain()(x), theirs(x))


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), (5, 2), ((1, 3), 1)])
def test_padding_in_words(padding: str, kernel: Any, dilation: int):
    one = C(1).trivial
    ours = Conv2d(one, one, kernel, padding=padding, dilation=dilation, dtype=torch.float64)
    theirs = nn.Conv2d(1, 1, kernel, padding=padding, dilation=dilation, dtype=torch.float64)
    theirs.weight.data.copy_(ours.weights())
    theirs.bias.data.zero_()  # type: ignore[union-attr]
    x = torch.randn(2, 1, 11, 12, dtype=torch.float64)
    torch.testing.assert_close(ours(x), theirs(x))


# --- sums over the group --------------------------------------------------------------------------------------------


def offsets(size: int, d: int) -> list[tuple[int, ...]]:
    return list(itertools.product(range(size), repeat=d))


def window(x: Tensor, u: tuple[int, ...], size: int) -> Tensor:
    """x(q + u) for every q of the output of a convolution without padding."""
    return x[(..., *(slice(start, n - size + 1 + start) for start, n in zip(u, x.shape[2:], strict=True)))]


@pytest.mark.parametrize(("group", "kind"), [(C(4), Conv2d), (D(4), Conv2d), (C(2), Conv2d), (Cube(), Conv3d)], ids=str)
def test_lifting_is_correlation_with_turned_filters(group: Group, kind: Any):
    """y_g(q) = sum_u psi(g^-1 u) x(q + u), with psi the kernel at the identity."""
    V, size = group.vector, 3
    layer = kind(2 * group.trivial, group.regular, size, dtype=torch.float64)
    x = torch.randn(2, 2, *(5,) * V.dim, dtype=torch.float64)
    e = int(group.index(group.identity))
    psi = layer.weights()[e : e + 1]
    y = layer(x)
    for i in range(int(group.order)):
        turned = turn(psi, V, 2 * group.trivial, take(group.elements(), i))[0]
        expected = sum(
            torch.einsum("i,ni...->n...", turned[(slice(None), *u)], window(x, u, size)) for u in offsets(size, V.dim)
        )
        torch.testing.assert_close(y[:, i], expected)


@pytest.mark.parametrize(("group", "size"), [(C(4), 3), (C(4), 2), (D(4), 3), (D(2), 3), (C(2), 4)])
def test_group_convolution_is_a_sum_over_the_group(group: Group, size: int):
    """y_g(q) = sum_h sum_u psi_{g^-1 h}(g^-1 u) x_h(q + u)."""
    V, elements, order = group.vector, group.elements(), int(group.order)
    layer = Conv2d(group.regular, group.regular, size, dtype=torch.float64)
    assert layer.weight.numel() == order * size**2
    x = torch.randn(2, order, 5, 5, dtype=torch.float64)
    psi = layer.weights()[int(group.index(group.identity))]
    y = layer(x)
    for i in range(order):
        g = take(elements, i)
        expected = torch.zeros_like(y[:, 0])
        for j in range(order):
            label = int(group.index(group.multiply(group.inverse(g), take(elements, j))))
            turned = turn(psi[label][None, None], V, group.trivial, g)[0, 0]
            for u in offsets(size, 2):
                expected += turned[u] * window(x, u, size)[:, j]
        torch.testing.assert_close(y[:, i], expected)


def test_harmonic_kernels_by_hand():
    """A scalar becomes a vector field by R(r) (x, y) / r and its quarter turn."""
    G = SO(2)
    layer = Conv2d(G.trivial, G.vector, 3, bandlimit=1, bias=False, dtype=torch.float64)
    assert layer.weight.numel() == 2
    kernel = layer.weights()[:, 0]
    x = torch.tensor([[-1.0, 0.0, 1.0]] * 3, dtype=torch.float64)
    y = -x.T
    radius = torch.hypot(x, y)
    profile = torch.exp(-((radius - 0.8) ** 2) / (2 * 0.5**2)) / radius.clamp_min(1)
    directions = torch.stack([torch.stack([x, y]), torch.stack([-y, x])]) * profile
    fit = torch.linalg.lstsq(directions.flatten(1).T, kernel.flatten()[:, None]).solution
    torch.testing.assert_close((fit[:, :, None] * directions.flatten(1)[:, None]).sum(0)[0], kernel.flatten())


# --- weights, initial values, plain layers ----------------------------------------------------------------------------


@every_layer
def test_a_plain_layer_computes_the_same(name: str):
    layer = CONVOLUTIONS[name]()
    if layer.bias is not None:
        nn.init.normal_(layer.bias)
    plain = layer.to_plain()
    assert type(plain) is TORCH[layer.d, layer.transposed]
    assert plain.weight.shape == layer.weights().shape
    x = inputs(layer)
    torch.testing.assert_close(plain(x), layer(x))
    assert not any(p.data_ptr() == layer.weight.data_ptr() for p in plain.parameters())


@pytest.mark.parametrize("name", [n for n in CONVOLUTIONS if n != "without maps"])
def test_initial_outputs_have_the_variance_asked_for(name: str):
    layer = CONVOLUTIONS[name](generator=torch.Generator().manual_seed(1))
    gain, size = layer.gain, 12 if layer.d == 3 else 24
    means = []
    with torch.no_grad():
        for _ in range(12):
            layer.reset_parameters()
            y = layer.to_plain()(inputs(layer, 4, size + 1))
            if layer.transposed:  # strided outputs differ in how many samples reach them
                continue
            means.append(float(y.square().mean()))
    if means:
        assert 0.5 * gain**2 < sum(means) / len(means) < 1.7 * gain**2


def test_weights_follow_the_generator():
    first, again = (CONVOLUTIONS["SO(2)"](generator=torch.Generator().manual_seed(7)).weight.tolist() for _ in range(2))
    other = CONVOLUTIONS["SO(2)"](generator=torch.Generator().manual_seed(8)).weight.tolist()
    assert first == again
    assert first != other


def test_gain_scales_the_weights():
    layers = [CONVOLUTIONS["p4"](gain=g, generator=torch.Generator().manual_seed(0)) for g in (1.0, 2.0)]
    torch.testing.assert_close(2 * layers[0].weight, layers[1].weight)


@pytest.mark.parametrize(
    ("rho", "count"), [(3 * G4.trivial, 3), (2 * G4.regular, 2), (G4.vector, 0), (G4.regular + G4.vector, 1)]
)
def test_the_bias_is_invariant(rho, count: int):
    layer = Conv2d(G4.trivial, rho, 3, dtype=torch.float64)
    assert (0 if layer.bias is None else layer.bias.numel()) == count
    if layer.bias is not None:
        nn.init.normal_(layer.bias)
        b = layer.invariant_bias()
        assert b is not None
        torch.testing.assert_close(rho.matrix(G4.elements()) @ b, b.expand(4, -1))
    assert Conv2d(G4.trivial, rho, 3, bias=False).bias is None


def test_groups_act_apart():
    G = D(4)
    layer = Conv2d(4 * G.regular, 2 * G.regular, 3, groups=2, dtype=torch.float64)
    x = inputs(layer)
    changed = x.clone()
    changed[:, 16:] += 1
    there = (layer(changed) - layer(x)).detach()
    assert float(there[:, :8].abs().max()) == 0
    assert float(there[:, 8:].abs().min()) > 0


# --- copies and checkpoints -------------------------------------------------------------------------------------------


@every_layer
def test_copies(name: str):
    layer = CONVOLUTIONS[name]()
    x = inputs(layer)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        torch.testing.assert_close(other(x), layer(x), rtol=0, atol=0)
        with torch.no_grad():
            other.weight.add_(1.0)
        assert layer.weight.numel() == 0 or not torch.equal(layer.weight, other.weight)


@every_layer
def test_checkpoints_hold_parameters_alone(name: str):
    layer, other = CONVOLUTIONS[name](), CONVOLUTIONS[name]()
    names = {n for n, _ in layer.named_parameters()}
    assert set(layer.state_dict()) == set(layer.train().state_dict()) == set(layer.eval().state_dict()) == names
    file = io.BytesIO()
    torch.save(layer.eval().state_dict(), file)
    file.seek(0)
    other.train().load_state_dict(torch.load(file, weights_only=True), strict=True)
    x = inputs(layer)
    torch.testing.assert_close(other(x), layer(x), rtol=0, atol=0)


def test_printing():
    shown = repr(Conv2d(2 * G4.trivial, 3 * G4.regular, 4, stride=2, padding=1))
    assert shown == "Conv2d(C(4): 2x1 -> 3xregular, 4x4, 96 weights, stride=2x2)"
    assert "groups=2" in repr(CONVOLUTIONS["grouped"]())
