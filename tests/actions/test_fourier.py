"""Fourier shifts and rotations against closed forms, and their derivatives."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.func import jvp

from intertwine.actions.fourier import rotate, rotate_plane, shift
from intertwine.actions.lattice import coordinates, signed_permutations
from intertwine.actions.multilinear import resample


def rotation(angle: Tensor) -> Tensor:
    """Counter-clockwise rotations of the plane, (N, 2, 2)."""
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2)


def random_rotation(n: int, d: int) -> Tensor:
    q, r = torch.linalg.qr(torch.randn(n, d, d, dtype=torch.float64))
    q = q * r.diagonal(dim1=-2, dim2=-1).sign()[:, None, :]
    return torch.cat([q[..., :1] * torch.linalg.det(q)[:, None, None], q[..., 1:]], -1)


def bumps(matrix: Tensor, side: int, width: float) -> Tensor:
    """Three Gaussian bumps moved by a matrix, sampled on a grid of the given side: (N, 1, side, ...)."""
    d = matrix.shape[-1]
    p = matrix.mT @ (coordinates((side,) * d, dtype=torch.float64) / 2)
    centres = torch.tensor([[0.2, 0.1, -0.05], [-0.1, 0.15, 0.1], [0.05, -0.2, -0.1]])[:, :d].double() * side
    distance = (p[:, None] - centres[:, :, None]).square().sum(2)
    return torch.exp(-distance / (2 * width**2)).sum(1).reshape(-1, 1, *[side] * d)


def relative(a: Tensor, b: Tensor) -> float:
    return float((a - b).norm() / b.norm())


@pytest.mark.parametrize("n", [7, 8])
@pytest.mark.parametrize("axis", [-1, -2])
def test_whole_shifts_are_rolls(n: int, axis: int):
    x = torch.randn(2, 3, n, n, dtype=torch.float64)
    for t in (-n, -3, 0, 1, 5):
        moved = shift(x, torch.tensor(float(t)), axis)
        torch.testing.assert_close(moved, x.roll(t, axis), atol=1e-14, rtol=0)


def test_shift_is_the_trigonometric_interpolant():
    n, t = 16, 0.37
    i = torch.arange(n, dtype=torch.float64)
    k = torch.arange(1, n // 2, dtype=torch.float64)[:, None]
    x = torch.cos(2 * math.pi * k * i / n + k).sum(0)
    expected = torch.cos(2 * math.pi * k * (i - t) / n + k).sum(0)
    torch.testing.assert_close(shift(x, torch.tensor(t, dtype=torch.float64), 0), expected)


def test_shifts_compose_for_every_signal_of_odd_length():
    x = torch.randn(5, 9, dtype=torch.float64)
    s, t = torch.randn(2, 5, 1, dtype=torch.float64)
    torch.testing.assert_close(shift(shift(x, s, 1), t, 1), shift(x, s + t, 1))


def test_shift_takes_one_amount_for_each_item():
    x, t = torch.randn(4, 2, 8), torch.rand(4, 1, 1)
    one_by_one = torch.cat([shift(x[i : i + 1], t[i : i + 1], -1) for i in range(4)])
    torch.testing.assert_close(shift(x, t, -1), one_by_one)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64])
def test_shift_keeps_the_dtype(dtype: torch.dtype):
    x = torch.randn(3, 8).to(dtype)
    moved = shift(x, torch.tensor([[1.0]]), -1)
    assert moved.dtype == dtype
    tolerance = 2e-2 if dtype in (torch.float16, torch.bfloat16) else 1e-5
    torch.testing.assert_close(moved, x.roll(1, -1), atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize(("width", "bound"), [(1.2, 1e-3), (1.5, 4e-5), (2.0, 2e-6)])
def test_rotation_error_on_band_limited_pictures(width: float, bound: float):
    """The accuracy that the docstring of `Pictures` states, at every angle."""
    turns = rotation(torch.rand(48, dtype=torch.float64) * 2 * math.pi)
    still = torch.eye(2, dtype=torch.float64).expand(48, 2, 2)
    upright, turned = bumps(still, 32, width), bumps(turns, 32, width)
    assert relative(rotate(upright, turns), turned) < bound
    assert relative(resample(upright, turns.mT), turned) > 500 * bound or width == 1.2


def test_rotation_error_on_band_limited_volumes():
    turns = random_rotation(6, 3)
    still = torch.eye(3, dtype=torch.float64).expand(6, 3, 3)
    assert relative(rotate(bumps(still, 24, 1.5), turns), bumps(turns, 24, 1.5)) < 1e-4


def test_reflected_rotations():
    turns = rotation(torch.rand(8, dtype=torch.float64) * 6) @ torch.diag(torch.tensor([1.0, -1.0]).double())
    still = torch.eye(2, dtype=torch.float64).expand(8, 2, 2)
    assert relative(rotate(bumps(still, 32, 2.0), turns), bumps(turns, 32, 2.0)) < 2e-6


def test_right_angle_turns_are_exact_to_rounding():
    for d, side in ((2, 9), (3, 6)):
        turns = signed_permutations(d)
        x = torch.randn(len(turns), 1, *[side] * d, dtype=torch.float64)
        torch.testing.assert_close(rotate(x, turns), resample(x, turns.mT), atol=1e-13, rtol=0)


def test_gradients_in_the_picture_and_in_the_angle():
    x = torch.randn(2, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    angle = torch.tensor([0.3, -2.0], dtype=torch.float64, requires_grad=True)

    def turn(x: Tensor, angle: Tensor) -> Tensor:
        return rotate(x, rotation(angle))

    assert torch.autograd.gradcheck(turn, (x, angle), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(turn, (x, angle))


def test_gradients_of_volume_rotations():
    x = torch.randn(1, 1, 3, 3, 3, dtype=torch.float64, requires_grad=True)
    generator = torch.randn(3, 3, dtype=torch.float64)
    t = torch.tensor([0.1], dtype=torch.float64, requires_grad=True)

    def turn(x: Tensor, t: Tensor) -> Tensor:
        return rotate(x, torch.linalg.matrix_exp(t[:, None, None] * (generator - generator.T)))

    assert torch.autograd.gradcheck(turn, (x, t), check_forward_ad=True)


def test_derivative_at_the_identity_is_two_sided():
    """Forward-mode derivative in the angle against a central difference, where bilinear sampling has a kink."""
    x = bumps(torch.eye(2, dtype=torch.float64)[None], 16, 1.5)

    def turn(t: Tensor) -> Tensor:
        return rotate(x, rotation(t[None]))

    zero, one, h = torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64), 1e-5
    derivative = jvp(turn, (zero,), (one,))[1]
    central = (turn(zero + h) - turn(zero - h)) / (2 * h)
    assert relative(derivative, central) < 1e-8


def test_plane_rotation_keeps_the_sense_of_the_axes():
    """u -> cu - sv: a bump on the positive u axis moves towards positive v."""
    x = torch.zeros(1, 1, 17, 17, dtype=torch.float64)
    x[0, 0, 12, 8] = 1
    moved = rotate_plane(x, torch.tensor([math.cos(0.6)]).double(), torch.tensor([math.sin(0.6)]).double(), (0, 1))
    row, column = divmod(int(moved.argmax()), 17)
    assert (row, column) == (round(8 + 4 * math.cos(0.6)), round(8 + 4 * math.sin(0.6)))
