"""Terms of a factor that are coupled together: every term that has one copy only goes into one pack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...representations.base import Representation
from ...representations.expand import expand


@dataclass(frozen=True, eq=False)
class Pack:
    """Some terms of a representation, side by side.

    Attributes:
        terms: the terms; several only where each has one copy, as in spherical harmonics.
        index: where the copies lie, (copies, dims of all terms).
    """

    terms: tuple[Representation, ...]
    index: Tensor

    @property
    def copies(self) -> int:
        """How many copies."""
        return len(self.index)

    def table(self, couplings: Sequence[Tensor]) -> Tensor:
        """Couplings (paths, dim a, dim b, dim c) with every term b, as those with the whole pack."""
        parts, start = [], 0
        for coupling in couplings:
            shape = (len(coupling), coupling.shape[1], self.index.shape[1], coupling.shape[3])
            part = torch.zeros(shape, dtype=coupling.dtype)
            part[:, :, start : start + coupling.shape[2]] = coupling
            parts.append(part)
            start += coupling.shape[2]
        return torch.cat(parts)


def packs(rho: Representation) -> list[Pack]:
    """All terms of a representation in packs."""
    several = {term: index for term, index in expand(rho).items() if len(index) > 1}
    single = {term: index for term, index in expand(rho).items() if len(index) == 1}
    found = [Pack(tuple(single), torch.cat(list(single.values()), 1))] if single else []
    return found + [Pack((term,), index) for term, index in several.items()]
