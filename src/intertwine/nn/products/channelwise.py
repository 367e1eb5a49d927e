"""Tensor products that keep channels apart: copy u of a term stays in channel u of the output."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...representations.base import Representation
from ...representations.expand import expand
from ..module import Solved
from .couplings import couplings
from .packs import Pack, packs
from .places import Join, Take
from .product_blocks import ChannelBlock


class Channelwise(Solved):
    """z^c_u = sum over a, b, p, v of weight[v, p, u] C_p(x^a_u, y^b_v), or every path for itself.

    Shapes: x (..., rho1.dim), y (..., rho2.dim), weight (..., weight_numel) -> (..., rho_out.dim). Weights of the
    blocks (a, pack of terms b) follow each other, each (copies b, paths, copies a).

    Args:
        rho1, rho2: the types of x and y.
        terms: the terms c of the output.
        places: where the copies of every term lie in the output, the paths being summed; None: every path has copies
            of its own, term after term, and `copies` counts them.

    Raises:
        IntertwineError: when paths are summed and a has another number of copies than c.
    """

    like: Tensor
    """Shows the precision of the constants."""

    def __init__(
        self,
        rho1: Representation,
        rho2: Representation,
        terms: Sequence[Representation],
        places: Sequence[Tensor] | None,
        *,
        is_complex: bool,
    ):
        super().__init__()
        self.is_summed, self.is_complex = places is not None, is_complex
        self.hold("like", torch.zeros((), dtype=torch.complex128 if is_complex else torch.float64))
        blocks = _blocks(rho1, rho2, terms)
        self.copies = [0] * len(terms)
        paths = [0] * len(terms)
        for a, index, pack, tables in blocks:
            for k, table in tables.items():
                if places is not None and len(places[k]) != len(index):
                    raise IntertwineError(
                        f"channel-wise, copy k of {a} goes to copy k of {terms[k]}, but there are {len(index)} copies "
                        f"of {a} in {rho1} and {len(places[k])} of {terms[k]} in the output"
                    )
                paths[k] += len(table) * pack.copies
                self.copies[k] += len(index) * len(table)
        self.first, self.second, self.blocks = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.shapes: list[tuple[int, int, int]] = []
        self.targets: list[list[int]] = []
        for _, index, pack, tables in blocks:
            scaled = [t / math.sqrt(paths[k] if self.is_summed else pack.copies) for k, t in tables.items()]
            self.first.append(Take(index))
            self.second.append(Take(pack.index))
            self.blocks.append(ChannelBlock(scaled, pack.copies, is_complex=is_complex))
            self.shapes.append((pack.copies, sum(map(len, scaled)), len(index)))
            self.targets.append(list(tables))
        self.weight_numel = sum(map(math.prod, self.shapes))
        self.join = None if places is None else Join(places)

    def forward(self, x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
        found: dict[int, list[Tensor]] = {}
        weights = weight.split([math.prod(shape) for shape in self.shapes], -1)
        for k, (targets, shape, part) in enumerate(zip(self.targets, self.shapes, weights, strict=True)):
            outs = self.blocks[k](self.first[k](x), self.second[k](y), part.unflatten(-1, shape))
            for target, out in zip(targets, outs, strict=True):
                summed = out.sum((-4, -3)) if self.is_summed else _over_copies(out)
                found.setdefault(target, []).append(summed.mT.flatten(-2 if self.is_summed else -3))
        in_order = [found[target] for target in sorted(found)]
        if self.join is None:
            return torch.cat([part for parts in in_order for part in parts], -1)
        return self.join([sum(parts[1:], parts[0]) for parts in in_order])


def _over_copies(products: Tensor) -> Tensor:
    """The sum over the copies of b, which cost nothing where there is one."""
    return products.squeeze(-4) if products.shape[-4] == 1 else products.sum(-4)


def _blocks(
    rho1: Representation, rho2: Representation, terms: Sequence[Representation]
) -> list[tuple[Representation, Tensor, Pack, dict[int, Tensor]]]:
    """Every term a with every pack that it is coupled to: a, its places, the pack, number of c -> couplings."""
    found = []
    for a, index in expand(rho1).items():
        for pack in packs(rho2):
            tables = {k: pack.table([couplings(a, b, c) for b in pack.terms]) for k, c in enumerate(terms)}
            tables = {k: table for k, table in tables.items() if len(table)}
            if tables:
                found.append((a, index, pack, tables))
    return found
