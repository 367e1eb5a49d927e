"""Representations are values: printing, equality, hashes, copies in this and in another process."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups.subgroups import inclusion

SO3, C4, S4, PAIR = tw.SO(3), tw.C(4), tw.S(4), tw.SO(3) * tw.S(3)
V, W = SO3.vector, tw.SU(3).vector
PRINTED: list[tuple[tw.Representation, str]] = [
    (SO3.trivial, "1"), (V, "V"), (8 * SO3.trivial + 4 * V, "8x1 + 4xV"), (V + V, "2xV"),
    (V + SO3.trivial + V, "V + 1 + V"),
    (V * V, "V*V"), (V**3, "V**3"), (V**3 * SO3.adjoint, "V**3*adjoint"), (V * (V + SO3.trivial), "V*(V + 1)"),
    (2 * (V + SO3.trivial), "2x(V + 1)"), (W.conj, "V.conj"), (W.dual, "V.conj"), (V.dual, "V"), (V.conj, "V"),
    (tw.SL(2).vector.dual, "V.dual"), (tw.sym(V, 2), "sym(V, 2)"), (tw.alt(V + SO3.trivial, 2), "alt(V + 1, 2)"),
    (C4.regular, "regular"), (S4.vector, "V"), (C4.points, "points"), (S4.quotient(tw.S(3)), "G/S(3)"),
    (tw.C(3).induce(tw.C(3).vector, tw.D(3)), "Ind(V)"), (V.restrict(tw.Cube()), "V|Cube()"),
    (PAIR.lift(V), "V[1]"), (PAIR.vector, "V[1]*V[2]"), (tw.pixels(C4, (3, 3)), "pixels(3x3)"), (V**0, "1"),
    (V**1, "V"),
    (SO3.trivial * V, "V"), (SO3.trivial * SO3.trivial, "1"), (tw.sym(V, 1), "V"), (tw.alt(V, 0), "1"), (1 * V, "V"),
]  # fmt: skip


@pytest.mark.parametrize(("rho", "text"), PRINTED, ids=[text for _, text in PRINTED])
def test_printing(rho: tw.Representation, text: str) -> None:
    """As mathematics does."""
    assert repr(rho) == str(rho) == text


def test_equality_is_by_value() -> None:
    """The same construction is equal, with equal hash; each of these differs from all others."""
    made = [
        lambda: SO3.trivial, lambda: SO3.vector, lambda: SO3.vector**2, lambda: 2 * SO3.vector,
        lambda: tw.sym(SO3.vector, 2),
        lambda: tw.alt(SO3.vector, 2), lambda: SO3.adjoint, lambda: tw.O(3).vector, lambda: C4.regular,
        lambda: C4.points,
        lambda: C4.vector, lambda: tw.pixels(C4, (3, 3)), lambda: W, lambda: W.conj, lambda: PAIR.lift(V),
        lambda: C4.representation([[[-1.0]]]), lambda: C4.representation([[[1j]]]), lambda: V.restrict(tw.Cube()),
        lambda: tw.C(3).induce(tw.C(3).vector, tw.D(3)), lambda: S4.quotient(tw.S(3)), lambda: S4.quotient(tw.D(4)),
        lambda: tw.SL(2).vector.dual, lambda: SO3.representation(SO3.algebra), lambda: V + SO3.trivial,
    ]  # fmt: skip
    first, second = [make() for make in made], [make() for make in made]
    for k, rho in enumerate(first):
        assert hash(rho) == hash(second[k])
        assert [rho == other for other in second] == [j == k for j in range(len(second))]
    assert V + SO3.trivial != SO3.trivial + V  # the order of features differs
    assert V != "V"
    assert V + V == 2 * V
    assert V * V * V == V**3
    assert (V + SO3.trivial) + V == V + (SO3.trivial + V)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: 0 * V, "positive integer"),
        (lambda: -2 * V, "positive integer, got -2"),
        (lambda: 1.5 * V, "positive integer, got 1.5"),  # type: ignore[operator]
        (lambda: V * 2, r"copies are written 2\*rho"),  # type: ignore[operator]
        (lambda: V**-1, "non-negative integer, got -1"),
        (lambda: V**0.5, "non-negative integer"),  # type: ignore[operator]
        (lambda: V + C4.vector, r"cannot add representations of SO\(3\) and C\(4\)"),
        (lambda: V * C4.vector, "lifted to it first"),
        (lambda: V >> C4.vector, "one group"),
        (lambda: V >> 3, "one group"),  # type: ignore[operator]
        (lambda: tw.alt(V, 4), "only 3 dimensions"),
        (lambda: tw.sym(V, -1), "non-negative integer"),
        (lambda: V.apply(SO3.identity, torch.randn(4)), r"dimension 3.*\(4,\)"),
        (lambda: (V * V).apply(SO3.identity, torch.randn(3)), "dimension 9"),
        (lambda: (V + V).apply(SO3.identity, torch.tensor(1.0)), "dimension 6"),
        (lambda: C4.regular.apply(C4.identity, torch.randn(3)), "dimension 4"),
        (lambda: C4.points.matrix(torch.arange(3)), "trailing shape"),
        (lambda: tw.pixels(tw.C(3), (4, 4)), "turn by right angles"),
        (lambda: tw.pixels(C4, (4, 4, 4)), "3"),
        (lambda: tw.pixels(C4, (3, 4)).matrix(C4.sample(5)), "square"),
    ],
)
def test_what_cannot_be_built(make, message: str) -> None:
    """Multiplicities, powers, mixed groups and shapes."""
    with pytest.raises(IntertwineError, match=message):
        make()


ALL = [rho for rho, _ in PRINTED] + [tw.Lorentz().vector.dual, SO3.representation(SO3.algebra),
tw.semidirect(tw.R(2), tw.O(2)).vector,
       V.restrict(tw.SO(3)), tw.wreath(tw.C(2), tw.S(3)).vector, tw.Rubik().vector]  # fmt: skip


def test_copies_in_this_process() -> None:
    """Pickled and deep copies are equal, and act as the original does, before and after it has computed anything."""
    for rho in ALL:
        g = rho.group.sample(2)
        for _ in range(2):
            for other in (pickle.loads(pickle.dumps(rho)), copy.deepcopy(rho), copy.copy(rho)):
                assert other == rho
                assert hash(other) == hash(rho)
                assert {rho: 1}[other] == 1
                assert torch.equal(other.matrix(g), rho.matrix(g))
            _ = rho.is_unitary, rho.is_trivial, rho >> rho.group.trivial


READER = """
import pickle, sys
import intertwine as tw
found = pickle.load(open(sys.argv[1], "rb"))
V = tw.SO(3).vector
fresh = [2 * V + V * V, tw.S(4).vector, tw.SL(2).vector.dual, tw.C(4).representation([[[1j]]]), V.restrict(tw.Cube())]
for a, b in zip(found["representations"], fresh, strict=True):
    assert a == b and hash(a) == hash(b) and {b: 1}[a] == 1, (a, b)
for a, b in zip(found["groups"], [tw.SO(3), tw.S(3) * tw.SO(2), tw.wreath(tw.C(2), tw.S(3))], strict=True):
    assert a == b and hash(a) == hash(b), (a, b)
assert found["space"].dim == 3
"""


def test_copies_in_another_process(tmp_path: Path) -> None:
    """Hashes of strings differ from process to process; equality and look-ups must not."""
    space = V * V >> V * V
    assert space.dim == 3
    content = {
        "representations": [
            2 * V + V * V, S4.vector, tw.SL(2).vector.dual, C4.representation([[[1j]]]),
            V.restrict(inclusion(tw.Cube(), SO3)),
        ],
        "groups": [SO3, tw.S(3) * tw.SO(2), tw.wreath(tw.C(2), tw.S(3))],
        "space": space,
    }  # fmt: skip
    file = tmp_path / "values.pickle"
    file.write_bytes(pickle.dumps(content))
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", READER, str(file)], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
