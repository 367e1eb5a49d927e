"""Band-limited resampling of periodic signals, and how much of a signal a stride would fold."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ..actions.translate import translate


def resize(x: Tensor, grid: Sequence[int]) -> Tensor:
    """The trigonometric interpolant of periodic samples on grids of other sizes, without what these cannot hold.

    Sample 0 stays where it is. The Nyquist frequency of an even grid is dropped: no fraction of a step moves it.

    Shapes: x (N, C, *old) -> (N, C, *grid).
    """
    for axis, m in enumerate(grid, start=2):
        n = x.shape[axis]
        keep = (min(n, m) + 1) // 2  # frequencies below both Nyquist frequencies
        spectrum = torch.fft.rfft(x, dim=axis).narrow(axis, 0, keep) * (m / n)
        x = torch.fft.irfft(spectrum, n=m, dim=axis)
    return x


def cyclic_pad(x: Tensor, margins: Sequence[tuple[int, int]]) -> Tensor:
    """x continued periodically by margins[a] = (before, after) samples along grid axis a; negative ones crop."""
    for axis, (before, after) in enumerate(margins, start=2):
        if before or after:
            n = x.shape[axis]
            x = x.index_select(axis, torch.arange(-before, n + after, device=x.device) % n)
    return x


def edge_pad(x: Tensor, margins: Sequence[tuple[int, int]], value: float | None) -> Tensor:
    """x continued by a constant, or by its last sample where value is None; negative margins crop."""
    flat = [m for pair in reversed(margins) for m in pair]
    if not any(flat):
        return x
    if value is not None:
        return F.pad(x, flat, value=value)
    for axis, (before, after) in enumerate(margins, start=2):
        n = x.shape[axis]
        x = x.index_select(axis, torch.arange(-before, n + after, device=x.device).clamp(0, n - 1))
    return x


def move(x: Tensor, offset: Tensor, grid: Sequence[int]) -> Tensor:
    """Shift maps by offsets given in steps of another grid over the same period.

    Shapes: x (N, C, *own), offset (N, d) in steps of `grid`.
    """
    scale = torch.tensor([a / b for a, b in zip(x.shape[2:], grid, strict=True)], dtype=torch.float64)
    return translate(x, (offset * scale).to(x.device), "cyclic")


def varying(x: Tensor) -> Tensor:
    """x without its mean over the grid: (N, C, *grid)."""
    return x - x.mean(tuple(range(2, x.ndim)), keepdim=True)


def energy(x: Tensor) -> Tensor:
    """|x|^2 of each item: (N,) float64 on the CPU."""
    return x.detach().double().flatten(1).square().sum(1).cpu()


def above_nyquist(x: Tensor, strides: Sequence[int]) -> Tensor:
    """Energy at frequencies that these strides would fold, |f| >= 1 / (2 s) on any axis: (N,) float64 on the CPU.

    Parseval: the sum of |X|^2 / (number of samples), so that it compares with `energy(varying(x))`.
    """
    spectrum = torch.fft.fftn(varying(x).double(), dim=tuple(range(2, x.ndim)))
    power = (spectrum.real.square() + spectrum.imag.square()).sum(1)
    high = torch.zeros(x.shape[2:], dtype=torch.bool, device=x.device)
    for axis, (n, s) in enumerate(zip(x.shape[2:], strides, strict=True)):
        if s > 1:
            folded = torch.fft.fftfreq(n, dtype=torch.float64, device=x.device).abs() >= 1 / (2 * s) - 1e-9
            high = high | folded.reshape([-1 if a == axis else 1 for a in range(len(strides))])
    return (power * high).flatten(1).sum(1).cpu() / high.numel()
