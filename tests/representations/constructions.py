"""Random representations by every construction there is, and their matrices written out a second time."""

from __future__ import annotations

import itertools
import math

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

import intertwine as tw
from intertwine.groups.elements import Element
from intertwine.representations.derived import Lifted, Restricted
from intertwine.representations.powers import Power
from intertwine.representations.structure import Conjugate, Dual, Sum, TensorProduct

LARGEST = 12
"""Dimension of the representations drawn."""

PAIR = tw.SO(3) * tw.S(3)


def sign(group: tw.Group, *values: float) -> tw.Representation:
    """A one-dimensional representation of a finite group by its generators' numbers."""
    return group.representation([[[value]] for value in values])


SEEDS: dict[tw.Group, list[tw.Representation]] = {
    tw.C(1): [tw.C(1).vector, tw.C(1).regular],
    tw.C(4): [tw.C(4).vector, tw.C(4).regular, tw.C(4).representation([[[1j]]]), sign(tw.C(4), -1)],
    tw.C(5): [tw.C(5).vector, tw.D(5).vector.restrict(tw.C(5))],
    tw.D(4): [tw.D(4).vector, tw.D(4).points, tw.pixels(tw.D(4), (2, 2)), sign(tw.D(4), 1, -1), sign(tw.D(4), -1, 1)],
    tw.S(3): [tw.S(3).vector, tw.S(3).regular, sign(tw.S(3), -1, 1), tw.C(3).induce(tw.C(3).vector, tw.S(3))],
    tw.S(4): [tw.S(4).vector, tw.S(4).quotient(tw.S(2)), sign(tw.S(4), -1, -1)],
    tw.Q(8): [tw.Q(8).vector, tw.Q(8).regular, sign(tw.Q(8), -1, 1)],
    tw.Cube(): [tw.Cube().vector, tw.Cube().points],
    tw.Grid(2, 3): [tw.Grid(2, 3).vector],
    tw.wreath(tw.C(4), tw.S(2)): [tw.wreath(tw.C(4), tw.S(2)).vector],
    tw.SO(2): [tw.SO(2).vector, tw.O(2).vector.restrict(tw.SO(2))],
    tw.O(2): [tw.O(2).vector, tw.alt(tw.O(2).vector, 2)],
    tw.SO(3): [tw.SO(3).vector, tw.SO(3).adjoint, tw.O(3).vector.restrict(tw.SO(3))],
    tw.O(1, 2): [tw.O(1, 2).vector],
    tw.U(1): [tw.U(1).vector],
    tw.SU(2): [tw.SU(2).vector, tw.SU(2).adjoint, tw.U(2).vector.restrict(tw.SU(2))],
    tw.SU(3): [tw.SU(3).vector, tw.SU(3).adjoint],
    tw.SL(2): [tw.SL(2).vector, tw.SL(2).adjoint],
    tw.Lorentz(): [tw.Lorentz().vector],
    tw.R(2): [tw.R(2).vector],
    tw.semidirect(tw.R(2), tw.O(2)): [tw.semidirect(tw.R(2), tw.O(2)).vector],
    PAIR: [PAIR.lift(tw.SO(3).vector), PAIR.lift(tw.S(3).vector), PAIR.lift(sign(tw.S(3), -1, 1))],
}
"""Leaves of every kind, by group."""


@st.composite
def representations(
    draw: st.DrawFn, group: tw.Group | None = None, largest: int = LARGEST, groups: list[tw.Group] | None = None
) -> tw.Representation:
    """Recursive sums, copies, products, powers, duals and conjugates of leaves, up to a dimension."""
    chosen = group if group is not None else draw(st.sampled_from(groups or list(SEEDS)))
    leaves = st.sampled_from([rho for rho in [chosen.trivial, *SEEDS[chosen]] if rho.dim <= largest])
    rho = draw(leaves)
    for step in draw(st.lists(st.sampled_from(["+", "*", "copies", "sym", "alt", "dual", "conj", "swap"]), max_size=4)):
        made = rho
        if step in "+*":
            other = draw(leaves)
            made = rho + other if step == "+" else rho * other
        elif step == "copies":
            made = draw(st.integers(1, 3)) * rho
        elif step in ("sym", "alt"):
            k = draw(st.integers(2, 3))
            size = math.comb(rho.dim + k - 1, k) if step == "sym" else math.comb(rho.dim, k)
            if 0 < size <= largest:
                made = tw.sym(rho, k) if step == "sym" else tw.alt(rho, k)
        elif step == "dual":
            made = rho.dual
        elif step == "conj":
            made = rho.conj
        else:
            made = draw(leaves) + rho
        rho = made if made.dim <= largest else rho
    return rho


def reference(rho: tw.Representation, g: Element) -> NDArray[np.complexfloating]:
    """rho(g) of one element, from the leaves' matrices and textbook formulas."""
    if isinstance(rho, Sum):
        blocks = [reference(part, g) for part, count in rho.terms for _ in range(count)]
        out = np.zeros((rho.dim, rho.dim), dtype=complex)
        at = 0
        for block in blocks:
            out[at : at + len(block), at : at + len(block)] = block
            at += len(block)
        return out
    if isinstance(rho, TensorProduct):
        out = np.ones((1, 1), dtype=complex)
        for part in rho.factors:
            out = np.kron(out, reference(part, g))
        return out
    if isinstance(rho, Dual):
        return np.linalg.inv(reference(rho.base, g)).T
    if isinstance(rho, Conjugate):
        return reference(rho.base, g).conj()
    if isinstance(rho, Power):
        return _power(reference(rho.base, g), rho.k, rho.alternating)
    if isinstance(rho, Restricted):
        return reference(rho.base, rho.embedding(g))
    if isinstance(rho, Lifted):
        return reference(rho.base, g[rho.factor])
    return rho.matrix(g).numpy().astype(complex)


def _power(m: NDArray[np.complexfloating], k: int, alternating: bool) -> NDArray[np.complexfloating]:
    """Minors (alternating) or normalised permanents (symmetric) of m, for increasing index tuples."""
    choose = itertools.combinations if alternating else itertools.combinations_with_replacement
    indices = list(choose(range(len(m)), k))
    out = np.zeros((len(indices), len(indices)), dtype=complex)
    for r, rows in enumerate(indices):
        for c, columns in enumerate(indices):
            total = 0
            for order in itertools.permutations(range(k)):
                parity = np.linalg.det(np.eye(k)[list(order)]) if alternating else 1.0
                total += parity * np.prod([m[rows[i], columns[order[i]]] for i in range(k)])
            repeats = [math.prod(math.factorial(x.count(v)) for v in set(x)) for x in (rows, columns)]
            out[r, c] = total / (1 if alternating else math.sqrt(repeats[0] * repeats[1]))
    return out
