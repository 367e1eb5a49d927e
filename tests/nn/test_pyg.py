"""Graphs from PyG's Data and back: with PyG where it is installed, and with any object that has its fields."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from intertwine.errors import IntertwineError
from intertwine.nn import from_pyg, radius_graph, to_pyg


class Data(SimpleNamespace):
    """A stand-in with the constructor of PyG's Data."""


@pytest.fixture(params=["stand-in", "PyG"])
def pyg(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "PyG":
        return pytest.importorskip("torch_geometric.data").Data
    package, module = ModuleType("torch_geometric"), ModuleType("torch_geometric.data")
    module.Data = Data  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch_geometric", package)
    monkeypatch.setitem(sys.modules, "torch_geometric.data", module)
    return Data


def crystals() -> Any:
    positions = torch.rand(5, 3).double() * 2
    owner = torch.tensor([0, 0, 1, 1, 1])
    cells = torch.stack([2 * torch.eye(3), 2.5 * torch.eye(3)]).double()
    return radius_graph(positions, 1.5, cell=cells, structure=owner)


def test_there_and_back(pyg: Any):
    for graph in (crystals(), radius_graph(torch.rand(6, 3), 0.8)):
        data = to_pyg(graph, x=torch.ones(len(graph.positions), 2), z=torch.arange(len(graph.positions)))
        assert isinstance(data, pyg)
        assert data.x.shape == (len(graph.positions), 2)
        again = from_pyg(data)
        torch.testing.assert_close(again.vectors, graph.vectors)
        torch.testing.assert_close(again.edges.source, graph.edges.source)
        assert again.structures == graph.structures
        assert torch.equal(again.structure, graph.structure)


def test_edges_found_anew():
    graph = crystals()
    data = Data(pos=graph.positions, cell=graph.cell, batch=graph.structure, pbc=torch.ones(2, 3, dtype=torch.bool))
    found = from_pyg(data, cutoff=1.5)
    assert len(found.edges) == len(graph.edges)
    alone = Data(pos=graph.positions[:2], cell=graph.cell[0], pbc=[True, True, True])
    assert len(from_pyg(alone, 1.5).edges) == int((graph.structure[graph.edges.target] == 0).sum())
    free = from_pyg(Data(pos=graph.positions, cell=graph.cell[0], pbc=[False] * 3), 1.5)
    assert free.cell is None


def test_values_on_edges_follow_the_order():
    index = torch.tensor([[0, 1, 2, 0], [2, 0, 1, 1]])
    pos = torch.rand(3, 3)
    graph = from_pyg(Data(pos=pos, edge_index=index))
    lengths = (pos[index[0]] - pos[index[1]]).norm(dim=1)
    torch.testing.assert_close(lengths[graph.edges.order], graph.vectors.norm(dim=1))


def test_shifts_follow_the_order():
    cell, pos = 2 * torch.eye(3), torch.rand(3, 3)
    index, shift = (
        torch.tensor([[0, 1, 2, 0], [2, 0, 1, 1]]),
        torch.tensor([[1, 0, 0], [0, -1, 0], [0, 0, 2], [0, 0, 0]]),
    )
    graph = from_pyg(Data(pos=pos, edge_index=index, cell=cell, edge_cell_shift=shift))
    vectors = pos[index[0]] + shift.float() @ cell - pos[index[1]]
    torch.testing.assert_close(graph.vectors, vectors[graph.edges.order])


def test_what_does_not_fit_is_refused(pyg: Any):
    pos, index = torch.rand(3, 3), torch.tensor([[0], [1]])
    with pytest.raises(IntertwineError, match=r"`pos` \(N, 3\)"):
        from_pyg(Data(edge_index=index))
    with pytest.raises(IntertwineError, match="need a cutoff"):
        from_pyg(Data(pos=pos))
    with pytest.raises(IntertwineError, match="`batch` has a number"):
        from_pyg(Data(pos=pos, edge_index=index, batch=torch.zeros(2)))
    with pytest.raises(IntertwineError, match="needs `cell`"):
        from_pyg(Data(pos=pos, edge_index=index, edge_cell_shift=torch.zeros(1, 3)))
    with pytest.raises(IntertwineError, match="cells of 1 structures"):
        from_pyg(Data(pos=pos, edge_index=index, cell=torch.zeros(2, 3, 3)))
    with pytest.raises(IntertwineError, match="leave them out"):
        to_pyg(radius_graph(pos, 1.0), pos=pos)


def test_without_pyg(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch_geometric", None)
    monkeypatch.setitem(sys.modules, "torch_geometric.data", None)
    with pytest.raises(IntertwineError, match="pip install torch_geometric"):
        to_pyg(radius_graph(torch.rand(3, 3), 1.0))
