"""Changes of resolution that keep right-angle turns exactly and let little fold: sampling, filling in, and between both
a nonlinearity.

Every axis of n samples lies about its middle, and stays there: a turn or flip then commutes with the layer to rounding.
Sampling m of n points with k taps and stride s is symmetric where (n - s (m - 1) - k) is even, so that the number of
taps must follow the parity of the input: [1, 3, 3, 1] for even sides and [1, 4, 6, 4, 1] for odd ones, for stride 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import IntertwineError
from ..module import Solved, require_numbers
from .filters import Filter, Kaiser, Spline

Size = int | Sequence[int]
PADDING_MODES = ("replicate", "reflect", "circular", "zeros")
BLUR, LINEAR, SHARP = Spline(3), Spline(2), Kaiser()


class Resampler(Solved):
    """Filters of both parities for every axis, and how a grid goes on beyond its edge."""

    def __init__(self, name: str, factor: Size, filter: Filter, padding_mode: str):
        super().__init__()
        factors = tuple(factor) if isinstance(factor, Sequence) else (factor,)
        if not factors or any(not isinstance(each, int) or each < 1 for each in factors):
            raise IntertwineError(f"{name} of {type(self).__name__} is a positive integer for each axis: {factor!r}")
        if padding_mode not in PADDING_MODES:
            raise IntertwineError(f"padding_mode is one of {', '.join(PADDING_MODES)}, got {padding_mode!r}")
        self.filter, self.padding_mode, self._factors = filter, padding_mode, factors
        for each in sorted(set(factors)):
            for parity in (0, 1):
                self.hold(f"taps{each}_{parity}", filter.taps(each, parity))

    def per_axis(self, x: Tensor) -> tuple[int, ...]:
        """The factor for each grid axis of x (batch, channels, *grid)."""
        require_numbers(self, x)
        d = x.ndim - 2
        if d not in (1, 2, 3) or len(self._factors) not in (1, d):
            wanted = "(batch, channels, *grid)" + (f" with {len(self._factors)} grid axes" * (len(self._factors) > 1))
            alone = ": give a picture without a batch as x[None]" * (d + 1 == len(self._factors) or d == 0)
            raise IntertwineError(f"{type(self).__name__} takes {wanted}, got shape {tuple(x.shape)}{alone}")
        return self._factors * d if len(self._factors) == 1 else self._factors

    def length(self, factor: int, parity: int) -> int:
        """The number of taps."""
        return len(getattr(self, f"taps{factor}_{parity}"))

    def kernel(self, factors: Sequence[int], parities: Sequence[int], x: Tensor) -> Tensor:
        """The product of the axes' filters, (k1, .., kd)."""
        kernel = torch.ones((), dtype=x.dtype, device=x.device)
        for factor, parity in zip(factors, parities, strict=True):
            kernel = kernel[..., None] * getattr(self, f"taps{factor}_{parity}").to(x.dtype)
        return kernel


class BlurPool(Resampler):
    """A stride that lets little fold: low-pass, then every s-th sample.

        y(q) = sum_u taps(u) x(s q + u)

    The taps sum to 1 and are the same for all channels, so that the layer commutes with any representation on fields.
    How many there are follows from each axis' length, so that right-angle turns and flips are exact for every size.

    Args:
        stride: s, one number or one for each axis; (2, 2) refuses signals, and pictures without a batch axis, which
            2 takes for a batch of signals.
        filter: the low-pass filter, `Spline(order)` or `Kaiser(radius, beta)`.
        padding_mode: "replicate", "reflect", "circular" (for cyclic grids whose length s divides) or "zeros".
        kernel_size, padding, ceil_mode: make the output as large as a pooling layer of torch would with these.

    Shapes: (batch, channels, *grid) -> the same with grid axes of ceil(n / s), in one, two or three dimensions.

    Example:
        >>> pool, x = BlurPool(2), torch.randn(1, 3, 33, 32)
        >>> pool(x).shape
        torch.Size([1, 3, 17, 16])
        >>> torch.allclose(pool(x.flip(-1)), pool(x).flip(-1), atol=1e-6)
        True

    Source: R. Zhang, Making convolutional networks shift-invariant again, arXiv:1904.11486.
    """

    def __init__(
        self,
        stride: Size = 2,
        filter: Filter = BLUR,
        padding_mode: str = "replicate",
        *,
        kernel_size: Size = 1,
        padding: Size = 0,
        ceil_mode: bool = False,
    ):
        super().__init__("stride", stride, filter, padding_mode)
        self.stride, self.kernel_size, self.padding, self.ceil_mode = stride, kernel_size, padding, ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        return self._sample(x, window=(1,) * (x.ndim - 2))

    def _sample(self, x: Tensor, window: tuple[int, ...]) -> Tensor:
        """Widen x on all sides, shrink it by `_dense` with that window, and take every s-th sample of the blur."""
        strides, margins, parities = self.per_axis(x), [], []
        goals = pooled_sizes(x.shape[2:], self.kernel_size, strides, self.padding, self.ceil_mode)
        for n, s, m, w in zip(x.shape[2:], strides, goals, window, strict=True):
            span = s * (m - 1) + w - 1
            parity = (n - span) % 2
            parities.append(parity)
            margins.append((span + self.length(s, parity) - n) // 2)
        x = self._dense(pad(x, margins, self.padding_mode))
        return depthwise(x, self.kernel(strides, parities, x), strides)

    def _dense(self, x: Tensor) -> Tensor:
        return x

    def extra_repr(self) -> str:
        return f"stride={self.stride}, {self.filter}, {self.padding_mode}"


class MaxBlurPool(BlurPool):
    """Max-pooling that lets little fold: the greatest value of every window, with stride 1, then `BlurPool`.

    The output is as large as that of torch's max-pooling with these kernel_size, stride, padding and ceil_mode. The
    maximum commutes with representations that permute channels (trivial, regular and quotient fields), and no others.

    Example:
        >>> MaxBlurPool(3, padding=1)(torch.randn(1, 8, 32, 32)).shape
        torch.Size([1, 8, 16, 16])
    """

    def __init__(
        self,
        kernel_size: Size = 2,
        stride: Size = 2,
        filter: Filter = BLUR,
        padding_mode: str = "replicate",
        *,
        padding: Size = 0,
        ceil_mode: bool = False,
    ):
        super().__init__(stride, filter, padding_mode, kernel_size=kernel_size, padding=padding, ceil_mode=ceil_mode)

    def forward(self, x: Tensor) -> Tensor:
        return self._sample(x, window=sizes(self.kernel_size, x.ndim - 2))

    def _dense(self, x: Tensor) -> Tensor:
        greatest: Any = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[x.ndim - 3]
        return greatest(x, self.kernel_size, stride=1)

    def extra_repr(self) -> str:
        return f"{self.kernel_size}, {super().extra_repr()}"


class Upsample(Resampler):
    """Fills in samples: s samples for one, symmetric about the middle, so that right-angle turns and flips are exact.

        y(p) = s^d sum_q taps(p - s q) x(q)

    It is the transpose of `BlurPool` up to a factor, and the way back: `up(pool(x), size=x.shape[2:])` lies on the
    grid of x.

    Args:
        scale: s, one number or one for each axis.
        filter: `Spline(2)` interpolates linearly.
        padding_mode: as for `BlurPool`.

    Shapes: (batch, channels, *grid) -> grid axes of s n, or of `size` where it is given: any m with ceil(m / s) = n.

    Example:
        >>> Upsample(2)(torch.tensor([[[0.0, 4.0, 8.0]]]))
        tensor([[[0., 1., 3., 5., 7., 8.]]])
        >>> Upsample(2)(torch.tensor([[[0.0, 4.0, 8.0]]]), size=(5,))
        tensor([[[0., 2., 4., 6., 8.]]])
    """

    def __init__(self, scale: Size = 2, filter: Filter = LINEAR, padding_mode: str = "replicate"):
        super().__init__("scale", scale, filter, padding_mode)
        self.scale = scale

    def forward(self, x: Tensor, size: Sequence[int] | None = None) -> Tensor:
        scales, grid = self.per_axis(x), x.shape[2:]
        goals = tuple(size) if size is not None else tuple(s * n for s, n in zip(scales, grid, strict=True))
        if len(goals) != len(grid) or any(-(-m // s) != n for m, s, n in zip(goals, scales, grid, strict=True)):
            raise IntertwineError(
                f"Upsample by {self.scale} from {tuple(grid)} reaches sizes m with ceil(m / scale) = n, got {goals}"
            )
        margins, parities, crops = [], [], []
        for n, s, m in zip(grid, scales, goals, strict=True):
            parity = (m - (n - 1) * s) % 2
            k = self.length(s, parity)
            margin = max(0, math.ceil((k + m - (n + 1) * s) / (2 * s)))
            parities.append(parity)
            margins.append(margin)
            crops.append(((n + 2 * margin - 1) * s + k - m) // 2)
        kernel = self.kernel(scales, parities, x) * math.prod(scales)
        return _filled_in(pad(x, margins, self.padding_mode), kernel, scales, crops)

    def extra_repr(self) -> str:
        return f"scale={self.scale}, {self.filter}, {self.padding_mode}"


class Filtered(nn.Module):
    """A nonlinearity that lets little fold: fill in samples, apply it there, low-pass, sample.

    What a pointwise nonlinearity makes of a sampled signal has frequencies that the grid cannot hold, and they appear
    as others. On a finer grid fewer do. The price is scale^d times the work on each value and the two filters.

    Args:
        act: any module that works on each point of (batch, channels, *grid).
        scale: how much finer the grid is on which it acts.
        filter: of both changes of resolution.
        padding_mode: as for `BlurPool`.

    Shapes: (batch, channels, *grid) -> what `act` makes of it, on the same grid.

    Example:
        >>> act = Filtered(torch.nn.ReLU())
        >>> act(torch.randn(2, 8, 15, 16)).shape
        torch.Size([2, 8, 15, 16])

    Source: T. Karras et al., Alias-free generative adversarial networks, arXiv:2106.12423.
    """

    def __init__(self, act: nn.Module, scale: int = 2, filter: Filter = SHARP, padding_mode: str = "replicate"):
        super().__init__()
        self.up, self.act = Upsample(scale, filter, padding_mode), act
        self.down = BlurPool(scale, filter, padding_mode)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(self.act(self.up(x)))


# --- functions ------------------------------------------------------------------------------------------------------


def sizes(value: Size, d: int) -> tuple[int, ...]:
    """One number for each of d axes."""
    return (value,) * d if isinstance(value, int) else tuple(value)


def pooled_sizes(grid: Sequence[int], kernel: Size, stride: Size, padding: Size, ceil_mode: bool) -> tuple[int, ...]:
    """The sizes that torch's pooling and (undilated) convolution layers give: floor((n + 2 p - k) / s) + 1."""
    found, d = [], len(grid)
    for n, k, s, p in zip(grid, sizes(kernel, d), sizes(stride, d), sizes(padding, d), strict=True):
        free = n + 2 * p - k
        m = -(-free // s) + 1 if ceil_mode else free // s + 1
        if ceil_mode and (m - 1) * s >= n + p:  # torch drops a window that would start beyond the samples
            m -= 1
        if m < 1:
            raise IntertwineError(f"a window of {k} does not fit {n} samples with padding {p}")
        found.append(m)
    return tuple(found)


def pad(x: Tensor, margins: Sequence[int], mode: str) -> Tensor:
    """x (batch, channels, *grid) with margins[a] more samples on both sides of grid axis a; negative ones crop."""
    rest = []
    for axis, margin in enumerate(margins, start=2):
        n = x.shape[axis]
        if mode == "reflect" and margin >= n:
            raise IntertwineError(f'{n} samples cannot be reflected {margin} times: use "replicate"')
        if margin < 0:
            x = x.narrow(axis, -margin, n + 2 * margin)
        elif mode == "circular" and margin > n:  # torch's goes around once at most
            x = x.index_select(axis, torch.arange(-margin, n + margin, device=x.device) % n)
        rest.append(0 if margin < 0 or (mode == "circular" and margin > n) else margin)
    if not any(rest):
        return x
    both = [margin for margin in reversed(rest) for _ in range(2)]
    return F.pad(x, both) if mode == "zeros" else F.pad(x, both, mode=mode)


def depthwise(x: Tensor, kernel: Tensor, strides: Sequence[int]) -> Tensor:
    """The same kernel (k1, .., kd) over every channel."""
    convolve: Any = (F.conv1d, F.conv2d, F.conv3d)[kernel.ndim - 1]
    channels = x.shape[1]
    return convolve(x, kernel.expand(channels, 1, *kernel.shape), stride=tuple(strides), groups=channels)


def _filled_in(x: Tensor, kernel: Tensor, scales: Sequence[int], crops: Sequence[int]) -> Tensor:
    """The transpose of `depthwise`, cropped by crops[a] on both sides of grid axis a."""
    convolve: Any = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[kernel.ndim - 1]
    channels = x.shape[1]
    weight = kernel.expand(channels, 1, *kernel.shape)
    return convolve(x, weight, stride=tuple(scales), padding=tuple(crops), groups=channels)
