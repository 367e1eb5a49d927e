"""What representations of Lie groups say of themselves: trivial, faithful, unitary."""

from __future__ import annotations

import pytest
import torch

import intertwine as tw
from intertwine.errors import IntertwineError

V = {name: group.vector for name, group in {
    "SO2": tw.SO(2), "O2": tw.O(2), "SO3": tw.SO(3), "O3": tw.O(3), "SO4": tw.SO(4), "SU2": tw.SU(2), "SU3": tw.SU(3),
    "U1": tw.U(1), "U2": tw.U(2), "SL2": tw.SL(2), "SL3": tw.SL(3), "GL1": tw.GL(1), "GL2": tw.GL(2), "Sp4": tw.Sp(4),
    "L": tw.Lorentz(), "O13": tw.O(1, 3), "SO11": tw.SO(1, 1), "O1": tw.O(1), "SO1": tw.SO(1),
    "USp4": tw.USp(4)}.items()}  # fmt: skip

FAITHFUL: list[tuple[str, tw.Representation, bool]] = [
    ("charge 1", V["U1"], True), ("charge 2", V["U1"] ** 2, False),
    ("charges 2 and 3", V["U1"] ** 2 + V["U1"] ** 3, True),
    ("charge 0", V["U1"] * V["U1"].conj, False), ("trivial", tw.SO(3).trivial, False), ("SO(3)", V["SO3"], True),
    ("SO(3) on pairs", V["SO3"] ** 2, True), ("SO(3) on its algebra", tw.SO(3).adjoint, True),
    ("O(3) on pairs: -1 acts as 1", V["O3"] ** 2, False), ("O(3) on triples", V["O3"] ** 3, True),
    ("O(3) axial", tw.alt(V["O3"], 2), False), ("O(2) determinant", tw.alt(V["O2"], 2), False),
    ("O(2) determinant and pairs", tw.alt(V["O2"], 2) + V["O2"] ** 2, False), ("SU(2)", V["SU2"], True),
    ("SU(2) on its algebra", tw.SU(2).adjoint, False), ("spin 3/2", tw.sym(V["SU2"], 3), True),
    ("SU(3) octet: triality", tw.SU(3).adjoint, False), ("SU(3) sextet", tw.sym(V["SU3"], 2), True),
    ("SU(3) decuplet", tw.sym(V["SU3"], 3), False), ("SO(4) self-dual pairs", tw.alt(V["SO4"], 2), False),
    ("U(2) determinant", tw.alt(V["U2"], 2), False), ("USp(4) traceless pairs", tw.alt(V["USp4"], 2), False),
    ("SL(2)", V["SL2"], True), ("SL(2) on its algebra: -1", tw.SL(2).adjoint, False),
    ("SL(3) on its algebra: no centre",
     tw.SL(3).adjoint, True), ("SL(3) cubes", tw.sym(V["SL3"], 3), True),
     ("x -> x^3 on the reals", V["GL1"] ** 3, True),
    ("x -> x^2", V["GL1"] ** 2, False), ("GL(2) on its algebra", tw.GL(2).adjoint, False),
    ("GL(2) on triples", V["GL2"] ** 3, True), ("Sp(4) on pairs", V["Sp4"] ** 2, False),
    ("Lorentz, on its algebra: connected", tw.Lorentz().adjoint, True), ("Lorentz on pairs", V["L"] ** 2, True),
    ("full Lorentz on pairs", V["O13"] ** 2, False), ("SO(1,1) on pairs", V["SO11"] ** 2, False),
    ("O(1)", V["O1"], True), ("O(1) on pairs", V["O1"] ** 2, False), ("SO(1) trivially", tw.SO(1).trivial, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rho", "expected"), [(rho, x) for _, rho, x in FAITHFUL], ids=[name for name, _, _ in FAITHFUL]
)
def test_is_faithful(rho: tw.Representation, expected: bool) -> None:
    """Whether some element but the identity acts as the identity."""
    assert rho.is_faithful == expected


def test_faithful_representations_of_finite_groups() -> None:
    """By all elements; of Rubik's cube only what moves the stickers is decided."""
    assert tw.S(4).vector.is_faithful
    assert not tw.S(4).representation([[[-1.0]], [[-1.0]]]).is_faithful
    assert not tw.alt(tw.S(4).vector, 4).is_faithful
    assert tw.Rubik().vector.is_faithful
    with pytest.raises(IntertwineError, match="only decided"):
        tw.alt(tw.Rubik().vector, 1 + 1).is_faithful  # noqa: B018
    with pytest.raises(IntertwineError, match="only decided"):
        tw.R(2).vector.is_faithful  # noqa: B018


@pytest.mark.parametrize("name", V, ids=str)
def test_is_unitary(name: str) -> None:
    """As the matrices of random elements are."""
    rho = V[name]
    g = rho.matrix(rho.group.sample(20))
    eye = torch.eye(rho.dim, dtype=g.dtype)
    assert rho.is_unitary == torch.allclose(g.mH @ g, eye.expand_as(g), atol=1e-9)
    assert rho.is_orthogonal == (rho.is_unitary and not rho.is_complex)
    assert (rho + rho.group.trivial).is_unitary == rho.is_unitary
    assert rho.group.trivial.is_unitary


def test_determinants_of_volume_keeping_groups_are_trivial() -> None:
    """alt(V, n) is the determinant: trivial for SL(n), SU(n), SO(n), and a sign for O(n)."""
    for group, trivial in (
        (tw.SL(2), True), (tw.SL(3), True), (tw.SU(3), True), (tw.SO(3), True), (tw.Sp(4), True),
        (tw.Lorentz(), True),
        (tw.O(2), False), (tw.GL(2), False), (tw.U(2), False), (tw.O(1, 3), False), (tw.A(4), True), (tw.S(4), False),
    ):  # fmt: skip
        determinant = tw.alt(group.vector, group.vector.dim)
        assert determinant.dim == 1
        assert determinant.is_trivial == trivial
        assert (determinant >> group.trivial).dim == int(trivial)


def test_representations_of_dimension_zero() -> None:
    """The Lie algebra of a finite matrix group is the zero space: nothing acts, nothing maps."""
    rho = tw.O(1).adjoint
    assert rho.dim == 0
    assert rho.matrix(tw.O(1).sample(3)).shape == (3, 0, 0)
    assert rho.apply(tw.O(1).sample(3), torch.zeros(3, 0)).shape == (3, 0)
    assert rho.is_unitary
    assert rho.is_trivial
    assert (rho >> tw.O(1).vector).dim == 0
    assert (rho >> tw.O(1).vector).basis().shape == (0, 1, 0)
