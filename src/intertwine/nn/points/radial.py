"""Functions of distance: bases that a radial network starts from, and envelopes that let them end smoothly."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ..module import Device, Solved

UNIT = 5.0
"""What Bessel functions take the cutoff for. Their size and the steps of their frequencies are then the same in every
unit of length: those of potentials in Å, which train well."""


class PolynomialEnvelope(nn.Module):
    """u(r) = 1 - (p + 1)(p + 2)/2 t^p + p (p + 2) t^(p + 1) - p (p + 1)/2 t^(p + 2) with t = r / cutoff, 0 beyond.

    1 at r = 0; at the cutoff it vanishes with its first and second derivative, so that energies, forces and their
    derivatives stay continuous when an atom leaves. Shapes: (...) -> (...).

    Source: J. Gasteiger, J. Gross, S. Guennemann, Directional message passing, arXiv:2003.03123, equation 8.
    """

    def __init__(self, cutoff: float, p: int = 6):
        super().__init__()
        _check(cutoff, p, "p")
        self.cutoff, self.p = cutoff, p

    def forward(self, r: Tensor) -> Tensor:
        t, p = (r / self.cutoff).clamp(max=1.0), self.p
        inside = 1 - t**p * ((p + 1) * (p + 2) / 2 - p * (p + 2) * t + p * (p + 1) / 2 * t * t)
        return torch.where(r < self.cutoff, inside, 0.0)

    def extra_repr(self) -> str:
        return f"cutoff={self.cutoff}, p={self.p}"


class RadialBasis(Solved, ABC):
    """Functions of distance on [0, cutoff] times an envelope: (...) -> (..., number).

    Args:
        number: how many functions.
        cutoff: beyond it they are zero.
        envelope: exponent p of the `PolynomialEnvelope`.

    Raises:
        IntertwineError: when a number or the cutoff is not positive and finite.
    """

    def __init__(
        self, number: int, cutoff: float, *, envelope: int = 6, device: Device = None, dtype: torch.dtype | None = None
    ):
        super().__init__()
        _check(cutoff, number, "number")
        self.number, self.cutoff = number, cutoff
        self.envelope = PolynomialEnvelope(cutoff, envelope)
        self._constants()
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    def _constants(self) -> None:
        """Buffers and parameters of the basis."""

    @abstractmethod
    def functions(self, r: Tensor) -> Tensor:
        """The functions without the envelope, (..., number)."""

    def forward(self, r: Tensor) -> Tensor:
        return self.functions(r) * self.envelope(r).unsqueeze(-1)

    def extra_repr(self) -> str:
        return f"{self.number}, cutoff={self.cutoff}"


class BesselBasis(RadialBasis):
    """sqrt(2 / 5) sin(f_n t) / t with t = 5 r / cutoff: waves in a sphere. f_n are learned, n pi / 5 at first.

    In whatever unit lengths are, values are those of the published functions at a cutoff of 5.

    Source: J. Gasteiger, J. Gross, S. Guennemann, arXiv:2003.03123, equation 7.

    Example:
        >>> BesselBasis(8, 5.0)(torch.tensor([1.0, 6.0])).shape
        torch.Size([2, 8])
    """

    def _constants(self) -> None:
        self.frequency = nn.Parameter(torch.arange(1, self.number + 1) * (math.pi / UNIT))

    def functions(self, r: Tensor) -> Tensor:
        phase = r.unsqueeze(-1) * (UNIT / self.cutoff) * self.frequency
        # sin(f t) / t = f sinc(f t / pi), which stays smooth at t = 0.
        return (2 / UNIT) ** 0.5 * self.frequency * torch.sinc(phase / math.pi)


class GaussianBasis(RadialBasis):
    """Gaussians exp(-(r - c_n)^2 / 2 w^2) at equal distances from 0 to the cutoff, w their spacing.

    Source: N. Thomas et al., Tensor field networks, arXiv:1802.08219, section 4.
    """

    centre: Tensor

    def _constants(self) -> None:
        self.hold("centre", torch.linspace(0, self.cutoff, self.number, dtype=torch.float64))
        self.width = self.cutoff / max(1, self.number - 1)

    def functions(self, r: Tensor) -> Tensor:
        return torch.exp(-(((r.unsqueeze(-1) - self.centre) / self.width) ** 2) / 2)


class ChebyshevBasis(RadialBasis):
    """Chebyshev polynomials T_n(2 r / cutoff - 1), n = 0 .. number - 1."""

    def functions(self, r: Tensor) -> Tensor:
        t = (2 * r / self.cutoff - 1).clamp(max=1.0)
        values = [torch.ones_like(t), t]
        for _ in range(self.number - 2):
            values.append(2 * t * values[-1] - values[-2])
        return torch.stack(values[: self.number], -1)


def _check(cutoff: float, number: int, name: str) -> None:
    if not 0 < cutoff < math.inf or number < 1:
        raise IntertwineError(f"cutoff and {name} are positive and finite, got {cutoff} and {number}")
