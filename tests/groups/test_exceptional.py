"""The compact exceptional groups as matrix groups."""

from __future__ import annotations

import pytest
import torch

from intertwine.errors import IntertwineError
from intertwine.groups import F4, G2, E
from intertwine.groups.lie import LieGroup

GROUPS = [(G2(), 7, 14), (F4(), 26, 52), (E(6), 27, 78), (E(7), 56, 133)]
SEED = 3


@pytest.mark.parametrize(("group", "size", "dim"), [*GROUPS, (E(8), 248, 248)], ids=lambda x: str(x))
def test_algebra_is_orthonormal_and_antihermitian(group: LieGroup, size: int, dim: int) -> None:
    basis = group.algebra
    assert basis.shape == (dim, size, size)
    assert float((basis + basis.mH).abs().max()) < 1e-13
    flat = basis.flatten(1)
    assert float((flat @ flat.mH - 2 * torch.eye(dim)).abs().max()) < 1e-12


@pytest.mark.parametrize(("group", "size", "dim"), GROUPS, ids=lambda x: str(x))
def test_algebra_closes(group: LieGroup, size: int, dim: int) -> None:
    x, y = group.algebra[:3, None], group.algebra[None, -3:]
    group.coordinates(x @ y - y @ x)


@pytest.mark.parametrize(("group", "size", "dim"), GROUPS, ids=lambda x: str(x))
def test_samples_lie_in_the_group_and_scalars_do_not(group: LieGroup, size: int, dim: int) -> None:
    g = group.sample(3, generator=torch.Generator().manual_seed(SEED))
    assert bool(group.contains(g).all())
    assert bool(group.contains(g[0] @ g[1]).all())
    assert not bool(group.contains(torch.linalg.qr(torch.randn_like(g))[0]).any())
    centre = {"E(6)": 3, "E(7)": 2}.get(group.name, 1)
    assert bool(group.contains(-g).any()) == (centre == 2)
    if g.is_complex():
        phase = torch.exp(torch.tensor(2j * torch.pi / 3, dtype=torch.complex128))
        assert bool(group.contains(phase * g).any()) == (centre == 3)


def test_e8_sample_and_negative_control() -> None:
    g = E(8).sample(1, generator=torch.Generator().manual_seed(SEED))
    assert bool(E(8).contains(g))
    assert not bool(E(8).contains(-g))


@pytest.mark.parametrize(("group", "cubes", "count"), [(G2(), 1, 3000), (F4(), 1, 1000), (E(7), 0, 400)], ids=str)
def test_mean_characters_of_samples_are_those_of_haar_measure(group: LieGroup, cubes: int, count: int) -> None:
    trace = group.vector.character(group.sample(count, generator=torch.Generator().manual_seed(SEED))).real
    for power, expected in ((1, 0), (2, 1), (3, cubes)):
        values = trace**power
        assert abs(float(values.mean()) - expected) < 5 * float(values.std()) / count**0.5


def test_other_ranks_are_refused() -> None:
    with pytest.raises(IntertwineError, match="E\\(6\\), E\\(7\\) and E\\(8\\)"):
        E(9)
