"""The bases of SO(3), O(3) and SU(2): spherical harmonics, Wigner's matrices, Condon and Shortley, e3nn.

The numbers called E3NN were printed by e3nn 0.6.0; the package is not needed here.
"""

from __future__ import annotations

import math

import pytest
import torch
from sympy import S as half_integer
from sympy import symbols
from sympy.physics.quantum.cg import CG
from sympy.physics.wigner import wigner_d_small

import intertwine as tw

SO3, SU2, O3 = tw.SO(3), tw.SU(2), tw.O(3)
TO_E3NN = torch.tensor([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]], dtype=torch.float64)
"""P takes (x, y, z) to (z, x, y): e3nn's D(R) is ours at P R P^T, and its harmonics at r are ours at P r."""

E3NN_ROTATION = [
    [0.634773247189, 0.190379344067, -0.748878247785],
    [-0.574131544348, 0.764842187284, -0.292214644285],
    [0.51714204474, 0.615444663558, 0.594804145631],
]
E3NN_D2 = [
    [-0.009710669357, 0.489120970819, 0.202940844771, -0.34765469816, -0.773703821353],
    [0.244464586301, 0.376198571988, 0.252204184705, -0.628405309352, 0.583276535509],
    [0.290585549115, -0.760578195944, 0.377475357175, -0.387110043276, -0.211515993769],
    [-0.492612301364, 0.042185857486, 0.815307565872, 0.275089360312, 0.123097078959],
    [0.782966109187, 0.197424597305, 0.296637810298, 0.508639986891, -0.035762738718],
]
E3NN_D3_ROW = [
    -0.507469120148, 0.175241633585, 0.327860101368, 0.165569748039, -0.113408390125, -0.591527736977, -0.462702223742
]  # fmt: skip
E3NN_W122 = {
    (0, 0, 1): -0.182574185835, (0, 2, 3): 0.316227766017, (0, 3, 4): 0.182574185835, (1, 0, 4): -0.36514837167,
    (1, 1, 3): -0.182574185835, (2, 0, 3): 0.182574185835, (2, 1, 2): 0.316227766017, (2, 1, 4): 0.182574185835,
}  # fmt: skip
"""Wigner's 3j symbol of degrees 1, 2, 2; it changes its sign with the last two indices."""


def turn(axis: int, angle: float) -> torch.Tensor:
    generator = torch.zeros(3, 3, dtype=torch.float64)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    generator[j, i], generator[i, j] = angle, -angle
    return torch.linalg.matrix_exp(generator)


def test_wigner_matrices_are_those_of_e3nn_in_turned_axes() -> None:
    rotation = torch.tensor(E3NN_ROTATION, dtype=torch.float64)
    ours = TO_E3NN @ rotation @ TO_E3NN.T
    expected = torch.tensor(E3NN_D2, dtype=torch.float64)
    assert float((SO3.irrep(2).matrix(ours) - expected).abs().max()) < 1e-11
    assert float((SO3.irrep(3).matrix(ours)[0] - torch.tensor(E3NN_D3_ROW, dtype=torch.float64)).abs().max()) < 1e-11
    assert float((SO3.irrep(1).matrix(ours) - rotation).abs().max()) < 1e-11
    assert float((O3.irrep("2e").matrix(-ours) - expected).abs().max()) < 1e-11


def test_couplings_are_those_of_e3nn_up_to_a_sign() -> None:
    cg = tw.clebsch_gordan(SO3.irrep(1), SO3.irrep(2), SO3.irrep(2))[0] / 5**0.5
    expected = torch.zeros(3, 5, 5, dtype=torch.float64)
    for (i, j, k), value in E3NN_W122.items():
        expected[i, j, k], expected[i, k, j] = value, -value
    assert float((cg - expected).abs().max()) < 1e-11


def test_degree_two_is_the_usual_real_basis() -> None:
    """xy, yz, 2z^2 - x^2 - y^2, xz, x^2 - y^2 in the order m = -2 .. 2, polar axis z."""

    def harmonics(r: torch.Tensor) -> torch.Tensor:
        x, y, z = r.unbind(-1)
        return torch.stack([x * y, y * z, (2 * z**2 - x**2 - y**2) / 12**0.5, x * z, (x**2 - y**2) / 2], -1)

    g, r = SO3.sample(8), torch.randn(8, 3, dtype=torch.float64)
    left, right = harmonics((g @ r[..., None]).squeeze(-1)), SO3.irrep(2).apply(g, harmonics(r))
    assert float((left - right).abs().max()) < 1e-13


@pytest.mark.parametrize("l", [1, 2, 3, 7])
def test_rotations_about_the_polar_axis(l: int) -> None:
    """Components -m and m turn into each other by m times the angle."""
    matrix = SO3.irrep(l).matrix(turn(2, 0.3))
    expected = torch.eye(2 * l + 1, dtype=torch.float64)
    for m in range(1, l + 1):
        c, s = math.cos(0.3 * m), math.sin(0.3 * m)
        expected[l + m, l + m], expected[l - m, l - m] = c, c
        expected[l - m, l + m], expected[l + m, l - m] = s, -s
    assert float((matrix - expected).abs().max()) < 1e-14


@pytest.mark.parametrize("twice", [1, 2, 3, 5])
def test_small_wigner_matrices_against_closed_forms(twice: int) -> None:
    """d^j(beta) of exp(-i beta J_y), rows and columns m = j .. -j; sympy has the opposite angle."""
    beta = symbols("beta")
    exact = wigner_d_small(half_integer(twice) / 2, beta)
    g = torch.tensor([[math.cos(0.4), -math.sin(0.4)], [math.sin(0.4), math.cos(0.4)]], dtype=torch.complex128)
    ours = SU2.irrep(half_integer(twice) / 2).matrix(g)
    for i in range(twice + 1):
        for j in range(twice + 1):
            value = float(exact[i, j].subs(beta, -0.8))  # type: ignore[union-attr]
            assert abs(complex(ours[i, j]) - value) < 1e-13


@pytest.mark.parametrize("l", [1, 5, 11, 20])
def test_wigner_matrices_to_degree_20(l: int) -> None:
    """Products and orthogonality to 1e-12, the exponential of the generators to 1e-10, and the trace in closed form."""
    rho = SO3.irrep(l)
    g = SO3.sample(8, generator=torch.Generator().manual_seed(0))
    matrix = rho.matrix(g)
    assert float((matrix @ matrix.mT - torch.eye(2 * l + 1)).abs().max()) < 1e-12
    assert float((rho.matrix(g @ g.flip(0)) - matrix @ matrix.flip(0)).abs().max()) < 1e-12
    half = ((g.diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2).clamp(-1, 1).acos() / 2
    assert float((rho.character(g) - ((2 * l + 1) * half).sin() / half.sin()).abs().max()) < 1e-10
    small = torch.linalg.matrix_exp(rho.algebra(SO3.algebra))
    assert float((rho.matrix(SO3.exp(SO3.algebra)) - small).abs().max()) < 1e-10


@pytest.mark.parametrize("group", [SO3, SU2], ids=str)
def test_large_couplings_are_exact(group: tw.Group) -> None:
    rho = group.irrep(20)
    cg = tw.clebsch_gordan(rho, rho, rho)[0].to(torch.complex128)
    flat = cg.flatten(0, 1)
    assert float((flat.mH @ flat - torch.eye(41)).abs().max()) < 1e-12
    g = group.sample(1, generator=torch.Generator().manual_seed(0))[0]
    matrix = rho.matrix(g).to(torch.complex128)
    moved = torch.einsum("ai,bj,ijk->abk", matrix, matrix, cg)
    assert float((moved - cg @ matrix).abs().max()) < 1e-12


@pytest.mark.parametrize(("m1", "m2"), [(20, -20), (3, -7), (-11, 4), (0, 0)])
def test_condon_and_shortley_at_spin_20(m1: int, m2: int) -> None:
    cg = tw.clebsch_gordan(SU2.irrep(20), SU2.irrep(20), SU2.irrep(20))[0]
    exact = float(CG(20, m1, 20, m2, 20, m1 + m2).doit())
    assert abs(complex(cg[20 - m1, 20 - m2, 20 - m1 - m2]) - exact) < 1e-13


def test_stretched_and_scalar_couplings_in_closed_form() -> None:
    """<j j; j' j' | j + j'> = 1 and <j m; j -m | 0 0> = (-1)^(j - m) / sqrt(2 j + 1)."""
    for twice in range(1, 12):
        rho = SU2.irrep(half_integer(twice) / 2)
        assert abs(complex(tw.clebsch_gordan(rho, rho, SU2.irrep(twice))[0, 0, 0, 0]) - 1) < 1e-14
        scalar = tw.clebsch_gordan(rho, rho, SU2.irrep(0))[0, :, :, 0].flip(1).diagonal().real
        expected = torch.tensor([(-1.0) ** k for k in range(twice + 1)], dtype=torch.float64) / (twice + 1) ** 0.5
        assert float((scalar - expected).abs().max()) < 1e-14


def test_circle_groups_in_closed_form() -> None:
    t = torch.tensor(0.4, dtype=torch.float64)
    one = torch.ones_like(t)
    turned = torch.stack([torch.stack([t.cos(), -t.sin()]), torch.stack([t.sin(), t.cos()])])
    for k in (-3, 0, 2):
        phase = complex(torch.polar(one, k * t))
        assert abs(complex(tw.U(1).irrep(k).matrix(torch.polar(one, t)[None, None])) - phase) < 1e-15
        assert abs(complex(tw.SO(2).irrep(k).matrix(turned)) - phase) < 1e-15
    found = tw.tensor_decomposition(tw.SO(2).irrep(1), tw.SO(2).irrep(2))
    assert found == {tw.SO(2).irrep(3): 1}
