"""Symmetric contraction: all equivariant polynomials of the features of a point, channel by channel."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...representations.base import Representation
from ...representations.expand import expand
from ..module import Device, EquivariantModule, in_precision
from ..products.places import Join, Take
from .horner import Horner


class SymmetricContraction(EquivariantModule):
    """z_u = sum over n = 1 .. degree and paths p of w_pu P_p(x_u, .., x_u): many-body products of each channel.

    Channel u holds one copy of every term of rho_in, and one of every term of rho_out. The paths into a term c of
    rho_out are a basis of all equivariant polynomials of degree 1 .. `degree` from one channel to c, so that none is
    redundant: of degree n there are as many as maps sym(one channel, n) >> c. Where x is a sum over neighbours, the
    products of degree n are sums over all n-tuples of neighbours, without the cost of visiting them.

    The weights are first summed into coefficients of monomials, which do not depend on the points, and paths times
    monomials of all points are never held. With `llvmlite` (the extra `fast`) float32 and float64 on the CPU run in
    machine code, which holds no monomials of all points either; see `points.horner`.

    Args:
        rho_in, rho_out: types of the features, of any group with known irreducible representations; every term of
            either occurs as often, the number of channels.
        degree: greatest degree, the body order less one.
        species: None, or of how many species points are, each with weights of its own.
        generator: random numbers for the initial weights.

    Shapes: x (..., rho_in.dim), and where there are species their numbers (...) int64 -> (..., rho_out.dim).

    Attributes:
        weight: (species or 1, paths, channels), normal; z has mean square about 1 where x has.
        paths: for each term of rho_out and each degree 1, 2, .. the number of paths.

    Raises:
        IntertwineError: for complex types, terms that occur differently often, a term of rho_out that no polynomial
            reaches, and shapes or species that do not fit.

    Example:
        >>> G = O(3)
        >>> rho = 8 * G.irrep("0e") + 8 * G.irrep("1o") + 8 * G.irrep("2e")
        >>> SymmetricContraction(rho, 8 * G.irrep("0e") + 8 * G.irrep("1o"))
        SymmetricContraction(O(3): 8x0e + 8x1o + 8x2e -> 8x0e + 8x1o, degree 3, 8 channels, 17 paths)

    Source: I. Batatia et al., MACE, arXiv:2206.07697, equations 10 and 11; R. Drautz, Atomic cluster expansion, Phys.
    Rev. B 99, 014104 (2019).
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        degree: int = 3,
        species: int | None = None,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out)
        if rho_in.is_complex or rho_out.is_complex:
            raise IntertwineError(f"SymmetricContraction is for real features, got {rho_in} -> {rho_out}")
        if degree < 1 or (species is not None and species < 1):
            raise IntertwineError(f"degree and species are at least 1, got {degree} and {species}")
        self.channels, self.degree, self.species = _channels(rho_in, rho_out), degree, species
        with torch.device("cpu"):
            self.take = nn.ModuleList(Take(index) for index in expand(rho_in).values())
            self.horner = Horner(tuple(expand(rho_in)), tuple(expand(rho_out)), degree)
            self.join = Join(expand(rho_out).values())
        self.paths = self.horner.paths
        self._rows = [term.dim for term in expand(rho_out)]
        self.weight = nn.Parameter(self._initial(generator))
        self.place(device, dtype)

    @on_cpu
    def _initial(self, generator: torch.Generator | None) -> Tensor:
        spread = torch.cat([torch.full((sum(n),), sum(n) ** -0.5) for n in self.paths.values()])
        return torch.randn(self.species or 1, len(spread), self.channels, generator=generator) * spread[:, None]

    def forward(self, x: Tensor, species: Tensor | None = None) -> Tensor:
        self.check(x)
        x = in_precision(x, self.weight, self)
        batch = x.shape[:-1]
        flat = x.reshape(math.prod(batch), x.shape[-1])
        features = torch.cat([take(flat).transpose(1, 2) for take in self.take], 1).permute(2, 1, 0)  # (U, D, N)
        if self.species is None:
            if species is not None:
                raise IntertwineError(f"{self} knows no species: make it with species=")
            out = self.horner(features, self.weight[0])
        else:
            out = self._by_species(features, species, batch)
        parts = [part.permute(2, 0, 1).flatten(1) for part in out.split(self._rows, 1)]
        return self.join(parts).reshape(*batch, self.rho_out.dim)

    def _by_species(self, features: Tensor, species: Tensor | None, batch: torch.Size) -> Tensor:
        """Points of each species by themselves, and back into their order."""
        if species is None or species.shape != batch or species.dtype != torch.int64:
            given = None if species is None else (species.dtype, tuple(species.shape))
            raise IntertwineError(f"points have species ({', '.join(map(str, batch))}) int64, got {given}")
        species = species.flatten()
        if torch.compiler.is_compiling():  # a captured graph knows no sizes of parts: all weights for all points
            found = [self.horner(features, w) * (species == s) for s, w in enumerate(self.weight)]
            return torch.stack(found).sum(0)
        counts = species.bincount(minlength=len(self.weight)).tolist()
        if len(counts) > len(self.weight):
            raise IntertwineError(f"species are 0 .. {len(self.weight) - 1}, got {int(species.max())}")
        order = species.argsort(stable=True)
        parts = features.index_select(2, order).split(counts, 2)
        found = [self.horner(part, w) for part, w in zip(parts, self.weight, strict=True) if part.shape[2]]
        if not found:
            return self.horner(features, self.weight[0])
        return torch.cat(found, 2).index_select(2, order.argsort())

    def __repr__(self) -> str:
        sizes = f"degree {self.degree}, {self.channels} channels, {self.weight.shape[1]} paths"
        kinds = "" if self.species is None else f", {self.species} species"
        return f"{type(self).__name__}({self.rho_in.group}: {self.rho_in} -> {self.rho_out}, {sizes}{kinds})"


def _channels(*types: Representation) -> int:
    counts: Sequence[int] = [len(index) for rho in types for index in expand(rho).values()]
    if len(set(counts)) != 1:
        raise IntertwineError(
            "each channel holds one copy of every term, so all terms occur equally often; put a Linear before or "
            f"after; got {' -> '.join(map(str, types))}"
        )
    return counts[0]
