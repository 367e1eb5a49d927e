"""Vectors, points, sets, graphs and combinations."""

from __future__ import annotations

import pickle

import pytest
import torch

from intertwine.actions import Graphs, Jointly, Points, Sets, Trivial, Tuples, Vectors
from intertwine.actions.action import Action, Data
from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, A, C, Cube, D, Icosahedron, Lorentz, O, Product, R, S, semidirect

E3 = semidirect(R(3), O(3))
CASES: list[tuple[Action, tuple]] = [
    (Vectors(SO(3).vector), (3,)),
    (Vectors(2 * SO(3).trivial + SO(3).vector * SO(3).vector), (5, 11)),
    (Vectors(Lorentz().vector), (4, 4)),
    (Vectors(D(5).regular), (10,)),
    (Vectors(S(4).points * S(4).points), (2, 3, 16)),
    (Trivial(SO(3)), (7,)),
    (Points(SO(3)), (6, 3)),
    (Points(SO(3)), (6, 5)),
    (Points(O(3), O(3).trivial + O(3).vector + O(3).vector * O(3).vector), (4, 16)),
    (Points(E3, O(3).trivial + O(3).vector), (5, 7)),
    (Points(semidirect(R(2), SO(2))), (5, 2)),
    (Points(R(3)), (5, 3)),
    (Points(C(6), C(6).vector), (5, 4)),
    (Points(Icosahedron()), (5, 3)),
    (Points(Cube(), Cube().regular), (2, 27)),
    (Sets(S(5)), (5, 2)),
    (Sets(A(4)), (4,)),
    (Graphs(S(5)), (5, 5)),
    (Graphs(S(4)), (4, 4, 3)),
    (Jointly(Points(SO(3)), Sets(S(5))), (5, 3)),
    (Jointly(Sets(S(3)), Jointly(Vectors(SO(2).vector), Vectors(C(4).vector))), (3, 2)),
]


@pytest.mark.parametrize(("action", "shape"), CASES, ids=lambda v: str(v))
def test_composition_identity_dtype_and_shape(action: Action, shape: tuple[int, ...]):
    G, x = action.group, torch.randn(12, *shape, dtype=torch.float64)
    g, h = G.sample(12), G.sample(12)
    assert action.is_exact
    torch.testing.assert_close(action(g, action(h, x)), action(G.multiply(g, h), x), atol=1e-12, rtol=1e-12)
    torch.testing.assert_close(action(G.identity, x), x, atol=1e-13, rtol=0)
    single = action(g, x.float())
    assert (single.dtype, single.shape) == (torch.float32, x.shape)
    torch.testing.assert_close(single.double(), action(g, x), atol=1e-5, rtol=1e-5)


def test_complex_vectors():
    rho = SU(2).vector
    g, x = SU(2).sample(4), torch.randn(4, 3, 2, dtype=torch.complex128)
    torch.testing.assert_close(Vectors(rho)(g, x), torch.einsum("nij,ncj->nci", g, x))


def test_points_by_hand():
    """A quarter turn about z and a step along x, with a mass and a velocity that is turned but not moved."""
    turn = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]).double()
    g = (torch.tensor([10.0, 0.0, 0.0]).double(), turn)
    x = torch.tensor([[[1.0, 2.0, 3.0, 5.0, 1.0, 0.0, 0.0]]])
    moved = Points(E3, O(3).trivial + O(3).vector)(g, x)
    assert moved.tolist() == [[[8.0, 1.0, 3.0, 5.0, 0.0, 1.0, 0.0]]]


def test_sets_and_graphs_by_hand():
    p = torch.tensor([1, 2, 0])  # 0 -> 1 -> 2 -> 0
    assert Sets(S(3))(p, torch.tensor([[10, 20, 30]])).tolist() == [[30, 10, 20]]
    edges = torch.zeros(1, 3, 3)
    edges[0, 0, 1] = 1
    assert Graphs(S(3))(p, edges).nonzero().tolist() == [[0, 1, 2]]


def test_graphs_are_the_tensor_square_of_sets():
    G = S(4)
    g, x = G.sample(5), torch.randn(5, 4, 4)
    torch.testing.assert_close(Graphs(G)(g, x).flatten(1), (G.points * G.points).apply(g, x.flatten(1)))


def test_tuples_move_every_part():
    G = S(4)
    graph = Tuples(Sets(G), Graphs(G))
    g, h, x = G.sample(3), G.sample(3), (torch.randn(3, 4, 2), torch.randn(3, 4, 4))
    once, twice = graph(G.multiply(g, h), x), graph(g, graph(h, x))
    assert all(torch.equal(a, b) for a, b in zip(once, twice, strict=True))
    # degrees of the moved graph are the moved degrees
    nodes, edges = graph(g, x)
    torch.testing.assert_close(edges.sum(2), Sets(G)(g, x[1].sum(2)))
    assert nodes.shape == (3, 4, 2)


def test_jointly_acts_by_the_direct_product():
    action = Jointly(Points(SO(3)), Sets(S(5)))
    assert action.group == Product([SO(3), S(5)])
    turn, relabel = action.group.sample(2)
    x = torch.randn(2, 5, 3, dtype=torch.float64)
    torch.testing.assert_close(action((turn, relabel), x), Sets(S(5))(relabel, Points(SO(3))(turn, x)))


@pytest.mark.parametrize("action", [Vectors(SO(3).vector), Points(SO(3)), Sets(S(4))])
def test_differentiable(action: Action):
    x = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    g = action.group.sample(2)
    assert torch.autograd.gradcheck(lambda x: action(g, x), (x,), check_forward_ad=True)


@pytest.mark.parametrize(("action", "shape"), CASES[:4] + CASES[9:10] + CASES[15:16] + CASES[19:20])
def test_actions_pickle_and_print(action: Action, shape: tuple[int, ...]):
    copy = pickle.loads(pickle.dumps(action))
    g, x = action.group.sample(2), torch.randn(2, *shape)
    assert torch.equal(copy(g, x), action(g, x))
    assert type(action).__name__ in repr(action)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Vectors(SO(3).vector)(SO(3).sample(2), torch.zeros(2, 4)), "3 numbers along the last axis"),
        (lambda: Vectors(SO(3).vector)(SO(3).sample(2), torch.zeros(3)), "N, dim"),
        (lambda: Vectors(SO(3).vector)(torch.zeros(2, 2), torch.zeros(2, 3)), "trailing shape"),
        (lambda: Points(SO(3))(SO(3).sample(2), torch.zeros(2, 5, 2)), "3 coordinates"),
        (lambda: Points(SO(3), SO(3).vector)(SO(3).sample(2), torch.zeros(2, 5, 7)), "3 features"),
        (lambda: Points(SU(2)), "complex"),
        (lambda: Sets(SO(3)), "permutations"),
        (lambda: Sets(S(4))(S(4).sample(2), torch.zeros(2, 5)), "4 members"),
        (lambda: Graphs(S(4))(S(4).sample(2), torch.zeros(2, 4, 5)), "4 members"),
        (lambda: Tuples(), "at least one"),
        (lambda: Tuples(Sets(S(3)), Sets(S(4))), "Jointly"),
        (lambda: Tuples(Sets(S(3)), Sets(S(3)))(S(3).sample(2), torch.zeros(2, 3)), "tuple of 2"),
        (
            lambda: Tuples(Sets(S(3)), Sets(S(3)))(S(3).identity, (torch.zeros(2, 3), torch.zeros(4, 3))),
            "numbers of items",
        ),
        (lambda: Jointly(Sets(S(3))), "two actions"),
    ],
)
def test_errors_teach(make, message: str):
    with pytest.raises(IntertwineError, match=message):
        make()


def test_data_is_anything_for_the_trivial_action():
    x: Data = (torch.zeros(2), "labels")
    assert Trivial(SO(3)).move(SO(3).sample(2), x) is x
