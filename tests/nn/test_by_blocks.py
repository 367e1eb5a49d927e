"""Layers that go through a graph block by block of nodes: the same numbers, gradients and second derivatives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from intertwine.groups import O
from intertwine.nn import Edges, PointAttention, SO2Conv, edge_frames, spherical_harmonics
from intertwine.nn.points import by_blocks

NODES, EDGES = 7, 40


@pytest.mark.parametrize("kind", [PointAttention, SO2Conv])
def test_blocks_of_nodes_change_nothing(kind: type[PointAttention | SO2Conv], monkeypatch: pytest.MonkeyPatch):
    G = O(3)
    rho = 2 * G.trivial + 4 * G.vector
    layer: PointAttention | SO2Conv = kind(rho, rho, radial=5, hidden=(4,), dtype=torch.float64)
    source, target = torch.randint(0, NODES, (2, EDGES))
    edges = Edges.of(source, target, NODES)
    x, vectors, radial = (torch.randn(n, dtype=torch.float64) for n in ((NODES, rho.dim), (EDGES, 3), (EDGES, 5)))
    leaves = [v.requires_grad_() for v in (x, vectors, radial)]
    wanted = [*leaves, *layer.parameters()]

    def answers() -> tuple[Tensor, ...]:
        if kind is PointAttention:
            found = layer(x, spherical_harmonics(vectors, 2), radial, vectors[:, 0].square(), edges)
        else:
            found = layer(x, edge_frames(vectors, 1), radial, edges)
        slopes = torch.autograd.grad(found.square().sum(), leaves, create_graph=True)
        squares = torch.stack([s.square().sum() for s in slopes]).sum()
        return found, *slopes, *torch.autograd.grad(squares, wanted, materialize_grads=True)

    whole = answers()
    monkeypatch.setattr(by_blocks, "MOST", 0)
    for most in (0, 10**3):
        monkeypatch.setattr(by_blocks, "BLOCK", most)
        torch.testing.assert_close(answers(), whole)
