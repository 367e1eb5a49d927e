"""Spin(1,3): the cover of the Lorentz group, spinors, gamma matrices."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest
import torch
from tests.representations.couplings import check_coupling, check_decomposition

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups import inclusion
from intertwine.representations import Representation
from intertwine.testing.groups import check_group
from intertwine.testing.representations import check_representation

S, L = tw.Spin(1, 3), tw.Lorentz()
W, MAJORANA, FIELD = S.vector, S.irrep(("1/2", 0), real=True), S.irrep((1, 0), real=True)
ETA = torch.diag(torch.tensor([1.0, -1, -1, -1], dtype=torch.float64))
SPINS = [
    (0, 0), ("1/2", 0), (0, "1/2"), (1, 0), ("1/2", "1/2"), (1, "1/2"), ("1/2", 1), (1, 1), ("3/2", 0), (2, "1/2"),
    (2, 1),
]  # fmt: skip


def test_group_laws() -> None:
    check_group(S)
    assert (S.name, S.algebra_dim, S.is_compact) == ("Spin(1,3)", 6, False)
    assert pickle.loads(pickle.dumps(S)) == S


def test_the_cover() -> None:
    cover = inclusion(S, L)
    a = S.sample(20, generator=torch.Generator().manual_seed(0))
    assert bool(L.contains(cover(a)).all())
    assert torch.equal(cover(a), cover(-a))
    assert float((S.cover_algebra(S.algebra) - L.algebra).abs().max()) < 1e-15
    assert float((cover.algebra(S.algebra) - L.algebra).abs().max()) < 1e-13
    assert float((cover(S.exp(S.algebra)) - L.exp(L.algebra)).abs().max()) < 1e-13


def test_boosts_and_rotations_have_the_textbook_sense() -> None:
    """A = exp(-eta sigma_z / 2) boosts along z, and exp(-i theta sigma_z / 2) turns x to y."""
    sigma_z = torch.tensor([[1, 0], [0, -1]], dtype=torch.complex128)
    boosted = S.cover(torch.linalg.matrix_exp(-0.7 * sigma_z / 2)) @ torch.tensor([1.0, 0, 0, 0], dtype=torch.float64)
    turned = S.cover(torch.linalg.matrix_exp(-0.7j * sigma_z / 2)) @ torch.tensor([0, 1.0, 0, 0], dtype=torch.float64)
    rapidity = torch.tensor(0.7, dtype=torch.float64)
    assert torch.allclose(boosted[[0, 3]], torch.stack([rapidity.cosh(), rapidity.sinh()]))
    assert torch.allclose(turned[[1, 2]], torch.stack([rapidity.cos(), rapidity.sin()]))


@pytest.mark.parametrize("spins", SPINS, ids=str)
def test_irreps(spins: tuple[object, object]) -> None:
    rho = S.irrep(spins)
    first, second = (int(2 * Fraction(str(s))) for s in spins)
    assert rho.dim == (first + 1) * (second + 1)
    assert rho.type == ("real" if first == second else "complex")  # type: ignore[attr-defined]
    check_representation(rho, samples=4)
    g = S.sample(3)
    assert torch.equal(rho.conj.matrix(g), rho.matrix(g).conj())
    if (first + second) % 2 == 0:
        below, cover = L.irrep(spins), inclusion(S, L)
        assert float((below.matrix(cover(g)) - rho.matrix(g)).abs().max()) < 1e-10
        assert (below.restrict(S) >> rho).dim == (1 if rho.is_complex else (rho >> rho).dim)
    else:
        assert float((rho.matrix(-g) + rho.matrix(g)).abs().max()) == 0


def test_the_first_spins_are_the_matrix_its_conjugate_and_the_four_vector() -> None:
    g = S.sample(5)
    assert float((W.matrix(g) - g).abs().max()) < 1e-15
    assert torch.equal(S.irrep((0, "1/2")).matrix(g), W.matrix(g).conj())
    assert float((S.irrep(("1/2", "1/2")).matrix(g) - S.cover(g)).abs().max()) < 1e-14


def test_spinors_in_the_large() -> None:
    """Boosts to gamma = 1,000 keep their relative precision."""
    boost = S.exp(7.6 * S.algebra[0])
    back = S.exp(-7.6 * S.algebra[0])
    for spins in (("1/2", 0), (1, "1/2"), ("3/2", "3/2")):
        rho = S.irrep(spins)
        size = float(rho.matrix(boost).abs().max())
        assert float((rho.matrix(boost) @ rho.matrix(back) - torch.eye(rho.dim)).abs().max()) < 1e-14 * size**2


def test_products_and_sums() -> None:
    assert check_decomposition(W * W) == "(1,0) + (0,0)"
    assert check_decomposition(W * W.conj) == "(1/2,1/2)"
    assert check_decomposition(MAJORANA * MAJORANA) == "((1,0) + (0,1)) + 2x(1/2,1/2) + 2x(0,0)"
    assert check_decomposition(S.adjoint) == "((1,0) + (0,1))"
    assert check_decomposition(L.vector.restrict(S) * W) == "(1,1/2) + (0,1/2)"
    found = tw.tensor_decomposition(S.irrep((1, "1/2")), W)
    assert {str(rho): m for rho, m in found.items()} == {"(3/2,1/2)": 1, "(1/2,1/2)": 1}


@pytest.mark.parametrize(
    ("a", "b", "c", "multiplicity"),
    [
        (W, W, S.irrep((1, 0)), 1),
        (W, W.conj, S.irrep(("1/2", "1/2")), 1),
        (S.irrep((1, "1/2")), S.irrep(("1/2", 1)), S.irrep(("1/2", "1/2")), 1),
        (MAJORANA, MAJORANA, S.irrep(("1/2", "1/2")), 2),
        (MAJORANA, MAJORANA, FIELD, 2),
        (S.irrep(("1/2", "1/2")), MAJORANA, MAJORANA, 2),
        (S.irrep((1, "1/2"), real=True), MAJORANA, S.irrep(("1/2", "1/2")), 2),
        (MAJORANA, MAJORANA, MAJORANA, 0),
    ],
    ids=str,
)
def test_couplings(a: Representation, b: Representation, c: Representation, multiplicity: int) -> None:
    check_coupling(a, b, c, multiplicity)


def test_gamma_matrices() -> None:
    """A four-vector and a Majorana spinor couple by gamma_m gamma_n + gamma_n gamma_m = 2 eta_mn, up to scale."""
    cg = tw.clebsch_gordan(S.irrep(("1/2", "1/2")), MAJORANA, MAJORANA)
    gamma = cg[0].transpose(1, 2)  # (m, spinor out, spinor in); indices of the tensor are lowered by eta
    anti = torch.einsum("mij,njk->mnik", gamma, gamma)
    anti = anti + anti.transpose(0, 1)
    scale = anti[0, 0, 0, 0]
    assert abs(float(scale)) > 0.1
    assert float((anti - scale * torch.einsum("mn,ik->mnik", ETA, torch.eye(4))).abs().max()) < 1e-12


def test_subgroups_and_refusals() -> None:
    assert (tw.SU(2).vector >> W.restrict(tw.SU(2))).dim == 1
    with pytest.raises(IntertwineError, match=r"Spin\(1,3\) has it"):
        L.irrep(("1/2", 0))
    with pytest.raises(IntertwineError, match="two spins"):
        S.irrep(4)
    with pytest.raises(IntertwineError, match="no spin"):
        S.irrep(("1/3", 0))
    with pytest.raises(IntertwineError, match=r"USp\(4\)"):
        tw.Spin(5)
    with pytest.raises(IntertwineError, match="trailing shape"):
        W.matrix(L.sample(1))
    images = W.algebra(S.algebra)
    assert float((S.representation(images).matrix(S.exp(S.algebra)) - S.exp(S.algebra)).abs().max()) < 1e-12
