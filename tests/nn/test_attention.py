"""PointAttention: the equation, permutations, lone points, smoothness at the cutoff, derivatives, capture."""

from __future__ import annotations

import copy

import pytest
import torch
from tests.nn.point_types import CASES, CUTOFF, types
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from intertwine.errors import IntertwineError
from intertwine.groups import SO, Lorentz, O
from intertwine.nn import BesselBasis, Edges, PointAttention, PolynomialEnvelope, segment_softmax
from intertwine.representations.harmonics import harmonics


def layer(name: str, **options) -> PointAttention:
    generator = torch.Generator().manual_seed(0)
    given = {"heads": 2, "keys": 2, "radial": 4, "hidden": (8,), "neighbours": 3.0, **options}
    return PointAttention(*types(name), generator=generator, dtype=torch.float64, **given)


def inputs(conv: PointAttention, positions: Tensor) -> tuple[Tensor, Tensor, Tensor, Edges]:
    """Harmonics, radial features, envelope and edges of all pairs within the cutoff."""
    away = torch.cdist(positions.detach(), positions.detach()).fill_diagonal_(2 * CUTOFF)
    target, source = (away < CUTOFF).nonzero().T
    edges = Edges.of(source, target, len(positions))
    vectors = positions[edges.source] - positions[edges.target]
    every = [harmonics(vectors, l) for l in range(conv.degree + 1)]
    y = torch.cat([found * found.shape[-1] ** 0.5 for found in every], -1)
    length = vectors.norm(dim=1)
    return y, BesselBasis(4, CUTOFF, dtype=torch.float64)(length), PolynomialEnvelope(CUTOFF)(length), edges


def applied(conv: PointAttention, x: Tensor, positions: Tensor) -> Tensor:
    return conv(x, *inputs(conv, positions))


# --- symmetry ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_the_equation(name: str, generator: torch.Generator):
    conv = layer(name)
    x, positions = torch.randn(12, conv.rho_in.dim).double(), torch.rand(12, conv.space.dim).double() * 2
    plain = applied(conv, x, positions)
    assert plain.detach().abs().max() > 0.1
    for g in conv.rho_in.group.sample(5, generator=generator):
        moved = applied(conv, conv.rho_in.apply(g, x), conv.space.apply(g, positions) + 0.7)
        torch.testing.assert_close(moved, conv.rho_out.apply(g, plain), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["O(3)", "SO(2)"])
def test_logits_are_invariant_and_matter(name: str):
    conv = layer(name)
    x, positions = torch.randn(9, conv.rho_in.dim).double(), torch.rand(9, conv.space.dim).double()
    y, radial, _, edges = inputs(conv, positions)
    plain = conv.logits(x, y, radial, edges)
    assert float(plain.detach().std()) > 0.01
    g = conv.rho_in.group.sample(1)[0]
    turned, *_ = inputs(conv, conv.space.apply(g, positions))
    torch.testing.assert_close(conv.logits(conv.rho_in.apply(g, x), turned, radial, edges), plain)


def test_keys_that_turn_differently_are_caught():
    conv = layer("O(3)")
    conv.key = torch.nn.Linear(conv.rho_in.dim, conv.key.rho_out.dim).double()  # type: ignore[assignment]
    x, positions = torch.randn(9, conv.rho_in.dim).double(), torch.rand(9, 3).double()
    g = conv.rho_in.group.sample(1, generator=torch.Generator().manual_seed(0))[0]
    moved = applied(conv, conv.rho_in.apply(g, x), conv.space.apply(g, positions))
    assert (moved - conv.rho_out.apply(g, applied(conv, x, positions))).abs().max() > 1e-3


def test_permutations_of_points():
    conv = layer("SO(3)")
    x, positions = torch.randn(12, conv.rho_in.dim).double(), torch.rand(12, 3).double() * 2
    order = torch.randperm(12)
    torch.testing.assert_close(applied(conv, x[order], positions[order]), applied(conv, x, positions)[order])


# --- softmax ----------------------------------------------------------------------------------------------------------


def test_softmax_with_a_silent_neighbour():
    target = torch.tensor([0, 0, 1, 3, 3, 3])
    edges = Edges.of(torch.zeros(6, dtype=torch.int64), target, 4)
    logits, envelope = torch.randn(6, 2).double(), torch.rand(6).double()
    found = segment_softmax(logits, envelope, edges)
    for node in range(4):
        own = target == node
        extended = torch.cat([logits[own] + envelope[own, None].log(), torch.zeros(1, 2).double()])
        torch.testing.assert_close(found[own], extended.softmax(0)[:-1])


@pytest.mark.parametrize("size", [-1e4, 1e4, 1e30])
def test_softmax_of_great_logits(size: float):
    edges = Edges.of(torch.zeros(3, dtype=torch.int64), torch.tensor([0, 0, 1]), 3)
    logits = torch.tensor([[size], [size / 2], [size]]).requires_grad_()
    found = segment_softmax(logits, torch.tensor([1.0, 1.0, 0.0]), edges)
    (slope,) = torch.autograd.grad(found.sum(), logits)
    assert bool(found.isfinite().all())
    assert bool(slope.isfinite().all())
    assert float(found[0].detach()) == float(size > 0)
    assert float(found[2].detach()) == 0


def test_lone_points_and_no_edges():
    conv = layer("O(3)")
    positions = torch.tensor([[0.0, 0, 0], [0.5, 0, 0], [9.0, 0, 0]]).double()
    out = applied(conv, torch.randn(3, conv.rho_in.dim).double(), positions)
    assert out[:2].detach().abs().max() > 1e-3
    assert not out[2].any()
    assert not applied(conv, torch.randn(2, conv.rho_in.dim).double(), positions[[0, 2]]).any()


def test_smooth_at_the_cutoff():
    """A second neighbour, and a first one, come in with two continuous derivatives."""
    conv = layer("SO(3)")
    x = torch.randn(3, conv.rho_in.dim).double()
    for others in ([[0.3, 0.4, 0.5]], []):

        def slopes(distance: float, others=others) -> tuple[float, float, float]:
            d = torch.tensor(distance).double().requires_grad_()
            near = torch.tensor(others).double().reshape(-1, 3)
            positions = torch.cat([torch.zeros(1, 3).double(), torch.stack([d, 0 * d, 0 * d])[None], near])
            value = applied(conv, x[: len(positions)], positions)[0].sum()
            (first,) = torch.autograd.grad(value, d, create_graph=True, allow_unused=True, materialize_grads=True)
            second = torch.autograd.grad(first, d)[0] if first.requires_grad else 0 * d
            return float(value.detach()), float(first.detach()), float(second.detach())

        beyond = slopes(CUTOFF + 1e-6)
        for order, size in enumerate((1e-9, 1e-6, 1e-2)):
            assert abs(slopes(CUTOFF - 1e-4)[order] - beyond[order]) < 1e3 * size
        gaps = [abs(slopes(CUTOFF - gap)[2] - beyond[2]) for gap in (1e-2, 1e-3, 1e-4)]
        assert gaps[2] < gaps[1] < gaps[0]


# --- derivatives and capture ------------------------------------------------------------------------------------------


def test_derivatives():
    G = SO(3)
    conv = PointAttention(
        G.trivial + G.irrep(1), G.irrep(1), heads=1, keys=1, degree=1, radial=4, hidden=(3,), dtype=torch.float64
    )
    positions = torch.tensor([[0.0, 0, 0], [0.6, 0.1, 0.2], [0.1, 0.7, -0.1]]).double()
    y, radial, envelope, edges = inputs(conv, positions)
    x = torch.randn(3, 4).double().requires_grad_()
    given = [t.detach().requires_grad_() for t in (y, radial, envelope)]
    assert gradcheck(lambda *t: conv(*t, edges), (x, *given))
    assert gradgradcheck(lambda *t: conv(*t, edges), (x, *given))


def test_capture_and_precision():
    conv = layer("O(3)")
    x, positions = torch.randn(9, conv.rho_in.dim).double(), torch.rand(9, 3).double()
    given = inputs(conv, positions)
    wanted = conv(x, *given)
    torch._dynamo.reset()
    compiled = torch.compile(conv, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(x, *given), wanted)
    single = copy.deepcopy(conv).float()
    out = single(x.float(), *(t.float() for t in given[:3]), given[3])
    torch.testing.assert_close(out.double(), wanted, rtol=1e-4, atol=1e-4)


def test_refusals():
    G = O(3)
    one, V = G.irrep("0e"), G.irrep("1o")
    with pytest.raises(IntertwineError, match="multiple of heads"):
        PointAttention(8 * one, V, heads=3, channels=8)
    with pytest.raises(IntertwineError, match="at least 1"):
        PointAttention(8 * one, V, heads=0)
    with pytest.raises(IntertwineError, match="raise `degree`"):
        PointAttention(8 * one, G.irrep("2e"), degree=1)
    with pytest.raises(IntertwineError):
        PointAttention(Lorentz().vector, Lorentz().vector)
    conv = layer("O(3)")
    x, positions = torch.randn(4, conv.rho_in.dim).double(), torch.rand(4, 3).double()
    y, radial, envelope, edges = inputs(conv, positions)
    with pytest.raises(IntertwineError, match="edges among 4 nodes"):
        conv(x, y[:, :4], radial, envelope, edges)
    with pytest.raises(IntertwineError, match="edges among 4 nodes"):
        conv(x, y, radial[:, 1:], envelope, edges)
    with pytest.raises(IntertwineError, match="an envelope"):
        conv(x, y, radial, envelope[1:], edges)
