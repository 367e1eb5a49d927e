"""Molecules and crystals with computed properties: forces of rMD17, phonon spectra of 1,522 crystals, 3BPA and more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from .source import local_folder
from .stored import StoredFile
from .structures import Structure, read_structures, structure

RMD17_COMMIT = "4f6bb0a18682"
PHONON_PARTS = ("train", "valid", "test")
XYZ_SETS = ("3BPA", "acac", "ethanol")

_RMD17: dict[tuple[str, str], tuple[int, str]] = {
    ("aspirin", "train"): (1537803, "d460f0e43a1a9411b55cdcd9cdbeb9466ae62851ac91392516ab88e4ebc68143"),
    ("aspirin", "test"): (1537803, "a3c3b61e782d01e6dd649a126004903f7873e8e7ee5034135abfdb8873be711d"),
    ("azobenzene", "train"): (1753806, "7a2ce543773f6cb7a2cccecbc37fd479781e27ec2d0bb4e5f9ecff8e404e5857"),
    ("azobenzene", "test"): (1753806, "e83c87fe541a95e7349684e47294821ada708a780b59c469d3792588213cfc05"),
    ("benzene", "train"): (889794, "6e69deb5dc8663c2d2461cc50e522c74742acea7b4185da348fc08585a15cdc7"),
    ("benzene", "test"): (889794, "4aad4aa2f5ae6aa78d2d9f5da7cb285c97864cfbdf054b67de12a1429b249534"),
    ("ethanol", "train"): (673791, "096946747b8d9dcfa042b44f8debbd3da387dfe1586b659e3be789cc4927316a"),
    ("ethanol", "test"): (673791, "c3594a0f93d5992e02f9eb671392fb2e5021b3fa4f902417886966d1e4f64e1e"),
    ("malonaldehyde", "train"): (673791, "95723385cdfd7f8446a84cdff607f14901e4c2b3949db7a965147dc5098d8ee1"),
    ("malonaldehyde", "test"): (673791, "147404574d4fe3204dea7eb3799426d264e36b7900012f27fd2d26a26832fdaf"),
    ("naphthalene", "train"): (1321800, "940f41110785fb0d3fa5feac68800cf4c68bd05fd55d563d3adacf5247d7688a"),
    ("naphthalene", "test"): (1321800, "80a19bca6aaa5cdf241007d6a7332e7b96a8e6ef362c1badcdb86a574ac3fe06"),
    ("paracetamol", "train"): (1465802, "819513d42011a63773ff1baf61b06f9f0884370fbdb6539d6f11fc6cb580a0ba"),
    ("paracetamol", "test"): (1465802, "99e09ff10b54c55830c011c0959b643bede0512a89ae5b5b9a11e8abea9b3eaa"),
    ("salicylic", "train"): (1177798, "9f96d79ec7a66dec666dbba60307c083ede80ecc919e0c9513ad9accfe43b5c0"),
    ("salicylic", "test"): (1177798, "4a03f66c719d7684f39620b2bae6842613482a86cdd4e6f95115ae4d37f03cc0"),
    ("toluene", "train"): (1105797, "24d0642f897a1da1fdc4dbdd0a9c2a7f6082dd88e02954b12896a45a7a5fbac7"),
    ("uracil", "train"): (889794, "e1d450430362e3bebdeea96b24501f5e56a5a8af1eb02d50cb763f48b51523cf"),
    ("uracil", "test"): (889794, "ceda757f7670d97080ec3c28dfb559aeb8ca54f49e7f0da0682fa1eb5ac00907"),
}


def _rmd17(molecule: str, part: str, size: int, sha256: str) -> StoredFile:
    name = f"rmd17_{molecule}_{part}_01.npz"
    return StoredFile(
        name,
        f"e3/rmd17/{name}",
        f"sha256:{sha256}",
        size,
        (f"https://raw.githubusercontent.com/andersx/rmd17-npz/{RMD17_COMMIT}/rmd17-npz/{name}",),
    )


RMD17_FILES: Mapping[tuple[str, str], StoredFile] = MappingProxyType(
    {key: _rmd17(*key, *value) for key, value in _RMD17.items()}
)

PHONON_FILE = StoredFile(
    "phonondos_1522.npz",
    "e3/phonondos_1522.npz",
    "sha256:038a8a742cfea2d3c1a306d639242aa8b5a6c36d1c482b178189ffb1da073973",
    531196,
    origin=(
        "It is the data of Petretto et al., Sci. Data 5, 180065 (2018), as the tutorial ninarina12/phononDoS_tutorial "
        "holds it, packed into arrays; that file has no public source."
    ),
)


def load_rmd17(
    molecule: str, part: str, *, files: Mapping[tuple[str, str], StoredFile] = RMD17_FILES
) -> list[Structure]:
    """1,000 structures of a molecule with energies in kcal/mol and forces in kcal/mol/A, of split 1.

    `part` is "train" or "test"; positions are in A. Recomputed MD17: PBE/def2-SVP with tight convergence. CC0.

    Source: A. Christensen, O. A. von Lilienfeld, On the role of gradients for machine learning of molecular energies
    and forces, arXiv:2007.09593.

    Raises:
        IntertwineError: no such molecule or part is known, or its file is out of reach or another one.
    """
    if (molecule, part) not in files:
        known = ", ".join(" ".join(key) for key in files)
        raise IntertwineError(f"There is no part {part!r} of {molecule!r} in rMD17; known are {known}.")
    with np.load(files[molecule, part].path()) as content:
        numbers, coords = content["nuclear_charges"], content["coords"]
        energies, forces = content["energies"], content["forces"]
    return [structure(numbers, r, energy=e, forces=f) for r, e, f in zip(coords, energies, forces, strict=True)]


@dataclass(frozen=True, eq=False)
class PhononSpectra:
    """Crystals with their phonon densities of states.

    Attributes:
        crystals: structures; spectra: (crystals, 51) float64, each divided by its greatest value.
        frequencies: (51,) in 1/cm, 0 to 1000.
        split: of each part ("train", "valid", "test") the numbers of its crystals.
    """

    crystals: list[Structure]
    spectra: Tensor
    frequencies: Tensor
    split: Mapping[str, Tensor]


def load_phonon_spectra(file: StoredFile = PHONON_FILE) -> PhononSpectra:
    """1,522 crystals of 64 elements, and the split of the published tutorial: 1,192, 141 and 189 of them.

    Source: Z. Chen et al., Direct prediction of phonon density of states with Euclidean neural networks,
    arXiv:2009.05163; G. Petretto et al., Sci. Data 5, 180065 (2018).

    Raises:
        IntertwineError: the file is out of reach or another one.
    """
    with np.load(file.path()) as stored:
        content = dict(stored)
    ends = np.cumsum(content["n_atoms"])[:-1]
    numbers, positions = np.split(content["Z"], ends), np.split(content["R"], ends)
    crystals = [structure(z, r, cell=c) for z, r, c in zip(numbers, positions, content["cell"], strict=True)]
    split = {part: torch.from_numpy(content[f"idx_{part}"]) for part in PHONON_PARTS}
    spectra, frequencies = torch.from_numpy(content["phdos"]), torch.from_numpy(content["freq_cm1"])
    return PhononSpectra(crystals, spectra, frequencies, split)


def load_xyz_set(name: str, file: str) -> list[Structure]:
    """A file of the sets of D. Kovacs et al. (eV, eV/A): name "3BPA", "acac" or "ethanol", file such as "train_300K".

    Read from e3/3bpa_acac under the folder that INTERTWINE_DATA points to; the public source is the repository
    davkovacs/BOTNet-datasets (MIT), which publishes no checksums.

    Source: D. P. Kovacs et al., Linear atomic cluster expansion force fields for organic molecules, J. Chem. Theory
    Comput. 17, 7696 (2021).

    Raises:
        IntertwineError: the set or the file is not there, or ASE is missing.
    """
    if name not in XYZ_SETS:
        raise IntertwineError(f"The sets are {', '.join(XYZ_SETS)}, got {name!r}.")
    folder = local_folder()
    if folder is None:
        raise IntertwineError(
            "INTERTWINE_DATA is not set: point it at a folder that holds davkovacs/BOTNet-datasets as e3/3bpa_acac."
        )
    folder = folder / "e3" / "3bpa_acac" / f"dataset_{name}"
    path: Path = folder / f"{file}.xyz"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.xyz"))) or "nothing"
        raise IntertwineError(f"{folder} holds no {file}.xyz, but {there}.")
    return read_structures(path, format="extxyz")
