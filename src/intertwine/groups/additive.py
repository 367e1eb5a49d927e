"""Translations: of space, R(d), and of a periodic grid, Grid(L1, L2, ...)."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..errors import IntertwineError
from .base import Group
from .elements import Element

if TYPE_CHECKING:
    from ..representations.base import Representation


class R(Group):
    """The translations of R^d. Elements (..., d) float64; `vector` is affine, (x, 1) -> (x + t, 1).

    The group has no invariant probability: `sample` draws each coordinate uniformly from [-1, 1].
    """

    order = math.inf
    is_compact = False
    generators = ()
    generator_names = ()

    def __init__(self, d: int):
        if d < 1:
            raise IntertwineError(f"R(d) needs d >= 1, got {d}")
        super().__init__(f"R({d})", ("R", d))
        self.d = d

    @property
    def identity(self) -> Element:
        return torch.zeros(self.d, dtype=torch.float64)

    @cached_property
    def algebra(self) -> Element:  # type: ignore[override]
        return torch.eye(self.d, dtype=torch.float64)

    def multiply(self, g: Element, h: Element) -> Element:
        return g + h

    def inverse(self, g: Element) -> Element:
        return -g

    def exp(self, x: Element) -> Element:
        return x

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Element:
        return 2 * torch.rand(n, self.d, generator=generator, dtype=torch.float64) - 1

    def contains(self, g: Element, tolerance: float = 1e-9) -> Tensor:
        self.batch_shape(g)
        return g.isfinite().all(-1)

    def twist(self, by: Representation, h: Element, n: Element) -> Element:
        """The automorphism n -> by(h) n of a linear action."""
        return by.apply(h, n)


class Grid(Group):
    """The translations of a periodic grid, Z_L1 x Z_L2 x ... Elements are int64 offsets (..., d).

    `vector` and `regular` permute the points of the grid, in row-major order.
    """

    def __init__(self, *lengths: int):
        if not lengths or min(lengths) < 1:
            raise IntertwineError(f"Grid(L1, ...) needs positive lengths, got {lengths}")
        super().__init__(f"Grid({', '.join(map(str, lengths))})", ("Grid", lengths))
        self.lengths = lengths
        self.order = math.prod(lengths)
        self.generators = tuple(torch.eye(len(lengths), dtype=torch.int64) % torch.tensor(lengths))
        self.generator_names = tuple("xyzw"[: len(lengths)]) if len(lengths) <= 4 else tuple(
            f"t{k}" for k in range(len(lengths))
        )  # fmt: skip

    @property
    def identity(self) -> Element:
        return torch.zeros(len(self.lengths), dtype=torch.int64)

    def _modulus(self, g: Tensor) -> Tensor:
        return torch.tensor(self.lengths, device=g.device)

    def multiply(self, g: Element, h: Element) -> Element:
        return (g + h) % self._modulus(g)

    def inverse(self, g: Element) -> Element:
        return (-g) % self._modulus(g)

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Element:
        """Uniform over the grid."""
        return torch.stack([torch.randint(size, (n,), generator=generator) for size in self.lengths], -1)

    def contains(self, g: Element, tolerance: float = 1e-9) -> Tensor:
        self.batch_shape(g)
        return ((g >= 0) & (g < self._modulus(g))).all(-1)

    @cached_property
    def _elements(self) -> Element:
        return torch.cartesian_prod(*[torch.arange(size) for size in self.lengths]).reshape(-1, len(self.lengths))

    def index(self, g: Element) -> Tensor:
        self.batch_shape(g)
        if not bool(self.contains(g).all()):
            raise IntertwineError(f"offsets of {self} lie in 0 .. L-1; reduce them modulo the lengths first")
        strides = [math.prod(self.lengths[k + 1 :]) for k in range(len(self.lengths))]
        return (g * torch.tensor(strides, device=g.device)).sum(-1)

    def twist(self, by: Representation, h: Element, n: Element) -> Element:
        """The automorphism n -> by(h) n, for integer matrices that respect the periods."""
        matrix = by.matrix(h)
        if bool((matrix - matrix.round()).abs().max() > 1e-9):
            raise IntertwineError(f"{by} does not map {self} to itself: its matrices are not integer")
        return (matrix.round().long() @ n[..., None]).squeeze(-1) % self._modulus(n)
