"""The orbit route finds exactly the equivariant maps, however the group is presented and however large the table is."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.intertwiners.orbit_cases import (
    cube_turns,
    cycle,
    dense,
    dense_projector,
    gauged_action,
    induced_action,
    random_action,
    symmetric_tensors,
    tensor_power,
)

from intertwine.errors import IntertwineError
from intertwine.intertwiners import orbit_table, orbits
from intertwine.intertwiners.orbit_sides import read_side
from intertwine.intertwiners.orbit_solution import OrbitSolution
from intertwine.intertwiners.orbit_table import Table, solve_by_rows, solve_directly, transpose
from intertwine.intertwiners.orbits import solve_orbits

BELL = [1, 1, 2, 5, 15, 52, 203, 877, 4140]
"""Set partitions of k points: the maps of S(n) between tensor powers that sum to k <= n."""

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 6)


def check_equation(solution: OrbitSolution, out_perms, out_phases, in_perms, in_phases) -> None:
    """W[p_out(b), p_in(a)] = w^(phi_out(b) - phi_in(a)) W[b, a], on labels and phases, so exactly."""
    labels = solution.labels.numpy()
    phases = np.zeros_like(labels) if solution.phases is None else solution.phases.numpy().astype(np.int64)
    for g, (p, q) in enumerate(zip(out_perms, in_perms, strict=True)):
        moved = np.ix_(p, q)
        np.testing.assert_array_equal(labels[moved], labels)
        turn = (0 if out_phases is None else out_phases[g][:, None]) - (0 if in_phases is None else in_phases[g])
        gap = (phases[moved] - phases - turn) % solution.order
        assert not gap[labels >= 0].any()


def check_canonical(solution: OrbitSolution) -> None:
    """Orbits are counted by first appearance, start with phase 0, and have the sizes they say."""
    labels = solution.labels.flatten().numpy()
    found, first, counts = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    np.testing.assert_array_equal(found, np.arange(solution.dim))
    assert (np.diff(first) > 0).all()
    np.testing.assert_array_equal(counts, solution.sizes.numpy())
    if solution.phases is not None:
        assert not solution.phases.flatten().numpy()[labels >= 0][first].any()


def same(a: Table, b: Table) -> bool:
    shifts = (a.shift is None and b.shift is None) or np.array_equal(a.shift, b.shift)  # pyright: ignore
    return np.array_equal(a.source, b.source) and np.array_equal(a.sizes, b.sizes) and shifts


# --- against a dense solver -------------------------------------------------------------------------------------


@given(seeds, sizes, sizes, st.integers(0, 3), st.sampled_from([1, 2, 3, 4, 6]), st.sampled_from(["random", "gauged"]))
def test_space_is_the_dense_null_space(seed, n_out, n_in, generators, order, kind):
    rng = np.random.default_rng(seed)
    out = random_action(rng, generators, n_out, order)
    in_ = random_action(rng, generators, n_in, order)
    if kind == "gauged":
        out, in_ = gauged_action(rng, out[0], order), gauged_action(rng, in_[0], order)
    solution = solve_orbits(*out, *in_, order)
    check_equation(solution, *out, *in_)
    check_canonical(solution)
    basis = solution.matrix(torch.eye(solution.dim, dtype=torch.float64)).flatten(1).numpy()
    expected = dense_projector(dense(*out, order), dense(*in_, order))
    assert solution.dim == round(expected.trace().real)
    np.testing.assert_allclose(basis.T @ basis.conj(), expected, atol=1e-12)
    if kind == "gauged":
        assert (solution.labels >= 0).all()


@pytest.mark.parametrize(
    ("order", "first", "second"), [(2, 1, 1), (2, 1, 0), (3, 1, 1), (3, 1, 2), (4, 1, 1), (4, 2, 1)]
)
def test_induced_characters(order, first, second):
    """Characters of Z_order wr C(4) induced to 4 points: irreducible, so one map between equal ones and else none."""
    out, in_ = induced_action(4, 2, order, first), induced_action(4, 3, order, second)
    solution = solve_orbits(*out, *in_, order)
    check_equation(solution, *out, *in_)
    assert solution.dim == (6 if first == second else 0)
    assert solution.dim == round(dense_projector(dense(*out, order), dense(*in_, order)).trace().real)
    assert int((solution.labels >= 0).sum()) == 4 * solution.dim


def test_a_cycle_whose_phase_does_not_close_is_dead():
    quarter_turns = [[1, 2, 3, 0]]
    closed = solve_orbits(quarter_turns, [[1, 1, 1, 1]], quarter_turns, [[0, 0, 0, 0]], 4)
    assert closed.dim == 4
    broken = solve_orbits(quarter_turns, [[1, 0, 0, 0]], quarter_turns, [[0, 0, 0, 0]], 4)
    assert broken.dim == 0
    assert (broken.labels == -1).all()


# --- known dimensions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "out_power", "in_power"), [(6, 2, 2), (5, 2, 3), (5, 0, 4), (6, 6, 0), (10, 3, 3), (8, 2, 5)]
)
def test_symmetric_group_counts_set_partitions(n, out_power, in_power):
    out, in_ = symmetric_tensors(n, out_power), symmetric_tensors(n, in_power)
    solution = solve_orbits(out, None, in_, None)
    assert solution.dim == BELL[out_power + in_power]
    assert solution.phases is None
    check_equation(solution, out, None, in_, None)
    check_canonical(solution)


def cube_tuples(length: int) -> int:
    """Orbits of the cube's group on tuples of stickers: of Z3 wr S8 on corners and Z2 wr S12 on edges, independently.

    Stickers of one block lie on one cubelet, in 3^(size - 1) or 2^(size - 1) relative positions. The constraints on
    parity and total orientation do not bind tuples of up to four.
    """
    corners, edges = [1, 1, 4, 19, 109], [1, 1, 3, 11, 49]
    choose = [[1], [1, 1], [1, 2, 1], [1, 3, 3, 1], [1, 4, 6, 4, 1]][length]
    return sum(ways * corners[k] * edges[length - k] for k, ways in enumerate(choose))


@pytest.mark.parametrize(("out_power", "in_power", "dim"), [(1, 1, 9), (2, 1, 51), (1, 2, 51), (2, 2, 350)])
def test_the_cube(out_power, in_power, dim):
    out = np.stack([tensor_power(p, out_power) for p in cube_turns()])
    in_ = np.stack([tensor_power(p, in_power) for p in cube_turns()])
    solution = solve_orbits(out, None, in_, None)
    assert solution.dim == dim == cube_tuples(out_power + in_power)
    check_equation(solution, out, None, in_, None)
    check_canonical(solution)


def test_memory_stays_near_that_of_the_labels():
    perms = np.stack([tensor_power(p, 2) for p in cube_turns()])
    tracemalloc.start()
    solution = solve_orbits(perms, None, perms, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * 4 * solution.labels.numel()


def test_a_regular_representation_gives_the_group_algebra():
    solution = solve_orbits(cycle(300)[None], None, cycle(300)[None], None)
    a, b = np.ogrid[:300, :300]
    np.testing.assert_array_equal(solution.labels.numpy(), (b - a) % 300)


# --- the two ways to solve, and every way to cut the work -------------------------------------------------------


@given(
    seeds,
    st.integers(1, 24),
    st.integers(1, 24),
    st.integers(1, 3),
    st.sampled_from([1, 2, 3, 4, 32, 100]),
    st.sampled_from(["random", "gauged", "short"]),
)
def test_rows_agree_with_the_whole_table(seed, n_out, n_in, generators, order, kind):
    rng = np.random.default_rng(seed)
    out = random_action(rng, generators, n_out, order)
    in_ = random_action(rng, generators, n_in, order)
    if kind == "gauged":
        out, in_ = gauged_action(rng, out[0], order), gauged_action(rng, in_[0], order)
    if kind == "short":  # many small orbits
        short = [np.concatenate([rng.permutation(3) + 3 * k for k in range(8)]) for _ in range(generators)]
        out = gauged_action(rng, np.stack(short), order)
    rows, columns = read_side("out", *out, order), read_side("in", *in_, order)
    whole = solve_directly(rows, columns)
    for batch, chunk in [(2**20, 2**17), (1, 1), (50, 7)]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(orbit_table, "BATCH_UNKNOWNS", batch)
            patch.setattr(orbit_table, "CHUNK_ENTRIES", chunk)
            first_rows, first_columns = _first(rows), _first(columns)
            assert same(solve_by_rows(rows, columns, first_rows), whole)
            exchanged = solve_by_rows(columns.conjugate(), rows.conjugate(), first_columns)
            assert same(transpose(exchanged, first_rows, order), whole)


def _first(side) -> np.ndarray:
    return np.unique(side.point_orbits()[0], return_index=True)[1]


@pytest.mark.parametrize("swap", [False, True])
def test_large_tables_with_phases(swap):
    """Above the size of direct solution, with the side of fewer orbits on either hand."""
    rng = np.random.default_rng(3)
    few = gauged_action(rng, symmetric_tensors(5, 3), 3)
    many = gauged_action(rng, np.tile(np.arange(700), (2, 1)), 3)
    out, in_ = (many, few) if swap else (few, many)
    assert few[0].shape[1] * many[0].shape[1] > orbits.DIRECT_ENTRIES
    solution = solve_orbits(*out, *in_, 3)
    assert solution.dim == 700 * BELL[3]
    check_equation(solution, *out, *in_)
    check_canonical(solution)


# --- the answer is the group's ----------------------------------------------------------------------------------


@given(seeds, st.sampled_from([1, 2, 3]), st.booleans())
def test_choice_and_order_of_generators_do_not_matter(seed, order, stabilisers):
    rng = np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as patch:
        if stabilisers:
            patch.setattr(orbits, "DIRECT_ENTRIES", 0)
        out, in_ = random_action(rng, 3, 7, order), random_action(rng, 3, 5, order)
        expected = solve_orbits(*out, *in_, order)

        def others(perms, phases):
            """Generators h, k g, g of the same group in place of g, h, k."""
            g, h, k = range(3)
            product = perms[k][perms[g]]
            turned = (phases[g] + phases[k][perms[g]]) % order
            return np.stack([perms[h], product, perms[g]]), np.stack([phases[h], turned, phases[g]])

        found = solve_orbits(*others(*out), *others(*in_), order)
    assert torch.equal(found.labels, expected.labels)
    assert (found.phases is None) == (expected.phases is None)
    if found.phases is not None and expected.phases is not None:
        assert torch.equal(found.phases, expected.phases)


@given(seeds)
def test_renaming_the_points_renames_the_answer(seed):
    rng = np.random.default_rng(seed)
    out, _ = random_action(rng, 2, 8, 1)
    in_, _ = random_action(rng, 2, 9, 1)
    s, t = rng.permutation(8), rng.permutation(9)
    renamed_out, renamed_in = (np.stack([r[p[np.argsort(r)]] for p in x]) for r, x in ((s, out), (t, in_)))
    before = solve_orbits(out, None, in_, None)
    after = solve_orbits(renamed_out, None, renamed_in, None)
    pairs = np.stack([before.labels.numpy().ravel(), after.labels.numpy()[np.ix_(s, t)].ravel()])
    assert len(np.unique(pairs, axis=1).T) == before.dim == after.dim


# --- edges ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_out", "n_in"), [(3, 4), (1, 1), (300, 400), (0, 3), (3, 0)])
def test_the_trivial_group_shares_nothing(n_out, n_in):
    solution = solve_orbits(np.zeros((0, n_out)), None, np.zeros((0, n_in)), None)
    np.testing.assert_array_equal(solution.labels, np.arange(n_out * n_in).reshape(n_out, n_in))
    assert solution.dim == n_out * n_in


def test_signs_on_one_dimension():
    swap_sign = ([[0]], [[1]])
    assert solve_orbits(*swap_sign, *swap_sign, 2).dim == 1
    assert solve_orbits(*swap_sign, [[0]], None, 2).dim == 0


def test_one_row_or_column_of_any_length():
    n = orbits.DIRECT_ENTRIES + 3
    assert solve_orbits([[0]], None, cycle(n)[None], None).dim == 1
    assert solve_orbits(cycle(n)[None], None, [[0]], None).dim == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0, 0]], None, [[0, 1]], None, 1), r"out_perms\[0\] is not a permutation: no point goes to 1"),
        (([[0, 1]], None, [[1, 2]], None, 1), "in_perms holds images from 1 to 2, but the points are 0 .. 1"),
        (([[0, 1]], None, [[-1, 0]], None, 1), "in_perms holds images from -1 to 0"),
        (([[0.0, 1.0]], None, [[0]], None, 1), "out_perms has type float64"),
        (([0, 1], None, [[0]], None, 1), r"out_perms has shape \(2,\); give a table \(generators, dimension\)"),
        (([[0, 1], [1, 0]], None, [[0]], None, 1), "out_perms has 2 generators and in_perms 1"),
        (([[0, 1]], [[0, 2]], [[0]], [[0]], 2), r"out_phases holds values from 0 to 2, but phases are powers 0 .. 1"),
        (([[0, 1]], [[0, 1]], [[0]], None, 1), "out_phases holds values from 0 to 1"),
        (([[0, 1]], [[0]], [[0]], None, 2), r"out_phases has shape \(1, 1\) beside permutations of shape \(1, 2\)"),
        (([[0]], None, [[0]], None, 0), "order = 0"),
    ],
)
def test_bad_input_is_refused_with_the_reason(arguments, message):
    with pytest.raises(IntertwineError, match=message):
        solve_orbits(*arguments)


def test_a_table_beyond_32_bits_is_refused():
    perms = np.arange(50_000)[None]
    with pytest.raises(IntertwineError, match="50000 x 50000 entries is too large"):
        solve_orbits(perms, None, perms, None)
