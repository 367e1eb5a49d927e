"""PointConv: the equation for point groups in space and in the plane, invariances, derivatives, capture."""

from __future__ import annotations

import copy
import io
import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.nn.point_types import CASES, CUTOFF, types
from torch import Tensor, nn
from torch.export import Dim

from intertwine.errors import IntertwineError
from intertwine.groups import SO, O
from intertwine.nn import BesselBasis, Edges, PointAttention, PointConv, SO2Conv, spherical_harmonics
from intertwine.nn.points import by_blocks, fused
from intertwine.representations.harmonics import harmonics


def geometry(positions: Tensor) -> tuple[Edges, Tensor]:
    """All pairs closer than the cutoff, and their differences."""
    away = torch.cdist(positions, positions).fill_diagonal_(2 * CUTOFF)
    target, source = (away < CUTOFF).nonzero().T
    edges = Edges.of(source, target, len(positions))
    return edges, positions[edges.source] - positions[edges.target]


def values(vectors: Tensor, degree: int) -> tuple[Tensor, Tensor]:
    """Harmonics in component normalisation and radial features."""
    every = [harmonics(vectors, l) for l in range(degree + 1)]
    y = torch.cat([found * found.shape[-1] ** 0.5 for found in every], -1)
    return y, BesselBasis(8, CUTOFF, dtype=torch.float64)(vectors.norm(dim=-1))


def layer(name: str) -> PointConv:
    generator = torch.Generator().manual_seed(1)
    return PointConv(*types(name), degree=2, neighbours=4.0, generator=generator, dtype=torch.float64)


def applied(conv: PointConv, x: Tensor, positions: Tensor) -> Tensor:
    edges, vectors = geometry(positions)
    return conv(x, *values(vectors, conv.degree), edges)


@pytest.fixture(params=["fused", "folded"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "folded":
        monkeypatch.setattr(fused, "serves", lambda *_: False)
    else:
        pytest.importorskip("llvmlite")
    return request.param


# --- symmetry ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_the_equation(route: str, name: str, generator: torch.Generator):
    conv = layer(name)
    x, positions = torch.randn(12, conv.rho_in.dim).double(), torch.rand(12, conv.space.dim).double() * 2
    plain = applied(conv, x, positions)
    assert plain.abs().max() > 0.1
    group = conv.rho_in.group
    elements = group.sample(5, generator=generator)
    for g in elements:
        moved = applied(conv, conv.rho_in.apply(g, x), conv.space.apply(g, positions) + 0.7)
        torch.testing.assert_close(moved, conv.rho_out.apply(g, plain), rtol=1e-10, atol=1e-10)


def test_a_broken_layer_is_caught():
    """Weights that know the direction of an edge break the equation."""
    conv = layer("O(3)")
    x, positions = torch.randn(12, conv.rho_in.dim).double(), torch.rand(12, 3).double() * 2
    g = conv.rho_in.group.sample(1, generator=torch.Generator().manual_seed(0))[0]

    def broken(x: Tensor, positions: Tensor) -> Tensor:
        edges, vectors = geometry(positions)
        y, radial = values(vectors, 2)
        return conv(x, y, radial * (1 + vectors[:, :1]), edges)

    moved = broken(conv.rho_in.apply(g, x), conv.space.apply(g, positions))
    assert (moved - conv.rho_out.apply(g, broken(x, positions))).abs().max() > 0.01


def test_permutations_of_points(route: str):
    conv = layer("SO(3)")
    x, positions = torch.randn(12, conv.rho_in.dim).double(), torch.rand(12, 3).double() * 2
    order = torch.randperm(12)
    torch.testing.assert_close(applied(conv, x[order], positions[order]), applied(conv, x, positions)[order])


def test_mixing_of_rows_is_the_linear_map():
    """The short way through channels agrees with the layers that hold the weights, in values and derivatives."""
    G = O(3)
    rho = 32 * G.irrep("0e") + 32 * G.irrep("1o") + 32 * G.irrep("2e")
    conv = PointConv(rho, rho + 8 * G.irrep("0e"), degree=1, dtype=torch.float64)
    x, positions = torch.randn(9, conv.rho_in.dim).double().requires_grad_(), torch.rand(9, 3).double() * 2

    def found() -> list[Tensor]:
        out = applied(conv, x, positions)
        return [out, *torch.autograd.grad(out.square().sum(), [x, *conv.parameters()])]

    assert conv._mixing is not None
    assert conv._mixing_out is not None
    short = found()
    conv._mixing = conv._mixing_out = None
    torch.testing.assert_close(short, found(), rtol=1e-12, atol=1e-12)


def test_what_leaves_the_cutoff_fades_out():
    conv = layer("SO(3)")
    x = torch.randn(2, conv.rho_in.dim).double()
    sizes = []
    for distance in (0.99 * CUTOFF, 0.999 * CUTOFF, 1.01 * CUTOFF):
        positions = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, distance]]).double()
        sizes.append(float(applied(conv, x, positions).detach().abs().max()))
    assert sizes[0] > 0
    assert sizes[1] < sizes[0] / 100
    assert sizes[2] == 0


def test_outputs_have_the_size_of_inputs():
    G = SO(3)
    rho = 16 * G.trivial + 16 * G.irrep(1)
    conv = PointConv(rho, rho, degree=2, radial=4, neighbours=20.0, generator=torch.Generator().manual_seed(0))
    nodes = torch.arange(200)
    edges = Edges.of(torch.randint(0, 200, (4000,)), nodes.repeat_interleave(20), 200)
    y = spherical_harmonics(torch.randn(4000, 3), 2)
    out = conv(torch.randn(200, rho.dim), y, torch.randn(4000, 4), edges)
    assert 0.4 < float(out.detach().square().mean()) < 2.5


# --- forces -----------------------------------------------------------------------------------------------------------


def energy(layers: nn.ModuleList, positions: Tensor, edges: Edges) -> Tensor:
    vectors = positions[edges.source] - positions[edges.target]
    y, radial = spherical_harmonics(vectors, 2), BesselBasis(8, CUTOFF, dtype=torch.float64)(vectors.norm(dim=-1))
    x = torch.ones(len(positions), 2, dtype=torch.float64)
    for conv in layers:
        x = conv(x, y, radial, edges)
    return x.square().sum()


def potential() -> nn.ModuleList:
    G = O(3)
    middle, options = 2 * G.irrep("0e") + 2 * G.irrep("1o"), {"degree": 2, "dtype": torch.float64}
    generator = torch.Generator().manual_seed(0)
    first = PointConv(2 * G.irrep("0e"), middle, generator=generator, **options)
    return nn.ModuleList([first, PointConv(middle, G.irrep("0e"), generator=generator, **options)])


def test_forces_are_the_numerical_gradient(route: str):
    layers, positions = potential(), torch.rand(5, 3).double().requires_grad_()
    edges, _ = geometry(positions.detach())
    (slope,) = torch.autograd.grad(energy(layers, positions, edges), positions)
    step = 1e-6
    for i in range(3):
        move = torch.zeros_like(positions)
        move[1, i] = step
        with torch.no_grad():
            difference = energy(layers, positions + move, edges) - energy(layers, positions - move, edges)
        assert float(difference) / (2 * step) == pytest.approx(float(slope[1, i]), rel=1e-5, abs=1e-8)


def test_training_on_forces_agrees_on_both_routes(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("llvmlite")
    layers, positions = potential(), torch.rand(6, 3).double().requires_grad_()
    edges, _ = geometry(positions.detach())

    def slopes() -> tuple[Tensor, ...]:
        (force,) = torch.autograd.grad(energy(layers, positions, edges), positions, create_graph=True)
        return torch.autograd.grad(force.square().sum(), list(layers.parameters()))

    ours = slopes()
    monkeypatch.setattr(fused, "serves", lambda *_: False)
    for a, b in zip(ours, slopes(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


# --- capture ----------------------------------------------------------------------------------------------------------


def inputs(conv: PointConv, nodes: int, number: int) -> tuple[Tensor, Tensor, Tensor, Edges]:
    edges = Edges.of(torch.randint(0, nodes, (number,)), torch.randint(0, nodes, (number,)), nodes)
    y = spherical_harmonics(torch.randn(number, 3).double(), conv.degree)
    return torch.randn(nodes, conv.rho_in.dim).double(), y, torch.rand(number, 8).double(), edges


@pytest.mark.compile
@pytest.mark.slow
def test_compile_without_graph_breaks():
    torch._dynamo.reset()
    conv = potential()[0]
    assert isinstance(conv, PointConv)
    compiled = torch.compile(conv, fullgraph=True, backend="aot_eager", dynamic=True)
    for nodes, number in ((5, 12), (7, 20)):
        given = inputs(conv, nodes, number)
        torch.testing.assert_close(compiled(*given), conv(*given))
        slopes = [torch.autograd.grad(f(*given).square().sum(), list(conv.parameters())) for f in (compiled, conv)]
        torch.testing.assert_close(*slopes)


@pytest.mark.compile
@pytest.mark.slow
def test_export_with_any_number_of_nodes_and_edges():
    conv = layer("O(3)")
    free = {0: Dim.AUTO}
    program = torch.export.export(conv, inputs(conv, 5, 12), dynamic_shapes=(free, free, free, [free] * 6))
    file = io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    loaded = torch.export.load(file).module()
    given = inputs(conv, 9, 31)
    torch.testing.assert_close(program.module()(*given), conv(*given))
    torch.testing.assert_close(loaded(*given), conv(*given))


def test_autocast_and_single_precision():
    conv = layer("O(3)").float()
    x, y, radial, edges = inputs(conv, 5, 12)
    exact = conv.double()(x, y, radial, edges)
    single = conv.float()(x.float(), y.float(), radial.float(), edges)
    torch.testing.assert_close(single.double(), exact, rtol=1e-4, atol=1e-4)
    with torch.autocast("cpu", torch.bfloat16):
        low = conv(x.float(), y.float(), radial.float(), edges)
    torch.testing.assert_close(low.double(), exact, rtol=0.2, atol=0.2)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda conv: pickle.loads(pickle.dumps(conv))])
def test_copies(copied):
    conv = layer("O(3)")
    given = inputs(conv, 5, 12)
    other = copied(conv)
    assert torch.equal(other(*given), conv(*given))
    assert other.state_dict().keys() == conv.state_dict().keys()


# --- bad input --------------------------------------------------------------------------------------------------------


def test_outputs_that_nothing_reaches_are_refused():
    G = O(3)
    with pytest.raises(IntertwineError, match="no product of"):
        PointConv(2 * G.irrep("0e"), G.irrep("0o"))
    with pytest.raises(IntertwineError, match="raise `degree`"):
        PointConv(2 * G.irrep("0e"), G.irrep("2e"), degree=1)


SIZES = {
    "channels": (0, -1),
    "radial": (0, 2.5, None),
    "hidden": ((0,), 64),
    "neighbours": (0, -1.0, math.nan, None),
}


@pytest.mark.parametrize("layer", [PointConv, PointAttention, SO2Conv])
@pytest.mark.parametrize("name", SIZES)
def test_sizes_are_positive(layer: Callable[..., Any], name: str):
    rho = 4 * O(3).irrep("0e") + 4 * O(3).irrep("1o")
    for size in SIZES[name]:
        with pytest.raises(IntertwineError, match=f"{layer.__name__}: {name}"):
            layer(rho, rho, **{name: size})


def test_shapes_that_do_not_fit_are_named():
    conv = layer("O(3)")
    x, y, radial, edges = inputs(conv, 5, 12)
    for wrong in ((x[:4], y, radial), (x, y[:, :4], radial), (x, y, radial[:3]), (x, y, radial[:, 1:])):
        with pytest.raises(IntertwineError, match="12 edges among 5 nodes"):
            conv(*wrong, edges)
    with pytest.raises(IntertwineError, match="features"):
        conv(x[:, 1:], y, radial, edges)
    with pytest.raises(IntertwineError, match="factors of weights"):
        conv(x, y, radial, edges, radial[:, :1])


def test_blocks_of_nodes_change_nothing(route: str, monkeypatch: pytest.MonkeyPatch):
    G = O(3)
    rho = 2 * G.trivial + 3 * G.vector
    nodes = 7
    source, target = torch.randint(0, nodes, (2, 40))
    edges = Edges.of(source, target, nodes)
    conv = PointConv(rho, rho, degree=1, radial=5, hidden=(4,), dtype=torch.float64)
    shapes = (nodes, rho.dim), (40, 4), (40, 5), (40, conv.channels)
    leaves = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    wanted = [*leaves, *conv.parameters()]

    def answers() -> tuple[Tensor, ...]:
        x, y, radial, factor = leaves
        found = conv(x, y, radial, edges, factor)
        slopes = torch.autograd.grad(found.square().sum(), leaves, create_graph=True)
        squares = torch.stack([s.square().sum() for s in slopes])
        return found, *slopes, *torch.autograd.grad(squares.sum(), wanted)

    whole = answers()
    monkeypatch.setattr(by_blocks, "MOST", 0)
    for most in (1, 9):
        monkeypatch.setattr(by_blocks, "BLOCK", most * conv.width)
        torch.testing.assert_close(answers(), whole)


def test_blocks_are_the_graph():
    edges = Edges.of(torch.tensor([3, 0, 0, 2, 3, 1, 0]), torch.tensor([0, 0, 1, 1, 1, 3, 3]), 5)
    found = list(edges.blocks(3))
    assert [block.targets for block in found] == [1, 2, 2]
    for block in found:
        torch.testing.assert_close(block.nodes[block.edges.source], edges.source[block.part])
        torch.testing.assert_close(block.nodes[block.edges.target], edges.target[block.part])
        assert int(block.edges.target.max()) < block.targets
