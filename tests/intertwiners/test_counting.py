"""Exact dimensions against published tables and against counts by hand."""

from __future__ import annotations

import itertools
import math

import pytest

from intertwine.errors import IntertwineError
from intertwine.intertwiners.counting import (
    count_general_linear,
    count_maps,
    count_orthogonal,
    count_special_linear,
    count_special_orthogonal,
    count_symmetric,
    count_symplectic,
    partitions,
    standard_tableaux,
    stirling2,
)

BELL = [1, 1, 2, 5, 15, 52, 203, 877, 4140]
RIORDAN = [1, 0, 1, 1, 3, 6, 15, 36, 91, 232, 603, 1585, 4213]
CATALAN = [1, 1, 2, 5, 14, 42, 132]


def test_partitions_are_counted_by_their_known_numbers():
    assert [len(list(partitions(size, size))) for size in range(9)] == [1, 1, 2, 3, 5, 7, 11, 15, 22]
    assert list(partitions(5, 2)) == [(5,), (4, 1), (3, 2)]


@pytest.mark.parametrize("size", range(8))
def test_squares_of_tableaux_sum_to_the_factorial(size):
    assert sum(standard_tableaux(shape) ** 2 for shape in partitions(size, size)) == math.factorial(size)


@pytest.mark.parametrize("size", range(7))
def test_stirling_numbers_count_surjections(size):
    for blocks in range(size + 2):
        words = itertools.product(range(blocks), repeat=size)
        surjections = sum(set(word) == set(range(blocks)) for word in words)
        assert stirling2(size, blocks) * math.factorial(blocks) == surjections


def test_symmetric_groups_count_bell_numbers():
    assert [count_symmetric(20, slots) for slots in range(9)] == BELL


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("slots", range(6))
def test_symmetric_groups_count_average_fixed_points(n, slots):
    permutations = list(itertools.permutations(range(n)))
    total = sum(sum(p[i] == i for i in range(n)) ** slots for p in permutations)
    assert count_symmetric(n, slots) * len(permutations) == total


def test_rotations_count_riordan_and_squared_catalan_numbers():
    assert [count_special_orthogonal(3, slots) for slots in range(13)] == RIORDAN
    assert [count_special_orthogonal(4, 2 * half) for half in range(7)] == [c * c for c in CATALAN]
    assert [count_special_orthogonal(2, 2 * half) for half in range(7)] == [math.comb(2 * h, h) for h in range(7)]


def test_orthogonal_groups_count_pairings_when_n_is_large():
    assert [count_orthogonal(9, 2 * half) for half in range(7)] == [1, 1, 3, 15, 105, 945, 10395]
    assert count_orthogonal(3, 7) == 0


def test_small_symplectic_and_special_linear_groups_agree():
    """Sp(2) = SL(2), where V.dual is V."""
    for slots in range(9):
        assert count_symplectic(2, slots) == count_special_linear(2, slots, 0)
    assert [count_symplectic(2, 2 * half) for half in range(7)] == CATALAN


@pytest.mark.parametrize(("n", "size"), itertools.product(range(1, 5), range(6)))
def test_linear_groups_count_permutations_without_long_increasing_subsequences(n, size):
    short = 0
    for word in itertools.permutations(range(size)):
        runs = itertools.combinations(word, n + 1)
        short += not any(all(a < b for a, b in itertools.pairwise(run)) for run in runs)
    assert count_general_linear(n, size, size) == short


def test_special_linear_groups_see_determinants():
    assert count_special_linear(3, 3, 0) == count_special_linear(3, 0, 3) == 1
    assert count_special_linear(3, 6, 0) == 5
    assert count_special_linear(3, 4, 1) == 3
    assert count_general_linear(3, 3, 0) == 0


T = {power: (False,) * power for power in range(7)}


@pytest.mark.parametrize(
    ("kind", "n", "power_in", "power_out", "dim"),
    [
        ("symmetric", 10, 3, 3, 203),
        ("symmetric", 3, 2, 2, 14),
        ("symmetric", 5, 3, 2, 52),
        ("orthogonal", 4, 4, 4, 105),
        ("orthogonal", 3, 4, 4, 91),
        ("orthogonal", 3, 3, 3, 15),
        ("special-orthogonal", 4, 3, 3, 25),
        ("special-orthogonal", 3, 4, 3, 36),
        ("special-orthogonal", 3, 6, 6, 4213),
        ("symplectic", 4, 3, 3, 14),
        ("symplectic", 6, 3, 3, 15),
        ("general-linear", 3, 3, 3, 6),
        ("special-linear", 3, 3, 3, 6),
        ("special-linear", 3, 0, 3, 1),
        ("general-linear", 3, 0, 3, 0),
    ],
)
def test_known_numbers_of_maps(kind, n, power_in, power_out, dim):
    assert count_maps(kind, n, T[power_in], T[power_out]) == dim


def test_duals_move_factors_between_input_and_output():
    assert count_maps("general-linear", 3, (False, True), (False, True)) == 2
    assert count_maps("general-linear", 3, (False, False), (False, True)) == 0
    assert count_maps("special-linear", 3, (True,), (False, False)) == 1


def test_an_unknown_kind_is_refused():
    with pytest.raises(IntertwineError, match="the kinds are symmetric, orthogonal"):
        count_maps("exceptional", 7, (False,), (False,))
