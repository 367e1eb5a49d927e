"""Structures written to files, and read again."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from intertwine.data import Structure, read_structures, structure, to_ase, write_structures
from intertwine.errors import IntertwineError

pytest.importorskip("ase")
CELL = [[4.0, 0, 0], [0.5, 4.2, 0], [0, 0.3, 3.9]]


def crystal() -> Structure:
    positions = [[0.1, 0.2, 0.3], [2.0, 2.1, 1.9]]
    stress = torch.tensor([[1.0, 0.4, 0.5], [0.4, 2.0, 0.6], [0.5, 0.6, 3.0]])
    return structure([11, 17], positions, cell=CELL, energy=-3.25, forces=torch.randn(2, 3), stress=stress)


@pytest.mark.parametrize("ending", ["extxyz", "xyz"])
def test_what_is_known_comes_back(tmp_path: Path, ending: str):
    molecule = structure([8, 1, 1], torch.randn(3, 3), energy=1.5)
    write_structures(tmp_path / f"two.{ending}", [crystal(), molecule], format="extxyz")
    torch.manual_seed(0)
    for found, wanted in zip(read_structures(tmp_path / f"two.{ending}"), [crystal(), molecule], strict=True):
        assert torch.equal(found.numbers, wanted.numbers)
        assert found.energy == pytest.approx(wanted.energy)
        assert torch.equal(found.pbc, wanted.pbc)
        for name in ("positions", "cell"):
            torch.testing.assert_close(getattr(found, name), getattr(wanted, name), atol=1e-7, rtol=0)
    (again, _) = read_structures(tmp_path / f"two.{ending}")
    assert again.forces is not None
    assert again.stress is not None
    torch.testing.assert_close(again.stress[0], torch.tensor([1.0, 0.4, 0.5]).double())


@pytest.mark.parametrize("ending", ["cif", "vasp"])
def test_formats_of_crystals(tmp_path: Path, ending: str):
    write_structures(tmp_path / f"salt.{ending}", [crystal()])
    (found,) = read_structures(tmp_path / f"salt.{ending}")
    distances = [torch.pdist(s.positions) for s in (found, crystal())]
    torch.testing.assert_close(*distances, atol=1e-4, rtol=0)
    assert bool(found.pbc.all())


def test_ase_gets_the_results():
    atoms = to_ase(crystal())
    assert atoms.get_potential_energy() == -3.25
    assert atoms.get_stress(voigt=False)[0].tolist() == pytest.approx([1.0, 0.4, 0.5])
    assert to_ase(structure([1], [[0, 0, 0]])).calc is None


def test_what_cannot_be_written(tmp_path: Path):
    with pytest.raises(IntertwineError, match="no structure to write"):
        write_structures(tmp_path / "none.xyz", [])
    with pytest.raises(IntertwineError, match="could not be written"):
        write_structures(tmp_path / "salt.unheard-of", [crystal()])
