"""Structures from files and published sets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.data import (
    StoredFile,
    load_phonon_spectra,
    load_rmd17,
    load_xyz_set,
    read_structures,
    structure,
)
from intertwine.errors import IntertwineError

WATER = """3
Lattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3:forces:R:3 energy=-2.5 pbc="T T F"
O 0.0 0.0 0.1 0.0 0.0 1.0
H 0.0 0.8 -0.5 0.0 0.5 -0.5
H 0.0 -0.8 -0.5 0.0 -0.5 -0.5
"""


def test_extxyz_with_energies_and_forces(tmp_path: Path) -> None:
    pytest.importorskip("ase")
    path = tmp_path / "water.xyz"
    path.write_text(WATER * 2)
    found = read_structures(path)
    assert len(found) == 2
    water = found[0]
    assert water.numbers.tolist() == [8, 1, 1]
    assert water.energy == -2.5
    assert water.forces is not None
    assert water.forces[1].tolist() == [0.0, 0.5, -0.5]
    assert water.pbc.tolist() == [True, True, False]
    assert water.cell.diagonal().tolist() == [9, 9, 9]


@pytest.mark.parametrize("ending", ["cif", "vasp", "json"])
def test_crystals_in_other_formats(ending: str, tmp_path: Path) -> None:
    io, build = pytest.importorskip("ase.io"), pytest.importorskip("ase.build")
    salt = build.bulk("NaCl", "rocksalt", a=5.64)
    io.write(tmp_path / f"salt.{ending}", salt)
    (found,) = read_structures(tmp_path / f"salt.{ending}")
    assert found.numbers.tolist() == [11, 17]
    assert found.pbc.all()
    assert found.energy is None
    assert float(torch.linalg.det(found.cell)) == pytest.approx(salt.get_volume(), rel=1e-6)


def test_what_is_no_file_of_structures(tmp_path: Path) -> None:
    pytest.importorskip("ase")
    with pytest.raises(IntertwineError, match="no file"):
        read_structures(tmp_path / "absent.xyz")
    path = tmp_path / "broken.xyz"
    path.write_text("three\natoms\n")
    with pytest.raises(IntertwineError, match="could not be read"):
        read_structures(path)


def test_a_file_that_ends_too_early_gives_what_is_whole(tmp_path: Path) -> None:
    pytest.importorskip("ase")
    path = tmp_path / "run.xyz"
    path.write_text(WATER * 3 + WATER[:-30])
    with pytest.raises(IntertwineError, match=r"first 3 can be read, with index=':3'"):
        read_structures(path)
    assert len(read_structures(path, index=":3")) == 3
    assert len(read_structures(path, index="0:3:2")) == 2
    path.write_text(WATER)
    with pytest.raises(IntertwineError, match="no structures at index '7:9'"):
        read_structures(path, index="7:9")


def test_numbers_that_are_none_are_found_when_read(tmp_path: Path) -> None:
    pytest.importorskip("ase")
    path = tmp_path / "blown_up.xyz"
    path.write_text(WATER + WATER.replace("0.8", "nan"))
    with pytest.raises(IntertwineError, match=r"atoms \[1, 2\] are not.*first 1 can be read"):
        read_structures(path)


def test_energies_and_forces_under_other_names(tmp_path: Path) -> None:
    pytest.importorskip("ase")
    path = tmp_path / "reference.xyz"
    path.write_text(WATER.replace("forces", "REF_forces").replace("energy", "REF_energy"))
    (bare,), (water,) = read_structures(path), read_structures(path, prefix="REF_")
    assert bare.energy is None
    assert bare.forces is None
    assert water.energy == -2.5
    assert water.forces is not None
    assert water.forces[0].tolist() == [0.0, 0.0, 1.0]


def test_shapes_must_fit() -> None:
    assert structure([1], [[0, 0, 0]]).pbc.tolist() == [False] * 3
    assert structure([1], [[0, 0, 0]], cell=np.eye(3)).pbc.tolist() == [True] * 3
    with pytest.raises(IntertwineError, match="do not fit"):
        structure([1, 1], [[0, 0, 0]])
    with pytest.raises(IntertwineError, match="do not fit"):
        structure([1], [[0, 0, 0]], forces=np.zeros((2, 3)))
    with pytest.raises(IntertwineError, match="8 for oxygen"):
        structure(["O"], [[0, 0, 0]])
    assert len(structure([], [])) == 0


def stored(path: Path, **content: np.ndarray) -> StoredFile:
    np.savez(path, allow_pickle=False, **content)
    data = path.read_bytes()
    return StoredFile(path.name, path.name, f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))


def test_molecules_as_rmd17_stores_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path))
    coords = np.random.default_rng(0).normal(size=(4, 2, 3))
    file = stored(
        tmp_path / "h2.npz", nuclear_charges=np.array([1, 1]), coords=coords, energies=np.arange(4.0), forces=-coords
    )
    found = load_rmd17("h2", "train", files={("h2", "train"): file})
    assert [s.energy for s in found] == [0, 1, 2, 3]
    torch.testing.assert_close(found[2].positions, torch.from_numpy(coords[2]))
    with pytest.raises(IntertwineError, match="no part 'test' of 'h2'"):
        load_rmd17("h2", "test", files={("h2", "train"): file})


@pytest.mark.data
def test_published_sets(data_dir: Path) -> None:
    assert data_dir.is_dir()
    ethanol = load_rmd17("ethanol", "train")
    assert len(ethanol) == 1000
    assert ethanol[0].numbers.tolist() == [6, 6, 8, 1, 1, 1, 1, 1, 1]
    spectra = load_phonon_spectra()
    assert [len(index) for index in spectra.split.values()] == [1192, 141, 189]
    assert float(spectra.spectra.max()) == 1
    assert sorted(torch.cat(list(spectra.split.values())).tolist()) == list(range(1522))
    acac = load_xyz_set("acac", "train_300K")
    assert len(acac) == 500
    assert acac[0].energy == pytest.approx(-9391.45554428476)
    with pytest.raises(IntertwineError, match=r"holds no .*, but .*train_300K"):
        load_xyz_set("acac", "nothing")
