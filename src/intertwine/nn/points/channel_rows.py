"""Features of points with channels last: from copies of terms to rows (D, U) and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from ...representations.base import Representation
from ...representations.expand import expand
from ..forms import Factored, multiple_of_identity
from ..linear import Linear
from ..module import in_precision


def to_rows(x: Tensor, dims: Sequence[int], channels: int) -> Tensor:
    """`channels` copies of terms of these dims, (nodes, features) -> (nodes, sum of dims, channels)."""
    blocks = x.split([channels * dim for dim in dims], 1)
    return torch.cat([block.unflatten(1, (channels, -1)).transpose(1, 2) for block in blocks], 1)


def to_copies(rows: Tensor, dims: Sequence[int], counts: Sequence[int] | None = None) -> Tensor:
    """The other way; where counts are given, so many paths of each term stand side by side as more copies of it."""
    counts = [1] * len(dims) if counts is None else counts
    parts = rows.split([dim * count for dim, count in zip(dims, counts, strict=True)], 1)
    return torch.cat(
        [part.unflatten(1, (-1, dim)).transpose(2, 3).flatten(1) for part, dim in zip(parts, dims, strict=True)],
        1,
    )


class RowMixing:
    """A linear map that does no more than mix the copies of every term, as products on channels.

    Copies become rows once, where `to_rows` and `to_copies` around a `Linear` would turn them back and forth.
    """

    def __init__(self, linear: Linear, scales: list[float]):
        self._scales = scales
        terms = [block.term_out for block in linear.maps.maps.blocks]
        self.dims = [term.dim for term in terms]
        self._sizes = [expand(linear.rho_in)[term].numel() for term in terms]
        self._runs = _runs(linear.rho_out)

    @staticmethod
    def of(linear: Linear) -> RowMixing | None:
        """None where the map does more, or is one small matrix anyway."""
        blocks = linear.maps.maps.blocks
        scales = [multiple_of_identity(block.solution) for block in blocks]
        terms = [[block.term_in for block in blocks], [block.term_out for block in blocks]]
        one_to_one = terms == [list(expand(linear.rho_in)), list(expand(linear.rho_out))] and terms[0] == terms[1]
        together = len(_runs(linear.rho_in)) == len(blocks)
        found = [scale for scale in scales if scale is not None]
        fits = one_to_one and together and len(found) == len(scales)
        return RowMixing(linear, found) if fits and isinstance(linear.maps.form, Factored) else None

    def to_rows(self, linear: Linear, x: Tensor) -> Tensor:
        """`to_rows(linear(x))`: (nodes, rho_in.dim) -> (nodes, sum of dims, copies in the output)."""
        linear.check(x)
        x = in_precision(x, linear.maps.weight, linear.maps.maps)
        parts = zip(x.split(self._sizes, 1), self._matrices(linear, 1.0), self.dims, strict=True)
        return torch.cat([part.unflatten(1, (-1, dim)).mT @ matrix.mT for part, matrix, dim in parts], 1)

    def to_copies(self, linear: Linear, rows: Tensor, counts: Sequence[int], scale: float) -> Tensor:
        """`linear(scale * to_copies(rows, dims, counts))`: (nodes, rows, channels) -> (nodes, rho_out.dim)."""
        sizes = [dim * count for dim, count in zip(self.dims, counts, strict=True)]
        found = []
        for part, matrix, dim in zip(rows.split(sizes, 1), self._matrices(linear, scale), self.dims, strict=True):
            channels = part.unflatten(1, (-1, dim)).transpose(1, 2).flatten(2)  # (nodes, dim, paths * channels)
            found.append((channels @ matrix.mT).mT.flatten(1))
        return torch.cat([found[term][:, part] for term, part in self._runs], 1)

    def _matrices(self, linear: Linear, scale: float) -> list[Tensor]:
        """The matrices on copies of each term, (copies in the output, copies)."""
        parts = linear.maps.maps.split(linear.maps.weight)
        return [part.squeeze(-1) * (own * scale) for part, own in zip(parts, self._scales, strict=True)]


def _runs(rho: Representation) -> list[tuple[int, slice]]:
    """In the order of rho's entries, what stands together: (number of the term, which of the entries of its copies)."""
    found = []
    for number, rows in enumerate(expand(rho).values()):
        index = rows.flatten()
        breaks = ((index.diff() != 1).nonzero()[:, 0] + 1).tolist()
        found += [(int(index[a]), number, slice(a, b)) for a, b in pairwise([0, *breaks, len(index)])]
    return [(number, part) for _, number, part in sorted(found, key=lambda run: run[0])]
