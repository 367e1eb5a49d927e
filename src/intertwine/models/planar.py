"""Convolutional networks that classify, or predict one feature of, a picture, volume or signal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn import (
    BatchNorm,
    Conv1d,
    Conv2d,
    Conv3d,
    FieldDropout,
    GroupPool,
)
from ..nn.grids.blur import BlurPool
from ..nn.module import Device
from ..representations.base import Representation
from .fields import FieldModel, Fields

CONVOLUTIONS: dict[int, Any] = {1: Conv1d, 2: Conv2d, 3: Conv3d}
RELU_GAIN = 2**0.5


class ConvBlock(nn.Sequential):
    """Convolution, batch norm, nonlinearity, dropout: `rho_in` -> so many fields."""

    def __init__(
        self,
        rho_in: Representation,
        fields: Fields,
        number: int,
        kernel_size: int,
        *,
        padding: int | None = None,
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
        **kernel: Any,
    ):
        act = fields.act(number)
        rho: Representation = act.rho_in  # type: ignore[assignment]
        convolution = CONVOLUTIONS[fields.space.dim](
            rho_in,
            rho,
            kernel_size,
            padding=kernel_size // 2 if padding is None else padding,
            bias=False,
            gain=RELU_GAIN,
            space=fields.space,
            generator=generator,
            **kernel,
        )
        layers = [convolution, BatchNorm(rho), act]
        if dropout:
            layers.append(FieldDropout(fields.of(number), dropout))
        super().__init__(*layers)
        self.rho_in, self.rho_out = rho_in, fields.of(number)


class SteerableCNN(FieldModel):
    """Convolutions on fields, pooling by anti-aliased strides, and a head on what the group leaves invariant.

        (batch, rho_in.dim, *grid) -> (batch, outputs)

    The outputs are invariant under the point group and the translations that the strides leave (numbers, where
    `outputs` is one), or one feature that turns with the picture (where `outputs` is a representation).

    Args:
        rho_in: the type of the pictures, such as 3 * G.trivial for colours.
        outputs: how many invariant numbers (classes), or a representation of the group.
        widths: number of fields after each convolution.
        kernel_sizes: of each convolution.
        pool_after: numbers of the convolutions, from 1, that a stride of 2 follows.
        head: width of the hidden layer behind the invariants; 0 for none.
        dropout: probability of dropping a whole field.
        kind: fields, activation, frequency, bandlimit, profile, space, generator, see `models.fields.FieldModel`.

    Raises:
        IntertwineError: when the lists differ in length or the group and the fields do not fit.

    Example:
        >>> G = C(8)
        >>> net = SteerableCNN(G.trivial, 10, widths=(4, 8), kernel_sizes=(7, 5), pool_after=(1,))
        >>> net(torch.randn(2, 1, 29, 29)).shape
        torch.Size([2, 10])

    Source: M. Weiler, G. Cesa, General E(2)-equivariant steerable CNNs, arXiv:1911.08251.
    """

    def __init__(
        self,
        rho_in: Representation,
        outputs: int | Representation,
        *,
        widths: Sequence[int] = (16, 24, 32, 32, 48, 64),
        kernel_sizes: Sequence[int] = (7, 5, 5, 5, 5, 5),
        paddings: Sequence[int] | None = None,
        pool_after: Sequence[int] = (2, 4),
        head: int = 64,
        dropout: float = 0.0,
        device: Device = None,
        dtype: torch.dtype | None = None,
        **kind: Any,
    ):
        super().__init__(rho_in, **kind)
        pads = [None] * len(widths) if paddings is None else list(paddings)
        if not len(widths) == len(kernel_sizes) == len(pads) or not widths:
            raise IntertwineError(f"widths {tuple(widths)} and kernel_sizes {tuple(kernel_sizes)} name the same layers")
        self.outputs = outputs
        if any(k not in range(1, len(widths) + 1) for k in pool_after):
            raise IntertwineError(f"pool_after numbers the {len(widths)} convolutions from 1, got {tuple(pool_after)}")
        layers: list[nn.Module] = []
        rho = rho_in
        for k, (width, size, pad) in enumerate(zip(widths, kernel_sizes, pads, strict=True), 1):
            block = ConvBlock(rho, self.fields, width, size, padding=pad, dropout=dropout, **self.kernel)
            layers.append(block)
            rho = block.rho_out
            if k in pool_after:
                layers.append(BlurPool(2))
        self.trunk = nn.Sequential(*layers)
        self.head = Head(rho, outputs, head, space=self.fields.space, **self.kernel)
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return self.head(self.trunk(x))


class Head(nn.Module):
    """Fields -> (batch, outputs): a small network on invariants averaged over the grid, or the mean of one feature."""

    def __init__(
        self,
        rho: Representation,
        outputs: int | Representation,
        hidden: int,
        *,
        space: Representation,
        generator: torch.Generator | None = None,
        **kernel: Any,
    ):
        super().__init__()
        if isinstance(outputs, Representation):
            self.pool: nn.Module = CONVOLUTIONS[space.dim](rho, outputs, 1, space=space, generator=generator)
            self.network: nn.Module = nn.Identity()
            return
        if not isinstance(outputs, int) or outputs < 1:
            raise IntertwineError(f"outputs is a number of classes or a representation, got {outputs!r}")
        self.pool = GroupPool(rho)
        width = self.pool.rho_out.dim
        if hidden:
            layers = [nn.BatchNorm1d(width), nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, outputs)]
        else:
            layers = [nn.Linear(width, outputs)]
        for layer in layers:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_uniform_(layer.weight, a=5**0.5, generator=generator)
                nn.init.zeros_(layer.bias)
        self.network = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.network(self.pool(x).flatten(2).mean(2))


class GCNN(SteerableCNN):
    """The group CNN of Cohen and Welling for pictures of 28 x 28: seven convolutions of regular fields.

    With G = C(4) and 10 fields this is their P4CNN (about 25,000 weights), with C(1) and 20 their Z2CNN (22,000).

    Example:
        >>> sum(p.numel() for p in GCNN(C(4).trivial, 10).parameters())
        24740

    Source: T. Cohen, M. Welling, Group equivariant convolutional networks, arXiv:1602.07576, section 8.1.
    """

    def __init__(self, rho_in: Representation, outputs: int | Representation, *, width: int = 10, **options: Any):
        sizes = {"widths": (width,) * 7, "kernel_sizes": (3,) * 6 + (4,), "paddings": (0,) * 7}
        super().__init__(rho_in, outputs, **{**sizes, "pool_after": (2,), "head": 0, "dropout": 0.1, **options})


class HarmonicNet(SteerableCNN):
    """The harmonic network of Worrall et al.: SO(2) fields of order 0 and 1, free radial profiles, norms as gates.

    Args:
        width: fields in the first stage; the second has twice, the third 35/8 times as many, as in the paper. The
            default has about 38,000 weights, the paper's network 33,000.
        orders: greatest order of the hidden fields and of the kernels.

    Example:
        >>> G = SO(2)
        >>> HarmonicNet(G.trivial, 10, width=2)(torch.randn(2, 1, 28, 28)).shape
        torch.Size([2, 10])

    Source: D. Worrall et al., Harmonic networks, arXiv:1612.04642, section 5.
    """

    def __init__(
        self,
        rho_in: Representation,
        outputs: int | Representation,
        *,
        width: int = 6,
        orders: int = 1,
        **options: Any,
    ):
        widths = (width, width, 2 * width, 2 * width, 35 * width // 8, 35 * width // 8)
        given = {"widths": widths, "kernel_sizes": (5,) * 6, "profile": "free", "bandlimit": orders, "head": 0}
        kind = {"fields": "irreps", "activation": "norm", "frequency": orders}
        super().__init__(rho_in, outputs, **{**given, **kind, **options})
