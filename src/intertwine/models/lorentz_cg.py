"""A network of tensors of the Lorentz group, multiplied by Clebsch-Gordan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn.module import Solved
from ..representations.base import Representation
from .lorentz_irreps import Couplings, lorentz_types
from .minkowski import RestFrame, pair_invariants
from .particles import Device, ParticleNetwork, Particles, perceptron

RADIAL = 16
"""Functions of the invariants of a pair, of which every level takes its own combinations."""
SPACELIKE = 1e-6
"""M^2 / E^2 below minus this is no rounding error of float32 input: the total momentum is spacelike."""


class LorentzCGNetwork(ParticleNetwork):
    """Tensors of the proper Lorentz group on particles, mixed, summed over neighbours and multiplied.

    Features F_i of each node lie in real irreps: scalars, four-vectors, field strengths, traceless symmetric tensors
    (dimensions 1, 4, 6, 9, ...). Each level computes, irrep by irrep,

        F_i <- L_CG ( F_i,  F_i x F_i,  sum_j f_0(p_ij) F_j,  sum_j f_1(p_ij) (p_i - p_j) x F_j ),

    CG the projections to the irreps held, L a linear map for each irrep, f functions of <p_i, p_j> and (p_i - p_j)^2
    for each channel. A perceptron on the invariants of a node runs beside and feeds the scalars of F. By bilinearity
    sums over j come before the products: one batched matrix product, then couplings on n nodes, not n^2 pairs.

    Precision: momenta are boosted into the rest frame of the jet's total momentum P, and Minkowski products taken, in
    float64; the features then have the parameters' dtype in a frame that no boost of the jet changes. There,
    tensors are divided by sqrt(1 + mean of their squared components), an invariant of the jet and the tensor. P must
    not be spacelike.

    Args:
        outputs: how many numbers to return for a jet, such as logits.
        scalars: how many invariant numbers come with each particle, such as its charge.
        channels: copies of every irrep at the input and after each level; the length is one more than the levels.
        degree: the irreps held are the (j, k) with j + k whole and 2j, 2k <= degree: 1, 4 for degree 1; 1, 4, 6, 9
            for 2; two of dimension 16 more for 3.
        width: invariants of a node.
        references: fixed four-vectors (k, 4) that enter as further nodes and break the symmetry to those
            transformations that keep them: the beams (1, 0, 0, 1), (1, 0, 0, -1) or the time axis (1, 0, 0, 0).
        generator: random numbers for the initial weights.

    Shapes: momenta (batch, particles, 4) as (E, px, py, pz), mask (batch, particles) bool, true for real particles
    (None: all are), scalars (batch, particles, scalars) -> (batch, outputs). Cut a batch to its longest jet: the work
    grows as the square of the padded length, though the outputs do not depend on it.

    Raises:
        IntertwineError: for wrong shapes, NaN in a real particle, jets without particles, a spacelike total momentum
            (values are not looked at under torch.compile).

    Example:
        >>> network = LorentzCGNetwork(outputs=2, channels=(4, 4, 4), width=16)
        >>> network
        LorentzCGNetwork(SO+(1,3), 1 + 4 + 6 + 9, 4,992 parameters)

    Source: A. Bogatskiy et al., Lorentz group equivariant neural network for particle physics, arXiv:2006.04780.
    """

    def __init__(
        self,
        outputs: int = 1,
        *,
        scalars: int = 0,
        channels: Sequence[int] = (8, 8, 8, 8),
        degree: int = 2,
        width: int = 64,
        references: Tensor | Sequence[Sequence[float]] | None = None,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(outputs, scalars, references)
        if degree < 1 or width < 1 or len(channels) < 2 or min(channels) < 1:
            raise IntertwineError(
                "LorentzCGNetwork needs degree, width >= 1 and channels for the input and at least one level, got "
                f"degree={degree}, width={width}, channels={tuple(channels)}"
            )
        self.types = lorentz_types(degree)
        self.embedding = nn.Linear(self.inputs, width)
        self.vectors = nn.Linear(width, channels[0])
        self.radial = nn.Linear(2, RADIAL)
        self.rescale = Rescale(self.types[1:])
        pairs = pairwise(channels)
        self.levels = nn.ModuleList([CGLevel(self.types, before, after, width) for before, after in pairs])
        self.invariants = Invariants(self.types[1:])
        self.last = perceptron(width + channels[-1] * self.invariants.couple.paths[0], width, width)
        self.head = perceptron(width + 1, width, outputs)
        self.place(generator, device, dtype)

    def group(self) -> str:
        return f"SO+(1,3), {' + '.join(str(rho.dim) for rho in self.types)}"

    def forward(self, momenta: Tensor, mask: Tensor | None = None, scalars: Tensor | None = None) -> Tensor:
        particles = self.embed(momenta, mask, scalars, self.embedding.weight.dtype)
        frame = RestFrame.of(particles.total)
        if not torch.compiler.is_compiling():
            _check_timelike(frame, particles.total)
        h = self.embedding(particles.scalars)
        neighbours = particles.neighbours(h.dtype)
        p = frame.boost(particles.momenta)
        radial = self.radial_functions(p, neighbours)
        p = self.unit(p, particles, frame).to(h.dtype)
        tensors = self.initial(h, p)
        for level in self.levels:
            h, tensors = level(h, tensors, p, radial)
        h = h + self.last(torch.cat([h, self.invariants(tensors)], -1))
        return self.head(torch.cat([particles.mean(h), particles.logarithm], -1))

    def radial_functions(self, p: Tensor, neighbours: Tensor) -> Tensor:
        """Functions of the invariants of all pairs, over the number of nodes: (batch, RADIAL, n, n)."""
        invariants = pair_invariants(p).to(neighbours.dtype)
        bias = self.radial.bias[:, None, None]
        functions = nn.functional.silu(mix_channels(self.radial.weight, invariants) + bias)
        return functions * neighbours[:, None]

    def unit(self, p: Tensor, particles: Particles, frame: RestFrame) -> Tensor:
        """Momenta over their mean energy in the rest frame, M / n; references are numbers already."""
        mean = (frame.mass / particles.pooled.sum(1))[:, None, None]
        return torch.where(particles.pooled[..., None], p / mean, p)

    def initial(self, h: Tensor, p: Tensor) -> Tensor:
        """Tensors at the input, (batch, channels, n, dim): the momentum of each node times functions of h."""
        vectors = self.vectors(h).mT.unsqueeze(-1) * p[:, None]
        return self.rescale(nn.functional.pad(vectors, (0, sum(rho.dim for rho in self.types[2:]))))


class CGLevel(nn.Module):
    """One level: h (batch, n, width), tensors (batch, before, n, dim) -> the same with `after` channels.

    Args:
        types: the irreps held, the trivial and the vector first; dim counts all but the trivial, which h feeds.
        before, after: copies of each.
        width: invariants of a node.
    """

    def __init__(self, types: Sequence[Representation], before: int, after: int, width: int):
        super().__init__()
        self.dims = [rho.dim for rho in types]
        self.inject = nn.Linear(width, before)
        self.filters = nn.Linear(RADIAL, 2 * before, bias=False)
        self.neighbours, self.products, self.rescale = NeighbourProducts(types), SelfProducts(types), Rescale(types[1:])
        paths = [1 + a + b for a, b in zip(self.neighbours.couple.paths, self.products.couple.paths, strict=True)]
        self.mix = nn.ModuleList([nn.Linear(before * k, after, bias=False) for k in paths[1:]])
        self.update = perceptron(width + before * paths[0], width, width)

    def forward(self, h: Tensor, tensors: Tensor, p: Tensor, radial: Tensor) -> tuple[Tensor, Tensor]:
        features = torch.cat([self.inject(h).mT.unsqueeze(-1), tensors], -1)
        filters = mix_channels(self.filters.weight, radial)
        own = [part.unsqueeze(-2) for part in features.split(self.dims, -1)]
        parts = zip(own, self.neighbours(features, p, *filters.chunk(2, 1)), self.products(features), strict=True)
        # For each type (batch, before, paths, n, dim): channels and paths together are what L mixes.
        columns = [torch.cat([x.transpose(2, 3) for x in part], 2).flatten(1, 2) for part in parts]
        h = h + self.update(torch.cat([h, columns[0].squeeze(-1).mT], -1))
        mixed = [mix_channels(mix.weight, x) for mix, x in self.mixing(columns)]
        return h, self.rescale(torch.cat(mixed, -1))

    def mixing(self, columns: Sequence[Tensor]) -> Iterator[tuple[nn.Linear, Tensor]]:
        """The maps L of every type but the trivial, with what they mix."""
        for mix, x in zip(self.mix, columns[1:], strict=True):
            yield cast("nn.Linear", mix), x


class NeighbourProducts(nn.Module):
    """CG of sum_j f_0 F_j and sum_j f_1 (p_i - p_j) x F_j, for every type (batch, channels, n, paths, dim).

    With G_i = sum_j f_1 F_j, the second sum is p_i x G_i - sum_j f_1 (p_j x F_j): both sums are products of n x n
    matrices with features of nodes, and no tensor of pairs arises.
    """

    def __init__(self, types: Sequence[Representation]):
        super().__init__()
        one, vector = types[:2]
        self.couple = Couplings([(one, types), (vector, types)], types, equal=False)

    def forward(self, features: Tensor, p: Tensor, scalar: Tensor, vector: Tensor) -> list[Tensor]:
        """Features (batch, channels, n, dim), p (batch, n, 4), filters (batch, channels, n, n) for f_0 and f_1."""
        p, dim = p[:, None, :, :, None], features.shape[-1]
        outer = (p * features.unsqueeze(-2)).flatten(-2)
        sums = torch.matmul(vector, torch.cat([features, outer], -1))
        relative = (p * sums[..., None, :dim]).flatten(-2) - sums[..., dim:]
        return self.couple(torch.cat([torch.matmul(scalar, features), relative], -1))


class SelfProducts(nn.Module):
    """CG of F x F, channel by channel: (..., dim) -> for every type (..., paths, dim)."""

    def __init__(self, types: Sequence[Representation]):
        super().__init__()
        self.dims = [rho.dim for rho in types]
        self.couple = Couplings([(rho, types[k:]) for k, rho in enumerate(types)], types, equal=True)

    def forward(self, features: Tensor) -> list[Tensor]:
        start, products = 0, []
        for part in features.split(self.dims, -1):
            products.append((part.unsqueeze(-1) * features[..., None, start:]).flatten(-2))
            start += part.shape[-1]
        return self.couple(torch.cat(products, -1))


class Invariants(nn.Module):
    """The squares of each feature: (batch, channels, n, dim) -> (batch, n, channels * paths)."""

    def __init__(self, types: Sequence[Representation]):
        super().__init__()
        self.dims = [rho.dim for rho in types]
        self.couple = Couplings([(rho, [rho]) for rho in types], [types[0].group.trivial], equal=True)

    def forward(self, tensors: Tensor) -> Tensor:
        parts = tensors.split(self.dims, -1)
        squares = torch.cat([(part.unsqueeze(-1) * part.unsqueeze(-2)).flatten(-2) for part in parts], -1)
        return self.couple(squares)[0].squeeze(-1).transpose(1, 2).flatten(2)


class Rescale(Solved):
    """Each type of each node over sqrt(1 + mean square) of its components: (batch, channels, n, dim) -> the same.

    Only for tensors in the rest frame of a total momentum P: the sum of squares there is the Minkowski square made
    positive by P, an invariant of the two, and rotations keep it.
    """

    mean: Tensor

    def __init__(self, types: Sequence[Representation]):
        super().__init__()
        blocks = [torch.full((rho.dim, rho.dim), 1 / rho.dim, dtype=torch.float64) for rho in types]
        self.hold("mean", torch.block_diag(*blocks))

    def forward(self, tensors: Tensor) -> Tensor:
        squares = torch.matmul(tensors.square().mean(1, keepdim=True), self.mean)
        return tensors * torch.rsqrt(1 + squares)


def mix_channels(weight: Tensor, x: Tensor) -> Tensor:
    """W on axis 1: (out, in), (batch, in, a, b) -> (batch, out, a, b), without the copy that `weight @ x` makes."""
    return torch.bmm(weight.expand(x.shape[0], -1, -1), x.flatten(2)).unflatten(2, x.shape[2:])


def _check_timelike(frame: RestFrame, total: Tensor) -> None:
    square = frame.total[:, 0] ** 2 - frame.total[:, 1:].square().sum(-1)
    spacelike = square < -SPACELIKE * total.square().sum(-1)
    if bool(spacelike.any()):
        jet = int(spacelike.nonzero()[0])
        raise IntertwineError(
            f"the total momentum of jet {jet}, {[round(x, 6) for x in total[jet].tolist()]}, is spacelike: give "
            "(E, px, py, pz) with E >= |p| for every particle"
        )
