"""Jets as lists of four-momenta: tops against other jets, and quarks against gluons."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch

from ..errors import IntertwineError
from .labelled import Labelled
from .momenta import on_shell
from .stored import StoredFile

PARTS = ("train", "validation", "test")
"""In the order of the numbers 0, 1, 2 of the array `split`."""
GENERATOR = (
    "It was made with PYTHIA 8.317 and has no public source; `load_top_tagging` (`reproduce jets --full`) fetches the "
    "public set of top jets instead."
)


@dataclass(frozen=True)
class JetSet:
    """A set of simulated jets in one .npz file: Pmu (N, n, 4), label (N,), split (N,)."""

    name: str
    classes: tuple[str, str]
    """The background (0) and the signal (1)."""
    file: StoredFile
    source: str
    """One sentence: how the jets were made."""


TOP_JETS = JetSet(
    name="top",
    classes=("light quark or gluon", "top quark"),
    file=StoredFile(
        "top_pythia8_particlelevel.npz",
        "physics/top_pythia8_particlelevel.npz",
        "sha256:0ce7ffc51ca1274ae21fc339614103543bc786d14f8efa71e4b5e69ee47c9661",
        19_812_939,
        origin=GENERATOR,
    ),
    source=(
        "20,000 jets, half of them from hadronic top quarks, made with PYTHIA 8.317: proton collisions at 14 TeV, "
        "no multiple interactions, anti-kT jets of radius 0.8, 550 to 650 GeV across the beam, |eta| < 2, tops matched "
        "to their three quarks. Stable particles as they leave the collision: no detector is simulated."
    ),
)

QUARK_GLUON_JETS = JetSet(
    name="quark-gluon",
    classes=("gluon", "quark"),
    file=StoredFile(
        "qg_pythia8_particlelevel.npz",
        "physics/qg_pythia8_particlelevel.npz",
        "sha256:ea4a774bb3540f822bcdb6214cee93ae4552087fc9de14cae9d71e1b87233dac",
        3_360_430,
        origin=GENERATOR,
    ),
    source=(
        "5,000 jets, half of them from quarks, made with PYTHIA 8.317: Z bosons (to neutrinos) with a quark or a gluon "
        "at 14 TeV, with multiple interactions, anti-kT jets of radius 0.4, 500 to 550 GeV across the beam, |y| < 1.7. "
        "Stable particles as they leave the collision: no detector is simulated."
    ),
)

JET_SETS: Mapping[str, JetSet] = MappingProxyType({s.name: s for s in (TOP_JETS, QUARK_GLUON_JETS)})


def load_jets(which: JetSet, part: str, particles: int | None = None) -> Labelled:
    """One part ("train", "validation" or "test") of a set: x (N, n, 4) float64 (E, px, py, pz) in GeV, y (N,).

    The particles of a jet come in falling order of transverse momentum, and rows of zeros fill up to the longest jet;
    `particles` keeps the leading ones. Energies are lifted onto the mass shell where float32 left them below it.

    Raises:
        IntertwineError: there is no such part, or the file is missing, truncated or another one.
    """
    if part not in PARTS:
        raise IntertwineError(f"There is no part {part!r}; the parts are {', '.join(PARTS)}.")
    path = which.file.path()
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            chosen = stored["split"] == PARTS.index(part)
            momenta, labels = stored["Pmu"][chosen], stored["label"][chosen]
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, KeyError) as error:
        raise IntertwineError(f"{path} is damaged, or lacks one of Pmu, label and split ({error}).") from error
    x = on_shell(torch.from_numpy(momenta[:, : at_least_one(particles)]))
    return Labelled(x, torch.from_numpy(labels.astype(np.int64)), which.classes)


def at_least_one(particles: int | None) -> int | None:
    """The number of particles to keep, when it makes sense."""
    if particles is not None and particles < 1:
        raise IntertwineError(f"particles is {particles}; keep at least one particle of a jet.")
    return particles
