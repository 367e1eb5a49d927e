"""Actions and audits where the data are on another device than the group elements.

The meta device, which computes shapes alone but refuses to mix devices, stands in for a GPU where there is none.
"""

from __future__ import annotations

import pytest
import torch
from torch import nn

from intertwine.actions import Graphs, Pictures, Points, Sets, Shifts, Trivial, Tuples, Vectors, Volumes
from intertwine.actions.action import Action
from intertwine.audit import audit
from intertwine.groups import SO, C, Cube, D, Grid, O, R, S, semidirect

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")

E3 = semidirect(R(3), O(3))
CASES: list[tuple[Action, tuple[int, ...]]] = [
    (Vectors(SO(3).vector * SO(3).vector + SO(3).trivial), (10,)),
    (Vectors(S(4).points * S(4).points), (16,)),
    (Vectors(D(4).regular), (3, 8)),
    (Pictures(C(4)), (2, 8, 8)),
    (Pictures(semidirect(Grid(8, 8), D(4))), (1, 8, 8)),
    (Pictures(O(2), rho=O(2).vector), (2, 9, 9)),
    (Pictures(SO(2), "bilinear"), (1, 7, 9)),
    (Pictures(semidirect(R(2), SO(2))), (1, 8, 8)),
    (Volumes(Cube()), (1, 4, 4, 4)),
    (Volumes(SO(3)), (1, 6, 6, 6)),
    (Shifts(Grid(5, 6), "zero"), (1, 5, 6)),
    (Shifts(R(2)), (1, 5, 6)),
    (Points(E3, O(3).trivial + O(3).vector), (6, 7)),
    (Sets(S(5)), (5, 2)),
    (Graphs(S(4)), (4, 4)),
]


@pytest.mark.parametrize(("action", "shape"), CASES, ids=str)
def test_elements_follow_the_data_to_their_device(action: Action, shape: tuple[int, ...]):
    moved = action(action.group.sample(6), torch.empty(6, *shape, device="meta"))
    assert moved.device.type == "meta"
    assert moved.shape == (6, *shape)


@gpu
@pytest.mark.parametrize(("action", "shape"), CASES, ids=str)
@pytest.mark.parametrize("elements_on_gpu", [False, True])
def test_the_gpu_gives_the_same_numbers(action: Action, shape: tuple[int, ...], elements_on_gpu: bool):
    g, x = action.group.sample(6), torch.randn(6, *shape, dtype=torch.float64)
    there = tuple(part.cuda() for part in g) if isinstance(g, tuple) else g.cuda()
    moved = action(there if elements_on_gpu else g, x.cuda())
    assert moved.is_cuda
    torch.testing.assert_close(moved.cpu(), action(g, x), atol=1e-10, rtol=1e-10)


@gpu
def test_tuples_on_the_gpu():
    graph, x = Tuples(Sets(S(4)), Graphs(S(4))), (torch.randn(3, 4).cuda(), torch.randn(3, 4, 4).cuda())
    assert all(part.is_cuda for part in graph(S(4).sample(3), x))


@gpu
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_an_audit_of_a_model_on_the_gpu(dtype: torch.dtype):
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 64, 5)).cuda().to(dtype)
    x = torch.randn(150, 1, 8, 8).to(dtype)  # the data are on the CPU, the model is not
    for action in (Pictures(C(4)), Pictures(SO(2))):
        report = audit(model, x, action, Trivial(action.group))
        assert report.error is not None
        assert report.error.value > 0.1
    summed = audit(
        lambda v: sum(model(torch.rot90(v, k, (-2, -1))) for k in range(4)), x.cuda(), Pictures(C(4)), Trivial(C(4))
    )
    assert summed.is_exact
