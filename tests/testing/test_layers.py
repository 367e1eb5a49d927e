"""`check_layer` on layers that keep the contract and on layers that break one clause of it each."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from intertwine.actions import Pictures, Trivial
from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, D, Lorentz, O, S, wreath
from intertwine.intertwiners import Hom
from intertwine.nn import EMLP, Bilinear, Gate, InvariantMLP, Linear, NormActivation, Pointwise
from intertwine.testing import check_layer

V = O(3).vector
RHO = 2 * O(3).trivial + 2 * V


class Scaled(nn.Module):
    """x -> w |x|^2 x, an equivariant layer in a few lines."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(0.7))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x * x.square().sum(-1, keepdim=True)


@pytest.mark.compile
def test_a_layer_that_keeps_the_contract():
    check_layer(Scaled(), V, V)


@pytest.mark.compile
@pytest.mark.parametrize("layer", [Linear(RHO, V), EMLP(RHO, V, hidden=16)], ids=lambda layer: type(layer).__name__)
def test_layers_of_the_library_in_graphs(layer: nn.Module):
    check_layer(layer, RHO, V)


@pytest.mark.parametrize("group", [C(4), D(3), S(4), SO(2), SO(3), SU(2), Lorentz(), wreath(C(2), S(3))], ids=str)
def test_linear_layers_over_the_catalogue(group):
    rho = 2 * group.trivial + group.vector + group.vector * group.vector
    check_layer(Linear(rho, rho), rho, rho, graphs=False)


def test_nonlinear_layers():
    G = S(4)
    check_layer(Pointwise(3 * G.points), 3 * G.points, 3 * G.points, graphs=False)
    check_layer(NormActivation(RHO), RHO, RHO, graphs=False)
    gated = Gate(RHO)
    check_layer(gated, gated.rho_in, gated.rho_out, graphs=False)
    check_layer(Bilinear(RHO, V), RHO, V, graphs=False)
    check_layer(InvariantMLP(RHO, 5), RHO, 5 * O(3).trivial, graphs=False)


class Symmetric(nn.Module):
    """A network averaged over quarter turns."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(144, 3))

    def forward(self, x: Tensor) -> Tensor:
        turns = [self.net(torch.rot90(x, k, (-2, -1))) for k in range(4)]
        return torch.stack(turns).mean(0)


def test_a_model_on_pictures():
    x = torch.randn(5, 1, 6, 6)
    check_layer(Symmetric(), Pictures(C(4)), Trivial(C(4)), x, graphs=False)
    with pytest.raises(IntertwineError, match="float64"):
        check_layer(Symmetric().net, Pictures(C(4)), Trivial(C(4)), x, graphs=False)


class Biased(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + torch.tensor([1e-8, 0, 0], dtype=x.dtype)


class SinglePrecisionConstant(Scaled):
    """A constant solved in float64 and kept in float32, as the peers do."""

    def __init__(self):
        super().__init__()
        self.eye = (torch.eye(3, dtype=torch.float64) / 3 + 1e-7 * torch.randn(3, 3)).float()

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.eye.to(x.dtype) * self.weight


class Promoting(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).double()


class BatchMean(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * (1 + x.square().mean())


class FlatOnly(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) if x.ndim == 2 else super().forward(x).flip(-1)


class EmptyBatch(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) if len(x) else x.new_zeros(1, 3)


class NotANumber(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * torch.inf


class NotANumberGradient(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        zero = (x - x.detach()).square().sum(-1, keepdim=True)
        return super().forward(x) + 0 * x * zero.sqrt()


class Local(Scaled):
    def __init__(self):
        super().__init__()
        self.function = lambda x: x


class Forgetful(Scaled):
    def state_dict(self, *arguments, **options):
        return {}


class Stateless(Scaled):
    """Restores, but not what was saved."""

    def load_state_dict(self, state_dict, strict=True, assign=False):
        return super().load_state_dict(self.state_dict(), strict, assign)


class Unprintable(Scaled):
    def __repr__(self) -> str:
        return ""


class GraphBreak(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        if float(x.detach().sum()) > 1e9:
            return x
        return super().forward(x)


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (Biased, "in float64 fails"),
        (SinglePrecisionConstant, "in float64 fails"),
        (Promoting, "single precision"),
        (BatchMean, "equation|item by item|float64"),
        (FlatOnly, "two batch axes"),
        (EmptyBatch, "empty batch"),
        (NotANumber, "finite"),
        (NotANumberGradient, "gradient of the input is finite"),
        (Local, "pickling fails"),
        (Forgetful, "state_dict fails"),
        (Stateless, "state_dict restores"),
        (Unprintable, "prints"),
    ],
)
def test_broken_layers_are_caught(broken: type[Scaled], law: str):
    with pytest.raises(IntertwineError, match=law):
        check_layer(broken(), V, V, graphs=False)


@pytest.mark.compile
def test_a_graph_break_is_caught():
    check_layer(GraphBreak(), V, V, graphs=False)
    with pytest.raises(IntertwineError, match=r"torch\.compile fails"):
        check_layer(GraphBreak(), V, V)


def test_a_layer_of_another_type_is_caught():
    with pytest.raises(IntertwineError, match=r"rho_out\(g\) f\(x\)"):
        check_layer(nn.Linear(8, 3), RHO, V, graphs=False)


def test_the_layer_stays_as_it_is():
    layer = nn.Sequential(Scaled(), nn.Dropout()).train()
    check_layer(layer, V, V, graphs=False)
    assert layer.training
    assert next(layer.parameters()).dtype == torch.float32


def test_what_is_asked_for():
    with pytest.raises(IntertwineError, match="give check_layer inputs"):
        check_layer(nn.Identity(), Pictures(C(4)), Pictures(C(4)))
    with pytest.raises(IntertwineError, match="at least 4 inputs"):
        check_layer(nn.Identity(), V, V, torch.zeros(2, 3))


def test_an_empty_space_of_maps():
    assert Hom(V, O(3).trivial).dim == 0
    check_layer(Linear(V, O(3).trivial), V, O(3).trivial, graphs=False)
