"""A whole model as plain layers of torch, for inference and export."""

from __future__ import annotations

import copy

from torch import nn

from .module import Solved


def to_plain(model: nn.Module) -> nn.Module:
    """A copy of the model in evaluation mode with every layer that solves or assembles something written out.

    Convolutions and linear maps become those of torch with their kernels as weights, normalisations an affine map of
    each channel. What is left of this library computes with plain tensor operations alone. The output is the same, up
    to rounding.

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
    return module
