"""Networks for crystals: invariant, positive where they should be, and starting where they are told."""

from __future__ import annotations

import pytest
import torch
from tests.models.crystals import CELL, atoms, crystal_of_four
from torch import Tensor

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.models import CrystalNetwork

TOLERANCE = 1e-10


@pytest.fixture
def crystal() -> tuple[list[int], Tensor]:
    return crystal_of_four()


def test_spectra_are_positive_invariant_and_have_maximum_one(crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    network = CrystalNetwork(7, kind="spectrum", channels=4, hidden=(8,), dtype=torch.float64)
    still = network.predict(atoms(numbers, positions, CELL))
    assert still.shape == (1, 7)
    assert float(still.min()) > 0
    assert float(still.max()) == 1
    for g in tw.O(3).sample(3):
        turned = network.predict(atoms(numbers, positions @ g.mT, CELL @ g.mT))
        torch.testing.assert_close(turned, still, atol=TOLERANCE, rtol=0)
    with pytest.raises(IntertwineError, match="values, spectrum"):
        CrystalNetwork(7, kind="class")


@pytest.mark.parametrize("kind", ["values", "spectrum"])
def test_networks_for_crystals_start_where_they_are_told(kind: str, crystal: tuple[list[int], Tensor]) -> None:
    wanted = torch.tensor([0.2, 1.0, 0.7], dtype=torch.float64)
    network = CrystalNetwork(3, kind=kind, channels=4, hidden=(8,), dtype=torch.float64)
    torch.nn.init.zeros_(network.head.get_submodule("1").get_parameter("weight"))
    network.start_at(wanted)
    torch.testing.assert_close(network.predict(atoms(*crystal, CELL)), wanted[None])
    with pytest.raises(IntertwineError, match=r"starts at \(3,\)"):
        network.start_at(wanted[:2])
