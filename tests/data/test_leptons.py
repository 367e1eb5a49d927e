"""Pairs of leptons: the CMS tables, a stand-in, and invented decays."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from intertwine.data import LEPTON_SETS, LeptonSet, StoredFile, draw_z_decays, load_leptons, local_folder, mass
from intertwine.errors import IntertwineError

TABLE = """Run,Event,pt1,eta1,phi1,Q1,dxy1,iso1,pt2,eta2,phi2,Q2,dxy2,iso2
1,1,40,0.0,0.0,1,0,0,40,0.0,3.14159265358979,-1,0,0
1,2,40,0.0,0.0,1,0,0,40,0.0,3.14159265358979,1,0,0
1,3,30,1.0,0.0,-1,0,0,50,-1.0,2.0,1,0,0
"""


def lepton_set(path: Path, text: str) -> LeptonSet:
    path.write_text(text)
    content = path.read_bytes()
    file = StoredFile(path.name, path.name, f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))
    return replace(LEPTON_SETS["muons"], file=file)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Stand-ins lie where INTERTWINE_DATA points, but for the tests of the data themselves."""
    if request.node.get_closest_marker("data") is None:
        monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path))


def test_pairs_of_opposite_charge_with_their_mass(tmp_path: Path) -> None:
    pairs = load_leptons(lepton_set(tmp_path / "mm.csv", TABLE))
    assert pairs.x.shape == (2, 2, 4)
    assert pairs.x.dtype == torch.float64
    torch.testing.assert_close(mass(pairs.x), torch.full((2, 2), 0.105658, dtype=torch.float64), rtol=1e-6, atol=0)
    torch.testing.assert_close(pairs.y[0].item(), 2 * (40**2 + 0.105658**2) ** 0.5)
    expected = 2 * 30 * 50 * (torch.cosh(torch.tensor(2.0)) - torch.cos(torch.tensor(2.0)))
    torch.testing.assert_close(pairs.y[1].item() ** 2, expected.item(), rtol=1e-4, atol=0)


def test_bad_tables(tmp_path: Path) -> None:
    with pytest.raises(IntertwineError, match="lacks the columns eta2"):
        load_leptons(lepton_set(tmp_path / "mm.csv", TABLE.replace("eta2", "theta2")))
    with pytest.raises(IntertwineError, match="not of numbers"):
        load_leptons(lepton_set(tmp_path / "mm.csv", TABLE.replace("50,", "fifty,")))
    whole = lepton_set(tmp_path / "mm.csv", TABLE)
    (tmp_path / "mm.csv").write_text(TABLE[:-20])
    with pytest.raises(IntertwineError, match="truncated"):
        load_leptons(whole)


def test_invented_decays_are_on_shell_and_peak_at_the_boson() -> None:
    pairs = draw_z_decays(20_000, generator=torch.Generator().manual_seed(0))
    assert mass(pairs.x).max() < 1e-4
    torch.testing.assert_close(pairs.y[:, 0], mass(pairs.x.sum(1)))
    assert 60 <= pairs.y.min() <= pairs.y.max() <= 120
    assert abs(pairs.y.median() - 91.19) < 0.1
    inner = ((pairs.y - 91.188).abs() < 2.495 / 2).double().mean()  # half of a Breit-Wigner lies within its width
    assert 0.5 < inner < 0.53
    assert pairs.x.sum(1)[:, 1:].mean(0).abs().max() < 3, "no direction is preferred"


@pytest.mark.data
@pytest.mark.parametrize(("name", "count"), [("muons", 10_227), ("electrons", 14_548)])
def test_the_measured_pairs(name: str, count: int) -> None:
    here = local_folder()
    if here is None or not (here / LEPTON_SETS[name].file.local).is_file():
        pytest.skip("INTERTWINE_DATA does not hold the CMS tables")
    pairs = load_leptons(LEPTON_SETS[name])
    assert len(pairs) == count
    assert 90 < pairs.y.median() < 91
    assert ((pairs.y > 86) & (pairs.y < 96)).double().mean() > 0.55
