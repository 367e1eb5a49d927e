"""One call that lets little fold in a convolutional network as it is, with its weights."""

from __future__ import annotations

import copy
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from .blur import BLUR, BlurPool, MaxBlurPool, Resampler, depthwise, pad, pooled_sizes, sizes
from .filters import Filter

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
MAX_POOLS = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
MEAN_POOLS = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)


def antialias(model: nn.Module, *, filter: Filter = BLUR, circular: bool = False) -> nn.Module:
    """A copy of a network whose strides are preceded by a low-pass filter; all weights are kept.

        convolution with stride s   ->  blur, then the same convolution (`BlurConv`)
        max-pooling with stride s   ->  the maximum with stride 1, then blur and stride (`MaxBlurPool`)
        mean pooling with stride s  ->  blur and stride (`BlurPool`)

    Every output is as large as before. A blur before a convolution is the same map as one after it, at a fraction of
    the cost. The samples of the new layers lie symmetrically for every size of the input, so that a network of
    symmetric kernels turns with its input. What has stride 1, global and adaptive pooling, and strides that are called
    as functions in some `forward` stay as they are. Accuracy changes a little; a few more passes over the data mend it.

    Args:
        model: any module; it is not changed.
        filter: the low-pass filter.
        circular: let every padding go around, for cyclic data: then the borders too commute with shifts.

    Example:
        >>> net = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        >>> antialias(net)
        Sequential(
          (0): BlurConv(3 -> 8, 3x3, stride=(2, 2), Spline(order=3), replicate)
          (1): ReLU()
          (2): MaxBlurPool(2, stride=2, Spline(order=3), replicate)
        )

    Source: R. Zhang, Making convolutional networks shift-invariant again, arXiv:1904.11486.
    """
    model = copy.deepcopy(model)
    replaced = _replacement(model, filter, circular)
    if replaced is not None:
        return replaced
    for parent in list(model.modules()):
        if isinstance(parent, Resampler):
            continue
        for name, child in list(parent.named_children()):
            new = _replacement(child, filter, circular)
            if new is not None:
                setattr(parent, name, new)
    return model


class BlurConv(Resampler):
    """A strided convolution of torch that lets little fold: low-pass, then the convolution.

    The blurred grid is cut so that the convolution's windows lie symmetrically on it, and the output is as large as the
    convolution's own. Weights have the names that they have there, so that checkpoints fit.

    Args:
        conv: `torch.nn.Conv1d`, `Conv2d` or `Conv3d`; its parameters are shared. Zero padding stays around the
            convolution and is "replicate" under the blur; other kinds of padding serve both.
        filter: the low-pass filter.

    Example:
        >>> BlurConv(nn.Conv2d(3, 8, 3, stride=2, padding=1))(torch.randn(1, 3, 32, 32)).shape
        torch.Size([1, 8, 16, 16])
    """

    def __init__(self, conv: nn.Conv1d | nn.Conv2d | nn.Conv3d, filter: Filter = BLUR):
        d = len(conv.kernel_size)
        self.zeros = conv.padding_mode == "zeros"
        super().__init__("stride", conv.stride, filter, "replicate" if self.zeros else conv.padding_mode)
        self.weight, self.bias = conv.weight, conv.bias
        self.stride, self.dilation, self.groups = conv.stride, conv.dilation, conv.groups
        self.reach = tuple(step * (k - 1) + 1 for k, step in zip(conv.kernel_size, conv.dilation, strict=True))
        own = tuple((e - 1) // 2 for e in self.reach) if conv.padding == "same" else conv.padding
        self.padding = (0,) * d if isinstance(own, str) else tuple(own)
        self.to(device=conv.weight.device, dtype=conv.weight.dtype)

    def forward(self, x: Tensor) -> Tensor:
        strides, margins, parities = self.per_axis(x), [], []
        goals = pooled_sizes(x.shape[2:], self.reach, strides, self.padding, False)
        for n, s, m, e, p in zip(x.shape[2:], strides, goals, self.reach, self.padding, strict=True):
            blurred = s * (m - 1) + e - 2 * p * self.zeros
            parity = (blurred + 1 - n) % 2
            parities.append(parity)
            margins.append((blurred + self.length(s, parity) - 1 - n) // 2)
        x = depthwise(pad(x, margins, self.padding_mode), self.kernel(strides, parities, x), (1,) * len(strides))
        convolve: Any = (F.conv1d, F.conv2d, F.conv3d)[len(strides) - 1]
        padding = self.padding if self.zeros else 0
        return convolve(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        inputs = self.weight.shape[1] * self.groups
        size = "x".join(map(str, self.weight.shape[2:]))
        return f"{inputs} -> {self.weight.shape[0]}, {size}, stride={self.stride}, {self.filter}, {self.padding_mode}"


class MeanBlurPool(BlurPool):
    """`BlurPool` in place of mean pooling: where one window covers the whole grid it stays the mean."""

    def forward(self, x: Tensor) -> Tensor:
        window = sizes(self.kernel_size, x.ndim - 2)
        if all(k >= n for k, n in zip(window, x.shape[2:], strict=True)):
            return x.mean(tuple(range(2, x.ndim)), keepdim=True)
        return super().forward(x)


def _replacement(layer: nn.Module, filter: Filter, circular: bool) -> nn.Module | None:
    """What stands in a layer's place, or None where it stays; subclasses stay, since they may do something else."""
    kind, mode = type(layer), "circular" if circular else "replicate"
    if kind in CONVOLUTIONS:
        conv: Any = layer
        if circular and conv.padding_mode == "zeros":
            conv.padding_mode = "circular"
        return BlurConv(conv, filter) if max(conv.stride) > 1 else None
    if kind not in (*MAX_POOLS, *MEAN_POOLS):
        return None
    pool: Any = layer
    same: dict[str, Any] = {"padding": _number(pool.padding), "ceil_mode": pool.ceil_mode}
    stride, window = _number(pool.stride), _number(pool.kernel_size)
    if (stride if isinstance(stride, int) else max(stride)) == 1:
        return None
    if kind in MEAN_POOLS:
        return MeanBlurPool(stride, filter, mode, kernel_size=window, **same)
    if pool.return_indices or _number(pool.dilation) != 1:
        return None
    return MaxBlurPool(window, stride, filter, mode, **same)


def _number(value: Any) -> Any:
    """One number where all axes have the same."""
    values = (value,) if isinstance(value, int) else tuple(value)
    return values[0] if len(set(values)) == 1 else values
