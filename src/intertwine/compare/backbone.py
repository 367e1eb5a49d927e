"""The network that all routes share the shape of."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

from .problem import Problem


def backbone(problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
    """A multilayer perceptron on flattened inputs: linear maps with a ReLU between each two."""
    widths = [math.prod(problem.shape), *hidden, problem.rho_out.dim]
    layers: list[nn.Module] = [nn.Flatten()]
    for width_in, width_out in itertools.pairwise(widths):
        layers += [nn.Linear(width_in, width_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Scaled(nn.Module):
    """A network between units: y = b f(x / a) with two fixed positive numbers a and b.

    Scaling by a number commutes with every linear action, so f and the scaled network are equivariant
    alike. The numbers are the root mean squares over the training items, so that f sees and gives numbers
    of size one.
    """

    scale_in: Tensor
    scale_out: Tensor

    def __init__(self, network: nn.Module, scale_in: Tensor, scale_out: Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("scale_in", scale_in)
        self.register_buffer("scale_out", scale_out)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, ...) -> (N, outputs)."""
        return self.scale_out * self.network(x / self.scale_in)


def root_mean_square(x: Tensor) -> Tensor:
    """The root mean square of all numbers in x, or 1 where they are all zero; shape ()."""
    size = x.double().square().mean().sqrt()
    return torch.where(size > 0, size, torch.ones_like(size)).to(torch.float32)
