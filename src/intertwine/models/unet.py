"""A U-Net of steerable convolutions: fields in, fields out, on the same grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn.grids.blur import BlurPool, Upsample
from ..nn.module import Device
from ..representations.base import Representation
from .fields import FieldModel
from .planar import CONVOLUTIONS, ConvBlock


class SteerableUNet(FieldModel):
    """Down to coarser grids and up again, each level joined with the one it came from:

        (batch, rho_in.dim, *grid) -> (batch, rho_out.dim, *grid)

    f(pi(g) x) = pi'(g) f(x) for the point group: segmentation with rho_out = classes * G.trivial, flow and forces with
    rho_out = G.vector. Grids may have any size; odd ones are kept.

    Args:
        rho_in, rho_out: types of the fields that go in and come out.
        widths: number of hidden fields at each level, the finest first.
        kernel_size: odd.
        kind: fields, activation, frequency, bandlimit, profile, space, generator, see `models.fields.FieldModel`.

    Example:
        >>> G = C(4)
        >>> SteerableUNet(G.trivial, G.vector, widths=(2, 4))(torch.randn(1, 1, 33, 33)).shape
        torch.Size([1, 2, 33, 33])

    Source: O. Ronneberger, P. Fischer, T. Brox, U-Net, arXiv:1505.04597.
    """

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        *,
        widths: Sequence[int] = (4, 8, 16),
        kernel_size: int = 3,
        device: Device = None,
        dtype: torch.dtype | None = None,
        **kind: Any,
    ):
        super().__init__(rho_in, **kind)
        space = self.fields.space
        self.rho_out = rho_out
        if not widths or kernel_size % 2 == 0:
            raise IntertwineError(f"SteerableUNet needs a width and an odd kernel, got {tuple(widths)}, {kernel_size}")

        def level(rho: Representation, width: int) -> nn.Sequential:
            first = ConvBlock(rho, self.fields, width, kernel_size, **self.kernel)
            return nn.Sequential(first, ConvBlock(first.rho_out, self.fields, width, kernel_size, **self.kernel))

        rho, down, up = rho_in, [], []
        for width in widths:
            down.append(level(rho, width))
            rho = self.fields.of(width)
        for width in reversed(widths[:-1]):
            up.append(level(rho + self.fields.of(width), width))
            rho = self.fields.of(width)
        self.down, self.up = nn.ModuleList(down), nn.ModuleList(up)
        self.pool, self.fill = BlurPool(2), Upsample(2)
        self.last = CONVOLUTIONS[space.dim](rho, rho_out, 1, space=space, generator=self.kernel["generator"])
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        levels: list[Tensor] = []
        for k, layer in enumerate(self.down):
            x = layer(self.pool(x) if k else x)
            levels.append(x)
        for layer, finer in zip(self.up, reversed(levels[:-1]), strict=True):
            x = layer(torch.cat([self.fill(x, finer.shape[2:]), finer], 1))
        return self.last(x)
