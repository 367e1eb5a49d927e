"""`check_action` on every action, and on broken ones."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from intertwine.actions import Graphs, Jointly, Pictures, Points, Sets, Shifts, Trivial, Tuples, Vectors, Volumes
from intertwine.actions.action import Action, Data
from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, Cube, D, Grid, O, R, S, semidirect
from intertwine.testing import check_action


def randn(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(5, *shape, dtype=dtype, generator=torch.Generator().manual_seed(0))


def blob(*shape: int) -> Tensor:
    """A wide Gaussian bump off the middle, in each channel."""
    at = torch.stack(
        torch.meshgrid(*[torch.arange(n, dtype=torch.float64) - (n - 1) / 2 for n in shape[1:]], indexing="ij")
    )
    at[0] -= 2
    return torch.exp(-at.square().sum(0) / 6).expand(5, *shape) * torch.linspace(1, 2, 5).double().reshape(
        5, *[1] * len(shape)
    )


E3 = semidirect(R(3), O(3))
CASES: list[tuple[Action, Data, float | None]] = [
    (Vectors(SO(3).vector), randn(4, 3), None),
    (Vectors(SU(2).vector), randn(2, dtype=torch.complex128), None),
    (Trivial(C(4)), randn(7), None),
    (Pictures(C(4)), randn(2, 5, 5), None),
    (Pictures(D(4), rho=D(4).regular), randn(8, 4, 4), None),
    (Pictures(semidirect(Grid(4, 4), C(4))), randn(1, 4, 4), None),
    (Pictures(SO(2)), blob(1, 24, 24), 1e-3),
    (Pictures(O(2), rho=O(2).vector), blob(2, 24, 24), 1e-3),
    (Pictures(SO(2), "bilinear"), blob(1, 24, 24), 0.2),
    (Pictures(semidirect(R(2), SO(2))), blob(1, 24, 24), 1e-3),
    (Volumes(Cube()), randn(1, 3, 3, 3), None),
    (Volumes(SO(3)), blob(1, 20, 20, 20), 1e-2),
    (Shifts(Grid(4, 5)), randn(1, 4, 5), None),
    (Shifts(R(2)), randn(1, 5, 7), 1e-10),
    (Points(E3, O(3).trivial + O(3).vector), randn(6, 7), None),
    (Sets(S(5)), randn(5, 2), None),
    (Graphs(S(4)), randn(4, 4), None),
    (Tuples(Sets(S(4)), Graphs(S(4))), (randn(4, 2), randn(4, 4)), None),
    (Jointly(Points(SO(3)), Sets(S(6))), randn(6, 3), None),
]


@pytest.mark.parametrize(("action", "x", "tolerance"), CASES, ids=lambda v: str(v) if isinstance(v, Action) else "")
def test_every_action(action: Action, x: Data, tolerance: float | None):
    check_action(action, x, tolerance=tolerance)


class _Backwards(Sets):
    """A right action called a left one."""

    def move(self, g, x):
        return super().move(self.group.inverse(g), x)


class _Forgetful(Sets):
    """Moves every item by the first element."""

    def move(self, g, x):
        return super().move(g[:1].expand_as(g), x)


class _Drifting(Sets):
    def move(self, g, x):
        return super().move(g, x) + 1e-6


class _Promoting(Sets):
    def move(self, g, x):
        return super().move(g, x).double()


class _Cut(Sets):
    def move(self, g, x):
        return super().move(g, x.detach())


class _Reshaping(Sets):
    def move(self, g, x):
        return super().move(g, x).flatten(1)


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (_Backwards, r"pi\(g\) pi\(h\)"),
        (_Forgetful, "each item|pi"),
        (_Drifting, "pi"),
        (_Promoting, "single precision"),
        (_Cut, "differentiable"),
        (_Reshaping, "shape"),
    ],
)
def test_broken_actions_are_caught(broken: type[Sets], law: str):
    with pytest.raises(IntertwineError, match=law):
        check_action(broken(S(5)), randn(5, 2))


def test_an_action_on_data_it_does_not_suit():
    with pytest.raises(IntertwineError, match="a difference of"):
        check_action(Pictures(SO(2)), randn(1, 16, 16), tolerance=1e-3)


def test_what_is_asked_for():
    with pytest.raises(IntertwineError, match="tolerance=1e-2"):
        check_action(Pictures(SO(2)), blob(1, 16, 16))
    with pytest.raises(IntertwineError, match="at least 3 items"):
        check_action(Sets(S(5)), randn(5)[:2])
    with pytest.raises(IntertwineError, match="float64"):
        check_action(Sets(S(5)), randn(5).float())
