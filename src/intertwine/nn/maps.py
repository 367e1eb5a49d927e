"""Learnable coefficients of equivariant maps: dense or factored, pair of elementary terms by pair."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..intertwiners.hom import Block, Hom
from ..intertwiners.solution import Constants
from ..representations.base import Representation
from ..representations.expand import expand
from .module import EquivariantModule

FACTORED_ADVANTAGE = 4.0
"""How many times fewer multiplications a factored form must need before it beats its share of one dense product."""


class Maps(EquivariantModule):
    """x -> W(weight) x for a space of equivariant maps.

    Blocks that are cheaper as a matrix are assembled to one matrix and applied by a single product. The others are
    applied in factored form, (m_out, m_in) matrices between channels and fixed maps between representations.

    Initialisation keeps variances: inputs with uncorrelated entries of variance 1 give every copy of every term of
    rho_out entries of variance 1 on average.
    """

    def __init__(self, maps: Hom, *, generator: torch.Generator | None = None):
        super().__init__(maps.rho_in, maps.rho_out)
        self.maps = maps
        self._terms_in, self._terms_out = list(expand(maps.rho_in)), list(expand(maps.rho_out))
        self._factored = [_is_factored(block) for block in maps.blocks]
        self._place = {(block.term_out, block.term_in): k for k, block in enumerate(maps.blocks)}
        dtype = torch.get_default_dtype()
        if maps.is_complex:
            dtype = torch.complex128 if dtype == torch.float64 else torch.complex64
        self.weight = nn.Parameter(torch.empty(maps.dim, dtype=dtype))
        for k, block in enumerate(maps.blocks):
            for name, value in block.solution.constants().items():
                self.hold(_buffer(k, name), value)
            self.hold(f"rows{k}", block.rows.flatten())
            self.hold(f"columns{k}", block.columns.flatten())
        self._hold_order("in_order", maps.rho_in)
        self._hold_order("out_order", maps.rho_out)
        self.reset_parameters(generator)

    def _hold_order(self, name: str, rho: Representation) -> None:
        """Where each feature of rho stands once equal terms are put together; nothing when they already are."""
        sorted_places = torch.cat([index.flatten() for index in expand(rho).values()])
        self.register_buffer(name, None, persistent=False)
        if not torch.equal(sorted_places, torch.arange(rho.dim)):
            del self._buffers[name]
            self.hold(name, sorted_places.argsort())

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw normal coefficients with variance term.dim / (maps that reach one copy of the term)."""
        fan: dict[Representation, int] = {}
        for block in self.maps.blocks:
            _, m_in, maps = block.shape
            fan[block.term_out] = fan.get(block.term_out, 0) + m_in * maps
        scales = [
            torch.full((block.stop - block.start,), (block.term_out.dim / fan[block.term_out]) ** 0.5)
            for block in self.maps.blocks
        ]
        scale = self.maps.keep(torch.cat(scales)) if scales else torch.zeros(0)
        with torch.no_grad():
            draw = torch.randn(self.weight.shape, dtype=self.weight.dtype, generator=generator)
            self.weight.copy_(draw * scale)

    def _constants(self, k: int) -> Constants:
        return {name: getattr(self, _buffer(k, name)) for name in self.maps.blocks[k].solution.constants()}

    def dense(self) -> Tensor:
        """The sum of the blocks that are applied as one matrix, (rho_out.dim, rho_in.dim)."""
        parts = self.maps.split(self.weight)
        rows = []
        for term_out in self._terms_out:
            row = []
            for term_in in self._terms_in:
                k = self._place.get((term_out, term_in))
                height, width = self._extent(term_out, self.rho_out), self._extent(term_in, self.rho_in)
                if k is None or self._factored[k]:
                    row.append(self.weight.new_zeros(height, width))
                else:
                    block = self.maps.blocks[k].solution.matrix(parts[k], self._constants(k)).to(self.weight.dtype)
                    row.append(block.transpose(1, 2).reshape(height, width))
            rows.append(row[0] if len(row) == 1 else torch.cat(row, 1))
        matrix = rows[0] if len(rows) == 1 else torch.cat(rows)
        matrix = matrix if self.in_order is None else matrix.index_select(1, self.in_order)
        return matrix if self.out_order is None else matrix.index_select(0, self.out_order)

    @staticmethod
    def _extent(term: Representation, rho: Representation) -> int:
        return expand(rho)[term].numel()

    def apply_factored(self, x: Tensor) -> Tensor | None:
        """The sum of the factored blocks, (..., rho_out.dim); None when there are none."""
        y = None
        for k, part in enumerate(self.maps.split(self.weight)):
            if not self._factored[k]:
                continue
            block = self.maps.blocks[k]
            copies = x.index_select(-1, getattr(self, f"columns{k}")).unflatten(-1, tuple(block.columns.shape))
            out = block.solution.apply(part, copies, self._constants(k)).flatten(-2)
            y = out.new_zeros(*x.shape[:-1], self.rho_out.dim) if y is None else y.to(out.dtype)
            y = y.index_add(-1, getattr(self, f"rows{k}"), out)
        return y

    def forward(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        self.check(x)
        if self.weight.is_complex() and not x.is_complex():
            x = x.to(self.weight.dtype)
        if x.is_complex() and not self.weight.is_complex():
            raise IntertwineError(f"{self.maps} has real maps; give them real features, got {x.dtype}")
        if self._factored and all(self._factored):
            y = self.apply_factored(x)
            return y if bias is None else y + bias  # type: ignore[operator,return-value]
        y = nn.functional.linear(x, self.dense(), bias)
        rest = self.apply_factored(x)
        return y if rest is None else y + rest


def _is_factored(block: Block) -> bool:
    m_out, m_in, _ = block.shape
    dense = m_out * m_in * block.solution.shape[0] * block.solution.shape[1]
    return block.solution.work(m_out, m_in) * FACTORED_ADVANTAGE < dense


def _buffer(k: int, name: str) -> str:
    return f"maps{k}_{name.replace('.', '_')}"
