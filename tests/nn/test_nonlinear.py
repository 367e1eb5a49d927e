"""Pointwise, norm and gated nonlinearities: where they keep the equation, and where they are refused."""

from __future__ import annotations

import pytest
import torch
from tests.nn.spaces import GROUPS, UNITARY, features
from torch import nn
from torch.nn.functional import relu, silu

from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, Cube, D, Group, Lorentz, O, Rubik, S
from intertwine.nn import Gate, Linear, NormActivation, Pointwise
from intertwine.representations import Representation, pixels, sym
from intertwine.testing import check_layer

# --- pointwise ------------------------------------------------------------------------------------------------------

PERMUTATIONS = [
    3 * C(5).regular,
    S(4).trivial + S(4).vector + S(4).vector ** 2,
    pixels(D(4), (4, 4)),
    2 * Cube().points,
    Rubik().vector,
    D(4).quotient(D(4).subgroup([D(4).generators[1]])),
]


@pytest.mark.parametrize("rho", PERMUTATIONS, ids=lambda rho: f"{rho.group}: {rho}")
@pytest.mark.parametrize("function", [relu, torch.nn.functional.gelu, nn.ELU(), torch.exp])
def test_functions_commute_with_permutations(rho: Representation, function):
    check_layer(Pointwise(rho, function), rho, rho, graphs=False)


@pytest.mark.parametrize("rho", [2 * C(2).vector, D(4).vector + D(4).regular, Cube(full=True).vector ** 2], ids=str)
def test_signs_take_odd_functions_only(rho: Representation):
    assert rho.phase_order == 2
    for odd in (torch.tanh, torch.sin, nn.Softshrink()):
        check_layer(Pointwise(rho, odd), rho, rho, graphs=False)
    for other in (relu, silu, torch.cos):
        with pytest.raises(IntertwineError, match=r"flips signs, .* must be odd, f\(-x\) = -f\(x\)"):
            Pointwise(rho, other)


@pytest.mark.parametrize(
    "rho", [SO(3).vector, C(5).vector, SU(2).vector, Lorentz().vector], ids=lambda rho: str(rho.group)
)
def test_mixed_entries_are_refused(rho: Representation):
    with pytest.raises(IntertwineError, match=r"mixes entries instead of permuting them; use NormActivation or Gate"):
        Pointwise(2 * rho.group.trivial + rho)


def test_a_refused_function_would_break_the_equation():
    class Unchecked(Pointwise):
        def __init__(self, rho: Representation, function):
            super().__init__(rho.group.trivial)
            self.rho_in = self.rho_out = rho
            self.function = function

    for rho, function in ((SO(3).vector, torch.tanh), (C(2).vector, relu)):
        with pytest.raises(IntertwineError, match="in float64 fails"):
            check_layer(Unchecked(rho, function), rho, rho, graphs=False)


def test_a_module_keeps_its_own_weights():
    layer = Pointwise(2 * S(3).vector, nn.PReLU())
    assert list(layer.state_dict()) == ["function.weight"]
    assert repr(Pointwise(S(3).vector)) == "Pointwise(V, relu)"


# --- norms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", UNITARY, ids=str)
def test_norms_over_unitary_groups(group: Group):
    rho = features(group)
    layer = NormActivation(rho)
    torch.nn.init.normal_(layer.shift)
    check_layer(layer, rho, rho, graphs=False)


@pytest.mark.parametrize("function", [relu, torch.tanh, nn.Softplus()])
def test_norms_with_other_functions(function):
    rho = 2 * O(3).trivial + O(3).vector + O(3).vector ** 2
    layer = NormActivation(rho, function)
    torch.nn.init.normal_(layer.shift)
    check_layer(layer, rho, rho, graphs=False)


@pytest.mark.parametrize("rho", [Lorentz().vector, O(1, 3).vector ** 2, sym(SO(2, 1).vector, 2)], ids=str)
def test_boosts_change_norms(rho: Representation):
    with pytest.raises(IntertwineError, match="not unitary, so its norm is not invariant; use Gate"):
        NormActivation(rho.group.trivial + rho)


def test_norm_formula():
    V, one = SO(3).vector, SO(3).trivial
    layer = NormActivation(one + 2 * V).double()
    b = torch.randn(3, dtype=torch.float64)
    with torch.no_grad():
        layer.shift.copy_(b)
    x = torch.randn(5, 7, dtype=torch.float64)
    u, v = x[:, 1:4], x[:, 4:]
    first, second = (w.norm(dim=1, keepdim=True) for w in (u, v))
    expected = [silu(x[:, :1] + b[0]), u * silu(first + b[1]) / first, v * silu(second + b[2]) / second]
    torch.testing.assert_close(layer(x), torch.cat(expected, 1), rtol=1e-5, atol=1e-6)


def test_gradients_at_zero_vectors_are_finite():
    layer = NormActivation(2 * SO(3).vector)
    x = torch.zeros(3, 6, requires_grad=True)
    layer(x).square().sum().backward()
    assert x.grad is not None
    assert bool(torch.isfinite(x.grad).all())
    assert bool(torch.isfinite(layer.shift.grad).all())  # type: ignore[arg-type]


# --- gates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_gates_over_the_catalogue(group: Group):
    layer = Gate(features(group))
    check_layer(layer, layer.rho_in, layer.rho_out, graphs=False)


def test_gate_formula():
    V, one = SO(3).vector, SO(3).trivial
    layer = Gate(V + 2 * one + V)
    assert layer.rho_in == V + 2 * one + V + 2 * one
    assert layer.gates == 2
    x = torch.randn(4, 10)
    u, s, v, gates = x.split([3, 2, 3, 2], 1)
    expected = torch.cat([u * torch.sigmoid(gates[:, :1]), silu(s), v * torch.sigmoid(gates[:, 1:])], 1)
    torch.testing.assert_close(layer(x), expected)


def test_scalars_need_no_gates():
    one = SO(3).trivial
    layer = Gate(4 * one)
    assert layer.rho_in == layer.rho_out == 4 * one
    x = torch.randn(3, 4)
    torch.testing.assert_close(layer(x), silu(x))


def test_gates_after_a_linear_layer():
    V, one = Lorentz().vector, Lorentz().trivial
    gated = Gate(2 * one + 3 * V)
    model = nn.Sequential(Linear(4 * V + one, gated.rho_in), gated)
    check_layer(model, 4 * V + one, 2 * one + 3 * V)


@pytest.mark.parametrize("kind", [NormActivation, Gate, Pointwise])
def test_errors_teach(kind):
    rho = 2 * S(3).vector
    with pytest.raises(IntertwineError, match=rf"{kind.__name__} takes representations .* got 8"):
        kind(8)
    layer = kind(rho)
    with pytest.raises(IntertwineError, match=rf"{kind.__name__} takes features .* got shape \(4, 3\)"):
        layer(torch.randn(4, 3))


def test_one_slope_for_all_entries():
    rho = 2 * C(4).regular
    with pytest.raises(IntertwineError, match="slope"):
        Pointwise(rho, torch.nn.PReLU(rho.dim))
    check_layer(Pointwise(rho, torch.nn.PReLU()), rho, rho)
