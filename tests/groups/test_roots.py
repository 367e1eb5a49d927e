"""Simple roots of the classical groups against the Cartan matrices of types A, B, C and D."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import intertwine as tw
from intertwine.groups.elements import leaves
from intertwine.groups.lie import LieGroup
from intertwine.representations.weights import cartan_matrix, weight_diagram


def cartan(kind: str, rank: int) -> list[list[int]]:
    """a_ij = alpha_i(h_j) in Bourbaki's order of nodes."""
    a = [[2 if i == j else -1 if abs(i - j) == 1 else 0 for j in range(rank)] for i in range(rank)]
    if kind == "B":
        a[-2][-1] = -2
    if kind == "C":
        a[-1][-2] = -2
    if kind == "D":
        a[-1][-2] = a[-2][-1] = 0
        a[-1][-3] = a[-3][-1] = -1
    return a


TYPES: list[tuple[LieGroup, list[list[int]]]] = [
    *[(tw.SU(n), cartan("A", n - 1)) for n in (2, 3, 4, 5)],
    *[(tw.SL(n), cartan("A", n - 1)) for n in (2, 3, 4)],
    *[(tw.U(n), cartan("A", n - 1)) for n in (2, 3)],
    *[(tw.GL(n), cartan("A", n - 1)) for n in (2, 3)],
    *[(tw.SO(3), [[2]]), (tw.O(3), [[2]]), (tw.SO(1, 2), [[2]]), (tw.SO(2, 1), [[2]])],
    *[(tw.SO(5), cartan("B", 2)), (tw.SO(7), cartan("B", 3)), (tw.SO(2, 3), cartan("B", 2))],
    (tw.O(4, 1), cartan("B", 2)),
    *[(tw.Sp(2), [[2]]), (tw.Sp(4), cartan("C", 2)), (tw.Sp(6), cartan("C", 3)), (tw.USp(4), cartan("C", 2))],
    *[(tw.SO(4), [[2, 0], [0, 2]]), (tw.Lorentz(), [[2, 0], [0, 2]]), (tw.SO(2, 2), [[2, 0], [0, 2]])],
    *[(tw.SO(6), cartan("D", 3)), (tw.SO(8), cartan("D", 4)), (tw.O(1, 5), cartan("D", 3))],
    *[(tw.SO(2), []), (tw.U(1), []), (tw.SO(1), []), (tw.SO(1, 1), [])],
]  # fmt: skip


def bracket(a: Tensor, b: Tensor) -> Tensor:
    return a @ b - b @ a


@pytest.mark.parametrize(("group", "matrix"), TYPES, ids=repr)
def test_cartan_matrices(group: LieGroup, matrix: list[list[int]]) -> None:
    """The simple roots as weights; a centre adds columns of zeros."""
    found = cartan_matrix(group)
    central = leaves(group.roots.central)[0].shape[0] if group.roots else 0
    assert found.shape == (len(matrix), len(matrix) + central)
    assert found[:, : len(matrix)].tolist() == matrix
    assert not found[:, len(matrix) :].any()


@pytest.mark.parametrize(("group", "matrix"), TYPES, ids=repr)
def test_generators_and_relations(group: LieGroup, matrix: list[list[int]]) -> None:
    """Serre's presentation: e_i, f_i = e_i^dagger and h_i = [e_i, f_i] inside the complexified Lie algebra."""
    assert group.roots is not None
    e, central = group.roots.raising, group.roots.central
    f = e.mH
    h = bracket(e, f)
    for x in (e, f, 1j * h, 1j * central):
        if len(x):
            group.coordinates(x)  # raises for a matrix outside
    for i in range(len(e)):
        for j in range(len(e)):
            assert torch.allclose(bracket(h[j], e[i]), matrix[i][j] * e[i], atol=1e-12)
            assert torch.allclose(bracket(h[j], f[i]), -matrix[i][j] * f[i], atol=1e-12)
            assert torch.allclose(bracket(h[i], h[j]), 0 * h[i], atol=1e-12)
            if i != j:
                assert torch.allclose(bracket(e[i], f[j]), 0 * h[i], atol=1e-12)
                word = e[j]
                for _ in range(1 - matrix[j][i]):
                    word = bracket(e[i], word)
                assert torch.allclose(word, 0 * word, atol=1e-12)
    for z in central:
        assert torch.allclose(z, z.mH)
        assert torch.allclose(bracket(z, e), 0 * e, atol=1e-12)


@pytest.mark.parametrize(("group", "matrix"), TYPES, ids=repr)
def test_raising_and_lowering_generate_the_algebra(group: LieGroup, matrix: list[list[int]]) -> None:
    """Brackets of e_i and f_i, with the centre, span all of the complexified Lie algebra."""
    assert group.roots is not None
    e, central = group.roots.raising, group.roots.central
    span = torch.cat([e, e.mH, central]).flatten(1)
    size, rank = group.size, -1
    while len(span) and int(torch.linalg.matrix_rank(span)) > rank:
        rank = int(torch.linalg.matrix_rank(span))
        span = torch.linalg.svd(span, full_matrices=False)[2][:rank]
        x = span.reshape(-1, size, size)
        span = torch.cat([span, bracket(e[:, None], x).flatten(2).flatten(0, 1)])
        span = torch.cat([span, bracket(e.mH[:, None], x).flatten(2).flatten(0, 1)])
    assert max(rank, 0) == group.algebra_dim


@pytest.mark.parametrize(("group", "matrix"), TYPES, ids=repr)
def test_weights_are_integers(group: LieGroup, matrix: list[list[int]]) -> None:
    """h_i has integer eigenvalues in the defining representation, and they add up in tensor products."""
    assert group.roots is not None
    h = torch.cat([bracket(group.roots.raising, group.roots.raising.mH), group.roots.central])
    for cartan_element in h:
        values = torch.linalg.eigvalsh(cartan_element)
        assert torch.allclose(values, values.round(), atol=1e-10)
    weights = weight_diagram(group.vector).weights
    assert weights.shape == (group.size, len(h))
    pairs = weight_diagram(group.vector * group.vector).weights
    sums = (weights[:, None] + weights).flatten(0, 1)
    assert sorted(pairs.tolist()) == sorted(sums.tolist())


def test_products_of_groups_have_block_diagonal_cartan_matrices() -> None:
    """Finite factors add nothing."""
    group = tw.SU(3) * tw.S(3) * tw.SO(5) * tw.U(1)
    found = cartan_matrix(group)
    assert found.tolist() == [[2, -1, 0, 0, 0], [-1, 2, 0, 0, 0], [0, 0, 2, -2, 0], [0, 0, -1, 2, 0]]
