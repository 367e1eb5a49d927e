"""Moves of sampled, band-limited signals by any real amount: the trigonometric interpolant, evaluated elsewhere.

A shift is one phase per frequency, so it is differentiable in the signal and smooth in the amount (bilinear sampling
has a kink at every whole pixel: its derivative at zero depends on the side one comes from). A rotation is three
shears, and a shear shifts every row by its own amount (Unser, Thevenaz and Yaroslavsky 1995,
"Convolution-based interpolation for fast, high-quality rotation of images").
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .lattice import centred, nearest_turn, turn

PADDING = 0.25
"""Empty margin added on each side before shearing, as a share of the side: a shear of a square by up to
tan(22.5 degrees) then never wraps its corners around into the part that is kept."""


def shift(x: Tensor, amount: Tensor, axis: int) -> Tensor:
    """Move periodic samples along one axis: (T_t f)(i) = f(i - t), for real t.

    Whole amounts agree with `torch.roll` to rounding. Signals without a component at the Nyquist frequency (every
    signal of odd length) satisfy T_s T_t = T_{s+t} to rounding.

    Shapes: x (..., n, ...), real; amount broadcasts against x and has size 1 along `axis`. Returns x's shape
    (broadcast) and dtype. Half precision is computed in float32, complex signals part by part.
    """
    if x.is_complex():
        return torch.complex(shift(x.real, amount, axis), shift(x.imag, amount, axis))
    axis = axis % x.ndim
    n = x.shape[axis]
    work = x if x.dtype in (torch.float32, torch.float64) else x.float()
    precise = torch.promote_types(amount.dtype, work.dtype)
    frequency = torch.fft.rfftfreq(n, dtype=precise, device=x.device)
    frequency = frequency.reshape([-1 if a == axis else 1 for a in range(x.ndim)])
    turns = (-2 * math.pi * amount.to(x.device, precise) * frequency).to(work.dtype)
    phase = torch.complex(torch.cos(turns), torch.sin(turns))
    moved = torch.fft.irfft(torch.fft.rfft(work, dim=axis) * phase, n=n, dim=axis)
    return moved.to(x.dtype)


def shear(x: Tensor, slope: Tensor, axis: int, along: int) -> Tensor:
    """Shift every line along `axis` by slope * (centred coordinate of axis `along`).

    Shapes: x (N, C, *grid), slope (N,); `axis` and `along` count grid axes from 0.
    """
    line = centred(x.shape[2 + along], dtype=slope.dtype, device=slope.device) / 2
    lines = line.reshape([-1 if a == 2 + along else 1 for a in range(x.ndim)])
    return shift(x, slope.reshape(-1, *[1] * (x.ndim - 1)) * lines, 2 + axis)


def rotate_plane(x: Tensor, cosine: Tensor, sine: Tensor, plane: tuple[int, int]) -> Tensor:
    """Rotate the grid axes plane = (u, v) by u -> cu - sv, v -> su + cv, as three shears.

    R = S_u(-tan(a/2)) S_v(sin a) S_u(-tan(a/2)). Shapes: x (N, C, *grid), cosine and sine (N,). Meant for angles up to
    about 60 degrees; larger ones should first be brought down by an exact quarter turn.
    """
    u, v = plane
    half = -sine / (1 + cosine)
    return shear(shear(shear(x, half, u, v), sine, v, u), half, u, v)


def rotate(x: Tensor, matrix: Tensor) -> Tensor:
    """Rotate or reflect a picture or volume: (A f)(p) = f(A^-1 p), p measured from the middle of the grid.

    The nearest right-angle turn is done exactly, by moving samples; three shears (nine for volumes) do the rest.

    Shapes: x (N, C, *grid) with equal sides, matrix (N, d, d) orthogonal, in index coordinates (axis 0 first).
    Samples outside the grid count as zero.
    """
    exact = nearest_turn(matrix.detach())
    rest = matrix @ exact.mT
    x = turn(x, exact)
    if x.ndim == 3:  # one grid axis: a reflection is all there is
        return x
    side = x.shape[-1]
    margin = math.ceil(PADDING * side)
    x = F.pad(x, [margin, margin] * (x.ndim - 2))
    for plane, cosine, sine in _planes(rest):
        x = rotate_plane(x, cosine, sine, plane)
    inside = slice(margin, margin + side)
    return x[(..., *[inside] * (x.ndim - 2))]


def _planes(rotation: Tensor) -> list[tuple[tuple[int, int], Tensor, Tensor]]:
    """Write a rotation as plane rotations in the order they are applied: (plane, cosine, sine).

    Three dimensions: R = R_01 R_02 R_12 (Tait-Bryan angles), smooth wherever the rotation is under 90 degrees.
    """
    r = rotation
    if r.shape[-1] == 2:
        return [((0, 1), r[:, 0, 0], r[:, 1, 0])]
    sine = -r[:, 2, 0]
    cosine = torch.sqrt(r[:, 0, 0] ** 2 + r[:, 1, 0] ** 2)
    return [
        ((1, 2), r[:, 2, 2] / cosine, r[:, 2, 1] / cosine),
        ((0, 2), cosine, -sine),
        ((0, 1), r[:, 0, 0] / cosine, r[:, 1, 0] / cosine),
    ]
