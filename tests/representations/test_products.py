"""Direct products: types, real forms, decompositions and couplings from those of the factors."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import intertwine as tw
from intertwine.representations import Representation
from intertwine.representations.structure import direct_sum
from intertwine.representations.unitarised import Conjugated

from .couplings import check_decomposition

SIZE = {"real": 1, "complex": 2, "quaternionic": 4}
FINITE = [tw.C(2) * tw.Q(8), tw.C(3) * tw.C(4), tw.C(3) * tw.Q(8), tw.Q(8) * tw.Q(8), tw.C(3) * tw.C(3) * tw.C(4),
          tw.S(3) * tw.A(4), tw.D(3) * tw.C(2)]  # fmt: skip
PARTS: dict[tw.Group, list[Representation]] = {
    tw.SO(3): [tw.SO(3).irrep(1), tw.SO(3).irrep(0)],
    tw.SU(2): [tw.SU(2).irrep("1/2", real=True), tw.SU(2).irrep(1, real=True)],
    tw.SU(3): [tw.SU(3).irrep("3", real=True), tw.SU(3).irrep("3bar"), tw.SU(3).irrep("8")],
    tw.SO(2): [tw.SO(2).vector, tw.SO(2).irrep(2)],
    tw.S(3): [tw.S(3).points, tw.S(3).irrep((2, 1))],
    tw.C(3): [tw.C(3).vector, tw.C(3).regular],
    tw.Q(8): [tw.Q(8).vector],
}


def equation(rho: Representation) -> float:
    """The largest entry of rho(g) Q - Q sum(g) on random elements."""
    found = rho.decompose()
    g = rho.group.sample(3, generator=torch.Generator().manual_seed(2))
    q = found.basis.to(torch.complex128)
    assert rho.is_complex or not (found.basis.is_complex() or found.sum.is_complex)
    assert float((q.mH @ q - torch.eye(rho.dim)).abs().max()) < 1e-10
    return float((rho.matrix(g).to(q.dtype) @ q - q @ found.sum.matrix(g).to(q.dtype)).abs().max())


@pytest.mark.parametrize("group", FINITE, ids=str)
def test_finite_products_have_all_their_irreps(group: tw.Group) -> None:
    for real in (True, False):
        found = group.irreps(real=real)
        assert sum(rho.dim**2 / (SIZE[rho.type] if real else 1) for rho in found) == group.order  # type: ignore[attr-defined]
        for a, b in itertools.combinations(found[-6:], 2):
            assert (a >> b).dim == 0
        for a in found[-6:]:
            assert (a >> a).dim == (SIZE[a.type] if real else 1)  # type: ignore[attr-defined]
    assert equation(group.regular) < 1e-10


@pytest.mark.parametrize("group", FINITE, ids=str)
def test_types_and_real_forms(group: tw.Group) -> None:
    elements = group.elements()
    squares = group.multiply(elements, elements)
    for rho in group.irreps(real=False):
        indicator = {1: "real", 0: "complex", -1: "quaternionic"}[round(float(rho.character(squares).real.mean()))]
        assert rho.type == indicator  # type: ignore[attr-defined]
        form = rho.real  # type: ignore[attr-defined]
        assert form in group.irreps()
        expected = rho.character(elements).real * (1 if indicator == "real" else 2)
        assert float((form.character(elements) - expected).abs().max()) < 1e-10


@st.composite
def lifted(draw: st.DrawFn) -> Representation:
    """A sum of outer products over a random product of a Lie group with one or two others."""
    first = draw(st.sampled_from([group for group in PARTS if not group.is_finite]))
    others = draw(st.lists(st.sampled_from(list(PARTS)), min_size=1, max_size=2))
    group = tw.Group.__mul__(first, others[0]) if len(others) == 1 else first * others[0] * others[1]
    terms: list[Representation] = []
    for _ in range(draw(st.integers(1, 2))):
        chosen = [(k, draw(st.sampled_from(PARTS[g]))) for k, g in enumerate(group.factors)]
        out = group.trivial
        for k, part in draw(st.permutations(chosen)):
            if out.dim * part.dim <= 48:
                out = out * group.lift(part, k)
        terms.append(out)
    return direct_sum([(rho, 1) for rho in terms])


@given(rho=lifted())
def test_decompositions_with_a_lie_group(rho: Representation) -> None:
    assert equation(rho) < 1e-9


@given(rho=lifted())
def test_parts_are_irreducible_and_differ(rho: Representation) -> None:
    terms = list(rho.decompose().terms)
    for a in terms:
        if a.dim <= 12:
            assert (a >> a).dim == (1 if rho.is_complex else SIZE[a.type])  # type: ignore[attr-defined]
    for a, b in itertools.combinations(terms, 2):
        if a.dim * b.dim <= 150:
            assert (a >> b).dim == 0


def test_known_decompositions() -> None:
    group = tw.SO(3) * tw.S(4)
    atoms = group.lift(tw.SO(3).vector) * group.lift(tw.S(4).points)
    assert str(atoms.decompose()) == "[l=1, (4)] + [l=1, (3,1)]"
    group = tw.SU(2) * tw.Q(8)
    product = group.lift(tw.SU(2).irrep("1/2", real=True)) * group.lift(tw.Q(8).vector)
    assert [rho.type for rho in product.decompose().terms] == ["real"]  # type: ignore[attr-defined]
    assert str(product.decompose()).startswith("4x")


@pytest.mark.parametrize(
    ("group", "keys"),
    [
        (tw.SU(3) * tw.SU(2) * tw.C(3), [("3", "1/2", 1), ("8", 1, 0), ("3bar", 0, 2)]),
        (tw.SO(3) * tw.D(4), [(1, "E1"), (2, "B1"), (0, "A1")]),
        (tw.Lorentz() * tw.C(2), [((0.5, 0.5), 0), ((1, 0), 1), ((0, 1), 0)]),
        (tw.SO(2) * tw.Q(8), [(1, "2"), (2, "1a")]),
    ],
    ids=str,
)
def test_couplings(group: tw.Group, keys: list[tuple[object, ...]]) -> None:
    complexes = [group.irrep(key) for key in keys]
    reals = [rho.real for rho in complexes]  # type: ignore[attr-defined]
    for a, b in itertools.product(complexes, repeat=2):
        inside = tw.tensor_decomposition(a, b)
        assert sum(c.dim * m for c, m in inside.items()) == a.dim * b.dim
        assert all(coupling(a, b, c) == m for c, m in inside.items() if c.dim < 40)
    for a, b in itertools.combinations_with_replacement(reals, 2):
        if a.dim * b.dim <= 150:
            for c, m in (a * b).decompose().terms.items():
                assert coupling(a, b, c) == m * SIZE[c.type]  # type: ignore[attr-defined]


def coupling(a: Representation, b: Representation, c: Representation) -> int:
    """The equation of `clebsch_gordan` on random elements; how many maps there are."""
    found = tw.clebsch_gordan(a, b, c)
    g = a.group.sample(3, generator=torch.Generator().manual_seed(4))
    x, y, z = (rho.matrix(g).to(found.dtype) for rho in (a, b, c))
    left, right = torch.einsum("nai,nbj,mijk->nmabk", x, y, found), torch.einsum("mabl,nlk->nmabk", found, z)
    assert float((left - right).abs().max()) < 1e-9 * max(1.0, float(left.abs().max()))
    gram = torch.einsum("pijk,qijk->pq", found.conj(), found)
    assert torch.allclose(gram, c.dim * torch.eye(len(found), dtype=found.dtype), atol=1e-9)
    return len(found)


def test_what_does_not_come_from_the_factors_is_refused() -> None:
    group = tw.SO(3) * tw.C(2)
    with pytest.raises(tw.IntertwineError, match="one for each factor"):
        group.irrep((1,))
    both = tw.SU(3) * tw.C(3)
    whole = both.lift(tw.SU(3).irrep("3", real=True)) * both.lift(tw.C(3).vector)
    with pytest.raises(tw.IntertwineError, match="irreducible"):
        tw.clebsch_gordan(both.irrep(("3", 1)), both.irrep(("3", 1)), whole)


SPINS = tw.SU(2) * tw.SU(2)
HALVES = SPINS.irrep(("1/2", "1/2"), real=True)


def test_one_term_for_what_comes_real_and_complex() -> None:
    """SU(2) has two bases for integer spin; over the complex numbers both are copies of one term."""
    rho = SPINS.vector + SPINS.trivial + SPINS.irrep((1, 0)) + SPINS.irrep((1, 0), real=True)
    found = rho.decompose()
    assert found.terms == {SPINS.irrep(("1/2", "1/2")): 1, SPINS.irrep((0, 0)): 1, SPINS.irrep((1, 0)): 2}
    g = SPINS.sample(3)
    assert torch.allclose(rho.matrix(g) @ found.basis, found.basis @ found.sum.matrix(g), atol=1e-12)
    assert torch.allclose(found.basis.mH @ found.basis, torch.eye(rho.dim, dtype=torch.complex128), atol=1e-12)


CIRCLES = tw.SO(2) * tw.SO(2)
TURNED = CIRCLES.irrep((1, 1), real=True)
ATOMS = tw.SO(3) * tw.S(3)
VECTORS = ATOMS.lift(tw.SO(3).vector) * ATOMS.lift(tw.S(3).points)


PAIRS = [(HALVES, HALVES), (2 * HALVES + SPINS.trivial, SPINS.vector), (TURNED, 3 * TURNED),
         (VECTORS + 2 * ATOMS.trivial, VECTORS)]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_products_of_sums_and_of_parts(a: Representation, b: Representation) -> None:
    found = tw.tensor_decomposition(a, b)
    g = a.group.sample(4)
    expected = (a.character(g) * b.character(g)).to(torch.complex128)
    assert sum(m * rho.dim for rho, m in found.items()) == a.dim * b.dim
    assert torch.allclose(sum(m * rho.character(g) for rho, m in found.items()).to(torch.complex128), expected)  # type: ignore[union-attr]


def test_no_coupling_of_parts_is_an_empty_tensor() -> None:
    assert tw.clebsch_gordan(HALVES, SPINS.irrep((0, 0), real=True), SPINS.irrep((0, 0), real=True)).shape == (
        0,
        4,
        1,
        1,
    )
    assert tw.clebsch_gordan(TURNED, TURNED, TURNED).shape == (0, 2, 2, 2)


def test_powers_where_the_first_factor_is_finite() -> None:
    group = tw.C(1) * tw.SO(3)
    rho = tw.sym(group.irrep((0, 1)), 2)
    assert (rho >> rho).dim == 2


ROTATED = tw.SO(3) * tw.SU(3)
PERMUTED = tw.S(3) * tw.SO(3)
QUATERNIONS = tw.Q(8) * tw.SU(2)
QUARTET = QUATERNIONS.lift(tw.Q(8).vector)
DOUBLET = QUATERNIONS.lift(tw.SU(2).irrep("1/2", real=True))
COMPLEXES = (tw.C(3) * tw.SU(3)).irrep((1, "3"), real=True)
BOOSTED = tw.Lorentz() * tw.S(3)
THREE = tw.SO(3) * tw.C(3) * tw.SU(2)
TRIPLE = THREE.lift(tw.SO(3).vector) * THREE.lift(tw.C(3).irrep(1)) * THREE.lift(tw.SU(2).irrep("1/2", real=True))
POWERS = [
    (tw.sym(ROTATED.vector, 2), "[l=2, 6] + [l=1, 3bar] + [l=0, 6]"),
    (tw.alt(ROTATED.vector, 3), "[l=3, 1] + [l=2, 8] + [l=1, 8] + [l=1, 1] + [l=0, 10]"),
    (tw.sym(PERMUTED.vector, 2).dual,
     "2x[(3), l=2] + 2x[(3), l=0] + [(1,1,1), l=1] + 2x[(2,1), l=2] + [(2,1), l=1] + 2x[(2,1), l=0]"),
    (tw.sym(COMPLEXES, 2), "[k=0, 8] + [k=0, 1] + [k=1, (6 + 6bar)]-"),
    (tw.alt(HALVES, 2), "[j=1, j=0] + [j=0, j=1]"),
    (tw.alt(QUARTET + DOUBLET, 2), "[1a, j=1] + 6x[1a, j=0] + [1b, j=0] + [1c, j=0] + [1d, j=0] + "
     "4x[4, (j=1/2 as real)]"),
    (tw.alt(BOOSTED.vector, 2), "[(1,1), (1,1,1)] + [(1,1), (2,1)] + 2x[((1,0) + (0,1)), (3)] + "
     "2x[((1,0) + (0,1)), (2,1)] + [(0,0), (1,1,1)] + [(0,0), (2,1)]"),
]  # fmt: skip


@pytest.mark.parametrize(("rho", "expected"), POWERS, ids=[f"{rho.group} {rho}" for rho, _ in POWERS])
def test_powers_of_outer_products(rho: Representation, expected: str) -> None:
    assert check_decomposition(rho, 1e-12) == expected


def test_powers_over_three_factors() -> None:
    rho = tw.alt(TRIPLE, 2)
    check_decomposition(rho, 1e-12)
    terms = rho.decompose().terms
    g = THREE.sample(16, generator=torch.Generator().manual_seed(3))
    own = sum(m * part.character(g) for part, m in terms.items())
    assert torch.allclose(own, rho.character(g))  # type: ignore[arg-type]


SUMS = [PERMUTED.vector + 2 * PERMUTED.trivial, tw.sym(HALVES, 2), COMPLEXES + 2 * (tw.C(3) * tw.SU(3)).trivial,
        2 * DOUBLET + QUARTET, BOOSTED.vector + BOOSTED.trivial, ROTATED.vector + ROTATED.trivial]  # fmt: skip


@pytest.mark.parametrize("rho", SUMS, ids=str)
@pytest.mark.parametrize("seed", [0, 1])
def test_sums_in_a_random_basis(rho: Representation, seed: int) -> None:
    """What a random change of basis hides is found again, factor after factor."""
    assert isinstance(rho.group, tw.groups.Product)
    b = torch.randn(rho.dim, rho.dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    hidden = Conjugated(rho, b + 3 * torch.eye(rho.dim))
    check_decomposition(hidden, 1e-9)
    assert hidden.decompose().terms == rho.decompose().terms


def test_products_of_powers_have_the_terms_of_their_character() -> None:
    rho = tw.sym(PERMUTED.vector, 2)
    found = tw.tensor_decomposition(rho, PERMUTED.vector)
    g = PERMUTED.sample(8, generator=torch.Generator().manual_seed(5))
    own = sum(m * part.character(g).real for part, m in found.items())
    assert torch.allclose(own, rho.character(g) * PERMUTED.vector.character(g))  # type: ignore[arg-type]


def test_complex_representations_lead_to_real_ones() -> None:
    group = tw.C(3) * tw.SU(3)
    quark = group.irrep((1, "3"))
    for key in ("3bar", "6"):
        c = group.irrep((2, key)).real  # type: ignore[attr-defined]
        assert coupling(quark, quark, c) == (c >> quark * quark).dim == 1
    assert coupling(quark, quark.conj, group.irrep((0, 8), real=True)) == 1


def test_restrictions_to_a_factor() -> None:
    """The other factors become copies; powers are restricted part by part."""
    rho = tw.sym(PERMUTED.vector, 2)
    g = tw.SO(3).sample(2, generator=torch.Generator().manual_seed(6))
    assert str(PERMUTED.vector.restrict(tw.SO(3)).decompose()) == "3xl=1"
    assert check_decomposition(rho.restrict(tw.SO(3))) == "6xl=2 + 3xl=1 + 6xl=0"
    assert torch.allclose(rho.restrict(tw.SO(3)).matrix(g), rho.matrix(PERMUTED.embed(1, g)))  # type: ignore[attr-defined]
