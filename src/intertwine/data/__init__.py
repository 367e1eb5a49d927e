"""Data sets: where they come from, how their content is checked, and nothing about symmetry.

`load_digits` reads scikit-learn's 1,797 pictures; `load_pictures` fetches Fashion-MNIST or MNIST (or reads
the local copy that INTERTWINE_DATA points to); `draw_bodies` makes point masses with their exact inertia
tensors; `load_vectors` reads a user's own arrays. `load_jets` and `load_top_tagging` give jets as four-momenta,
`load_leptons` pairs of leptons from the CMS detector and `draw_z_decays` invented ones. `read_structures` reads
molecules and crystals from any file that ASE reads, and `write_structures` writes them; `load_rmd17`,
`load_phonon_spectra` and `load_xyz_set` give published ones.
"""

from __future__ import annotations

from .digits import load_digits
from .inertia import draw_bodies, inertia_tensor
from .jets import JET_SETS, QUARK_GLUON_JETS, TOP_JETS, JetSet, load_jets
from .labelled import Labelled
from .leptons import LEPTON_SETS, LeptonSet, draw_z_decays, load_leptons
from .molecules import PHONON_FILE, RMD17_FILES, PhononSpectra, load_phonon_spectra, load_rmd17, load_xyz_set
from .momenta import boost, from_detector, mass, on_shell, to_detector
from .picture_folder import load_picture_folder
from .pictures import CATALOGUE, PictureSet, load_pictures
from .rotated import load_rotated
from .source import cache_folder, local_folder
from .stored import StoredFile
from .structure_files import to_ase, write_structures
from .structures import Structure, from_ase, read_structures, structure
from .top_tagging import TOP_TAGGING_FILES, load_top_tagging
from .vectors import load_vectors

__all__ = [
    "CATALOGUE",
    "JET_SETS",
    "LEPTON_SETS",
    "QUARK_GLUON_JETS",
    "TOP_JETS",
    "TOP_TAGGING_FILES",
    "JetSet",
    "Labelled",
    "LeptonSet",
    "PHONON_FILE",
    "PhononSpectra",
    "PictureSet",
    "RMD17_FILES",
    "StoredFile",
    "Structure",
    "boost",
    "cache_folder",
    "draw_bodies",
    "draw_z_decays",
    "from_ase",
    "from_detector",
    "inertia_tensor",
    "load_digits",
    "load_jets",
    "load_leptons",
    "load_phonon_spectra",
    "load_picture_folder",
    "load_pictures",
    "load_rmd17",
    "load_rotated",
    "load_top_tagging",
    "load_vectors",
    "load_xyz_set",
    "local_folder",
    "mass",
    "on_shell",
    "read_structures",
    "structure",
    "to_ase",
    "to_detector",
    "write_structures",
]
