"""A pointwise nonlinearity on band-limited functions on the group, through samples."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...groups.base import Group, on_cpu
from ...groups.elements import Element
from ...groups.lie import LieGroup
from ...representations.base import Representation
from ...representations.expand import expand
from ..module import EquivariantModule, in_precision, require_representation
from .field_passes import SamplesPass
from .fused_fields import LARGEST_DIM, code_name

CONDITION = 1e-6
"""Smallest singular value of the sampling matrix, relative to the greatest, with which samples determine a vector."""


class FourierActivation(EquivariantModule):
    """v -> the vector whose samples are function(samples of v), for every copy of a representation sigma.

    A vector v of sigma is the function f(g) = <sigma(g) w, v> on the group, with a fixed vector w; a function of its
    samples on a grid of the group goes back by least squares. For a finite group every element is a sample and the
    equation is exact; for SO(2) and O(2) it holds exactly for turns by 2 pi / samples and beyond them up to what the
    function makes of frequencies above the grid's, which falls with the number of samples.

    Args:
        sigma: a sum of different irreducible representations, real and orthogonal, such as frequencies 0 .. L of SO(2).
        copies: channels; the layer's type is copies * sigma.
        function: of each sample.
        samples: rotations of the grid, for SO(2) and O(2); None for 4 L + 4 with L the greatest frequency.
        axis: 1 for fields (batch, copies * sigma.dim, *grid), -1 for features.

    Raises:
        IntertwineError: for a group without a grid here, and samples too few to determine a vector.

    Example:
        >>> G = SO(2)
        >>> sigma = G.trivial + G.vector
        >>> FourierActivation(sigma, 8)
        FourierActivation(8x(1 + V), elu, 8 samples)

    Source: T. Cohen et al., Spherical CNNs, arXiv:1801.10130; M. Weiler, G. Cesa, arXiv:1911.08251, section 2.6.
    """

    forth: Tensor
    back: Tensor

    @on_cpu
    def __init__(
        self,
        sigma: Representation,
        copies: int,
        function: Callable[[Tensor], Tensor] = nn.functional.elu,
        *,
        samples: int | None = None,
        axis: int = 1,
    ):
        require_representation(self, sigma)
        if sigma.is_complex or not sigma.is_orthogonal:
            raise IntertwineError(f"FourierActivation takes real orthogonal representations, got {sigma}")
        super().__init__(copies * sigma, copies * sigma, axis=axis)
        self.sigma, self.copies, self.function = sigma, copies, function
        grid = _grid(sigma.group, sigma, samples)
        forth = sigma.matrix(grid) @ _probe(sigma)
        forth = forth * (len(forth) / forth.square().sum(0)).sqrt()
        values = torch.linalg.svdvals(forth)
        if len(forth) < sigma.dim or values[-1] < CONDITION * values[0]:
            raise IntertwineError(
                f"{len(forth)} samples do not determine a vector of {sigma}: take more samples, and every irreducible "
                "representation once"
            )
        self.hold("forth", forth)
        self.hold("back", torch.linalg.pinv(forth))
        name = code_name(function)
        self._pass = SamplesPass(name) if name and axis > 0 and sigma.dim <= LARGEST_DIM else None

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        x = in_precision(x, self.forth, self)
        if self.axis < 0:
            values = self.function(x.unflatten(-1, (self.copies, -1)) @ self.forth.mT)
            return (values @ self.back.mT).flatten(-2)
        tensors = x, self.forth, self.back
        return self._formula(*tensors) if self._pass is None else self._pass(self._formula, *tensors)

    def _formula(self, x: Tensor, forth: Tensor, back: Tensor) -> Tensor:
        vectors = x.reshape(x.shape[0], self.copies, self.sigma.dim, math.prod(x.shape[2:]))
        return (back @ self.function(forth @ vectors)).reshape(x.shape)

    def extra_repr(self) -> str:
        name = getattr(self.function, "__name__", self.function)
        return f"{self.rho_in}, {name}, {len(self.forth)} samples"


def _grid(group: Group, sigma: Representation, samples: int | None) -> Element:
    """A batch of group elements."""
    if group.is_finite:
        return group.elements()
    if not isinstance(group, LieGroup) or group.name not in ("SO(2)", "O(2)"):
        raise IntertwineError(f"FourierActivation samples finite groups, SO(2) and O(2), not {group}; use Gate")
    count = 4 * _frequency(sigma) + 4 if samples is None else samples
    angle = torch.arange(count, dtype=torch.float64) * (2 * math.pi / count)
    c, s = torch.cos(angle), torch.sin(angle)
    turns = torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2)
    if group.name == "SO(2)":
        return turns
    mirror = torch.tensor([1.0, -1.0], dtype=torch.float64)
    return torch.cat([turns, turns * mirror])


def _frequency(sigma: Representation) -> int:
    """The greatest frequency: sigma(rotation by t) has eigenvalues exp(i f t)."""
    images = sigma.algebra(sigma.group.algebra)
    return int(torch.linalg.eigvals(images[0]).imag.abs().max().round())


def _probe(sigma: Representation) -> Tensor:
    """A vector w with a part in every copy, of generic direction where the dimension leaves a choice, (dim,)."""
    w = torch.zeros(sigma.dim, dtype=torch.float64)
    for term, index in expand(sigma).items():
        direction = torch.cos(torch.arange(term.dim, dtype=torch.float64))
        w[index] = direction * (term.dim**0.5 / direction.norm())
    return w
