"""Three ways to apply a group convolution: as a matrix, by neighbours, or by the Fourier transform of the group."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...representations.finite_fourier import fourier_blocks
from ..module import Solved
from .group_kernel import GroupKernel

MOVE = 60
"""Multiplications in the time of moving one number (measured on one CPU core)."""
BATCH = 64
"""Functions over which work on the weights is shared out, in the choice of a form."""
CALL = 32_000
"""The same for the small operations on one block of irreducible representations, shared out likewise."""
LARGEST_TRANSFORM = 2**24
"""Numbers in the Fourier matrix up to which that form is considered (64 MB)."""


class GroupForm(Solved, ABC):
    """Applies W to functions (batch, channels in, dim in), given psi (channels out, channels in, values)."""

    @abstractmethod
    def __init__(self, kernel: GroupKernel):
        super().__init__()

    @abstractmethod
    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        """(batch, channels out, dim out)."""

    @staticmethod
    @abstractmethod
    def work(kernel: GroupKernel, channels_in: int, channels_out: int) -> float:
        """Multiplications for one function and their equivalent in moves; infinite where the form does not exist."""


class AsMatrix(GroupForm):
    """One product with W, whose entries are looked up."""

    place: Tensor

    @on_cpu
    def __init__(self, kernel: GroupKernel):
        super().__init__(kernel)
        self._shape = tuple(kernel.labels.shape)
        labels = kernel.labels
        self._has_zeros = bool((labels < 0).any())
        self.hold("place", torch.where(labels < 0, kernel.values, labels).flatten())

    def matrix(self, weight: Tensor) -> Tensor:
        """W, (channels out * dim out, channels in * dim in)."""
        if self._has_zeros:
            weight = torch.cat([weight, weight.new_zeros(*weight.shape[:-1], 1)], -1)
        entries = weight.flatten(0, 1).index_select(1, self.place)
        return entries.unflatten(1, self._shape).unflatten(0, weight.shape[:2]).transpose(1, 2).flatten(2).flatten(0, 1)

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        return torch.nn.functional.linear(x.flatten(1), self.matrix(weight)).unflatten(1, (len(weight), -1))

    @staticmethod
    def work(kernel: GroupKernel, channels_in: int, channels_out: int) -> float:
        return channels_in * channels_out * kernel.space_in.dim * kernel.space_out.dim * (1 + MOVE / BATCH)


class ByNeighbours(GroupForm):
    """For each value of psi the functions at that neighbour, mixed between channels: for a small support."""

    neighbours: Tensor

    @on_cpu
    def __init__(self, kernel: GroupKernel):
        super().__init__(kernel)
        if kernel.neighbours is None:
            raise IntertwineError(f"a kernel from {kernel.space_in} to {kernel.space_out} has no table of neighbours")
        self._points = kernel.space_out.dim
        self.hold("neighbours", kernel.neighbours.flatten())

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        values = weight.permute(2, 1, 0)  # (values, in, out)
        points = x.permute(2, 0, 1).flatten(1).index_select(0, self.neighbours)
        near = points.reshape(len(values), self._points * x.shape[0], x.shape[1])
        return torch.bmm(near, values).sum(0).reshape(self._points, x.shape[0], len(weight)).permute(1, 2, 0)

    @staticmethod
    def work(kernel: GroupKernel, channels_in: int, channels_out: int) -> float:
        if not kernel.has_neighbours:
            return float("inf")
        return channels_in * kernel.values * kernel.space_out.dim * (channels_out + MOVE)


class ByFourier(GroupForm):
    """Transform, multiply small matrices, transform back: (psi * f)^ = f^ psi^ for every irreducible representation.

    See `representations.finite_fourier`.
    """

    transform: Tensor
    of_weights: Tensor
    back: Tensor

    @on_cpu
    def __init__(self, kernel: GroupKernel):
        super().__init__(kernel)
        blocks = fourier_blocks(kernel.group)
        order = int(kernel.group.order)
        support = slice(None) if kernel.support is None else list(kernel.support)
        self._shapes = [block.shape for block in blocks]
        self._sizes = [number * dim * dim for number, dim, _ in self._shapes]
        self._parts = [number * dim * few for number, dim, few in self._shapes]
        self.hold("transform", torch.cat([block.matrices.flatten(1) for block in blocks], 1))
        self.hold("of_weights", torch.cat([block.part.flatten(1)[support] for block in blocks], 1))
        self.hold("back", torch.cat([block.part.flatten(1) * (block.shape[1] / order) for block in blocks], 1).mT)

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        parts = (x @ self.transform).split(self._sizes, -1)
        kernels = (weight @ self.of_weights).split(self._parts, -1)
        out = [self._multiply(*three) for three in zip(self._shapes, parts, kernels, strict=True)]
        return torch.cat(out, -1) @ self.back

    def _multiply(self, shape: tuple[int, int, int], x: Tensor, kernel: Tensor) -> Tensor:
        """x^ psi^ for all irreducible representations of one shape."""
        number, dim, few = shape
        left = x.unflatten(-1, (number, dim, dim)).permute(2, 0, 3, 1, 4).flatten(3).flatten(1, 2)
        right = kernel.unflatten(-1, (number, dim, few)).permute(2, 1, 3, 0, 4).flatten(3).flatten(1, 2)
        product = torch.bmm(left, right).unflatten(2, (-1, few)).unflatten(1, (-1, dim))
        return product.permute(1, 3, 0, 2, 4).flatten(2)

    @staticmethod
    def work(kernel: GroupKernel, channels_in: int, channels_out: int) -> float:
        n = int(kernel.group.order)
        if not kernel.is_convolution or n * n > LARGEST_TRANSFORM:
            return float("inf")
        shapes = [block.shape for block in fourier_blocks(kernel.group)]
        full, pairs = sum(k * d * d for k, d, _ in shapes), sum(k * d * d * m for k, d, m in shapes)
        on_weights = channels_in * channels_out * n * (kernel.values + MOVE) / BATCH
        transforms = channels_in * full * (n + MOVE) + channels_out * n * (n + MOVE)
        return transforms + channels_in * channels_out * pairs + on_weights + CALL * len(shapes)


FORMS: tuple[type[GroupForm], ...] = (AsMatrix, ByNeighbours, ByFourier)


def choose_form(kernel: GroupKernel, channels_in: int, channels_out: int) -> GroupForm:
    """The form with least work; small products do not wait for irreducible representations to be found."""
    small = AsMatrix.work(kernel, channels_in, channels_out) <= CALL
    best = min(FORMS[: 2 if small else 3], key=lambda form: form.work(kernel, channels_in, channels_out))
    return best(kernel)
