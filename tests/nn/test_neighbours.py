"""Neighbours in free space and in cells: against a direct sum over images, and both searches against each other."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from intertwine.errors import IntertwineError
from intertwine.nn import PointGraph, join_graphs, radius_graph

CUTOFF = 2.5
Key = tuple[int, ...]


def keys(graph: PointGraph) -> list[Key]:
    rows = zip(graph.edges.source.tolist(), graph.edges.target.tolist(), graph.shift.tolist(), strict=True)
    return sorted((s, t, *k) for s, t, k in rows)


def directly(positions: Tensor, cell: Tensor, periodic: list[bool], far: int = 9) -> list[Key]:
    """All images within so many cells, one by one."""
    found = []
    ranges = [range(-far, far + 1) if p else range(1) for p in periodic]
    for k in itertools.product(*ranges):
        moved = positions + torch.tensor(k, dtype=positions.dtype) @ cell
        near = torch.cdist(moved, positions) < CUTOFF
        if not any(k):
            near.fill_diagonal_(False)
        found += [(s, t, *k) for s, t in near.nonzero().tolist()]
    return sorted(found)


@pytest.mark.parametrize("periodic", list(itertools.product([False, True], repeat=3)), ids=str)
@pytest.mark.parametrize("search", ["torch", "vesin"])
def test_neighbours_are_those_of_all_images(search: str, periodic: tuple[bool, ...]) -> None:
    if search == "vesin":
        pytest.importorskip("vesin")
    # A slanted cell smaller than the cutoff, and points far outside of it.
    cell = torch.tensor([[1.9, 0.0, 0.0], [0.7, 2.1, 0.0], [-0.4, 0.6, 3.0]], dtype=torch.float64)
    positions = 3 * torch.randn(6, 3, dtype=torch.float64)
    graph = radius_graph(positions, CUTOFF, cell=cell, periodic=periodic, search=search)
    assert keys(graph) == directly(positions, cell, list(periodic), 12)
    assert bool((graph.vectors.norm(dim=1) < CUTOFF).all())


def test_cells_need_not_be_reduced() -> None:
    straight = torch.eye(3, dtype=torch.float64) * 2
    skewed = torch.tensor([[1.0, 0, 0], [3, 1, 0], [-2, 5, 1]], dtype=torch.float64) @ straight
    point = torch.zeros(1, 3, dtype=torch.float64)
    for search in ("torch", None):
        lengths = [radius_graph(point, 3.1, cell=c, search=search).vectors.norm(dim=1) for c in (straight, skewed)]
        torch.testing.assert_close(lengths[0].sort().values, lengths[1].sort().values)


def test_directions_that_are_not_periodic_need_no_vector() -> None:
    slab = torch.tensor([[2.0, 0, 0], [0, 2, 0], [0, 0, 0]])
    for search in ("torch", None):
        graph = radius_graph(torch.zeros(1, 3), 2.5, cell=slab, periodic=(True, True, False), search=search)
        assert len(graph.edges) == 4


def test_batches_are_their_structures() -> None:
    one, two = (torch.randn(n, 3, dtype=torch.float64) for n in (5, 7))
    cells = torch.stack([2 * torch.eye(3), 3 * torch.eye(3)]).double()
    periodic = torch.tensor([[True] * 3, [False] * 3])
    owner = torch.tensor([0] * 5 + [1] * 7)
    both = radius_graph(torch.cat([one, two]), CUTOFF, cell=cells, periodic=periodic, structure=owner)
    alone = [radius_graph(r, CUTOFF, cell=c, periodic=p) for r, c, p in zip((one, two), cells, periodic, strict=True)]
    second = [(s + 5, t + 5, *k) for s, t, *k in keys(alone[1])]
    assert keys(both) == sorted(keys(alone[0]) + second)
    torch.testing.assert_close(both.mean(both.positions), torch.stack([one.mean(0), two.mean(0)]))


def test_vectors_are_differentiable_in_positions_and_cell() -> None:
    positions = torch.rand(3, 3, dtype=torch.float64, requires_grad=True)
    cell = (2 * torch.eye(3, dtype=torch.float64) + 0.1 * torch.rand(3, 3)).requires_grad_()
    graph = radius_graph(positions.detach(), CUTOFF, cell=cell.detach())

    def lengths(r: Tensor, c: Tensor) -> Tensor:
        return graph.moved(r, c[None]).vectors.norm(dim=1)

    assert torch.autograd.gradcheck(lengths, (positions, cell))


def test_nothing_and_lone_points_have_no_edges() -> None:
    for points in (0, 1):
        graph = radius_graph(torch.zeros(points, 3), 1.0)
        assert len(graph.edges) == 0
        assert graph.vectors.shape == (0, 3)


def refusals() -> dict[str, tuple[dict, str]]:
    points, cell = torch.rand(2, 3), torch.eye(3)
    return {
        "coincident": ({"positions": torch.zeros(2, 3)}, "points 1 and 0 .* one place"),
        "coincident images": (
            {"positions": torch.tensor([[0.0, 0, 0], [1, 0, 0]]), "cell": cell},
            r"image .* one place",
        ),
        "flat": ({"positions": points, "cell": torch.zeros(3, 3)}, "span no volume"),
        "no cell": ({"positions": points, "periodic": True}, "need a cell"),
        "planar": ({"positions": torch.rand(2, 2)}, r"\(N, 3\)"),
        "NaN": ({"positions": points * float("nan")}, "2 of 2 points are not finite"),
        "cutoff": ({"positions": points, "cutoff": 0.0}, "positive length"),
        "mixed": ({"positions": points, "structure": torch.tensor([1, 0])}, "stand together"),
        "cells": ({"positions": points, "cell": torch.rand(2, 3, 3)}, r"\(3, 3\) or \(1, 3, 3\)"),
        "search": ({"positions": points, "search": "grid"}, "vesin, torch"),
    }


@pytest.mark.parametrize("case", refusals())
def test_what_makes_no_graph_is_refused(case: str) -> None:
    arguments, message = refusals()[case]
    with pytest.raises(IntertwineError, match=message):
        radius_graph(**{"cutoff": 1.0, **arguments})


def test_joined_graphs_are_the_graph_of_all() -> None:
    cell = 3 * torch.eye(3, dtype=torch.float64)
    parts = [torch.randn(n, 3, dtype=torch.float64) for n in (4, 1, 6)]
    owner = torch.arange(3).repeat_interleave(torch.tensor([len(part) for part in parts]))
    for periodic in (False, True):
        own = cell if periodic else None
        joined = join_graphs([radius_graph(part, CUTOFF, cell=own) for part in parts])
        whole = radius_graph(torch.cat(parts), CUTOFF, cell=own, structure=owner)
        for found, wanted in zip(pytree.tree_leaves(joined), pytree.tree_leaves(whole), strict=True):
            assert torch.equal(found, wanted)
    mixed = join_graphs([radius_graph(parts[0], CUTOFF, cell=cell), radius_graph(parts[2], CUTOFF)])
    torch.testing.assert_close(mixed.vectors[-1], radius_graph(parts[2], CUTOFF).vectors[-1])
    with pytest.raises(IntertwineError, match="no graphs"):
        join_graphs([])
