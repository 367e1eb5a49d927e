"""How one block of a tensor product is computed: a few matrix products, whatever the number of channels.

Both blocks hold the couplings of a term a of the first factor with a pack of terms of the second one, see `Pack`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from ..module import Solved

SMALL = 4.0
"""How many times longer a multiplication takes in one small matrix product per sample than in one great one."""


class MixingBlock(Solved):
    """out_w = sum_{q v u} weight[v, q, u, w] C_q(x_u, y_v): every copy of a with every copy of b into every copy of c.

    Shapes: x (..., copies a, dim a), y (..., copies b, dim b), weight (..., copies b, paths, copies a, copies c)
    -> (..., copies c * dim c).

    One factor, the held one, is contracted with the couplings to a matrix from the other, moved one. Then either the
    moved factor is multiplied by it and the products are mixed, or the moved factor is mixed first; which factor is
    held and which comes first is decided by the number of multiplications.

    Args:
        table: couplings (paths, dim a, dim b, dim c).
        copies: of a, b and c.
        external: whether weights differ from sample to sample; they are then used as they lie.
        kept: places in (copies b, paths, copies a) outside of which all weights are zero and are not given: the last
            two axes of weight are then (kept, copies c).
    """

    table: Tensor
    kept: Tensor

    def __init__(self, table: Tensor, copies: tuple[int, int, int], *, external: bool, kept: Tensor | None = None):
        super().__init__()
        self.external, self.has_kept = external, kept is not None
        paths, *dims = table.shape
        self.is_swapped, self.mixes_first = cheapest_order(paths, copies, dims, swaps=not external and kept is None)
        if self.is_swapped:
            table, dims, copies = table.transpose(1, 2), [dims[1], dims[0], dims[2]], (copies[1], copies[0], copies[2])
        self.copies, self.dims, self.paths = copies, dims, paths
        self.is_scattered = self.has_kept and self.mixes_first
        self._paths_first = external or not self.mixes_first
        order = (2, 3, 0, 1) if self._paths_first else (2, 3, 1, 0)
        self.hold("table", table.permute(*order).flatten(1).contiguous())
        if kept is not None:
            self.hold("kept", kept)

    def forward(self, x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
        if self.is_swapped:
            x, y, weight = y, x, weight.transpose(-4, -2)
        if self.is_scattered:
            weight = self._scatter(weight)
        out = (self._mix_first if self.mixes_first else self._multiply_first)(x, self._held(y), weight)
        return out.mT.flatten(-2)

    def _held(self, y: Tensor) -> Tensor:
        """The held factor contracted with the couplings, (..., dim c * copies * paths * dim of the other), or with
        the last three as (dim, copies, paths)."""
        m = _times(y, self.table)
        (_, copies, _), (moved, _, out) = self.copies, self.dims
        if copies == 1:
            m = m.squeeze(-2)
        elif self._paths_first:
            m = m.unflatten(-1, (out, self.paths, moved)).movedim(-4, -3).flatten(-4)
        else:
            m = m.unflatten(-1, (out * moved, self.paths)).movedim(-3, -2).flatten(-3)
        return m

    def _multiply_first(self, x: Tensor, m: Tensor, weight: Tensor) -> Tensor:
        out = self.dims[2]
        products = _product(m.unflatten(-1, (-1, self.dims[0])), x.mT)  # (..., out * held copies * paths, moved copies)
        products = products.flatten(-2).unflatten(-1, (out, -1))
        if self.has_kept:
            return products.index_select(-1, self.kept) @ weight
        return products @ weight.flatten(-4, -2)

    def _mix_first(self, x: Tensor, m: Tensor, weight: Tensor) -> Tensor:
        out, (_, _, copies) = self.dims[2], self.copies
        if self._paths_first:
            mixed = x.mT.unsqueeze(-3) @ weight.flatten(-4, -3)  # (..., held copies * paths, dim moved, copies c)
            mixed = mixed.flatten(-3, -2)
        else:
            mixed = _times(x.mT, weight.movedim(-2, 0).flatten(1))  # (..., dim moved, held copies * paths * copies c)
            mixed = mixed.flatten(-2).unflatten(-1, (-1, copies))
        return _product(m.unflatten(-1, (out, -1)), mixed)

    def _scatter(self, weight: Tensor) -> Tensor:
        moved, held, out = self.copies
        full = weight.new_zeros(*weight.shape[:-2], held * self.paths * moved, out)
        return full.index_copy(-2, self.kept, weight).unflatten(-2, (held, self.paths, moved))


def _product(a: Tensor, b: Tensor) -> Tensor:
    """a @ b; many products of a column and a row are faster entry by entry."""
    return a * b if a.shape[-1] == 1 else a @ b


def _times(a: Tensor, matrix: Tensor) -> Tensor:
    """a @ matrix as one product of matrices: torch makes many small ones where a is a view without gradients."""
    return (a.flatten(0, -2) @ matrix).unflatten(0, a.shape[:-1])


def cheapest_order(paths: int, copies: Sequence[int], dims: Sequence[int], *, swaps: bool) -> tuple[bool, bool]:
    """(whether the first factor is held instead of the second, whether the moved one is mixed before it is multiplied)
    that needs the fewest multiplications."""

    def work(swapped: bool, mixes_first: bool) -> float:
        (moved, held, out), (d, e, f) = copies, dims
        if swapped:
            moved, held, d, e = held, moved, e, d
        contraction = paths * held * d * e * f
        if mixes_first:
            return contraction + paths * held * moved * out * d + SMALL * paths * held * out * d * f
        return contraction + SMALL * paths * held * moved * d * f + paths * held * moved * out * f

    choices = [(s, m) for s in ((False, True) if swaps else (False,)) for m in (False, True)]
    return min(choices, key=lambda choice: work(*choice))


class ChannelBlock(Solved):
    """weight[v, q, u] C_q(x_u, y_v) for every path q: copy u of a stays in channel u.

    Shapes: x (..., copies a, dim a), y (..., copies b, dim b), weight (..., copies b, paths, copies a) -> for every
    term c that the couplings reach (..., copies b, paths into c, dim c, copies a): channels last, so that they are
    worked on side by side.

    Args:
        tables: for every term c couplings (paths into c, dim a, dim b, dim c).
        copies: of b.
    """

    table: Tensor

    def __init__(self, tables: Iterable[Tensor], copies: int, *, is_complex: bool):
        super().__init__()
        flat = []
        self.sizes: list[tuple[int, int]] = []
        for table in tables:
            self.sizes.append((table.shape[0], table.shape[3]))
            flat.append(table.permute(2, 0, 3, 1).flatten(1, 2))
        joined = torch.cat(flat, 1)
        self.copies, self.dim = copies, joined.shape[2]
        self.paths = sum(paths for paths, _ in self.sizes)
        self.hold("table", joined.flatten(1).to(torch.complex128 if is_complex else torch.float64))

    def forward(self, x: Tensor, y: Tensor, weight: Tensor) -> list[Tensor]:
        m = (
            _times(y, self.table).flatten(-2).unflatten(-1, (-1, self.dim))
        )  # (..., copies b * paths and dims of all c, dim a)
        products = _product(m, x.mT).unflatten(-2, (self.copies, -1))
        parts = products.split([paths * dim for paths, dim in self.sizes], -2)
        weights = weight.split([paths for paths, _ in self.sizes], -2)
        sizes = zip(parts, weights, self.sizes, strict=True)
        return [part.unflatten(-2, size) * w.unsqueeze(-2) for part, w, size in sizes]
