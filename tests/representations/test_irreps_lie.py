"""Irreducible representations of Lie groups: matrices, names, types, conventions."""

from __future__ import annotations

import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups import Group
from intertwine.testing.representations import check_representation

CASES = [  # group, key, printed, dimension, type
    (tw.SU(3), (1, 1), "8", 8, "real"),
    (tw.SU(3), "3", "3", 3, "complex"),
    (tw.SU(3), "3bar", "3bar", 3, "complex"),
    (tw.SU(3), "10", "10", 10, "complex"),
    (tw.SU(3), (2, 1), "(2,1)", 15, "complex"),
    (tw.SU(4), (0, 1, 0), "6", 6, "real"),
    (tw.SO(3), 2, "l=2", 5, "real"),
    (tw.O(3), "1o", "1o", 3, "real"),
    (tw.O(5), "10e", "10e", 10, "real"),
    (tw.SU(2), "1/2", "j=1/2", 2, "quaternionic"),
    (tw.SU(2), 1, "j=1", 3, "real"),
    (tw.U(1), 3, "q=3", 1, "complex"),
    (tw.SO(2), -2, "q=-2", 1, "complex"),
    (tw.U(2), (2, 0), "(2,0)", 3, "real"),
    (tw.U(3), (0, 1, -1), "(0,1,-1)", 3, "complex"),
    (tw.SO(4), (2, 0), "(2,0)", 3, "real"),
    (tw.SO(5), 14, "14", 14, "real"),
    (tw.SO(6), (0, 0, 2), "10bar", 10, "complex"),
    (tw.USp(4), 4, "4", 4, "quaternionic"),
    (tw.USp(4), 5, "5", 5, "real"),
    (tw.Sp(4), 10, "10", 10, "real"),
    (tw.SL(3), "3bar", "3bar", 3, "real"),
    (tw.GL(2), (1, -1), "(1,-1)", 2, "real"),
    (tw.SO(2, 1), 5, "5", 5, "real"),
    (tw.Lorentz(), "(1/2, 1/2)", "(1/2,1/2)", 4, "real"),
    (tw.Lorentz(), (1, 0), "(1,0)", 3, "complex"),
    (tw.Lorentz(), (1, 1), "(1,1)", 9, "real"),
    (tw.G2(), 14, "14", 14, "real"),
    (tw.F4(), 26, "26", 26, "real"),
    (tw.E(6), "27bar", "27bar", 27, "complex"),
    (tw.E(7), 56, "56", 56, "quaternionic"),
]
NAMES = [f"{group} {printed}" for group, _, printed, _, _ in CASES]


@pytest.mark.parametrize(("group", "key", "printed", "dim", "kind"), CASES, ids=NAMES)
def test_contract(group: Group, key: object, printed: str, dim: int, kind: str) -> None:
    rho = group.irrep(key)
    assert (str(rho), rho.dim, rho.type) == (printed, dim, kind)  # type: ignore[attr-defined]
    assert rho.is_complex == (kind != "real" or group == tw.SU(2))
    assert rho == group.irrep(key)
    assert hash(rho) == hash(pickle.loads(pickle.dumps(rho)))
    check_representation(rho, samples=4)


@pytest.mark.parametrize(
    "rho",
    [tw.SU(3).irrep("3").real, tw.SU(2).irrep("1/2").real, tw.SU(2).irrep(1).real, tw.Lorentz().irrep((1, 0)).real],  # type: ignore[attr-defined]
    ids=str,
)
def test_real_forms(rho: tw.Representation) -> None:
    assert not rho.is_complex
    check_representation(rho, samples=4)
    expected = {"real": 1, "complex": 2, "quaternionic": 4}[rho.type]  # type: ignore[attr-defined]
    assert (rho >> rho).dim == expected


@pytest.mark.parametrize(
    ("rho", "sigma"),
    [
        (tw.Lorentz().irrep((0.5, 0.5)), tw.Lorentz().vector),
        (tw.Lorentz().irrep((0, 1)).real, tw.Lorentz().adjoint),  # type: ignore[attr-defined]
        (tw.SU(3).irrep(8), tw.SU(3).adjoint),
        (tw.O(3).irrep("1o"), tw.O(3).vector),
        (tw.USp(4).irrep(10), tw.USp(4).adjoint),
        (tw.G2().irrep(7), tw.G2().vector),
    ],
    ids=str,
)
def test_the_familiar_ones(rho: tw.Representation, sigma: tw.Representation) -> None:
    assert rho.dim == sigma.dim
    assert (rho >> sigma).dim == (sigma >> sigma).dim > 0


def test_conjugate_pairs_are_exactly_conjugate() -> None:
    for group, key, other in ((tw.SU(3), "6", "6bar"), (tw.Lorentz(), (1, 0), (0, 1)), (tw.U(1), 2, -2)):
        rho, sigma = group.irrep(key), group.irrep(other)
        assert rho.conj == sigma
        assert sigma.conj == rho
        g = group.sample(3)
        assert torch.equal(rho.matrix(g).conj(), sigma.matrix(g))


def test_first_harmonics_are_y_z_x() -> None:
    g = tw.SO(3).sample(5)
    order = torch.tensor([1, 2, 0])
    assert float((tw.SO(3).irrep(1).matrix(g) - g[:, order][:, :, order]).abs().max()) < 1e-14


@pytest.mark.parametrize("key", [11, 20])
def test_wigner_matrices_are_stable(key: int) -> None:
    group = tw.SO(3)
    rho = group.irrep(key)
    random = torch.Generator().manual_seed(0)
    g = group.sample(6, generator=random)
    half_turns = group.exp(torch.pi * group.algebra)
    tiny = group.exp(1e-9 * group.algebra)
    h = torch.cat([half_turns, tiny])
    assert float((rho.matrix(g @ h) - rho.matrix(g) @ rho.matrix(h)).abs().max()) < 1e-12
    exponential = torch.linalg.matrix_exp(rho.algebra(group.algebra))
    assert float((rho.matrix(group.exp(group.algebra)) - exponential).abs().max()) < 1e-10


def test_products_of_groups() -> None:
    group = tw.SU(3) * tw.SU(2)
    rho = group.irrep(("3", "1/2"))
    assert (str(rho), rho.dim) == ("[3, j=1/2]", 6)
    check_representation(rho, samples=4)


def test_boosts_keep_their_precision() -> None:
    group = tw.Lorentz()
    rho, boost = group.irrep((1, 1)), group.exp(7.6 * group.algebra[0])  # gamma = 1,000
    inverse = rho.matrix(boost) @ rho.matrix(group.exp(-7.6 * group.algebra[0]))
    assert float(boost.abs().max()) > 900
    assert float((inverse - torch.eye(9)).abs().max()) < 1e-10 * float(rho.matrix(boost).abs().max()) ** 1.5


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.sampled_from([tw.SU(2), tw.SU(3), tw.SU(4), tw.SO(5), tw.SO(4), tw.USp(4), tw.G2(), tw.SL(3)]), st.data())
def test_random_irreps_are_representations(group: Group, data: st.DataObject) -> None:
    from intertwine.representations.irrep_names import exists  # the lattice of the group
    from intertwine.representations.module import semisimple_part

    weights = [w for w in semisimple_part(group).highest_weights(40) if exists(group, w)]  # type: ignore[arg-type]
    rho = group.irrep(data.draw(st.sampled_from(weights)))
    random = torch.Generator().manual_seed(1)
    g, h = group.sample(2, generator=random), group.sample(2, generator=random)
    product = rho.matrix(g) @ rho.matrix(h)
    assert (
        float((rho.matrix(group.multiply(g, h)) - product).abs().max()) < 1e-10 * float(product.abs().max()) * rho.dim
    )


def test_characters_are_orthonormal() -> None:
    group = tw.SU(3)
    g = group.sample(4000, generator=torch.Generator().manual_seed(0))
    characters = torch.stack(
        [group.irrep(key).character(g).to(torch.complex128) for key in ("1", "3", "3bar", "6", "8")]
    )
    gram = characters.conj() @ characters.T / 4000
    assert float((gram - torch.eye(5)).abs().max()) < 0.1


@pytest.mark.parametrize(
    ("group", "key", "message"),
    [
        (tw.SU(3), (1, -1), "not dominant"),
        (tw.SU(3), (1, 0, 0), "2 Dynkin labels"),
        (tw.SU(3), "15", "give the Dynkin labels"),
        (tw.SU(3), "7", "0 irreducible representations of dimension 7"),
        (tw.SU(3), "8bar", "8 with a conjugate"),
        (tw.SU(3), "octet", "names no irreducible representation"),
        (tw.SO(3), "1/2", "covering group"),
        (tw.SO(5), (0, 1), "covering group"),
        (tw.Lorentz(), ("1/2", 0), "covering group"),
        (tw.Lorentz(), 4, "two spins"),
        (tw.U(2), (1, 0), "covering group"),
        (tw.U(2), 2, "a charge, not by dimension"),
        (tw.SU(2), -1, "no spin"),
        (tw.SU(2), "1/3", "no spin"),
        (tw.O(3), 2, "with a parity"),
        (tw.O(4), 4, "a sign, such as"),
        (tw.SU(3), "(1,x)", "are integers"),
        (tw.Lorentz(), (0, 1.5), r"Spin\(1,3\) has it"),
        (tw.R(2), 1, "reductive"),
        (tw.U(1), "one", "integer charge"),
        (tw.SU(3) * tw.SU(2), "3", "one for each factor"),
    ],
)
def test_bad_names_are_refused(group: Group, key: object, message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        group.irrep(key)


def test_large_matrices_are_refused_and_labels_are_not() -> None:
    rho = tw.E(8).irrep(30380)
    assert (rho.dim, rho.type) == (30380, "real")  # type: ignore[attr-defined]
    with pytest.raises(IntertwineError, match="30,380"):
        rho.algebra(tw.E(8).algebra[:1])


def test_labels_too_large_to_build_are_refused():
    assert tw.SO(3).irrep(100).dim == 201
    with pytest.raises(tw.IntertwineError, match="sum to more than"):
        tw.SO(3).irrep(500)


@pytest.mark.parametrize("key", [(None,), ("1/2",), (float("nan"),), (1.5,), (10**30,), "²", "(1,,2)", None, {}])
@pytest.mark.parametrize("group", [tw.SO(3), tw.SU(3), tw.U(2), tw.SL(2)], ids=str)
def test_keys_that_name_nothing(group: tw.Group, key: object) -> None:
    with pytest.raises(IntertwineError):
        group.irrep(key)


@pytest.mark.parametrize("key", [10**30, "99999999999999999999bar"])
def test_dimensions_too_large_to_look_up(key: object) -> None:
    with pytest.raises(IntertwineError, match="too large"):
        tw.SU(3).irrep(key)
