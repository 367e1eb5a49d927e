"""SO2Conv and the frames of edges: the space of maps of PointConv, the equation, poles, derivatives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from intertwine.errors import IntertwineError
from intertwine.groups import SO, Cube, Group, O
from intertwine.nn import BesselBasis, Edges, PointConv, SO2Conv, edge_frames, spherical_harmonics
from intertwine.representations import Representation
from intertwine.representations.expand import expand

CUTOFF = 2.0
O3 = {name: O(3).irrep(name) for name in ("0e", "0o", "1o", "1e", "2e", "2o", "3o")}
CASES: dict[str, tuple[Representation, Representation]] = {
    "natural": (O3["0e"] + O3["1o"] + O3["2e"], O3["0e"] + O3["1o"] + O3["3o"]),
    "both parities": (O3["0e"] + O3["0o"] + O3["1e"] + O3["2e"], O3["0o"] + O3["1o"] + O3["1e"] + O3["2o"]),
    "rotations": (SO(3).trivial + SO(3).irrep(1) + SO(3).irrep(2), SO(3).irrep(2) + SO(3).irrep(1) + SO(3).trivial),
    "vectors as they come": (2 * O(3).vector + O(3).trivial, O(3).vector * O(3).vector),
}
every_case = pytest.mark.parametrize("name", CASES)


def natural(group: Group, degree: int, copies: int = 1) -> Representation:
    terms = [group.irrep(f"{l}{'e' if l % 2 == 0 else 'o'}" if group == O(3) else l) for l in range(degree + 1)]
    rho = copies * terms[0]
    for term in terms[1:]:
        rho = rho + copies * term
    return rho


def layer(rho_in: Representation, rho_out: Representation, **options) -> SO2Conv:
    generator = torch.Generator().manual_seed(0)
    return SO2Conv(rho_in, rho_out, radial=4, hidden=(8,), generator=generator, dtype=torch.float64, **options)


def applied(conv: SO2Conv, x: Tensor, positions: Tensor) -> Tensor:
    away = torch.cdist(positions.detach(), positions.detach()).fill_diagonal_(2 * CUTOFF)
    target, source = (away < CUTOFF).nonzero().T
    edges = Edges.of(source, target, len(positions))
    vectors = positions[edges.source] - positions[edges.target]
    radial = BesselBasis(4, CUTOFF, dtype=torch.float64)(vectors.norm(dim=1))
    return conv(x, edge_frames(vectors, conv.degree), radial, edges)


# --- frames -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("degree", [0, 1, 2, 4, 6, 11])
def test_frames_take_edges_to_the_pole(degree: int):
    axes = torch.cat([torch.eye(3), -torch.eye(3)]).double() * 3
    vectors = torch.cat([axes, torch.randn(20, 3).double(), axes + 1e-9 * torch.randn(6, 3).double()])
    y = spherical_harmonics(vectors, degree, normalisation="norm")
    for l, d in enumerate(edge_frames(vectors, degree)):
        eye = torch.eye(2 * l + 1).double()
        torch.testing.assert_close(d @ d.mT, eye.expand_as(d), atol=1e-12, rtol=0)
        turned = (d @ y[:, l * l : (l + 1) ** 2, None]).squeeze(2)
        torch.testing.assert_close(turned, eye[l].expand_as(turned), atol=1e-12, rtol=0)


def test_frames_are_wigner_matrices():
    vectors = torch.randn(5, 3).double()
    frames = edge_frames(vectors, 3)
    g = torch.stack([frames[1][:, i][:, [2, 0, 1]] for i in (2, 0, 1)], 1)  # rows and columns from (y, z, x)
    torch.testing.assert_close(SO(3).irrep(1).matrix(g), frames[1], atol=1e-12, rtol=0)
    for l in (2, 3):
        torch.testing.assert_close(SO(3).irrep(l).matrix(g), frames[l], atol=1e-12, rtol=0)


def test_frames_need_vectors():
    with pytest.raises(IntertwineError, match=r"vectors \(E, 3\)"):
        edge_frames(torch.randn(3), 2)


# --- the space of maps ------------------------------------------------------------------------------------------------


def maps(conv: torch.nn.Module, rho: Representation, extra: tuple[Any, ...], seeds: int) -> Tensor:
    """What random weights make of one edge 1 -> 0, (seeds, entries)."""
    edges = Edges.of(torch.tensor([1]), torch.tensor([0]), 2)
    x = torch.zeros(rho.dim, 2, rho.dim).double()
    x[:, 1] = torch.eye(rho.dim).double()
    found = []
    with torch.no_grad():
        for _ in range(seeds):
            for parameter in conv.parameters():
                parameter.copy_(torch.randn_like(parameter))
            radial = torch.randn(1, 4).double()
            found.append(torch.stack([conv(each, *extra, radial, edges)[0] for each in x]).flatten())
    return torch.stack(found)


def rank(rows: Tensor) -> int:
    values = torch.linalg.svdvals(rows / rows.norm(dim=1, keepdim=True))
    return int((values > 1e-9 * values[0]).sum())


@pytest.mark.parametrize("name", ["natural", "both parities", "rotations"])
def test_the_maps_of_an_edge_are_those_of_point_conv(name: str):
    rho_in, rho_out = CASES[name]
    vector = torch.randn(1, 3).double()
    so2 = layer(rho_in, rho_out)
    point = PointConv(rho_in, rho_out, degree=2 * so2.degree, radial=4, hidden=(8,), dtype=torch.float64)
    number = len(point.plan.paths)
    ours = maps(so2, rho_in, (edge_frames(vector, so2.degree),), number + 8)
    theirs = maps(point, rho_in, (spherical_harmonics(vector, 2 * so2.degree),), number + 8)
    assert rank(ours) == rank(theirs) == rank(torch.cat([ours, theirs])) == number


def test_channels_mix_on_every_edge():
    """With two channels there are four times as many maps: both in, both out."""
    rho = O3["0e"] + O3["1o"]
    vector = torch.randn(1, 3).double()
    single = PointConv(rho, rho, degree=2, radial=4, dtype=torch.float64)
    double = layer(2 * O3["0e"] + 2 * O3["1o"], 2 * O3["0e"] + 2 * O3["1o"])
    found = maps(double, double.rho_in, (edge_frames(vector, 1),), 4 * len(single.plan.paths) + 8)
    assert rank(found) == 4 * len(single.plan.paths)


# --- symmetry ---------------------------------------------------------------------------------------------------------


@every_case
@pytest.mark.parametrize("order", [None, 1])
def test_the_equation(name: str, order: int | None, generator: torch.Generator):
    conv = layer(*CASES[name], order=order)
    x, positions = torch.randn(12, conv.rho_in.dim).double(), torch.rand(12, 3).double() * 3
    plain = applied(conv, x, positions)
    assert plain.detach().abs().max() > 0.1
    for g in conv.rho_in.group.sample(5, generator=generator):
        moved = applied(conv, conv.rho_in.apply(g, x), positions @ g.mT + 0.7)
        torch.testing.assert_close(moved, conv.rho_out.apply(g, plain), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("degree", [4, 6])
def test_the_equation_at_high_degree(degree: int):
    rho = natural(O(3), degree)
    conv = layer(rho, rho)
    x, positions = torch.randn(6, rho.dim).double(), torch.rand(6, 3).double() * 2
    plain = applied(conv, x, positions)
    for g in O(3).sample(2):
        moved = applied(conv, rho.apply(g, x), positions @ g.mT)
        torch.testing.assert_close(moved, rho.apply(g, plain), rtol=1e-10, atol=1e-10)


def test_broken_weights_are_caught():
    """Orders that mix break the equation."""
    rho: Representation = natural(O(3), 2)
    conv = layer(rho, rho)
    conv.orders.order_before = conv.orders.order_before.roll(1)
    x, positions = torch.randn(8, rho.dim).double(), torch.rand(8, 3).double() * 2
    g = O(3).sample(1, generator=torch.Generator().manual_seed(0))[0]
    moved = applied(conv, rho.apply(g, x), positions @ g.mT)
    assert (moved - rho.apply(g, applied(conv, x, positions))).abs().max() > 0.01


def test_permutations_of_points():
    conv = layer(*CASES["natural"])
    x, positions = torch.randn(9, conv.rho_in.dim).double(), torch.rand(9, 3).double() * 3
    order = torch.randperm(9)
    torch.testing.assert_close(applied(conv, x[order], positions[order]), applied(conv, x, positions)[order])


def test_outputs_have_the_size_of_inputs():
    rho = natural(O(3), 3, 16)
    conv = SO2Conv(rho, rho, radial=4, neighbours=20.0, generator=torch.Generator().manual_seed(0))
    edges = Edges.of(torch.randint(0, 200, (4000,)), torch.arange(200).repeat_interleave(20), 200)
    out = conv(torch.randn(200, rho.dim), edge_frames(torch.randn(4000, 3), 3), torch.randn(4000, 4), edges)
    assert 0.4 < float(out.detach().square().mean()) < 2.5


# --- derivatives ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [[0.0, 0.0, 1.0], [0.0, -1.0, 0.0], [0.6, 0.6, 0.6], [0.3, -0.5, 0.7]])
def test_derivatives_at_the_poles_and_elsewhere(offset: list[float]):
    """Also where two coordinate axes are equally far from the edge, and another one is about to be chosen."""
    rho = natural(O(3), 1)
    conv = layer(rho, rho)
    x = torch.randn(2, rho.dim).double().requires_grad_()
    positions = torch.tensor([[0.0, 0.0, 0.0], offset]).double().requires_grad_()
    assert gradcheck(lambda x, r: applied(conv, x, r), (x, positions))
    assert gradgradcheck(lambda x, r: applied(conv, x, r), (x, positions))


def test_forces_can_be_trained():
    conv = layer(natural(SO(3), 2, 2), 2 * SO(3).trivial)
    positions = torch.rand(5, 3).double().requires_grad_()
    energy = applied(conv, torch.randn(5, conv.rho_in.dim).double(), positions).square().sum()
    (forces,) = torch.autograd.grad(energy, positions, create_graph=True)
    forces.square().sum().backward()
    assert all(p.grad is not None and bool(p.grad.isfinite().all()) for p in conv.parameters())


def test_capture():
    conv = SO2Conv(natural(O(3), 2, 4), natural(O(3), 1, 4), radial=4)
    edges = Edges.of(torch.randint(0, 9, (40,)), torch.randint(0, 9, (40,)), 9)
    inputs = (torch.randn(9, conv.rho_in.dim), edge_frames(torch.randn(40, 3), 2), torch.randn(40, 4), edges)
    torch._dynamo.reset()
    compiled = torch.compile(conv, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(*inputs), conv(*inputs))


def test_no_edges_and_refusals():
    conv = layer(*CASES["natural"])
    none = Edges.of(torch.zeros(0, dtype=torch.int64), torch.zeros(0, dtype=torch.int64), 3)
    x = torch.randn(3, conv.rho_in.dim).double()
    frames = edge_frames(torch.zeros(0, 3).double(), conv.degree)
    assert not conv(x, frames, torch.zeros(0, 4).double(), none).any()
    with pytest.raises(IntertwineError, match=r"frames of degree 0 \.\. 3"):
        conv(x, frames[:2], torch.zeros(0, 4).double(), none)
    with pytest.raises(IntertwineError, match=r"radial \(0, 4\)"):
        conv(x, frames, torch.zeros(0, 5).double(), none)
    with pytest.raises(IntertwineError, match="order"):
        SO2Conv(conv.rho_in, conv.rho_in, order=-1)
    with pytest.raises(IntertwineError, match="use PointConv"):
        SO2Conv(Cube().vector, Cube().vector)
    assert all(len(index) == conv.channels for index in expand(conv.mix.rho_out).values())
