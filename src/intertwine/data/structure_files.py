"""Molecules and crystals on their way out: to ASE's `Atoms`, and to any file that ASE writes."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import IntertwineError
from .structures import Structure


def to_ase(structure: Structure) -> Any:
    """ASE's `Atoms`, with energy, forces and stress, where they are known, as results of a calculator.

    Raises:
        IntertwineError: ASE is missing.
    """
    _require_ase()
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator

    atoms = Atoms(
        numbers=structure.numbers.numpy(),
        positions=structure.positions.numpy(),
        cell=structure.cell.numpy(),
        pbc=structure.pbc.numpy(),
    )
    results: dict[str, Any] = {}
    if structure.energy is not None:
        results["energy"] = structure.energy
    if structure.forces is not None:
        results["forces"] = structure.forces.numpy()
    if structure.stress is not None:
        s = structure.stress.numpy()
        results["stress"] = [s[0, 0], s[1, 1], s[2, 2], s[1, 2], s[0, 2], s[0, 1]]
    if results:
        atoms.calc = SinglePointCalculator(atoms, **results)
    return atoms


def write_structures(path: str | PathLike[str], structures: Sequence[Structure], *, format: str | None = None) -> None:
    """Write structures to a file of xyz, extxyz, CIF, POSCAR, or whatever else ASE writes; see `read_structures`.

    Energies, forces and stress are kept where the format has room for them, as extxyz has.

    Args:
        format: as ASE names it, where the file's name does not tell.

    Raises:
        IntertwineError: ASE is missing, there is no structure, or ASE cannot write them in this format.
    """
    _require_ase()
    import ase.io

    if not structures:
        raise IntertwineError(f"there is no structure to write to {path}")
    try:
        ase.io.write(Path(path), [to_ase(structure) for structure in structures], format=format)
    except Exception as error:  # ASE's writers raise whatever they meet
        raise IntertwineError(f"{path} could not be written as a file of structures: {error}") from error


def _require_ase() -> None:
    if importlib.util.find_spec("ase") is None:
        raise IntertwineError("ASE writes such files, and is missing: pip install 'intertwine[points]'.")
