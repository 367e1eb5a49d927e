"""Sums of messages on graphs: both implementations against brute force over edges, derivatives, capture, bad input."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from intertwine.errors import IntertwineError
from intertwine.groups import SO, Cube, Group
from intertwine.nn import Edges
from intertwine.nn.points import folded, fused, team
from intertwine.nn.points.message import message
from intertwine.nn.points.plan import Plan, plan, tables

Inputs = tuple[Tensor, Tensor, Tensor]


def of_degree(group: Group, degree: int) -> Plan:
    """All paths between one term of every degree."""
    if group == Cube():
        terms = tuple(group.irreps(real=True))
    else:
        terms = (group.trivial, *(group.irrep(l) for l in range(1, degree + 1)))
    return plan(group.vector, terms, degree, terms)


def graph(nodes: int, number: int) -> Edges:
    """Random edges, with loops and repetitions."""
    return Edges.of(torch.randint(0, nodes, (number,)), torch.randint(0, nodes, (number,)), nodes)


def random_inputs(p: Plan, edges: Edges, channels: int, dtype: torch.dtype = torch.float64) -> Inputs:
    shapes = (edges.nodes, p.rows_in, channels), (len(edges), p.rows_y), (len(edges), len(p.paths), channels)
    x, y, w = (torch.randn(shape, dtype=dtype) for shape in shapes)
    return x, y, w


def sums(inputs: Sequence[Tensor], edges: Edges, p: Plan) -> Tensor:
    x, y, w = inputs
    return message(x, y, w, edges, p)


def brute_force(x: Tensor, y: Tensor, w: Tensor, edges: Edges, p: Plan) -> Tensor:
    out = x.new_zeros(edges.nodes, p.rows_out, x.shape[2])
    for e, (j, i) in enumerate(zip(edges.source.tolist(), edges.target.tolist(), strict=True)):
        for number, path in enumerate(p.paths):
            m, n, k = path.coupling.shape
            taken, harmonic = x[j, path.x_start :][:m], y[e, path.y_start :][:n]
            product = torch.einsum("mnk,mu,n->ku", path.coupling.to(x), taken, harmonic)
            out[i, path.out_start : path.out_start + k] += w[e, number] * product
    return out


@pytest.fixture(params=["fused", "folded"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test runs on machine code and on torch's own operations."""
    if request.param == "folded":
        monkeypatch.setattr(fused, "serves", lambda *_: False)
    else:
        pytest.importorskip("llvmlite")
    return request.param


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3, 8, 16, 21])
@pytest.mark.parametrize("group", [SO(3), Cube()], ids=str)
def test_the_formula_edge_by_edge(route: str, group: Group, channels: int):
    p, edges = of_degree(group, 2), graph(6, 40)
    inputs = random_inputs(p, edges, channels)
    torch.testing.assert_close(sums(inputs, edges, p), brute_force(*inputs, edges, p), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("degree", [1, 3, 4])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-5)])
def test_machine_code_agrees_with_torch(degree: int, dtype: torch.dtype, tolerance: float):
    pytest.importorskip("llvmlite")
    p, edges = of_degree(SO(3), degree), graph(9, 150)
    x, y, w = ([t, torch.randn_like(t)] for t in random_inputs(p, edges, 20, dtype))
    for order in (1, 2):
        lists = x[:order], y[:order], w[:order]
        ours = fused.forward(*lists, edges.source, edges.starts, p.code)
        torch.testing.assert_close(
            ours, folded.forward(*lists, edges.source, edges.target, p.code), rtol=tolerance, atol=10 * tolerance
        )
        g = torch.randn_like(ours)
        slopes = fused.backward(g, *lists, edges.target, edges.by_source, edges.outgoing, p.code)
        others = folded.backward(g, *lists, edges.source, edges.target, p.code)
        torch.testing.assert_close(slopes, others, rtol=tolerance, atol=20 * tolerance)


@pytest.mark.parametrize("forked", [False, True])
def test_threads_change_nothing(forked: bool, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("llvmlite")
    p, edges = of_degree(SO(3), 2), graph(50, 700)
    inputs = random_inputs(p, edges, 5)
    leaves = [t.requires_grad_() for t in inputs]
    alone = sums(inputs, edges, p)
    slopes = torch.autograd.grad(alone.square().sum(), leaves)
    monkeypatch.setattr(team, "WORK_OF_A_THREAD", 100)
    monkeypatch.setattr(team, "PROCESS", -1 if forked else team.PROCESS)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    together = sums(inputs, edges, p)
    assert torch.equal(alone, together)
    for a, b in zip(slopes, torch.autograd.grad(together.square().sum(), leaves), strict=True):
        assert torch.equal(a, b)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch):
    p, edges = of_degree(SO(3), 2), graph(7, 60)
    inputs = random_inputs(p, edges, 4)
    x, y, w = ([t] for t in inputs)
    whole = folded.forward(x, y, w, edges.source, edges.target, p.code)
    slopes = folded.backward(whole, x, y, w, edges.source, edges.target, p.code)
    monkeypatch.setattr(folded, "CHUNK", 1)
    single = folded.forward(x, y, w, edges.source, edges.target, p.code)
    torch.testing.assert_close(single, whole)
    torch.testing.assert_close(folded.backward(whole, x, y, w, edges.source, edges.target, p.code), slopes)


def test_rows_that_do_not_lie_together(route: str):
    p, edges = of_degree(SO(3), 1), graph(4, 9)
    x, y, w = random_inputs(p, edges, 6)
    strided = x.transpose(0, 2).contiguous().transpose(0, 2), y.T.contiguous().T, w.expand(2, *w.shape)[1]
    torch.testing.assert_close(sums(strided, edges, p), message(x, y, w, edges, p))


def test_blocks_too_large_for_registers_run_on_torch():
    G = SO(3)
    p = plan(G.vector, (G.irrep(7),), 1, (G.irrep(7),))
    assert max(tables(p.code).dims) == 15
    edges = graph(3, 5)
    inputs = random_inputs(p, edges, 2)
    assert not fused.serves(inputs[0], p.code)
    torch.testing.assert_close(sums(inputs, edges, p), brute_force(*inputs, edges, p))


def test_mixed_precisions_become_the_highest():
    p, edges = of_degree(SO(3), 1), graph(4, 9)
    x, y, w = random_inputs(p, edges, 2)
    assert message(x.float(), y, w.bfloat16(), edges, p).dtype == torch.float64
    low = message(x.bfloat16(), y.bfloat16(), w.bfloat16(), edges, p)
    assert low.dtype == torch.bfloat16
    torch.testing.assert_close(low.double(), message(x, y, w, edges, p), rtol=0.1, atol=0.5)


# --- derivatives ------------------------------------------------------------------------------------------------------


def test_first_and_second_derivatives(route: str):
    p, edges = of_degree(SO(3), 1), graph(4, 7)
    leaves = [t.requires_grad_() for t in random_inputs(p, edges, 2)]
    assert gradcheck(lambda *t: sums(t, edges, p), leaves)
    assert gradgradcheck(lambda *t: sums(t, edges, p), leaves)


def test_third_and_fourth_derivatives(route: str):
    G = SO(3)
    p, edges = plan(G.vector, (G.vector,), 1, (G.trivial,)), graph(2, 3)
    leaves = [t.requires_grad_() for t in random_inputs(p, edges, 1)]

    def slopes(*t: Tensor) -> tuple[Tensor, ...]:
        return torch.autograd.grad(sums(t, edges, p).square().sum(), t, create_graph=True)

    assert gradcheck(slopes, leaves)
    assert gradgradcheck(slopes, leaves)


def test_gradients_of_what_is_asked_for_alone(route: str):
    p, edges = of_degree(SO(3), 1), graph(4, 7)
    x, y, w = random_inputs(p, edges, 2)
    every = torch.autograd.grad(sums([t.requires_grad_() for t in (x, y, w)], edges, p).sum(), (x, y, w))
    for number in range(3):
        leaves = [t.detach().requires_grad_(i == number) for i, t in enumerate((x, y, w))]
        (slope,) = torch.autograd.grad(sums(leaves, edges, p).sum(), leaves[number])
        torch.testing.assert_close(slope, every[number])


# --- graphs -----------------------------------------------------------------------------------------------------------


def test_edges_are_sorted_and_found_from_both_ends():
    source, target = torch.tensor([2, 0, 2, 1]), torch.tensor([1, 3, 1, 0])
    edges = Edges.of(source, target, 5)
    assert edges.target.tolist() == [0, 1, 1, 3]
    assert edges.source.tolist() == [1, 2, 2, 0]
    assert edges.order.tolist() == [3, 0, 2, 1]
    assert edges.starts.tolist() == [0, 1, 3, 3, 4, 4]
    assert edges.source[edges.by_source].tolist() == [0, 1, 2, 2]
    assert edges.outgoing.tolist() == [0, 1, 2, 4, 4, 4]
    assert (len(edges), edges.number, edges.nodes) == (4, 4, 5)


@pytest.mark.parametrize(("nodes", "number", "channels"), [(0, 0, 3), (4, 0, 3), (4, 6, 0)])
def test_empty_graphs(route: str, nodes: int, number: int, channels: int):
    p = of_degree(SO(3), 1)
    empty = torch.zeros(0, dtype=torch.int64)
    edges = graph(nodes, number) if number else Edges.of(empty, empty, nodes)
    leaves = [t.requires_grad_() for t in random_inputs(p, edges, channels)]
    out = sums(leaves, edges, p)
    assert out.shape == (nodes, p.rows_out, channels)
    assert not out.any()
    for slope, leaf in zip(torch.autograd.grad(out.sum(), leaves), leaves, strict=True):
        assert slope.shape == leaf.shape
        assert not slope.any()


def test_isolated_nodes_get_and_send_nothing(route: str):
    p = of_degree(SO(3), 1)
    edges = Edges.of(torch.tensor([1, 1]), torch.tensor([3, 1]), 5)
    x, y, w = random_inputs(p, edges, 2)
    x.requires_grad_()
    out = message(x, y, w, edges, p)
    (slope,) = torch.autograd.grad(out.square().sum(), x)
    assert out.abs().sum((1, 2)).gt(0).tolist() == [False, True, False, True, False]
    assert slope.abs().sum((1, 2)).gt(0).tolist() == [False, True, False, False, False]


def test_the_order_of_edges_and_the_names_of_nodes_do_not_matter(route: str):
    p, nodes = of_degree(SO(3), 2), 6
    source, target = torch.randint(0, nodes, (2, 30))
    edges = Edges.of(source, target, nodes)
    x, y, w = random_inputs(p, edges, 3)
    given_y, given_w = y[torch.argsort(edges.order)], w[torch.argsort(edges.order)]
    shuffle, rename = torch.randperm(30), torch.randperm(nodes)
    other = Edges.of(rename[source[shuffle]], rename[target[shuffle]], nodes)
    values = given_y[shuffle][other.order], given_w[shuffle][other.order]
    moved = message(x[torch.argsort(rename)], *values, other, p)
    torch.testing.assert_close(moved[rename], message(x, y, w, edges, p))


# --- capture and bad input --------------------------------------------------------------------------------------------


@pytest.mark.compile
def test_operators_keep_the_rules_of_torch():
    p, edges = of_degree(SO(3), 1), graph(4, 7)
    inputs, moves, lookup = random_inputs(p, edges, 2), random_inputs(p, edges, 2), (*edges.lookup, p.code, p.rows_out)
    g = sums(inputs, edges, p)
    operators = torch.ops.intertwine
    torch.library.opcheck(operators.message.default, (*inputs, *lookup))
    torch.library.opcheck(operators.message_gradients.default, (g, *inputs, *lookup))
    torch.library.opcheck(operators.message_along.default, (*inputs, *moves, *lookup))
    torch.library.opcheck(operators.message_along_gradients.default, (g, *inputs, *moves, *lookup))


def test_shapes_that_do_not_fit_are_named():
    p, edges = of_degree(SO(3), 1), graph(4, 7)
    x, y, w = random_inputs(p, edges, 2)
    for wrong in ((x[:3], y, w), (x, y[:, 1:], w), (x, y, w[:, :, :1]), (x, y[:6], w)):
        with pytest.raises(IntertwineError, match="7 edges among 4 nodes"):
            sums(wrong, edges, p)


def test_bad_edges_are_refused():
    two = torch.tensor([0, 1])
    with pytest.raises(IntertwineError, match="one length"):
        Edges.of(two, two[:1], 3)
    with pytest.raises(IntertwineError, match="int64"):
        Edges.of(two.int(), two, 3)
    with pytest.raises(IntertwineError, match="there are 1"):
        Edges.of(two, two, 1)
    with pytest.raises(IntertwineError, match="-1"):
        Edges.of(two, two - 1, 3)


def test_without_llvmlite_one_note_in_the_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    p, edges = of_degree(SO(3), 1), graph(4, 7)
    inputs = random_inputs(p, edges, 2)
    expected = sums(inputs, edges, p)
    monkeypatch.setattr(fused.importlib.util, "find_spec", lambda _: None)
    fused.available.cache_clear()
    with caplog.at_level(logging.WARNING, logger="intertwine"):
        for _ in range(2):
            torch.testing.assert_close(sums(inputs, edges, p), expected)
    fused.available.cache_clear()
    assert [record.message.count("intertwine[fast]") for record in caplog.records] == [1]


def test_vmap(route: str):
    p, edges = of_degree(SO(3), 1), graph(4, 7)
    x, y, w = random_inputs(p, edges, 2)
    several = torch.stack([x, 2 * x, -x], 1)
    found = torch.vmap(lambda t: message(t, y, w, edges, p), in_dims=1)(several)
    torch.testing.assert_close(found, torch.stack([sums((t, y, w), edges, p) for t in several.unbind(1)]))
