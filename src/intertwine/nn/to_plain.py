"""A whole model as plain layers of torch, for inference and export."""

from __future__ import annotations

import copy

import torch
from torch import nn

from .grids.field_norm import ChannelAffine
from .module import Solved


def to_plain(model: nn.Module) -> nn.Module:
    """A copy of the model in evaluation mode with every layer that solves or assembles something written out.

    Convolutions and linear maps become those of torch with their kernels as weights, normalisations an affine map of
    each channel, which a convolution right before it in a sequence takes in. What is left of this library holds no
    solved map. The output is the same, up to rounding.

    Example:
        >>> G = C(4)
        >>> to_plain(torch.nn.Sequential(Conv2d(G.trivial, 2 * G.regular, 3), Pointwise(2 * G.regular)))
        Sequential(
          (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))
          (1): Pointwise(2xregular, relu)
        )
    """
    return _replace(copy.deepcopy(model).eval())


def _replace(module: nn.Module) -> nn.Module:
    plain = getattr(module, "to_plain", None)
    if plain is not None and isinstance(module, Solved):
        return plain().eval()
    for name, child in module.named_children():
        setattr(module, name, _replace(child))
    if isinstance(module, nn.Sequential):
        _take_in(module)
    return module


@torch.no_grad()
def _take_in(sequence: nn.Sequential) -> None:
    """scale (W x + b) + offset = (scale W) x + (scale b + offset), one layer in place of two."""
    for k in reversed(range(1, len(sequence))):
        conv, affine = sequence[k - 1], sequence[k]
        if isinstance(conv, (nn.Conv1d, nn.Conv2d, nn.Conv3d)) and isinstance(affine, ChannelAffine):
            conv.weight.mul_(affine.scale.view(-1, *(1,) * (conv.weight.ndim - 1)))
            offset = affine.offset if conv.bias is None else affine.scale * conv.bias + affine.offset
            conv.bias = nn.Parameter(offset)
            del sequence[k]
