"""Molecules and crystals as numbers: read from any file that ASE reads."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError


@dataclass(frozen=True, eq=False)
class Structure:
    """Atoms in space, and what is known of them; names are those of ASE's `Atoms`.

    Attributes:
        numbers: (N,) int64 atomic numbers; positions: (N, 3) float64.
        cell: (3, 3) float64 with the cell's vectors as rows, zeros where there is none; pbc: (3,) periodic directions.
        energy: of the whole structure; forces: (N, 3); stress: (3, 3) dE/dstrain / volume. None where unknown.
    """

    numbers: Tensor
    positions: Tensor
    cell: Tensor
    pbc: Tensor
    energy: float | None = None
    forces: Tensor | None = None
    stress: Tensor | None = None

    def __len__(self) -> int:
        return len(self.numbers)


def structure(
    numbers: Any,
    positions: Any,
    *,
    cell: Any = None,
    pbc: Sequence[bool] | bool | None = None,
    energy: float | None = None,
    forces: Any = None,
    stress: Any = None,
) -> Structure:
    """A structure from lists or arrays; with a cell and no `pbc` it is periodic in all directions.

    Raises:
        IntertwineError: when shapes do not fit each other.

    Example:
        >>> len(structure([1, 1], [[0, 0, 0], [0, 0, 0.74]]))
        2
    """
    z = torch.as_tensor(np.asarray(numbers)).long()
    r = torch.as_tensor(np.asarray(positions, dtype=np.float64)).reshape(-1, 3)
    f = None if forces is None else torch.as_tensor(np.asarray(forces, dtype=np.float64))
    if z.shape != (len(r),) or (f is not None and f.shape != r.shape):
        given = "" if f is None else f" and forces {tuple(f.shape)}"
        raise IntertwineError(f"{tuple(z.shape)} atomic numbers, positions {tuple(r.shape)}{given} do not fit")
    box = torch.zeros(3, 3) if cell is None else torch.as_tensor(np.asarray(cell, dtype=np.float64))
    wrapped = torch.as_tensor(np.asarray(cell is not None if pbc is None else pbc)).bool().expand(3)
    tension = None if stress is None else torch.as_tensor(np.asarray(stress, dtype=np.float64)).reshape(3, 3)
    return Structure(z, r, box.double().reshape(3, 3), wrapped, None if energy is None else float(energy), f, tension)


def read_structures(path: str | PathLike[str], *, format: str | None = None) -> list[Structure]:
    """All structures of a file: xyz, extxyz, CIF, POSCAR, and whatever else ASE reads.

    Energies, forces and stress are taken where the file has them.

    Args:
        format: as ASE names it, where the file's name does not tell.

    Raises:
        IntertwineError: there is no such file, ASE is missing, or it cannot read the file.
    """
    path = Path(path)
    if not path.is_file():
        raise IntertwineError(f"There is no file {path}.")
    if importlib.util.find_spec("ase") is None:
        raise IntertwineError("ASE reads such files, and is missing: pip install 'intertwine[points]'.")
    import ase.io

    try:
        found = ase.io.read(path, index=":", format=format)
    except Exception as error:  # ASE's readers raise whatever they meet
        raise IntertwineError(f"{path} could not be read as a file of structures: {error}") from error
    return [from_ase(atoms) for atoms in (found if isinstance(found, list) else [found])]


def from_ase(atoms: Any) -> Structure:
    """ASE's `Atoms`, with the results that a calculator or a file attached to them."""
    results: dict[str, Any] = {}
    if atoms.calc is not None:
        results.update(atoms.calc.results)
    energy = results.get("energy", atoms.info.get("energy"))
    forces = results.get("forces", atoms.arrays.get("forces"))
    stress = results.get("stress", atoms.info.get("stress"))
    if stress is not None and np.shape(stress) == (6,):
        xx, yy, zz, yz, xz, xy = stress
        stress = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]
    return structure(
        atoms.numbers,
        atoms.positions,
        cell=np.asarray(atoms.cell),
        pbc=atoms.pbc,
        energy=energy,
        forces=forces,
        stress=stress,
    )
