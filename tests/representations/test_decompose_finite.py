"""Decompositions over finite groups: known ones, and random sums in random bases."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.finite_groups import FINITE_GROUPS
from tests.test_oracles import BUILD

import intertwine as tw
from intertwine.representations import Representation
from intertwine.representations.structure import direct_sum

SAMPLE = [
    tw.S(4), tw.A(4), tw.A(5), tw.C(5), tw.D(6), tw.Q(8), tw.Q(16), tw.Cube(full=True), BUILD["F21"](),
    BUILD["SL(2,5)"](), tw.C(3) * tw.Q(8), tw.C(3) * tw.C(4), tw.Q(8) * tw.Q(8), tw.semidirect(tw.Grid(3, 3), tw.D(4)),
    tw.wreath(tw.C(2), tw.S(3)),
]  # fmt: skip


def check(rho: Representation, tolerance: float = 1e-10) -> dict[str, int]:
    """rho(g) Q = Q sum(g) on random elements, and Q orthogonal or unitary where rho is; names and multiplicities."""
    found = rho.decompose()
    g = rho.group.sample(4, generator=torch.Generator().manual_seed(5))
    q = found.basis
    dtype = torch.complex128 if rho.is_complex else torch.float64
    assert q.dtype == dtype
    assert q.shape == (rho.dim, rho.dim)
    listed = rho.group.irreps(real=not rho.is_complex)
    assert all(irrep in listed for irrep in found.terms)
    assert float((rho.matrix(g).to(dtype) @ q - q @ found.sum.matrix(g).to(dtype)).abs().max()) < tolerance
    if rho.is_unitary:
        assert float((q.mH @ q - torch.eye(rho.dim)).abs().max()) < tolerance
    return {str(irrep): m for irrep, m in found.terms.items()}


@pytest.mark.parametrize("name", [n for n, f in FINITE_GROUPS.items() if f.order <= 400])
def test_regular_representation(name: str) -> None:
    """Every real irreducible representation as often as its dimension over the numbers that commute with it."""
    group = BUILD[name]()
    size = {"real": 1, "complex": 2, "quaternionic": 4}
    found = check(group.regular)
    assert found == {str(rho): rho.dim // size[rho.type] for rho in group.irreps()}


@pytest.mark.parametrize("group", SAMPLE, ids=str)
def test_regular_representation_over_the_complex_numbers(group: tw.Group) -> None:
    line = group.irreps(real=False)[0]
    assert line.is_complex
    assert check(group.regular * line) == {str(rho): rho.dim for rho in group.irreps(real=False)}


@st.composite
def conjugated_sums(draw: st.DrawFn) -> tuple[Representation, dict[Representation, int], bool]:
    """A random sum of irreducible representations in a random basis: orthogonal or skew."""
    group = draw(st.sampled_from(SAMPLE))
    real, skew = draw(st.booleans()), draw(st.booleans())
    chosen = draw(st.lists(st.sampled_from(group.irreps(real=real)), min_size=1, max_size=3))
    terms = {rho: chosen.count(rho) for rho in chosen}
    rho = direct_sum(list(terms.items()))
    random = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    x = torch.randn(rho.dim, rho.dim, generator=random, dtype=torch.float64 if real else torch.complex128)
    u, s, v = torch.linalg.svd(x)
    basis = u @ torch.diag(1 + skew * s / s.max()).to(u.dtype) @ v
    images = [basis @ rho.matrix(g) @ torch.linalg.inv(basis) for g in group.generators]
    return group.representation(torch.stack(images)), terms, skew


@given(case=conjugated_sums())
def test_random_sums_in_random_bases(case: tuple[Representation, dict[Representation, int], bool]) -> None:
    rho, terms, _ = case
    check(rho)
    assert rho.decompose().terms == terms


@given(case=conjugated_sums())
def test_maps_are_as_many_as_characters_say(case: tuple[Representation, dict[Representation, int], bool]) -> None:
    rho, terms, _ = case
    size = {"real": 1, "complex": 2, "quaternionic": 4}
    expected = sum(m * m * (1 if rho.is_complex else size[irrep.type]) for irrep, m in terms.items())  # type: ignore[attr-defined]
    assert (rho >> rho).dim == expected
    regular = sum(m * irrep.dim for irrep, m in terms.items())
    assert (rho >> rho.group.regular).dim == regular


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        (tw.S(6).points, "(6) + (5,1)"),
        (tw.S(6).points ** 2, "2x(6) + 3x(5,1) + (4,2) + (4,1,1)"),
        (tw.S(5).irrep((3, 2)) * tw.S(5).irrep((1,) * 5), "(2,2,1)"),
        (tw.Icosahedron().vector ** 2, "1 + 3a + 5"),
        (tw.D(5).vector ** 2 + tw.D(5).trivial, "2xA1 + A2 + E2"),
        (tw.C(4).vector, "k=1"),
        (tw.Q(8).vector, "4"),
        (tw.pixels(tw.D(4), (3, 3)), "3xA1 + B1 + B2 + 2xE1"),
        (tw.alt(tw.S(5).points, 2), "(4,1) + (3,1,1)"),
        (tw.sym(tw.S(5).points, 2), "2x(5) + 2x(4,1) + (3,2)"),
    ],
    ids=str,
)
def test_known_decompositions(rho: Representation, expected: str) -> None:
    check(rho)
    assert str(rho.decompose()) == expected


def test_signed_and_complex_monomial_representations() -> None:
    cube = tw.Cube(full=True)
    assert cube.vector.phase_order == 2
    assert sum(check(cube.vector**3).values()) == 11
    wave = tw.C(12).irrep(5, real=False)
    assert check(wave * tw.C(12).points) == {f"k={k}": 1 for k in range(12)}


def test_large_permutation_representations() -> None:
    """Cubes of points by the stabilisers of triples; the multiplicities are those of set partitions."""
    assert check(tw.S(6).points**3) == {
        "(6)": 5, "(5,1)": 10, "(4,2)": 6, "(4,1,1)": 6, "(3,3)": 1, "(3,2,1)": 2, "(3,1,1,1)": 1,
    }  # fmt: skip
    assert len(check(tw.S(6).regular)) == 11


def test_matrices_that_do_not_multiply_are_noticed() -> None:
    class Broken(Representation):
        def __init__(self) -> None:
            super().__init__(tw.C(3), 2, ("broken",))

        def label(self) -> str:
            return "broken"

        def matrix(self, g: torch.Tensor) -> torch.Tensor:
            return torch.full((*g.shape[:-1], 2, 2), 0.3, dtype=torch.float64)

        def algebra(self, x: torch.Tensor) -> torch.Tensor:
            return torch.zeros(0, 2, 2)

    with pytest.raises(tw.IntertwineError, match="do not multiply"):
        Broken().decompose()


SCRIPT = """
import hashlib, sys, intertwine as tw
if sys.argv[1] == "warm":
    tw.A(5).irreps(), tw.Q(16).regular.decompose(), tw.S(5).irrep((2, 2, 1)).commutant
G, H = tw.Q(16), tw.A(5)
parts = [(G.regular * G.irreps()[-1]).decompose().basis, (H.irrep("3a") ** 3).decompose().basis]
a = G.irreps()[-1]
parts += [tw.clebsch_gordan(a, a, c) for c in tw.tensor_decomposition(a, a)]
print(hashlib.sha256(b"".join(p.numpy().tobytes() for p in parts)).hexdigest())
"""


def test_the_same_bits_in_every_process() -> None:
    def run(mode: str, seed: str) -> str:
        command = [sys.executable, "-c", SCRIPT, mode]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "OMP_NUM_THREADS": "1"}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    assert run("cold", "1") == run("warm", "2")


def test_unlisted_groups_are_refused() -> None:
    with pytest.raises(tw.IntertwineError, match="cannot be split"):
        tw.Rubik().points.decompose()
