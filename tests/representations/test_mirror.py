"""O(n), O(p, q) and SO(p, q): irreducible representations of groups with several components."""

from __future__ import annotations

import itertools
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.representations.couplings import check_coupling, check_decomposition, conjugated

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups import Group
from intertwine.representations import Representation
from intertwine.testing.representations import check_representation

O13 = tw.O(1, 3)
KEYS: dict[Group, list[object]] = {
    tw.O(2): ["0+", "0-", 1, 2, 3],
    tw.O(3): ["0e", "0o", "1o", "1e", "2e", "3o"],
    tw.O(4): ["1+", "1-", "4+", "4-", (2, 0), (2, 2, "+"), (3, 1)],
    tw.O(5): ["5o", "5e", "10e"],
    tw.O(6): ["6+", "6-", "10", (0, 1, 1, "-")],
    O13: [(0, 0), (0, 0, "P"), (0, 0, "PT"), (0.5, 0.5), "(1/2,1/2)T", "(1/2,1/2)PT", (1, 0), (1, 0, "PT"),
          (1, 1, "P"), (1.5, 0.5)],
    tw.O(1, 2): [3, "3p", "3pq", 5],
    tw.O(2, 2): ["4", "4p", (2, 0), (2, 2, "q")],
    tw.O(3, 3): ["6", (0, 2, 0)],
    tw.SO(1, 3): ["(1/2,1/2)", "(1/2,1/2)p", (1, 0), "(1,0)p", (1, 1)],
    tw.SO(2, 1): [3, "3p"],
}  # fmt: skip
CASES = [(group, key) for group, keys in KEYS.items() for key in keys]


@pytest.mark.parametrize(("group", "key"), CASES, ids=[f"{group} {key}" for group, key in CASES])
def test_contract(group: Group, key: object) -> None:
    rho = group.irrep(key)
    assert group.irrep(str(rho)) == rho
    assert hash(rho) == hash(pickle.loads(pickle.dumps(rho)))
    assert (rho >> rho).dim == 1
    assert rho.is_complex == (rho.type == "complex")  # type: ignore[attr-defined]
    assert not group.name.startswith("O") or rho.type == "real"  # type: ignore[attr-defined]
    check_representation(rho, samples=8)


def test_different_names_are_different_representations() -> None:
    """One of a mirror pair has several names."""
    for group, keys in KEYS.items():
        for a, b in itertools.combinations([group.irrep(key) for key in keys], 2):
            assert (a >> b).dim == (a == b), (group, a, b)


def test_familiar_ones() -> None:
    for group, key in ((tw.O(2), 1), (tw.O(3), "1o"), (tw.O(4), "4+"), (O13, (0.5, 0.5)), (tw.O(2, 2), "4")):
        assert group.vector.decompose().terms == {group.irrep(key): 1}
        g = group.sample(8)
        determinant = group.irrep({2: "0-", 3: "0o"}.get(group.vector.dim, "1-") if group.is_compact else _det(group))
        assert torch.equal(determinant.matrix(g)[..., 0, 0], torch.linalg.det(g).round())


def _det(group: Group) -> str:
    return "(0,0)PT" if group == O13 else "1pq"


def test_o2_is_fourier_series() -> None:
    """cos(k phi), sin(k phi): a rotation by t, and the reflection y -> -y."""
    group = tw.O(2)
    t = torch.tensor(0.4, dtype=torch.float64)
    turn = torch.stack([torch.stack([t.cos(), -t.sin()]), torch.stack([t.sin(), t.cos()])])
    flip = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
    for k in (1, 2, 5):
        rho = group.irrep(k)
        c, s = (k * t).cos(), (k * t).sin()
        assert torch.allclose(rho.matrix(turn), torch.stack([torch.stack([c, -s]), torch.stack([s, c])]))
        assert torch.allclose(rho.matrix(flip), flip)
        assert float(rho.matrix(turn @ flip).trace().abs()) < 1e-15
    g = group.sample(9)
    assert float((group.irrep(1).matrix(g) - g).abs().max()) < 1e-15


def test_parity_and_time_reversal() -> None:
    """Electric and magnetic fields, axial vectors and pseudoscalars behave as in textbooks."""
    p = torch.diag(torch.tensor([1.0, -1, -1, -1], dtype=torch.float64))
    t = -p
    vector, axial = O13.irrep("(1/2,1/2)"), O13.irrep("(1/2,1/2)PT")
    assert torch.allclose(vector.matrix(p), p, atol=1e-14)
    assert torch.allclose(axial.matrix(p), -p, atol=1e-14)
    assert torch.allclose(axial.matrix(t), -t, atol=1e-14)
    assert float(O13.irrep("(0,0)P").matrix(p)) == -1
    assert float(O13.irrep("(0,0)P").matrix(t)) == 1
    field = O13.irrep((1, 0))
    assert sorted(torch.linalg.eigvals(field.matrix(p)).real.round().tolist()) == [-1, -1, -1, 1, 1, 1]
    assert tw.alt(O13.vector, 2).decompose().terms == {field: 1}
    assert str(tw.alt(O13.vector, 3).decompose()) == "(1/2,1/2)PT"
    assert str(tw.alt(O13.vector, 4).decompose()) == "(0,0)PT"


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        (tw.O(2).vector ** 3, "3x1 + 3"),
        (tw.O(4).vector ** 2, "(2,2)+ + ((2,0) + (0,2)) + 1+"),
        (tw.alt(tw.O(4).vector, 3), "4-"),
        (tw.O(6).vector ** 2, "20+ + 15+ + 1+"),
        (tw.alt(tw.O(6).vector, 3), "(10 + 10bar)"),
        (O13.vector**2, "(1,1) + ((1,0) + (0,1)) + (0,0)"),
        (O13.vector**3, "(3/2,3/2) + 2x((3/2,1/2) + (1/2,3/2)) + 3x(1/2,1/2) + (1/2,1/2)PT"),
        (tw.SO(1, 3).vector ** 2, "(1,1) + ((1,0) + (0,1)) + (0,0)"),
        (O13.irrep((1, 0, "PT")) + O13.irrep((1, 0)) + O13.vector, "2x((1,0) + (0,1)) + (1/2,1/2)"),
        (O13.irrep((1, 0, "P")) + O13.irrep((1, 0)), None),
        (tw.O(2, 2).irrep("4p") + tw.O(2, 2).irrep((2, 0)), None),
    ],
    ids=str,
)
def test_decompositions(rho: Representation, expected: str | None) -> None:
    found = check_decomposition(rho)
    assert expected is None or sorted(found.split(" + ")) == sorted(expected.split(" + "))


@pytest.mark.parametrize(
    "rho",
    [
        tw.O(2).vector + 2 * tw.O(2).irrep("0-") + tw.O(2).irrep("0+"),
        2 * tw.O(3).irrep("1o") + tw.O(3).irrep("1e") + tw.O(3).irrep("2e"),
        tw.O(4).irrep((2, 0)) + tw.O(4).irrep("4+") + tw.O(4).irrep("4-"),
        tw.O(6).irrep("6+") + tw.O(6).irrep("6-"),
        O13.vector + O13.irrep((1, 0)) + O13.irrep((1, 0, "P")) + O13.irrep("(0,0)P"),
        tw.SO(1, 3).irrep("(1/2,1/2)p") + tw.SO(1, 3).irrep((1, 0), real=True) + tw.SO(1, 3).irrep("(0,0)p"),
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [0, 1])
def test_sums_in_a_random_basis(rho: Representation, seed: int) -> None:
    moved = conjugated(rho, seed)
    check_decomposition(moved, 1e-8)
    assert moved.decompose().terms == rho.decompose().terms


def test_complex_representations_are_split_too() -> None:
    for group, key in ((O13, (1, 0)), (tw.O(6), "10"), (tw.O(4), (2, 0)), (tw.O(2), 2), (tw.SO(1, 3), "(1,0)p")):
        rho = group.irrep(key)
        unitary = torch.linalg.qr(torch.randn(rho.dim, rho.dim, dtype=torch.complex128))[0]
        moved = group.representation(
            unitary @ rho.algebra(group.algebra).to(torch.complex128) @ unitary.mH,
            components=torch.stack(
                [unitary @ rho.matrix(s).to(torch.complex128) @ unitary.mH for s in group.generators]
            ),
        )
        check_decomposition(moved, 1e-9)
        assert moved.decompose().terms == {rho: 1}


@pytest.mark.parametrize("group", list(KEYS), ids=str)
def test_products_without_matrices_agree_with_matrices(group: Group) -> None:
    irreps = [rho for rho in (group.irrep(key) for key in KEYS[group]) if rho.dim < 17][:6]
    for a, b in itertools.combinations_with_replacement(irreps, 2):
        found = tw.tensor_decomposition(a, b)
        assert sum(rho.dim * m for rho, m in found.items()) == a.dim * b.dim
        if a.dim * b.dim < 100 and not (a.is_complex or b.is_complex):
            expected: dict[Representation, int] = {}
            for rho, m in (a * b).decompose().terms.items():
                for part in [rho] if rho.type == "real" else [rho.base, rho.base.conj]:  # type: ignore[attr-defined]
                    expected[part] = expected.get(part, 0) + m
            assert found == expected


@settings(max_examples=25)
@given(st.sampled_from(list(KEYS)), st.data())
def test_couplings(group: Group, data: st.DataObject) -> None:
    a, b, c = (group.irrep(data.draw(st.sampled_from(KEYS[group]))) for _ in range(3))
    if a.dim * b.dim * c.dim < 4000:
        check_coupling(a, b, c)


def test_characters_are_orthonormal() -> None:
    for group, keys in ((tw.O(2), KEYS[tw.O(2)]), (tw.O(4), KEYS[tw.O(4)][:6])):
        g = group.sample(6000, generator=torch.Generator().manual_seed(0))
        x = torch.stack([group.irrep(key).character(g) for key in keys])
        assert float((x @ x.T / 6000 - torch.eye(len(keys))).abs().max()) < 0.15


@pytest.mark.parametrize(
    ("group", "key", "message"),
    [
        (tw.O(3), 2, "a parity, such as"),
        (tw.O(4), 4, "a sign, such as"),
        (tw.O(4), (1, 0), "covering group"),
        (tw.O(2), 0, "a sign, such as"),
        (tw.O(2), "x+", "integer charge"),
        (O13, (0.5, 0), "covering group"),
        (O13, "4", "two spins"),
        (tw.O(6), "7+", "0 irreducible representations of dimension 7"),
    ],
)
def test_bad_names_are_refused(group: Group, key: object, message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        group.irrep(key)
