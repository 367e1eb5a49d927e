"""Convolution over SO(3), of band-limited functions on the sphere and on the group, by Fourier."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...groups.classical import SO
from ...representations.band_limited import BandLimited, Rotations, Sphere
from ...representations.harmonics import harmonics
from ..module import Device, EquivariantModule, in_precision


class SphericalConv(EquivariantModule):
    """Convolution of band-limited functions on SO(3) and the sphere, with integrals over the whole space (of total 1):

        [psi * f](g) = int psi(h^-1 g) f(h) dh + b        Rotations -> Rotations
        [psi * f](g) = int psi(g^-1 x) f(x) dx + b        Sphere -> Rotations, a lift
        [psi * f](x) = int psi(h^-1 x) f(h) dh + b        Rotations -> Sphere, a projection
        [psi * f](x) = int psi(h^-1 x) f(h z) dh + b      Sphere -> Sphere, where only the zonal part of psi counts

    On coefficients it is a matrix product for each degree, c_out[l] = (psi[l] / sqrt(2l+1)) c_in[l] (see
    `representations.band_limited`), and exact. It is every linear map that commutes with (g f)(x) = f(g^-1 x): the
    space of `Linear(channels_in * space_in.representation, channels_out * space_out.representation)`.

    Args:
        space_in, space_out: `Sphere(L)` or `Rotations(L)`; the output's degree is at most the input's.
        channels_in, channels_out: how many functions.
        support: where psi may differ from zero: rotations (n, 3, 3) between functions on SO(3), else unit vectors
            (n, 3). psi is then a sum of band-limited unit masses there, n numbers for a pair of channels whatever the
            degree. None for every psi up to the degree of the output.
        bias: whether to add a constant to every channel.
        gain: the mean square of outputs at first, degree by degree, is gain^2 times that of the inputs.
        generator: random numbers for the initial weights.

    Shapes: (..., channels_in, space_in.dim) -> (..., channels_out, space_out.dim). Flattened, features of type
    channels * space.representation.

    Raises:
        IntertwineError: for an output of higher degree than the input, or a support of the wrong shape.

    Example:
        >>> lift = SphericalConv(Sphere(8), Rotations(4), 1, 6)
        >>> lift
        SphericalConv(1 Sphere(8) -> 6 Rotations(4), 150 weights)
        >>> lift(torch.randn(5, 1, 81)).shape
        torch.Size([5, 6, 165])

    Source: T. Cohen, M. Geiger, J. Koehler, M. Welling, Spherical CNNs, arXiv:1801.10130; C. Esteves et al.,
    arXiv:1711.06721 (zonal kernels).
    """

    table: Tensor

    @on_cpu
    def __init__(
        self,
        space_in: BandLimited,
        space_out: BandLimited,
        channels_in: int,
        channels_out: int,
        *,
        support: Tensor | None = None,
        bias: bool = True,
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        for space in (space_in, space_out):
            if not isinstance(space, BandLimited):
                raise IntertwineError(
                    f"SphericalConv joins functions such as Sphere(8) and Rotations(8), got {space!r}"
                )
        if space_out.degree > space_in.degree:
            raise IntertwineError(
                f"a convolution makes no new degrees: the output's, {space_out.degree}, exceeds the input's, "
                f"{space_in.degree}"
            )
        super().__init__(channels_in * space_in.representation, channels_out * space_out.representation)
        self.space_in, self.space_out = space_in, space_out
        self.channels_in, self.channels_out, self.gain = channels_in, channels_out, gain
        degrees = range(space_out.degree + 1)
        self._shapes = [(space_in.copies(l), space_out.copies(l)) for l in degrees]
        self._sizes = [a * b for a, b in self._shapes]
        self._local = support is not None
        if support is not None:
            self.hold("table", _unit_masses(space_in, space_out, support))
        values = len(self.table) if self._local else sum(self._sizes)
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in, values))
        self.bias = nn.Parameter(torch.zeros(channels_out)) if bias else None
        self.reset_parameters(generator)
        self.place(device, dtype)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights anew; the bias is zero."""
        with torch.no_grad():
            self.weight.normal_(generator=generator).mul_(self.gain * self.channels_in**-0.5)
            if self._local:
                self.weight.mul_(len(self.table) ** -0.5)
            else:
                scale = torch.cat([torch.full((a * b,), b**-0.5) for a, b in self._shapes])
                self.weight.mul_(scale.to(self.weight.device))
            if self.bias is not None:
                self.bias.zero_()

    def kernel(self) -> Tensor:
        """The coefficients of psi, (channels_out, channels_in, sum over l <= degree of copies in * copies out).

        Between functions on SO(3) they are indexed c[l, m, n], second index first, as against `Rotations`; for lifts
        and projections c[l, m], as in `Sphere`; between functions on the sphere c[l, 0].
        """
        sizes = torch.tensor(self._sizes, device=self.weight.device)
        roots = (2 * torch.arange(len(sizes), device=sizes.device).to(self.weight.dtype) + 1).sqrt()
        return self._matrices() * roots.repeat_interleave(sizes)

    def _matrices(self) -> Tensor:
        """psi[l] / sqrt(2l+1) of all degrees, flat: (channels_out, channels_in, values)."""
        return self.weight @ self.table if self._local else self.weight

    def check(self, x: Tensor) -> None:
        """Raise unless x is (..., channels_in, space_in.dim)."""
        if x.ndim < 2 or x.shape[-2:] != (self.channels_in, self.space_in.dim):
            raise IntertwineError(
                f"{self} takes (..., {self.channels_in}, {self.space_in.dim}) coefficients, got shape {tuple(x.shape)}"
            )

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        x = in_precision(x, self.weight, self)
        batch = x.shape[:-2]
        flat = x.reshape(batch.numel(), self.channels_in, self.space_in.dim)
        parts = flat.split(self.space_in.sizes, -1)
        matrices = self._matrices().split(self._sizes, -1)
        out = [self._mix(l, part, matrix) for l, (part, matrix) in enumerate(zip(parts, matrices, strict=False))]
        if self.bias is not None:
            out[0] = out[0] + self.bias[:, None]
        return torch.cat(out, -1).reshape(*batch, self.channels_out, self.space_out.dim)

    def _mix(self, l: int, part: Tensor, matrix: Tensor) -> Tensor:
        """Degree l: (batch, channels in, copies in * (2l+1)) -> (batch, channels out, copies out * (2l+1))."""
        (a, b), n, d = self._shapes[l], part.shape[0], 2 * l + 1
        rows = part.reshape(n, self.channels_in * a, d).mT.reshape(n * d, self.channels_in * a)
        w = matrix.unflatten(-1, (a, b)).permute(1, 2, 0, 3).reshape(self.channels_in * a, self.channels_out * b)
        return (rows @ w).reshape(n, d, self.channels_out * b).mT.reshape(n, self.channels_out, b * d)

    def __repr__(self) -> str:
        number = f"{self.weight.numel():,} weights"
        types = f"{self.channels_in} {self.space_in} -> {self.channels_out} {self.space_out}"
        return f"{type(self).__name__}({types}, {number})"


def _unit_masses(space_in: BandLimited, space_out: BandLimited, support: Tensor) -> Tensor:
    """psi[l] / sqrt(2l+1) for a band-limited unit mass at each point of the support: (points, values)."""
    on_group = isinstance(space_in, Rotations) and isinstance(space_out, Rotations)
    shape = (3, 3) if on_group else (3,)
    if support.shape[1:] != shape or not len(support):
        what = "rotations (n, 3, 3)" if on_group else "unit vectors (n, 3)"
        raise IntertwineError(f"the support from {space_in} to {space_out} is {what}, got shape {tuple(support.shape)}")
    degrees: Sequence[int] = range(space_out.degree + 1)
    if on_group:
        return torch.cat([SO(3).irrep(l).matrix(support.double()).flatten(1) for l in degrees], 1)
    parts = [harmonics(support, l) for l in degrees]
    if isinstance(space_in, Sphere) and isinstance(space_out, Sphere):
        parts = [part[:, l : l + 1] for l, part in enumerate(parts)]
    return torch.cat(parts, 1)
