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
        IntertwineError: when shapes do not fit each other, numbers are not whole, or a position is not finite.

    Example:
        >>> len(structure([1, 1], [[0, 0, 0], [0, 0, 0.74]]))
        2
    """
    species = np.asarray(numbers)
    if species.size and not np.issubdtype(species.dtype, np.integer):
        raise IntertwineError(f"atomic numbers are whole numbers, 8 for oxygen, got {species.dtype}: {species[:3]}")
    z = torch.from_numpy(species.astype(np.int64))
    r = torch.as_tensor(np.asarray(positions, dtype=np.float64)).reshape(-1, 3)
    f = None if forces is None else torch.as_tensor(np.asarray(forces, dtype=np.float64))
    if z.shape != (len(r),) or (f is not None and f.shape != r.shape):
        given = "" if f is None else f" and forces {tuple(f.shape)}"
        raise IntertwineError(f"{tuple(z.shape)} atomic numbers, positions {tuple(r.shape)}{given} do not fit")
    lost = (~r.isfinite()).any(1).nonzero()[:, 0].tolist()
    if lost:
        raise IntertwineError(
            f"positions are finite, those of atoms {lost[:5]} are not; the first is {r[lost[0]].tolist()}"
        )
    box = torch.zeros(3, 3) if cell is None else torch.as_tensor(np.asarray(cell, dtype=np.float64))
    wrapped = torch.as_tensor(np.asarray(cell is not None if pbc is None else pbc)).bool().expand(3)
    tension = None if stress is None else torch.as_tensor(np.asarray(stress, dtype=np.float64)).reshape(3, 3)
    return Structure(z, r, box.double().reshape(3, 3), wrapped, None if energy is None else float(energy), f, tension)


def read_structures(
    path: str | PathLike[str], *, format: str | None = None, index: str = ":", prefix: str = ""
) -> list[Structure]:
    """The structures of a file: xyz, extxyz, CIF, POSCAR, and whatever else ASE reads.

    Energies, forces and stress are taken where the file has them.

    Args:
        format: as ASE names it, where the file's name does not tell.
        index: which structures, as a slice of Python: ":" for all, "::10" for every tenth.
        prefix: of the names of energy, forces and stress, such as "REF_" for REF_energy and REF_forces.

    Raises:
        IntertwineError: there is no such file, ASE is missing, or it cannot read the file; where the first structures
            are whole, the error says how to read those.
    """
    path = Path(path)
    if not path.is_file():
        raise IntertwineError(f"There is no file {path}.")
    if importlib.util.find_spec("ase") is None:
        raise IntertwineError("ASE reads such files, and is missing: pip install 'intertwine[points]'.")
    import ase.io

    found: list[Structure] = []
    try:
        for atoms in ase.io.iread(path, index=index, format=format, do_not_split_by_at_sign=True):
            found.append(from_ase(atoms, prefix))  # those before an error are counted
    except Exception as error:  # ASE's readers raise whatever they meet
        whole = f" Its first {len(found)} can be read, with index=':{len(found)}'." if found and index == ":" else ""
        raise IntertwineError(
            f"{path} could not be read as a file of structures: {type(error).__name__}: {error}.{whole}"
        ) from error
    if not found:
        raise IntertwineError(f"{path} holds no structures at index {index!r}")
    return found


def from_ase(atoms: Any, prefix: str = "") -> Structure:
    """ASE's `Atoms`, with the results that a calculator or a file attached to them under these names.

    Args:
        prefix: see `read_structures`.
    """
    results: dict[str, Any] = {**atoms.info, **atoms.arrays}
    if atoms.calc is not None:
        results.update(atoms.calc.results)
    energy, forces, stress = (results.get(prefix + name) for name in ("energy", "forces", "stress"))
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
