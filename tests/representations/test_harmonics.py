"""Harmonics on R^1, R^2 and R^3: how they turn, and that they are harmonic."""

from __future__ import annotations

import math

import pytest
import torch

from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D, Group, Icosahedron, O
from intertwine.representations.harmonics import Harmonics, count, harmonics
from intertwine.testing import check_representation

GROUPS: list[Group] = [C(1), C(5), D(1), D(4), SO(2), O(2), Cube(full=True), Icosahedron(), SO(3), O(3)]


@pytest.mark.parametrize("group", GROUPS, ids=str)
@pytest.mark.parametrize("degree", [0, 1, 2, 3, 6])
def test_harmonics_turn_with_their_points(group: Group, degree: int):
    V = group.vector
    g = group.sample(4, generator=torch.Generator().manual_seed(2))
    x = torch.randn(6, V.dim, dtype=torch.float64)
    moved = harmonics(torch.einsum("nij,xj->nxi", V.matrix(g), x), degree)
    turned = torch.einsum("nij,xj->nxi", Harmonics(V, degree).matrix(g), harmonics(x, degree))
    torch.testing.assert_close(moved, turned, atol=1e-9, rtol=0)


@pytest.mark.parametrize("group", GROUPS, ids=str)
@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_the_contract_of_representations(group: Group, degree: int):
    check_representation(Harmonics(group.vector, degree))


def test_signs_on_the_line():
    G = C(2)
    sign = G.irrep(1)
    assert [Harmonics(sign, degree).dim for degree in range(4)] == [1, 1, 0, 0]
    x = torch.tensor([[-2.0], [0.0], [3.0]])
    assert harmonics(x, 1).flatten().tolist() == [-1, 0, 1]
    assert harmonics(x, 0).flatten().tolist() == [1, 1, 1]


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("degree", [0, 1, 2, 4])
def test_normalisation(d: int, degree: int):
    """sum_m Y_m(x)^2 = 1 away from the origin; degrees > 0 vanish there."""
    x = torch.randn(20, d)
    values = harmonics(x, degree)
    assert values.dtype == torch.float64
    assert values.shape == (20, count(d, degree))
    if count(d, degree):
        torch.testing.assert_close(values.square().sum(-1), torch.ones(20, dtype=torch.float64))
        torch.testing.assert_close(harmonics(3 * x.double(), degree), harmonics(x.double(), degree))
    assert float(harmonics(torch.zeros(1, d), degree).abs().sum()) == float(degree == 0)


@pytest.mark.parametrize(("d", "degree"), [(2, 1), (2, 3), (3, 1), (3, 2), (3, 4)])
def test_harmonics_are_harmonic(d: int, degree: int):
    """The Laplacian of |x|^J Y_J(x) vanishes: central differences of second order."""
    x, step = torch.randn(5, d, dtype=torch.float64) + 2, 1e-3

    def solid(p: torch.Tensor) -> torch.Tensor:
        return p.norm(dim=-1, keepdim=True) ** degree * harmonics(p, degree)

    shifts = step * torch.eye(d, dtype=torch.float64)
    laplacian = sum(solid(x + s) - 2 * solid(x) + solid(x - s) for s in shifts) / step**2
    assert float(torch.as_tensor(laplacian).abs().max()) < 1e-4 * float(solid(x).abs().max())


@pytest.mark.parametrize("d", [2, 3])
def test_harmonics_are_orthogonal(d: int):
    """Means of products over the sphere, by the roots of unity or by the averages over the icosahedron's group."""
    if d == 2:
        angle = torch.arange(16, dtype=torch.float64) * math.pi / 8
        points = torch.stack([angle.cos(), angle.sin()], -1)
    else:
        points = Icosahedron().vector.matrix(Icosahedron().elements())[:, :, 2]
    values = torch.cat([harmonics(points, degree) for degree in range(3)], -1)
    gram = values.mT @ values / len(values)
    torch.testing.assert_close(gram, torch.diag(gram.diagonal()), atol=1e-12, rtol=0)


@pytest.mark.parametrize("space", [Cube().regular, SO(4).vector, C(2).trivial + 2 * C(2).regular])
def test_spaces_that_do_not_fit(space):
    with pytest.raises(IntertwineError, match=r"R\^1, R\^2 or R\^3"):
        Harmonics(space, 1)


def test_bad_degrees_and_points() -> None:
    for degree in (-1, 1.5):
        with pytest.raises(IntertwineError, match="degree"):
            Harmonics(SO(3).vector, degree)  # type: ignore[arg-type]
    with pytest.raises(IntertwineError, match="harmonics live on"):
        harmonics(torch.zeros(2, 4), 1)
    assert harmonics(torch.tensor([[float("nan"), 0.0, 0.0]]), 1).isnan().all()
