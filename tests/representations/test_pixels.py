"""Permutations of pixels and voxels against torch's own turns and flips."""

from __future__ import annotations

import pytest
import torch

import intertwine as tw
from intertwine.testing import check_representation


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_turns_of_pictures(size: int) -> None:
    """r turns a picture counter-clockwise as torch.rot90 does, f flips it upside down (y to -y)."""
    rho = tw.pixels(tw.D(4), (size, size))
    picture = torch.randn(5, size, size)
    r, f = tw.D(4).generators
    assert torch.equal(rho.apply(r, picture.flatten(-2)), torch.rot90(picture, 1, (-2, -1)).flatten(-2))
    assert torch.equal(rho.apply(f, picture.flatten(-2)), picture.flip(-2).flatten(-2))
    check_representation(rho)
    assert rho.is_permutation


def test_flips_of_pictures_that_are_not_square() -> None:
    """D(2) keeps a 3 x 5 frame."""
    rho = tw.pixels(tw.D(2), (3, 5))
    picture = torch.randn(3, 5)
    r, f = tw.D(2).generators
    assert torch.equal(rho.apply(r, picture.flatten()), picture.flip(0, 1).flatten())
    assert torch.equal(rho.apply(f, picture.flatten()), picture.flip(0).flatten())
    check_representation(rho)


def test_turns_of_volumes() -> None:
    """The cube's turn about z turns every (H, W) slice of a volume (D, H, W); its inversion flips all three axes."""
    n = 3
    group = tw.Cube(full=True)
    rho = tw.pixels(group, (n, n, n))
    check_representation(rho, samples=4)
    about_z, _, inversion = group.generators
    volume = torch.randn(n, n, n)
    assert torch.equal(rho.apply(about_z, volume.flatten()), torch.rot90(volume, 1, (-2, -1)).flatten())
    assert torch.equal(rho.apply(inversion, volume.flatten()), volume.flip(0, 1, 2).flatten())
    assert rho.is_faithful
    centre = torch.zeros(n**3)
    centre[n**3 // 2] = 1
    assert torch.equal(rho.apply(group.elements(), centre), centre.expand(48, -1))


@pytest.mark.parametrize(("size", "orbits"), [(1, 1), (2, 1), (3, 3), (4, 3), (5, 6), (6, 6)])
def test_orbits_of_pixels(size: int, orbits: int) -> None:
    """Invariant pictures under turns and flips: one number for each orbit of pixels, a triangle of them."""
    rho = tw.pixels(tw.D(4), (size, size))
    assert (tw.D(4).trivial >> rho).dim == orbits


def test_rings_of_pixels_under_turns_alone() -> None:
    """C(4) on n x n pixels has (n^2 + 3 (n odd)) / 4 orbits, by Burnside."""
    for n in range(1, 8):
        assert (tw.C(4).trivial >> tw.pixels(tw.C(4), (n, n))).dim == (n * n + 3 * (n % 2)) // 4
