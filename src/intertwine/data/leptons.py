"""Pairs of leptons with the mass of what they came from: events of the CMS detector, and invented ones."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch

from ..errors import IntertwineError
from .labelled import Labelled
from .momenta import boost, from_detector, mass
from .stored import StoredFile

COMMIT = "fd23734a71b863d944d44f7dbe9c0d0261c5302b"
Z_MASS, Z_WIDTH = 91.188, 2.495
"""In GeV (Particle Data Group)."""
COLUMNS = ("pt1", "eta1", "phi1", "Q1", "pt2", "eta2", "phi2", "Q2")


@dataclass(frozen=True)
class LeptonSet:
    """A CMS open-data table of events with two leptons."""

    name: str
    mass: float
    """Of the lepton, in GeV."""
    file: StoredFile


def _lepton_set(name: str, mass: float, table: str, size: int, sha256: str) -> LeptonSet:
    urls = (
        f"https://raw.githubusercontent.com/cms-opendata-education/cms-jupyter-materials-english/{COMMIT}/Data/{table}",
    )
    return LeptonSet(name, mass, StoredFile(table, f"physics/cms_{table}", f"sha256:{sha256}", size, urls))


LEPTON_SETS: Mapping[str, LeptonSet] = MappingProxyType(
    {
        "muons": _lepton_set(
            "muons",
            0.105658,
            "Zmumu_Run2011A.csv",
            1_084_825,
            "034523c045a55633a91fb5df6b67638636c389e20e66a03b7361309058bf02a8",
        ),
        "electrons": _lepton_set(
            "electrons",
            0.000511,
            "Zee_Run2011A.csv",
            2_807_547,
            "b232564653e7072d0bcd62888723e05532313853ca67134c94f3486f1c15ba1b",
        ),
    }
)


def load_leptons(which: LeptonSet) -> Labelled:
    """Measured pairs of opposite charge: x (N, 2, 4) float64 (E, px, py, pz) in GeV, y (N, 1) the mass of the pair.

    10,227 muon pairs or 14,548 electron pairs of the year 2011, most of them from a Z boson. Energies follow
    from the measured momenta and the mass of the lepton.

    Source: CMS open data, CERN Open Data Portal record 545, CC-BY 4.0; tables of the CMS education project.

    Raises:
        IntertwineError: the file is missing, truncated or another one.
    """
    path = which.file.path()
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if lacking:
            raise IntertwineError(f"{path} lacks the columns {', '.join(lacking)}.")
        try:
            rows = torch.tensor([[float(row[name]) for name in COLUMNS] for row in reader], dtype=torch.float64)
        except (TypeError, ValueError) as error:
            raise IntertwineError(f"{path} has a row that is not of numbers ({error}).") from error
    rows = rows[rows[:, 3] * rows[:, 7] < 0]
    leptons = [from_detector(rows[:, k], rows[:, k + 1], rows[:, k + 2], which.mass) for k in (0, 4)]
    pairs = torch.stack(leptons, dim=1)
    return Labelled(pairs, mass(pairs.sum(1))[:, None])


def draw_z_decays(count: int, *, generator: torch.Generator | None = None) -> Labelled:
    """Invented Z bosons decaying to two massless leptons: x (count, 2, 4) float64, y (count, 1) the mass of the pair.

    The mass follows Z_MASS + Z_WIDTH/2 tan(pi (u - 1/2)) cut to 60 .. 120 GeV, the decay is isotropic in the frame of
    the boson, and the boson moves with an exponential transverse momentum (mean 12 GeV) and a normal rapidity
    (spread 1.3). No detector, no background.
    """
    uniform = torch.rand(4, count, generator=generator, dtype=torch.float64)
    low, high = (torch.atan(torch.tensor(2 * (m - Z_MASS) / Z_WIDTH, dtype=torch.float64)) for m in (60.0, 120.0))
    masses = Z_MASS + Z_WIDTH / 2 * torch.tan(low + (high - low) * uniform[0])
    height, around = 2 * uniform[1] - 1, 2 * torch.pi * uniform[2]
    side = (1 - height.square()).sqrt()
    axis = torch.stack([side * around.cos(), side * around.sin(), height], dim=-1)
    energy = (masses / 2)[:, None]
    rest = torch.stack([torch.cat([energy, sign * energy * axis], dim=-1) for sign in (1, -1)], dim=1)
    pt = -12.0 * torch.log1p(-uniform[3])
    angle = 2 * torch.pi * torch.rand(count, generator=generator, dtype=torch.float64)
    rapidity = 1.3 * torch.randn(count, generator=generator, dtype=torch.float64)
    transverse = (masses.square() + pt.square()).sqrt()
    total = torch.stack([pt * angle.cos(), pt * angle.sin(), transverse * rapidity.sinh()], dim=-1)
    pairs = boost(rest, total / (transverse * rapidity.cosh())[:, None])
    return Labelled(pairs, mass(pairs.sum(1))[:, None])
