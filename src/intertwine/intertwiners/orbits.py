"""The orbit route: equivariant maps between permutation, signed-permutation and monomial representations.

W commutes with the group when, for every generator g and every entry,

    W[p_out(b), p_in(a)] = w^(phi_out(b) - phi_in(a)) W[b, a],          w = exp(2 pi i / order),

so the entries of one orbit of the group on pairs (b, a) are one number up to phases, and a phase that does not close
forces that number to vanish. Where the table of pairs is small its orbits are found directly. Where it is large, the
orbits on rows x columns are found as the orbits, for one representative row x0 of each orbit of rows, of the
stabiliser of x0 on the columns (Schreier's lemma): rows are carried along a spanning tree of the orbit, and each
generator that leads from row to row outside of the tree is one relation on the columns of x0, or a check.

Source: Schreier generators as in Holt, Eick and O'Brien, "Handbook of Computational Group Theory" (2005), 4.1.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from ..errors import IntertwineError
from .orbit_sides import Side, read_side
from .orbit_solution import OrbitSolution
from .orbit_table import Table, solve_by_rows, solve_directly, transpose
from .orbit_unknowns import IntArray

DIRECT_ENTRIES = 2**16
"""Up to this size (measured) an unknown for every entry costs less than the bookkeeping of rows."""


def solve_orbits(
    out_perms: ArrayLike,
    out_phases: ArrayLike | None,
    in_perms: ArrayLike,
    in_phases: ArrayLike | None,
    order: int = 1,
) -> OrbitSolution:
    """All maps that commute with monomial actions, rho(g) e_i = w^phases[g, i] e_{perms[g, i]}.

    Args:
        out_perms: (generators, dim B) images of the basis vectors of B; zero rows for the trivial group.
        out_phases: (generators, dim B) powers of w = exp(2 pi i / order) at the source index; None for all 0.
        in_perms, in_phases: the same for A, generator by generator.
        order: 1 for permutations, 2 for signed ones, k for phases that are powers of exp(2 pi i / k).

    The answer depends on the group and not on the choice or order of its generators. Near-linear in the number of
    entries; memory is that of one int32 (and one small integer, with phases) per entry.

    Raises:
        IntertwineError: for rows that are no permutations, phases out of range, tables that do not fit together.

    Example, matrices that commute with the rotation of three points:
        >>> solve_orbits([[1, 2, 0]], None, [[1, 2, 0]], None).labels
        tensor([[0, 1, 2],
                [2, 0, 1],
                [1, 2, 0]], dtype=torch.int32)
    """
    if order < 1:
        raise IntertwineError(f"order = {order}; give 1 for permutations, 2 for signs, k for powers of exp(2 pi i/k).")
    out, in_ = read_side("out", out_perms, out_phases, order), read_side("in", in_perms, in_phases, order)
    if out.generators != in_.generators:
        raise IntertwineError(
            f"out_perms has {out.generators} generators and in_perms {in_.generators}: both representations need "
            "the images of the same generators, in the same order."
        )
    entries = out.size * in_.size
    if entries >= 2**31:
        raise IntertwineError(
            f"a table of {out.size} x {in_.size} entries is too large to label: split the representations into "
            "summands, or move tensor factors from one side to the other, and solve the blocks."
        )
    if entries <= DIRECT_ENTRIES or 1 in (out.size, in_.size):
        table = solve_directly(out, in_)
    else:
        table = _solve_by_stabilisers(out, in_)
    return _solution(table, order)


def _solution(table: Table, order: int) -> OrbitSolution:
    phases = None
    if table.shift is not None and (table.shift.any() or (table.source < 0).any()):
        phases = torch.from_numpy(table.shift)
    return OrbitSolution(torch.from_numpy(table.source), phases, torch.from_numpy(table.sizes), order)


def _solve_by_stabilisers(out: Side, in_: Side) -> Table:
    """Take for rows the side on which few, short spanning trees have to be grown."""
    out_orbits, out_count = out.point_orbits()
    in_orbits, in_count = in_.point_orbits()
    # Nanoseconds: each representative has as many unknowns as there are columns; a tree is at most as deep as its
    # number of rows, and each level costs a few array operations.
    cost_out = 40 * out_count * in_.size + 20_000 * out.size
    cost_in = 40 * in_count * out.size + 20_000 * in_.size
    if cost_out <= cost_in:
        return solve_by_rows(out, in_, _first_of_each(out_orbits, out_count))
    # The transposed map commutes with the conjugate phases exchanged.
    table = solve_by_rows(in_.conjugate(), out.conjugate(), _first_of_each(in_orbits, in_count))
    return transpose(table, _first_of_each(out_orbits, out_count), out.order)


def _first_of_each(labels: IntArray, count: int) -> IntArray:
    """The first position of each of the labels 0 .. count-1, which are counted by first appearance."""
    return np.unique(labels, return_index=True)[1] if count else np.zeros(0, dtype=np.int64)
