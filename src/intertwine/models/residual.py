"""A residual network of steerable convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn import BatchNorm
from ..nn.grids.blur import BlurPool
from ..nn.module import Device
from ..representations.base import Representation
from .fields import FieldModel, Fields
from .planar import CONVOLUTIONS, Head

RESIDUAL_GAIN = 0.5


class ResidualBlock(nn.Module):
    """x -> shortcut(x) + convolution(act(convolution(act(x)))), batch norm before each nonlinearity."""

    def __init__(self, fields: Fields, number_in: int, number: int, stride: int, kernel: dict[str, Any]):
        super().__init__()
        convolution = CONVOLUTIONS[fields.space.dim]
        rho_in, rho = fields.of(number_in), fields.of(number)
        options = {"space": fields.space, "bias": False, **kernel}
        before, between = fields.act(number_in), fields.act(number)
        self.before = nn.Sequential(_to(convolution, rho_in, before, fields, kernel), BatchNorm(before.rho_in), before)  # type: ignore[arg-type]
        self.first = convolution(rho_in, between.rho_in, 3, padding=1, gain=2**0.5, **options)
        self.between = nn.Sequential(BatchNorm(between.rho_in), between)  # type: ignore[arg-type]
        self.second = convolution(rho, rho, 3, padding=1, gain=RESIDUAL_GAIN, **options)
        self.down = BlurPool(stride) if stride > 1 else nn.Identity()
        self.shortcut = nn.Identity() if number_in == number else convolution(rho_in, rho, 1, **options)

    def forward(self, x: Tensor) -> Tensor:
        x = self.down(x)
        y = self.before(x)
        return self.shortcut(x) + self.second(self.between(self.first(y)))


def _to(convolution: Any, rho: Representation, act: nn.Module, fields: Fields, kernel: dict[str, Any]) -> nn.Module:
    """A 1 x 1 convolution that adds the gates a nonlinearity wants, where it wants any."""
    wanted: Representation = act.rho_in  # type: ignore[assignment]
    return nn.Identity() if wanted == rho else convolution(rho, wanted, 1, space=fields.space, bias=False, **kernel)


class SteerableResNet(FieldModel):
    """A pre-activation residual network on fields of any group: (batch, rho_in.dim, *grid) -> (batch, outputs).

    Args:
        rho_in: the type of the pictures or volumes.
        outputs: how many invariant numbers, or a representation.
        widths: number of fields of each stage; every stage but the first begins with an anti-aliased stride of 2.
        depth: residual blocks of each stage. Wide residual networks WRN-(6 depth + 4)-k have three stages.
        head: width of the hidden layer behind the invariants; 0 for none.
        kind: fields, activation, frequency, bandlimit, profile, space, generator, see `models.fields.FieldModel`.

    Example:
        >>> G = D(4)
        >>> SteerableResNet(3 * G.trivial, 10, widths=(2, 4), depth=1)(torch.randn(2, 3, 32, 32)).shape
        torch.Size([2, 10])

    Source: S. Zagoruyko, N. Komodakis, Wide residual networks, arXiv:1605.07146; M. Weiler, G. Cesa, arXiv:1911.08251.
    """

    def __init__(
        self,
        rho_in: Representation,
        outputs: int | Representation,
        *,
        widths: Sequence[int] = (4, 8, 16),
        depth: int = 2,
        head: int = 0,
        device: Device = None,
        dtype: torch.dtype | None = None,
        **kind: Any,
    ):
        super().__init__(rho_in, **kind)
        space = self.fields.space
        self.outputs = outputs
        if not widths or depth < 1:
            raise IntertwineError(f"SteerableResNet needs a width and depth >= 1, got {tuple(widths)} and {depth}")
        kernel = self.kernel
        self.stem = CONVOLUTIONS[space.dim](
            rho_in, self.fields.of(widths[0]), 3, padding=1, space=space, bias=False, **kernel
        )
        blocks, number = [], widths[0]
        for stage, width in enumerate(widths):
            for k in range(depth):
                blocks.append(ResidualBlock(self.fields, number, width, 2 if stage and not k else 1, kernel))
                number = width
        self.blocks = nn.Sequential(*blocks)
        act = self.fields.act(number)
        last = _to(CONVOLUTIONS[space.dim], self.fields.of(number), act, self.fields, kernel)
        self.last = nn.Sequential(last, BatchNorm(act.rho_in), act)  # type: ignore[arg-type]
        self.head = Head(self.fields.of(number), outputs, head, space=space, **kernel)
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return self.head(self.last(self.blocks(self.stem(x))))
