"""Potentials of molecules: a quick training on invented molecules, and dynamics that keep the energy."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from intertwine.data import Structure, structure
from intertwine.models import InteratomicPotential
from intertwine.reproduce import Request, potential, reproduce
from intertwine.reproduce.potential.dynamics import drift
from intertwine.reproduce.potential.entrants import ENTRANTS
from intertwine.reproduce.potential.work import MEV, errors, potential_for

SHAPE = torch.tensor([[0.0, 0, 0], [1.2, 0, 0], [-0.6, 1.1, 0], [0.3, -0.8, 0.9]], dtype=torch.float64)
CHARGES = [6, 8, 1, 1]


def springs(count: int, seed: int) -> list[Structure]:
    """Molecules of four atoms with springs between all of them."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for _ in range(count):
        r = (SHAPE + 0.1 * torch.randn(4, 3, generator=generator, dtype=torch.float64)).requires_grad_()
        energy = 20 * (torch.pdist(r) - torch.pdist(SHAPE)).square().sum() - 1000
        (slope,) = torch.autograd.grad(energy, r)
        found.append(structure(CHARGES, r.detach(), energy=float(energy.detach()), forces=-slope))
    return found


def test_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(potential, "load_rmd17", lambda molecule, part: springs(30, len(part)))
    findings = reproduce("potential", Request(size="quick", out=tmp_path, budget=2))
    assert "ethanol after 10 structures" in findings.lead
    forces = [n["value"] for n in findings.numbers if n["figure"] == "forces"]
    start = errors(potential_for(springs(10, 0), ENTRANTS["l1"], 4, 0), springs(20, 4))[1]
    assert min(forces) < 0.7 * start
    page = (tmp_path / "report.html").read_text()
    assert "NequIP" in page
    assert "40.2" in page


@pytest.mark.parametrize("name", ENTRANTS)
def test_every_entrant_can_be_made(name: str) -> None:
    energy, forces = errors(potential_for(springs(10, 0), ENTRANTS[name], 4, 0), springs(2, 4))
    assert 0 < energy < float("inf")
    assert 0 < forces < float("inf")


def test_errors_are_in_mev() -> None:
    test = springs(25, 1)
    model = potential_for(test, ENTRANTS["l0"], 4, 0)
    energy, forces = errors(model, test)
    found = [model.predict(s) for s in test]
    off = sum(abs(float(p.energy) - (s.energy or 0)) for p, s in zip(found, test, strict=True)) / 25
    assert energy == pytest.approx(MEV * off, rel=1e-6)
    truth = torch.cat([s.forces for s in test if s.forces is not None])
    mean = (torch.cat([p.forces for p in found]) - truth).abs().mean()
    assert forces == pytest.approx(MEV * float(mean), rel=1e-6)


def test_dynamics_keep_the_energy() -> None:
    pytest.importorskip("ase")
    model = InteratomicPotential(sorted(set(CHARGES)), channels=4, layers=2, scale=5.0, dtype=torch.float64)
    found = drift(model, structure(CHARGES, SHAPE), 60, 0)
    assert found is not None
    assert found["picoseconds"] == pytest.approx(0.03)
    assert found["spread"] < 0.05  # meV per atom, of some 40 that move
