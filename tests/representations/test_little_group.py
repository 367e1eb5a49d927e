"""Irreducible representations of grids with a point group, against the character table and by splitting."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import intertwine as tw
from intertwine.representations.finite_irrep import class_product
from intertwine.representations.little_group import has_little_groups
from intertwine.representations.splitting import split_complex, split_real

C2 = tw.C(2)
GROUPS = [
    tw.semidirect(tw.Grid(3, 3), tw.D(4)),
    tw.semidirect(tw.Grid(4, 4), tw.C(4)),
    tw.semidirect(tw.Grid(5), C2, C2.irreps()[1]),
    tw.semidirect(tw.Grid(2, 2, 2), tw.Cube()),
    tw.semidirect(tw.Grid(4, 4), C2, 2 * C2.irreps()[1]),
]
SIZE = {"real": 1, "complex": 2, "quaternionic": 4}


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_the_same_as_by_splitting(group: tw.Group) -> None:
    assert has_little_groups(group)
    for own, split in ((group.irreps(), split_real(group)), (group.irreps(real=False), split_complex(group))):
        assert sorted((rho.dim, rho.type) for rho in own) == sorted((rho.dim, rho.type) for rho in split)
        chi = np.stack([rho.class_character for rho in own])
        inner = class_product(group, chi, np.stack([rho.class_character for rho in split]).T)
        assert np.allclose(np.sort(np.abs(inner), 1)[:, :-1], 0, atol=1e-9)
        assert own[0].is_trivial


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_unitary_homomorphisms(group: tw.Group) -> None:
    random = torch.Generator().manual_seed(0)
    g, h = group.sample(8, generator=random), group.sample(8, generator=random)
    for rho in (*group.irreps(), *group.irreps(real=False)):
        a, b = rho.matrix(g), rho.matrix(h)
        assert float((a @ b - rho.matrix(group.multiply(g, h))).abs().max()) < 1e-12
        assert float((a.mH @ a - torch.eye(rho.dim)).abs().max()) < 1e-12
        if not rho.is_complex:
            units = torch.from_numpy(rho.commutant)
            assert len(units) == SIZE[rho.type]
            assert float((units @ a[:, None] - a[:, None] @ units).abs().max()) < 1e-10


def test_functions_on_a_grid() -> None:
    """Orbits of waves: on the 4 x 4 grid six of them under the square's symmetries."""
    group = tw.semidirect(tw.Grid(4, 4), tw.D(4))
    found = group.vector.decompose()
    assert set(found.terms.values()) == {1}
    assert sorted(irrep.dim for irrep in found.terms) == [1, 1, 2, 4, 4, 4]
    g = group.sample(5)
    assert torch.allclose(group.vector.matrix(g) @ found.basis, found.basis @ found.sum.matrix(g), atol=1e-10)
    assert (group.vector >> group.vector).dim == 6


def test_large_grids_are_quick_to_describe() -> None:
    group = tw.semidirect(tw.Grid(12, 12), tw.D(4))
    assert sum(rho.dim**2 for rho in group.irreps(real=False)) == group.order == 1152
