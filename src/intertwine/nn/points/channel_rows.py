"""Features of points with channels last: from copies of terms to rows (D, U) and back."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


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
