"""Batch and instance normalisation of fields on a grid, and dropout of whole fields."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...representations.base import Representation
from ...representations.expand import expand
from ..module import Device, EquivariantModule
from .field_passes import NormalisePass, moments_with
from .fused_fields import serves


class _FieldNorm(EquivariantModule):
    """y = weight (x - m) / sqrt(v + eps) + bias for every copy of every elementary term.

    m is the invariant part of the mean (the mean of a scalar, the common mean of a permutation's entries, 0 of a
    vector), v the mean square of the copy's entries about it. weight is one number for each copy, bias an invariant
    vector.
    """

    over_batch: ClassVar[bool]
    owner: Tensor
    share: Tensor
    channel: Tensor
    number: Tensor
    entry: Tensor
    size: Tensor

    def __init__(
        self,
        rho: Representation,
        *,
        eps: float = 1e-5,
        affine: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho, rho, axis=1)
        if rho.is_complex or not rho.is_orthogonal:
            raise IntertwineError(f"{type(self).__name__} needs real orthogonal fields, got {rho} of {rho.group}")
        self.eps = eps
        owner, share = owners(rho)
        self.hold("owner", owner)
        self.hold("share", share)
        self._hold_invariants(_invariants(rho))
        self.is_pooled = _is_pooled(rho)
        self.weight = nn.Parameter(torch.ones(len(share))) if affine else None
        self.bias = nn.Parameter(torch.zeros(self.invariants)) if affine else None
        self.place(device, dtype)

    def _hold_invariants(self, vectors: Tensor) -> None:
        """Columns (channels, number) by their entries other than zero: channel, number of the vector, entry."""
        self.invariants = vectors.shape[1]
        channel, number = vectors.nonzero(as_tuple=True)
        self.hold("channel", channel)
        self.hold("number", number)
        self.hold("entry", vectors[channel, number])
        self.hold("size", vectors.square().sum(0))

    def _combined(self, coefficients: Tensor) -> Tensor:
        """The sum of the invariant vectors with these coefficients: (..., invariants) -> (..., channels)."""
        terms = coefficients.index_select(-1, self.number) * self.entry
        return terms.new_zeros(*terms.shape[:-1], len(self.owner)).index_add(-1, self.channel, terms)

    def _coefficients(self, values: Tensor) -> Tensor:
        """Of the invariant part: (..., channels) -> (..., invariants); not a matrix product, which autocast rounds."""
        terms = values.index_select(-1, self.channel) * self.entry
        return terms.new_zeros(*terms.shape[:-1], self.invariants).index_add(-1, self.number, terms) / self.size

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        parameters = self._parameters_of_scale()
        if serves(x, *parameters):
            with torch.no_grad():
                moments = self._moments(x, compiled=True)
                self._keep(x, *moments)
            return NormalisePass(self._normalisers)(self._formula, x, *moments, *parameters)
        moments = self._moments(x.float() if x.dtype in (torch.float16, torch.bfloat16) else x)
        self._keep(x, *moments)
        return _applied(x, *self._normalisers(*moments, *parameters))

    def _parameters_of_scale(self) -> tuple[Tensor, ...]:
        return () if self.weight is None or self.bias is None else (self.weight, self.bias)

    def _formula(self, x: Tensor, mean: Tensor, square: Tensor, *parameters: Tensor) -> Tensor:
        """Everything from x, whose moments are known."""
        return _applied(x, *self._normalisers(*self._moments(x), *parameters))

    def _moments(self, x: Tensor, compiled: bool = False) -> tuple[Tensor, Tensor]:
        """Mean and mean square of each channel, (channels,) over the batch or (batch, channels)."""
        if compiled:
            mean, square = (total / math.prod(x.shape[2:]) for total in moments_with(x, x))
        else:
            flat = x.reshape(*x.shape[:2], math.prod(x.shape[2:]))
            mean, square = flat.mean(-1), torch.linalg.vector_norm(flat, dim=-1).square() / flat.shape[-1]
        return (mean.mean(0), square.mean(0)) if self.over_batch else (mean, square)

    def _keep(self, x: Tensor, mean: Tensor, square: Tensor) -> None:
        """What is kept between batches: nothing, unless a subclass says so."""

    def _normalisers(self, mean: Tensor, square: Tensor, *parameters: Tensor) -> tuple[Tensor, Tensor]:
        """What each channel is multiplied by, and what is added to it, (..., channels)."""
        return self._affine(*self._invariant(mean, square), *parameters)

    def _invariant(self, mean: Tensor, square: Tensor) -> tuple[Tensor, Tensor]:
        """Coefficients of the invariant mean (..., invariants) and variance (..., copies)."""
        mean = self._coefficients(mean)
        about = square - self._combined(mean).square()
        variance = about.new_zeros(*about.shape[:-1], len(self.share)).index_add(-1, self.owner, about) * self.share
        return mean, variance.clamp_min(0.0)

    def _affine(self, mean: Tensor, variance: Tensor, *parameters: Tensor) -> tuple[Tensor, Tensor]:
        scale = (variance + self.eps).rsqrt()
        if parameters:
            scale = scale * parameters[0]
        scale = scale.index_select(-1, self.owner)
        offset = -scale * self._combined(mean)
        return scale, offset + self._combined(parameters[1]) if parameters else offset


def _applied(x: Tensor, scale: Tensor, offset: Tensor) -> Tensor:
    shape = (*scale.shape, *(1,) * (x.ndim - 2))
    return torch.addcmul(offset.reshape(shape).to(x.dtype), x, scale.reshape(shape).to(x.dtype))


class BatchNorm(_FieldNorm):
    """Batch normalisation that keeps the equation, on fields (batch, rho.dim, *grid) of any dimension.

    For permutation fields it is torch's batch normalisation with statistics pooled over each orbit, for scalars
    torch's own; vectors are divided by their root mean square. Running statistics as in `torch.nn.BatchNorm2d`.

    Args:
        rho: the type of the fields, real and orthogonal.
        eps, momentum, affine: as in `torch.nn.BatchNorm2d`.

    Raises:
        IntertwineError: for fields that are not real and orthogonal, and in training on a single sample of one pixel.

    Example:
        >>> G = C(4)
        >>> BatchNorm(8 * G.regular)(torch.randn(2, 32, 7, 7)).shape
        torch.Size([2, 32, 7, 7])
    """

    over_batch = True
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, rho: Representation, *, momentum: float = 0.1, **options: Any):
        super().__init__(rho, **options)
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise IntertwineError(f"momentum of BatchNorm is the share of each batch, in [0, 1], got {momentum!r}")
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(self.invariants))
        self.register_buffer("running_var", torch.ones(len(self.share)))
        self.place(options.get("device"), options.get("dtype"))

    def forward(self, x: Tensor) -> Tensor:
        if not self.is_pooled and self.training:
            self._check_count(x)
            return super().forward(x)
        self.check(x)
        self._check_count(x)
        if not self.is_pooled:
            parameters = self._parameters_of_scale()
            return _applied(x, *self._affine(self.running_mean, self.running_var, *parameters))
        joined = x.flatten(1).unflatten(1, (len(self.share), -1))
        statistics = (self.running_mean, self.running_var, self.weight, self.bias)
        return nn.functional.batch_norm(joined, *statistics, self.training, self.momentum, self.eps).view(x.shape)

    def _keep(self, x: Tensor, mean: Tensor, square: Tensor) -> None:
        count = x.numel() // x.shape[1]
        with torch.no_grad():
            center, variance = self._invariant(mean, square)
            values = count / self.share  # of one copy
            unbiased = variance * (values / (values - 1))
            self.running_mean.lerp_(center.to(self.running_mean.dtype), self.momentum)
            self.running_var.lerp_(unbiased.to(self.running_var.dtype), self.momentum)

    def _check_count(self, x: Tensor) -> None:
        if self.training and x.numel() < 2 * x.shape[1]:
            raise IntertwineError(f"BatchNorm needs more than one value per channel in training, got {tuple(x.shape)}")

    def to_plain(self) -> nn.Module:
        """The same map in evaluation as a layer of torch."""
        scale, offset = self._affine(self.running_mean, self.running_var, *self._parameters_of_scale())
        return ChannelAffine(scale.detach(), offset.detach())


class InstanceNorm(_FieldNorm):
    """`BatchNorm` with the statistics of each sample alone, on fields (batch, rho.dim, *grid).

    Example:
        >>> G = SO(2)
        >>> InstanceNorm(2 * G.trivial + G.vector)(torch.randn(2, 4, 7, 7)).shape
        torch.Size([2, 4, 7, 7])
    """

    over_batch = False


class ChannelAffine(nn.Module):
    """x -> scale x + offset channel by channel, on (batch, channels, *grid)."""

    scale: Tensor
    offset: Tensor

    def __init__(self, scale: Tensor, offset: Tensor):
        super().__init__()
        self.register_buffer("scale", scale)
        self.register_buffer("offset", offset)

    def forward(self, x: Tensor) -> Tensor:
        shape = (-1, *(1,) * (x.ndim - 2))
        return torch.addcmul(self.offset.view(shape), x, self.scale.view(shape))


class FieldDropout(EquivariantModule):
    """Drops whole copies of elementary terms, every sample of the grid at once, with probability p in training.

    Example:
        >>> FieldDropout(4 * SO(2).vector, 0.5).eval()(torch.ones(1, 8, 2, 2)).sum().item()
        32.0
    """

    owner: Tensor

    def __init__(self, rho: Representation, p: float = 0.1, *, device: Device = None, dtype: torch.dtype | None = None):
        super().__init__(rho, rho, axis=1)
        if not 0 <= p < 1:
            raise IntertwineError(f"a dropout probability lies in [0, 1), got {p}")
        self.p = p
        owner, share = owners(rho)
        self.copies = len(share)
        self.hold("owner", owner)
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        if not self.training or not self.p:
            return x
        kept = nn.functional.dropout(x.new_ones(x.shape[0], self.copies), self.p)
        return x * kept.index_select(1, self.owner).reshape(*x.shape[:2], *(1,) * (x.ndim - 2))

    def extra_repr(self) -> str:
        return f"{self.rho_in}, p={self.p}"


def _is_pooled(rho: Representation) -> bool:
    """Whether all copies are scalars or transitive permutations of equal size, one after the other."""
    terms, dims = expand(rho), {term.dim for term in expand(rho)}
    ordered = torch.equal(torch.cat([index.flatten() for index in terms.values()]), torch.arange(rho.dim))
    transitive = all(term.is_permutation and (rho.group.trivial >> term).dim == 1 for term in terms)
    return ordered and transitive and len(dims) == 1


@on_cpu
def owners(rho: Representation) -> tuple[Tensor, Tensor]:
    """The copy that each channel belongs to, (rho.dim,), and 1 / dimension of each copy, (copies,)."""
    owner, share = torch.zeros(rho.dim, dtype=torch.int64), []
    for term, index in expand(rho).items():
        owner[index] = len(share) + torch.arange(len(index))[:, None]
        share += [1 / term.dim] * len(index)
    return owner, torch.tensor(share, dtype=torch.float64)


@on_cpu
def _invariants(rho: Representation) -> Tensor:
    """The invariant vectors of each copy as orthogonal columns of greatest entry 1, (rho.dim, number)."""
    columns = []
    for term, index in expand(rho).items():
        basis = (rho.group.trivial >> term).basis()[..., 0]
        for vector in basis:
            for row in index:
                column = torch.zeros(rho.dim, dtype=torch.float64)
                column[row] = vector / vector.abs().max()
                columns.append(column)
    return torch.stack(columns, 1) if columns else torch.zeros(rho.dim, 0, dtype=torch.float64)
