"""Right-angle turns and linear resampling."""

from __future__ import annotations

import math

import pytest
import torch

from intertwine.actions.lattice import index_frame, is_turn, nearest_turn, signed_permutations, turn
from intertwine.actions.multilinear import resample
from intertwine.actions.translate import signed, translate
from intertwine.errors import IntertwineError

QUARTER = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=torch.float64)


@pytest.mark.parametrize("side", [4, 5])
def test_quarter_turns_are_rot90_bit_for_bit(side: int):
    x = torch.randn(3, 2, side, side)
    for k in range(4):
        matrix = torch.linalg.matrix_power(QUARTER, k).expand(3, 2, 2)
        assert torch.equal(turn(x, matrix), torch.rot90(x, k, (-2, -1)))


def test_flips_fit_any_rectangle_bit_for_bit():
    x = torch.randn(2, 3, 4, 7)
    for rows, columns, axes in ((-1, 1, [-2]), (1, -1, [-1]), (-1, -1, [-2, -1])):
        matrix = torch.diag(torch.tensor([rows, columns]).double()).expand(2, 2, 2)
        assert torch.equal(turn(x, matrix), x.flip(axes))


def test_each_item_turns_by_its_own_matrix():
    x = torch.arange(4 * 9).reshape(4, 1, 3, 3)  # integers are moved as they are
    matrices = torch.stack([torch.linalg.matrix_power(QUARTER, k) for k in range(4)])
    expected = torch.stack([torch.rot90(x[k], k, (-2, -1)) for k in range(4)])
    assert torch.equal(turn(x, matrices), expected)


def test_a_quarter_turn_of_a_rectangle_says_what_to_do():
    with pytest.raises(IntertwineError, match=r"quarter turn of a 4 x 7 grid.*pad"):
        turn(torch.zeros(1, 1, 4, 7), QUARTER[None])


@pytest.mark.parametrize("d", [1, 2, 3])
def test_turns_of_the_grid_form_the_hyperoctahedral_group(d: int):
    turns = signed_permutations(d)
    assert len(turns) == 2**d * math.factorial(d)
    assert bool(is_turn(turns).all())
    x = torch.randn(1, 1, *[3] * d).expand(len(turns), -1, *[-1] * d)
    g = turns[torch.randperm(len(turns))]
    assert torch.equal(turn(turn(x, turns), g), turn(x, g @ turns))


def test_nearest_turn_keeps_the_determinant():
    q = torch.linalg.qr(torch.randn(50, 3, 3, dtype=torch.float64))[0]
    nearest = nearest_turn(q)
    torch.testing.assert_close(torch.linalg.det(nearest), torch.linalg.det(q))
    angle = torch.acos(((q @ nearest.mT).diagonal(dim1=-2, dim2=-1).sum(-1) - 1).clamp(-2, 2) / 2)
    proper = torch.linalg.det(q) > 0
    assert float(angle[proper].max()) < math.radians(62.81)  # the greatest misorientation of cubes


def test_is_turn_tells_rotations_by_other_angles():
    near = QUARTER + 1e-9
    assert bool(is_turn(near))
    assert not bool(is_turn(torch.eye(2).double() * 2))
    assert not bool(is_turn(torch.tensor([[0.6, -0.8], [0.8, 0.6]])))


def test_index_frames_are_rotations():
    for d in (1, 2, 3):
        frame = index_frame(d, like=torch.zeros(1, dtype=torch.float64))
        torch.testing.assert_close(frame @ frame.mT, torch.eye(d, dtype=torch.float64))
        assert float(torch.linalg.det(frame)) == 1


def test_linear_resampling_agrees_with_grid_sample():
    x = torch.randn(3, 2, 6, 9, dtype=torch.float64)
    inverse = torch.randn(3, 2, 2, dtype=torch.float64)
    h, w = x.shape[2:]
    # grid_sample counts (x, y) from -1 at the first sample to 1 at the last
    scale = torch.tensor([(w - 1) / 2, (h - 1) / 2], dtype=torch.float64)
    swapped = inverse.flip(-1, -2) * scale[None, None, :] / scale[None, :, None]
    theta = torch.cat([swapped, torch.zeros(3, 2, 1, dtype=torch.float64)], -1)
    grid = torch.nn.functional.affine_grid(theta, list(x.shape), align_corners=True)
    expected = torch.nn.functional.grid_sample(x, grid, align_corners=True)
    torch.testing.assert_close(resample(x, inverse), expected)


def test_linear_resampling_is_differentiable_both_ways():
    x = torch.randn(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    inverse = (torch.eye(2, dtype=torch.float64) + 0.2 * torch.randn(1, 2, 2, dtype=torch.float64)).requires_grad_()
    assert torch.autograd.gradcheck(resample, (x, inverse), check_forward_ad=True)


def test_whole_translations_roll_or_bring_in_zeros():
    x = torch.randn(2, 1, 5, 6)
    offset = torch.tensor([[1, -2], [-4, 3]])
    cyclic = torch.stack([x[i].roll(tuple(offset[i].tolist()), (-2, -1)) for i in range(2)])
    assert torch.equal(translate(x, offset, "cyclic"), cyclic)
    moved = translate(x, offset, "zero")
    assert torch.equal(moved[0, :, 1:, :4], x[0, :, :-1, 2:])
    assert not moved[0, :, :1].any()
    assert not moved[0, :, :, 4:].any()


@pytest.mark.parametrize("boundary", ["cyclic", "zero"])
def test_real_translations_by_whole_steps_agree_with_whole_ones(boundary: str):
    x = torch.randn(4, 2, 6, 7, dtype=torch.float64)
    offset = torch.tensor([[1, -2], [0, 3], [-6, 0], [9, 1]])
    torch.testing.assert_close(
        translate(x, offset.double(), boundary), translate(x, offset, boundary), atol=1e-13, rtol=0
    )


def test_offsets_of_a_periodic_grid_as_shortest_steps():
    assert signed(torch.arange(6)[:, None], (6,)).flatten().tolist() == [0, 1, 2, 3, -2, -1]
    assert signed(torch.arange(5)[:, None], (5,)).flatten().tolist() == [0, 1, 2, -2, -1]
