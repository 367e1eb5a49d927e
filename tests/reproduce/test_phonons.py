"""Phonon spectra: what follows from a spectrum, and a quick training on invented crystals."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from intertwine.data import PhononSpectra, structure
from intertwine.errors import IntertwineError
from intertwine.models import CrystalNetwork
from intertwine.reproduce import Request, phonons, reproduce
from intertwine.reproduce.phonons.measures import heat_capacity, mean_frequency, measures

FREQUENCIES = torch.linspace(0, 1000, 51, dtype=torch.float64)


def crystals(count: int) -> PhononSpectra:
    """Cubes of one kind of atom: of seven elements, each with a frequency of its own."""
    numbers = torch.randint(3, 10, (count,), generator=torch.Generator().manual_seed(0))
    cells = [structure([z], [[0.0, 0.0, 0.0]], cell=(2.5 + 0.1 * z) * torch.eye(3)) for z in numbers.tolist()]
    middle = 1100 - 100 * numbers.double()
    spectra = torch.exp(-(((FREQUENCIES - middle[:, None]) / 100) ** 2))
    parts = torch.arange(count).split([count - 20, 10, 10])
    spectra = spectra / spectra.amax(1, keepdim=True)
    return PhononSpectra(cells, spectra, FREQUENCIES, dict(zip(("train", "valid", "test"), parts, strict=True)))


def test_heat_capacity_of_soft_and_hard_vibrations() -> None:
    soft, hard = torch.zeros(51), torch.zeros(51)
    soft[0], hard[50] = 1, 1
    assert float(heat_capacity(soft.double(), FREQUENCIES)) == pytest.approx(3 * 8.314462618)  # Dulong and Petit
    x = 1.438776877 * 1000 / 300
    einstein = 3 * 8.314462618 * x**2 * torch.tensor(x).exp() / (torch.tensor(x).exp() - 1) ** 2
    assert float(heat_capacity(hard.double(), FREQUENCIES)) == pytest.approx(float(einstein), rel=1e-5)
    assert float(mean_frequency(hard.double(), FREQUENCIES)) == 1000


def test_measures_of_the_truth_and_of_its_mean() -> None:
    spectra = crystals(40).spectra
    perfect = measures(spectra, spectra, FREQUENCIES)
    assert perfect["r2"] == 1
    assert max(perfect[name] for name in ("mse", "mae", "capacity", "frequency")) == 0
    constant = measures(torch.full_like(spectra, float(spectra.mean())), spectra, FREQUENCIES)
    assert constant["r2"] == pytest.approx(0, abs=1e-12)


def test_a_network_starts_at_the_mean_spectrum() -> None:
    data = crystals(30)
    mean = data.spectra.mean(0)
    network = CrystalNetwork(51, kind="spectrum", channels=4)
    network.start_at(mean)
    with torch.no_grad():
        network.head[-1].weight.zero_()  # type: ignore[union-attr,operator]
    found = network.predict(data.crystals[:2]).double()
    torch.testing.assert_close(found, (mean / mean.max()).expand(2, -1), atol=2e-3, rtol=0)
    with pytest.raises(IntertwineError, match=r"starts at \(51,\)"):
        network.start_at(mean[:5])


def test_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phonons, "load_phonon_spectra", lambda: crystals(80))
    findings = reproduce("phonon-dos", Request(size="quick", out=tmp_path, budget=6))
    numbers = {n["figure"]: n["value"] for n in findings.numbers}
    data = crystals(80)
    mean = data.spectra[data.split["train"]].mean(0).expand(10, -1)
    assert numbers["mse"] < 0.6 * measures(mean, data.spectra[data.split["test"]], FREQUENCIES)["mse"]
    page = (tmp_path / "report.html").read_text()
    assert "0.0226" in page
    assert "Mat2Spec" in page
