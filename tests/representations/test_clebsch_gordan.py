"""Clebsch-Gordan tensors: equivariance, orthonormality, conventions, and products without matrices."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
import torch
from sympy import Rational
from sympy.physics.quantum.cg import CG
from tests.representations.couplings import check_coupling
from torch import Tensor

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups import Group

CASES = [  # group, a, b, c, multiplicity
    (tw.SU(3), "3", "3bar", 8, 1),
    (tw.SU(3), 8, 8, 8, 2),
    (tw.SU(3), 8, 8, 27, 1),
    (tw.SU(3), 27, 8, 27, 2),
    (tw.SU(3), 27, 27, 27, 3),
    (tw.SU(3), "3", "3", "3bar", 1),
    (tw.SU(3), 8, 8, "3", 0),
    (tw.SU(4), 15, 15, 15, 2),
    (tw.SO(3), 2, 3, 4, 1),
    (tw.SO(3), 20, 20, 20, 1),
    (tw.SO(3), 1, 1, 3, 0),
    (tw.O(3), "1o", "1o", "1e", 1),
    (tw.O(3), "1o", "1o", "1o", 0),
    (tw.SU(2), 1, "1/2", "3/2", 1),
    (tw.U(2), (1, 1), (1, 1), (2, 2), 1),
    (tw.U(2), (1, 1), (1, 1), (2, 0), 0),
    (tw.SO(4), 4, 4, (0, 2), 1),
    (tw.USp(4), 4, 4, 5, 1),
    (tw.SL(3), "3", "3", "3bar", 1),
    (tw.Lorentz(), (0.5, 0.5), (0.5, 0.5), (1, 0), 1),
    (tw.Lorentz(), (1, 1), (1, 1), (1, 1), 1),
    (tw.G2(), 7, 7, 7, 1),
    (tw.G2(), 27, 27, 27, 2),
    (tw.F4(), 26, 26, 26, 1),
    (tw.E(6), "27", "27", "27bar", 1),
    (tw.E(7), 133, 133, 133, 1),
]


def defects(group: Group, a: object, b: object, c: object) -> tuple[Tensor, float, float]:
    """(C, residual on the Lie algebra, defect of orthonormality)."""
    rho, sigma, tau = (group.irrep(key) for key in (a, b, c))
    cg = tw.clebsch_gordan(rho, sigma, tau).to(torch.complex128)
    residual = 0.0
    for x in group.algebra[:6]:
        left = torch.einsum("ai,pijk->pajk", rho.algebra(x).to(cg), cg)
        left = left + torch.einsum("bj,pijk->pibk", sigma.algebra(x).to(cg), cg)
        right = torch.einsum("pijl,lk->pijk", cg, tau.algebra(x).to(cg))
        residual = max(residual, float((left - right).abs().max()) if cg.numel() else 0.0)
    flat = cg.flatten(1, 2).movedim(1, 0).flatten(1)
    return cg, residual, float((flat.mH @ flat - torch.eye(flat.shape[1])).abs().max()) if cg.numel() else 0.0


@pytest.mark.parametrize(("group", "a", "b", "c", "multiplicity"), CASES, ids=[str(case[:4]) for case in CASES])
def test_equivariant_and_orthonormal(group: Group, a: object, b: object, c: object, multiplicity: int) -> None:
    cg, residual, defect = defects(group, a, b, c)
    assert len(cg) == multiplicity
    assert residual < 1e-11
    assert defect < 1e-11


def test_e8_structure_constants() -> None:
    rho = tw.E(8).irrep(248)
    cg = tw.clebsch_gordan(rho, rho, rho)
    assert cg.shape == (1, 248, 248, 248)
    assert not cg.is_complex()
    assert int((cg != 0).sum()) < 40_000
    assert float((cg + cg.transpose(1, 2)).abs().max()) < 1e-12
    x = rho.algebra(tw.E(8).algebra[:1])[0]
    left = torch.einsum("ai,pijk->pajk", x, cg) + torch.einsum("bj,pijk->pibk", x, cg)
    assert float((left - cg @ x).abs().max()) < 1e-11


@pytest.mark.parametrize(
    ("j1", "j2", "j"), [("1", "1/2", "3/2"), ("3/2", "1", "1/2"), ("2", "3/2", "5/2"), ("2", "2", "2")]
)
def test_condon_and_shortley(j1: str, j2: str, j: str) -> None:
    group = tw.SU(2)
    cg = tw.clebsch_gordan(group.irrep(j1), group.irrep(j2), group.irrep(j))[0]
    spins = [Rational(s) for s in (j1, j2, j)]
    for (a, b, c), value in zip(torch.cartesian_prod(*map(torch.arange, cg.shape)).tolist(), cg.flatten(), strict=True):
        m1, m2, m = (s - k for s, k in zip(spins, (a, b, c), strict=True))
        exact = CG(spins[0], m1, spins[1], m2, spins[2], m).doit() if m1 + m2 == m else 0
        assert abs(complex(value) - float(exact)) < 1e-14


def test_completeness() -> None:
    group = tw.SU(3)
    a, b = group.irrep(8), group.irrep("10")
    total = torch.zeros(80, 80, dtype=torch.complex128)
    for c, m in tw.tensor_decomposition(a, b).items():
        cg = tw.clebsch_gordan(a, b, c).to(torch.complex128).flatten(1, 2)
        assert len(cg) == m
        total += torch.einsum("pxk,pyk->xy", cg, cg.conj())
    assert float((total - torch.eye(80)).abs().max()) < 1e-12


def test_tensor_decomposition() -> None:
    e8 = tw.E(8)
    found = tw.tensor_decomposition(e8.irrep(248), e8.irrep(248))
    assert {rho.dim: m for rho, m in found.items()} == {1: 1, 248: 1, 3875: 1, 27000: 1, 30380: 1}
    large = tw.tensor_decomposition(e8.irrep(248), e8.irrep(3875))
    assert sum(rho.dim * m for rho, m in large.items()) == 248 * 3875
    assert tw.tensor_decomposition(tw.SU(3).vector, tw.SU(3).irrep("3")) == {
        tw.SU(3).irrep(6): 1,
        tw.SU(3).irrep("3bar"): 1,
    }
    o3 = tw.O(3)
    assert set(map(str, tw.tensor_decomposition(o3.irrep("1o"), o3.irrep("2e")))) == {"3o", "2o", "1o"}


def test_spins_add_up() -> None:
    for twice_a in range(5):
        for twice_b in range(5):
            a, b = (tw.SU(2).irrep(Fraction(k, 2)) for k in (twice_a, twice_b))
            spins = [f"j={Fraction(k, 2)}" for k in range(twice_a + twice_b, abs(twice_a - twice_b) - 1, -2)]
            assert list(map(str, tw.tensor_decomposition(a, b))) == spins


def test_the_same_bits_in_every_process() -> None:
    code = (
        "import intertwine as tw, hashlib\n"
        "for r in (tw.SU(3).irrep(8), tw.G2().irrep(27), tw.S(5).irrep((3, 2)), tw.O(3).irrep('2e')):\n"
        "    found = tw.clebsch_gordan(r, r, r, sparse=True)\n"
        "    for x in (found.indices(), found.values(), tw.clebsch_gordan(r, r, r)):\n"
        "        print(hashlib.sha256(x.numpy().tobytes()).hexdigest())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("group", "keys"),
    [*((group, keys) for group, *keys, _ in CASES),
     (tw.SU(3), ("3", "3", "8")), (tw.S(5), ((3, 2), (3, 2), (3, 1, 1))), (tw.C(5), (1, 2, 3)), (tw.A(4), (3, 3, 3)),
     (tw.SO(3) * tw.S(3), ((1, (2, 1)), (2, (2, 1)), (2, (2, 1)))), (tw.O(1, 3), ("(1/2,1/2)", "(1/2,1/2)", "(1,1)"))],
    ids=str,
)  # fmt: skip
def test_sparse_and_dense_hold_the_same_numbers(group: Group, keys: tuple[object, ...]) -> None:
    for real in (False, True):
        a, b, c = (group.irrep(key, real=real) for key in keys)
        found = tw.clebsch_gordan(a, b, c, sparse=True)
        assert found.is_sparse
        assert found.is_coalesced()
        assert torch.equal(found.to_dense(), tw.clebsch_gordan(a, b, c))
        assert torch.equal(found.coalesce().indices(), found.to_dense().to_sparse().indices())
        assert not found.values().numel() or float(found.values().abs().min()) > 1e-10


def test_large_couplings_are_sparse() -> None:
    """The coefficients of E(8) and of large spins hold few numbers, which satisfy the equation of the Lie algebra."""
    for group, key, most in ((tw.E(8), 248, 30_600), (tw.SO(3), 20, 2_500), (tw.SO(3), 40, 10_000)):
        rho = group.irrep(key)
        found = tw.clebsch_gordan(rho, rho, rho, sparse=True)
        assert len(found.values()) < most
        assert float(found.values().square().sum()) == pytest.approx(rho.dim, rel=1e-11)
        _, i, j, k = found.indices()
        place = torch.stack([i * rho.dim + j, k])
        flat = torch.sparse_coo_tensor(place, found.values(), (rho.dim**2, rho.dim), check_invariants=True)
        x = rho.algebra(group.algebra[:1])[0]
        columns = [flat.index_select(1, torch.tensor([n])).to_dense().view(rho.dim, rho.dim) for n in range(3)]
        moved = torch.sparse.mm(flat, x[:, :3]).unflatten(0, (rho.dim, rho.dim))
        for n, column in enumerate(columns):
            assert float((x @ column + column @ x.mT - moved[..., n]).abs().max()) < 1e-11 * rho.dim


def test_bad_input_is_refused() -> None:
    with pytest.raises(IntertwineError, match="one group"):
        tw.clebsch_gordan(tw.SU(3).irrep(8), tw.SU(3).irrep(8), tw.SU(2).irrep(1))
    with pytest.raises(IntertwineError, match="irreducible"):
        tw.clebsch_gordan(tw.SU(3).vector ** 2, tw.SU(3).vector, tw.SU(3).vector)
    with pytest.raises(IntertwineError, match="one group"):
        tw.tensor_decomposition(tw.SU(3).irrep(8), tw.SU(2).irrep(1))
    with pytest.raises(IntertwineError, match="reductive"):
        tw.tensor_decomposition(tw.R(2).vector, tw.R(2).vector)


def test_what_is_no_representation_is_named() -> None:
    rho = tw.SO(3).irrep(1)
    with pytest.raises(IntertwineError, match="representations, got 1"):
        tw.clebsch_gordan(1, rho, rho)  # type: ignore[arg-type]
    with pytest.raises(IntertwineError, match="representations, got 3"):
        tw.tensor_decomposition(rho, 3)  # type: ignore[arg-type]
    with pytest.raises(IntertwineError, match="decompose"):
        tw.clebsch_gordan(2 * tw.SO(3).vector, rho, rho)


def test_tensors_that_do_not_fit_are_refused_at_once() -> None:
    large = tw.E(8).irrep(3875)
    with pytest.raises(IntertwineError, match="memory"):
        tw.clebsch_gordan(tw.E(8).irrep(248), large, large)


@pytest.mark.parametrize(
    "group",
    [tw.SO(3), tw.O(3), tw.D(5), tw.C(5), tw.Cube(), tw.SU(3), tw.Lorentz(), tw.O(1, 3)],
    ids=str,
)
def test_representations_with_names_of_their_own(group: Group):
    """G.vector and G.trivial are no entries of G.irreps(), but equal to one in another orthonormal basis."""
    V, one = group.vector, group.trivial
    for a, b, c in [(V, V, one), (one, V, V), (V, V, V), (V, one, one)]:
        check_coupling(a, b, c)
    assert torch.equal(tw.clebsch_gordan(V, V, one, sparse=True).to_dense(), tw.clebsch_gordan(V, V, one))
