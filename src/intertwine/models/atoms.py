"""Structures made of atoms, in whatever object they come, as one batch: numbers, positions, cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn.points.neighbours import PointGraph, join_graphs, radius_graph

GREATEST = 118
"""Atomic number of the heaviest element."""


@dataclass(frozen=True, eq=False)
class Atoms:
    """A batch of structures: atomic numbers (N,) int64, and their graph."""

    numbers: Tensor
    graph: PointGraph


def gather_atoms(
    structures: Any, cutoff: float, *, dtype: torch.dtype = torch.float64, device: torch.device | str = "cpu"
) -> Atoms:
    """Structures as one batch with the graph of their neighbours.

    Args:
        structures: one or a list. Either objects with `numbers` and `positions`, and `cell` and `pbc` where they are
            periodic, such as ASE's `Atoms` and `data.Structure`; or with `z` and `pos`, and `cell`, `pbc` and `batch`,
            such as PyG's `Data` and `Batch`. A list of batches made before is joined, without a further search.
        cutoff: of the graph, in the unit of the positions.
        dtype: of the positions.

    Raises:
        IntertwineError: an object is of neither kind, or the graph cannot be made, see `nn.radius_graph`.
    """
    if isinstance(structures, Sequence) and structures and all(isinstance(item, Atoms) for item in structures):
        return Atoms(torch.cat([a.numbers for a in structures]), join_graphs([a.graph for a in structures]))
    if isinstance(structures, Sequence):
        parts = [_part(structure) for structure in structures]
    else:
        parts = [_part(structures)]
    if not parts:
        raise IntertwineError("there is no structure among those given")
    offset, owners = 0, []
    for part in parts:
        owners.append(part.owner + offset)
        offset += part.count
    pbc = torch.cat([part.pbc for part in parts])
    graph = radius_graph(
        torch.cat([part.positions for part in parts]).to(device, dtype),
        cutoff,
        cell=torch.cat([part.cell for part in parts]).to(device, dtype) if bool(pbc.any()) else None,
        periodic=pbc,
        structure=torch.cat(owners).to(device),
    )
    if graph.structures != offset:
        raise IntertwineError("the last structure has no atoms")
    return Atoms(torch.cat([part.numbers for part in parts]).to(device), graph)


@dataclass(frozen=True)
class _Part:
    numbers: Tensor
    positions: Tensor
    cell: Tensor
    pbc: Tensor
    owner: Tensor
    count: int


def _part(item: Any) -> _Part:
    numbers, positions = getattr(item, "numbers", None), getattr(item, "positions", None)
    if numbers is None or positions is None:
        numbers, positions = getattr(item, "z", None), getattr(item, "pos", None)
    if numbers is None or positions is None:
        raise IntertwineError(
            f"a structure has `numbers` and `positions` (as ASE's Atoms) or `z` and `pos` (as PyG's Data), "
            f"got {type(item).__name__}"
        )
    found = numbers.detach().cpu().numpy() if isinstance(numbers, Tensor) else np.asarray(numbers)
    if found.size and not np.issubdtype(found.dtype, np.integer):
        raise IntertwineError(f"atomic numbers are whole numbers, 8 for oxygen, got {found.dtype}: {found[:3]}")
    numbers, positions = torch.from_numpy(found.astype(np.int64)), _tensor(positions).double()
    if positions.ndim != 2 or positions.shape[1] != 3 or numbers.shape != positions.shape[:1]:
        raise IntertwineError(f"{len(numbers)} atoms have positions ({len(numbers)}, 3), got {tuple(positions.shape)}")
    batch = getattr(item, "batch", None)
    owner = torch.zeros_like(numbers) if batch is None else _tensor(batch).long()
    count = int(owner.max()) + 1 if len(owner) else 1
    cell, pbc = getattr(item, "cell", None), getattr(item, "pbc", None)
    cells = torch.zeros(1, 3, 3) if cell is None else _tensor(cell).view(-1, 3, 3)
    # PyG's data seldom say what is periodic: whoever gives a cell means it.
    wrapped = torch.tensor(cell is not None).expand(3) if pbc is None else _tensor(pbc).bool()
    return _Part(
        numbers,
        positions,
        cells.double().expand(count, 3, 3),
        wrapped.reshape(-1, wrapped.shape[-1] if wrapped.ndim else 1).expand(count, 3),
        owner,
        count,
    )


def _tensor(value: Any) -> Tensor:
    return value.detach().cpu() if isinstance(value, Tensor) else torch.as_tensor(np.asarray(value))


class SpeciesIndex(nn.Module):
    """Atomic numbers (N,) -> places (N,) in a list of known species.

    Raises:
        IntertwineError: for an atomic number that is not in the list.
    """

    table: Tensor

    def __init__(self, species: Iterable[int]):
        super().__init__()
        given = tuple(species)
        try:
            self.species = tuple(map(index, given))
        except TypeError as error:
            raise IntertwineError(f"species are atomic numbers, such as 8 for oxygen, got {given}") from error
        if len(set(self.species)) != len(self.species) or not self.species:
            raise IntertwineError(f"species are different atomic numbers, at least one, got {self.species}")
        if min(self.species) < 0 or max(self.species) > GREATEST:
            raise IntertwineError(f"atomic numbers are 0 .. {GREATEST}, got {self.species}")
        table = torch.full((GREATEST + 1,), -1)
        table[list(self.species)] = torch.arange(len(self.species))
        self.register_buffer("table", table, persistent=False)

    def forward(self, numbers: Tensor) -> Tensor:
        known = (numbers >= 0) & (numbers <= GREATEST)
        place = self.table[numbers.clamp(0, GREATEST)].where(known, -1)
        if not torch.compiler.is_compiling() and bool((place < 0).any()):
            foreign = sorted(set(numbers[place < 0].tolist()))
            raise IntertwineError(
                f"atomic numbers {foreign} are unknown to this network, which was made for {list(self.species)}: "
                "make it with all species that will occur"
            )
        return place
