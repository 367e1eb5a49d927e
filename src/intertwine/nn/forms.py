"""Two ways to apply y = W x with W = sum_k weight_k W_k: one matrix looked up from its weights, or block by block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ..groups.base import on_cpu
from ..intertwiners.hom import Block, Hom
from ..intertwiners.orbit_solution import OrbitSolution
from ..intertwiners.solution import Constants, Solution
from ..representations.base import Representation
from ..representations.expand import expand
from .module import Solved

LARGEST_BASIS = 2**22
"""Numbers in the basis of a block up to which it is kept as a matrix (16 MB)."""
NOTHING = 1e-12
"""Entries of an orthonormal basis below this are rounding errors of zeros."""
ZEROS = 64
"""Zeros in the pool: gradients add into them, and many additions to one place would wait for each other."""


class Form(Solved, ABC):
    """How to apply a space of maps to features, given the weights.

    Args:
        maps: the space of maps.
        is_complex: whether the weights are complex; the constants then are, too.
    """

    def __init__(self, maps: Hom, is_complex: bool):
        super().__init__()
        self.maps, self.dtype = maps, torch.complex128 if is_complex else torch.float64

    def hold_block(self, k: int) -> None:
        """Hold the constants that block k's solution needs."""
        for name, value in self.maps.blocks[k].solution.constants().items():
            self.hold(_buffer(k, name), value.to(self.dtype) if value.is_floating_point() else value)

    def constants(self, k: int) -> Constants:
        """What `hold_block` holds."""
        return {name: getattr(self, _buffer(k, name)) for name in self.maps.blocks[k].solution.constants()}

    @abstractmethod
    def forward(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """W x + bias: x (..., rho_in.dim), weight (maps.dim,), bias (rho_out.dim,) -> (..., rho_out.dim)."""


class Dense(Form):
    """One product with W, which takes few operations to assemble however many terms there are.

    Where basis maps share no entry, as in a picture of weight sharing, an entry of W is one weight times the scale of
    its map, and perhaps a sign or phase. Other blocks are built: as weights times a small basis, or by their
    solutions. All entries of W then come out of a pool (scaled weights, built blocks, zeros) by a single look-up.
    """

    scale: Tensor
    place: Tensor
    pattern: Tensor | None

    @on_cpu
    def __init__(self, maps: Hom, is_complex: bool):
        super().__init__(maps, is_complex)
        total = maps.blocks[-1].stop if maps.blocks else 0
        number = torch.full((total,), -1)  # of each map, were none masked, among those that are kept
        number[maps.keep(torch.arange(total))] = torch.arange(maps.dim)
        scale = torch.ones(total, dtype=self.dtype)
        place, pattern = torch.full(maps.shape, -1), torch.ones(maps.shape, dtype=self.dtype)
        self._products: list[tuple[int, int]] = []
        self._built: list[int] = []
        size = maps.dim
        for k, block in enumerate(maps.blocks):
            at = block.rows.flatten()[:, None], block.columns.flatten()
            shared = shared_entries(block.solution)
            if shared is None:
                count = block.rows.numel() * block.columns.numel()
                place[at] = _matrix(torch.arange(size, size + count).reshape(*block.shape[:2], *block.solution.shape))
                size += count
                self._hold_built(k, block)
            else:
                labels, scales, signs = shared
                weights = number[block.start : block.stop].reshape(block.shape)
                place[at] = _matrix(torch.where(labels >= 0, weights[..., labels], -1))
                pattern[at] = _matrix(signs.expand(*block.shape[:2], *signs.shape)).to(self.dtype)
                scale[block.start : block.stop] = scales.repeat(block.shape[0] * block.shape[1]).to(self.dtype)
        self._has_zeros = bool((place < 0).any())
        place[place < 0] = size + torch.arange(int((place < 0).sum())) % ZEROS
        self.hold("scale", maps.keep(scale))
        self.hold("place", place.flatten().to(torch.int32))
        self.register_buffer("pattern", None, persistent=False)
        if bool((pattern != 1).any()):
            self.hold("pattern", pattern)

    def _hold_built(self, k: int, block: Block) -> None:
        basis = small_basis(block.solution)
        if basis is None:
            self._built.append(k)
            self.hold_block(k)
        else:
            # Only spaces of shared entries have masks, so these weights stand where the block counts them.
            self.hold(f"basis{len(self._products)}", basis.flatten(1).to(self.dtype))
            self._products.append((block.start, block.stop))

    def matrix(self, weight: Tensor) -> Tensor:
        """W, (rho_out.dim, rho_in.dim)."""
        pool = [weight * self.scale]
        for k, (start, stop) in enumerate(self._products):
            basis: Tensor = getattr(self, f"basis{k}")
            pool.append((weight[start:stop].unflatten(0, (-1, len(basis))) @ basis).flatten())
        if self._built:
            parts = self.maps.split(weight)
            pool += [self.maps.blocks[k].solution.matrix(parts[k], self.constants(k)).flatten() for k in self._built]
        if self._has_zeros:
            pool.append(weight.new_zeros(ZEROS))
        entries = torch.cat(pool) if len(pool) > 1 else pool[0]
        matrix = entries.index_select(0, self.place).unflatten(0, self.maps.shape)
        return matrix if self.pattern is None else matrix * self.pattern

    def forward(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return nn.functional.linear(x, self.matrix(weight), bias)


class Factored(Form):
    """Every block in the form that its solution applies with least work; W is not built."""

    order: Tensor | None

    @on_cpu
    def __init__(self, maps: Hom, is_complex: bool):
        super().__init__(maps, is_complex)
        self._scales = [multiple_of_identity(block.solution) for block in maps.blocks]
        starts: list[int | None] = []
        cuts = {0, maps.rho_in.dim}
        for k, block in enumerate(maps.blocks):
            self.hold_block(k)
            columns = block.columns.flatten()
            first, last = int(columns[0]), int(columns[-1]) + 1
            whole = torch.equal(columns, torch.arange(first, last))
            starts.append(first if whole else None)
            if whole:
                cuts |= {first, last}
            else:
                self.hold(f"columns{k}", columns)
        self._sizes_in = [last - first for first, last in pairwise(sorted(cuts))]
        self._pieces = [None if first is None else sorted(cuts).index(first) for first in starts]
        self._reached: dict[Representation, list[int]] = {}
        for k, block in enumerate(maps.blocks):
            self._reached.setdefault(block.term_out, []).append(k)
        where = expand(maps.rho_out)
        self._sizes = {term: rows.numel() for term, rows in where.items()}
        places = torch.cat([rows.flatten() for rows in where.values()])
        order = None if torch.equal(places, torch.arange(len(places))) else places.argsort()
        self.hold_if("order", order)

    def forward(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        parts = self.maps.split(weight)
        cut, pieces = x.split(self._sizes_in, -1), []
        for term, size in self._sizes.items():
            sums = [self._block(k, x, cut, parts[k]) for k in self._reached.get(term, [])]
            pieces.append(sum(sums[1:], sums[0]) if sums else x.new_zeros(*x.shape[:-1], size))
        y = torch.cat(pieces, -1) if len(pieces) > 1 else pieces[0]
        if self.order is not None:
            y = y.index_select(-1, self.order)
        return y if bias is None else y + bias

    def _block(self, k: int, x: Tensor, cut: Sequence[Tensor], weight: Tensor) -> Tensor:
        """One block applied to its part of the features, (..., rows)."""
        block, piece = self.maps.blocks[k], self._pieces[k]
        taken = x.index_select(-1, getattr(self, f"columns{k}")) if piece is None else cut[piece]
        scale = self._scales[k]
        if scale is not None:
            return _mixed(taken, weight.squeeze(-1) * scale, block.columns.shape[1])
        copies = taken.unflatten(-1, block.columns.shape)
        return block.solution.apply(weight, copies, self.constants(k)).flatten(-2)


def _mixed(x: Tensor, mixing: Tensor, dim: int) -> Tensor:
    """Channels of `dim` entries each, mixed by a matrix: (.., in * dim) -> (.., out * dim)."""
    if dim == 1:
        return x @ mixing.mT
    rows = x.unflatten(-1, (-1, dim)).mT  # one product of two matrices, with the entries of a channel as rows
    mixed = rows.flatten(0, -2) @ mixing.mT
    return mixed.unflatten(0, rows.shape[:-1]).mT.flatten(-2)


def multiple_of_identity(solution: Solution) -> float | None:
    """c, where the only map between two irreducible representations is c times the identity."""
    if solution.dim != 1 or solution.shape[0] != solution.shape[1] or solution.is_complex:
        return None
    basis = small_basis(solution)
    if basis is None:
        return None
    c = float(basis[0, 0, 0])
    return c if torch.allclose(basis[0], c * torch.eye(len(basis[0]), dtype=basis.dtype), atol=NOTHING) else None


def shared_entries(solution: Solution) -> tuple[Tensor, Tensor, Tensor] | None:
    """How basis maps without a common entry share out the entries of a matrix; None where maps overlap.

    Returns:
        labels (dim B, dim A): the map that fills each entry, -1 for none; scales (dim,): the size of its values;
        signs (dim B, dim A): values over scales, 1 where there is none.
    """
    if isinstance(solution, OrbitSolution):
        labels = solution.labels.long()
    else:
        basis = small_basis(solution)
        if basis is None:
            return None
        filled = basis.abs() > NOTHING
        if bool((filled.sum(0) > 1).any()):
            return None
        labels = torch.where(filled.any(0), filled.int().argmax(0), -1)
    values = solution.matrix(torch.ones(solution.dim, dtype=_dtype(solution)))
    inside = labels >= 0
    scales = torch.zeros(solution.dim, dtype=torch.float64)
    scales.scatter_reduce_(0, labels[inside], values[inside].abs(), "amax")
    return labels, scales, torch.where(inside, values / scales[labels], 1.0)


def small_basis(solution: Solution) -> Tensor | None:
    """The basis (dim, dim B, dim A), None where it is large."""
    if solution.dim * solution.shape[0] * solution.shape[1] > LARGEST_BASIS:
        return None
    return solution.matrix(torch.eye(solution.dim, dtype=_dtype(solution)))


def _dtype(solution: Solution) -> torch.dtype:
    return torch.complex128 if solution.is_complex else torch.float64


def _matrix(entries: Tensor) -> Tensor:
    """(m_out, m_in, dim B, dim A) -> (m_out dim B, m_in dim A)."""
    return entries.transpose(1, 2).flatten(2).flatten(0, 1)


def _buffer(k: int, name: str) -> str:
    return f"maps{k}_{name.replace('.', '_')}"
