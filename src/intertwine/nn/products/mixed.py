"""Tensor products that mix all channels: blocks of couplings side by side, one weight for every triple of copies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...representations.base import Representation
from ...representations.expand import expand
from ..module import Solved
from .couplings import couplings
from .packs import packs
from .places import Join, Take
from .product_blocks import MixingBlock


@dataclass(frozen=True, eq=False)
class Entry:
    """All couplings of one term of the first factor with a pack of terms of the second into one term of the output.

    Attributes:
        first, second: where the copies of a and of b lie, (copies, dim).
        term: c.
        table: the couplings (paths, dim a, dim b, dim c).
        kept: places in (copies b, paths, copies a) that have weights; None for all of them.
        scale: what the weights at `kept` are multiplied by.
    """

    first: Tensor
    second: Tensor
    term: Representation
    table: Tensor
    kept: Tensor | None = None
    scale: Tensor | None = None

    @property
    def products(self) -> int:
        """How many products are mixed into every copy of c."""
        return len(self.table) * len(self.first) * len(self.second) if self.kept is None else len(self.kept)


def product_entries(rho1: Representation, rho2: Representation, rho_out: Representation) -> list[Entry]:
    """Every coupling of rho1 and rho2 into the terms of rho_out."""
    found = []
    for c in expand(rho_out):
        for a, index in expand(rho1).items():
            for pack in packs(rho2):
                table = pack.table([couplings(a, b, c) for b in pack.terms])
                if len(table):
                    found.append(Entry(index, pack.index, c, table))
    return found


class Mixed(Solved):
    """z_c = sum of weights times couplings over all entries, scaled by 1 / sqrt(number of products of c).

    Shapes: x (..., first), y (..., second), weight (..., weight_numel) -> (..., rho_out.dim). Weights of the entries
    follow each other, each (copies b, paths, copies a, copies c), or (kept, copies c).
    """

    like: Tensor
    """Shows the precision of the constants."""

    def __init__(self, rho_out: Representation, entries: Sequence[Entry], *, external: bool, is_complex: bool):
        super().__init__()
        self.is_complex = is_complex
        dtype = torch.complex128 if is_complex else torch.float64
        self.hold("like", torch.zeros((), dtype=dtype))
        terms = expand(rho_out)
        counts = {c: sum(entry.products for entry in entries if entry.term == c) for c in terms}
        self.first, self.second, self.blocks = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.shapes: list[tuple[int, ...]] = []
        self.targets: list[int] = []
        for k, entry in enumerate(entries):
            copies = (len(entry.first), len(entry.second), len(terms[entry.term]))
            table = entry.table.to(dtype) / math.sqrt(counts[entry.term])
            self.first.append(Take(entry.first))
            self.second.append(Take(entry.second))
            self.blocks.append(MixingBlock(table, copies, external=external, kept=entry.kept))
            shape = (copies[1], len(table), copies[0]) if entry.kept is None else (len(entry.kept),)
            self.shapes.append((*shape, copies[2]))
            self.targets.append(list(terms).index(entry.term))
            self.register_buffer(f"scale{k}", None, persistent=False)
            if entry.scale is not None:
                self.hold(f"scale{k}", entry.scale[:, None])
        self.weight_numel = sum(map(math.prod, self.shapes))
        self.join = Join(terms.values())

    def forward(self, x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
        parts: dict[int, Tensor] = {}
        weights = weight.split([math.prod(shape) for shape in self.shapes], -1)
        for k, (target, shape, part) in enumerate(zip(self.targets, self.shapes, weights, strict=True)):
            w, scale = part.unflatten(-1, shape), getattr(self, f"scale{k}")
            out = self.blocks[k](self.first[k](x), self.second[k](y), w if scale is None else w * scale)
            parts[target] = parts[target] + out if target in parts else out
        return self.join([parts[target] for target in sorted(parts)])
