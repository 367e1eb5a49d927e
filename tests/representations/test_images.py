"""Representations given by matrices: accepted when they are homomorphisms, refused with the relation that fails."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.testing import check_representation


def spin(two_j: int) -> Tensor:
    """Images of the basis of su(2) on spin j, from the ladder operators: (3, 2j + 1, 2j + 1)."""
    m = np.arange(two_j, -two_j - 1, -2) / 2
    j = two_j / 2
    up = np.diag(np.sqrt(j * (j + 1) - m[1:] * (m[1:] + 1)), 1)
    x, y, z = (up + up.T) / 2, (up - up.T) / 2j, np.diag(m)
    # The basis of su(2) is e12 - e21, i (e12 + e21), i (e11 - e22): 2i times y, x and z of spin 1/2.
    return torch.from_numpy(np.stack([2j * y, 2j * x, 2j * z]))


@pytest.mark.parametrize("two_j", range(6))
def test_all_spins_are_representations_of_su2(two_j: int) -> None:
    """Spin 1/2 is the vector; characters are sin((2j + 1) a) / sin(a)."""
    G = tw.SU(2)
    rho = G.representation(spin(two_j))
    check_representation(rho)
    g = G.sample(20)
    angle = torch.arccos((g.diagonal(dim1=-2, dim2=-1).sum(-1).real / 2).clamp(-1, 1))
    assert torch.allclose(rho.character(g).real, torch.sin((two_j + 1) * angle) / torch.sin(angle), atol=1e-8)
    if two_j == 1:
        assert torch.allclose(rho.matrix(g), g, atol=1e-9)
    assert [(G.representation(spin(k)) >> rho).dim for k in range(6)] == [int(k == two_j) for k in range(6)]


@pytest.mark.parametrize("two_j", range(6))
def test_whole_spins_alone_are_representations_of_so3(two_j: int) -> None:
    """Half spins represent the Lie algebra, but turning by 360 degrees gives -1."""
    images = spin(two_j)
    # exp(t e_ij - ..) of so(3) turns by t, that of su(2) by 2t: the brackets fix the halves and the signs.
    so3, su2 = tw.SO(3), tw.SU(2)
    change = torch.linalg.lstsq(
        su2.adjoint.algebra(su2.algebra).flatten(1).mT, so3.algebra.flatten(1).mT
    ).solution.mT  # so(3) basis in terms of ad(su(2))
    moved = torch.einsum("ab,bij->aij", change.to(images.dtype), images)
    if two_j % 2 == 0:
        rho = so3.representation(moved)
        check_representation(rho)
        assert (so3.vector >> rho).dim == int(two_j == 2)
        assert rho.is_faithful == (two_j > 0)
    else:
        with pytest.raises(IntertwineError, match=r"covering group \(spin 1/2 belongs to SU\(2\)"):
            so3.representation(moved)


def test_components_choose_between_vectors_and_axial_vectors() -> None:
    """O(3): the mirror acts by its matrix, or by minus it; both fit, and no map leads from one to the other."""
    G = tw.O(3)
    (mirror,) = G.generators
    polar = G.representation(G.algebra, components=[mirror])
    axial = G.representation(G.algebra, components=[-mirror])
    check_representation(polar)
    check_representation(axial)
    assert (polar >> G.vector).dim == 1
    assert (axial >> G.vector).dim == 0
    assert (axial >> tw.alt(G.vector, 2)).dim == 1
    with pytest.raises(IntertwineError, match="not the group"):
        G.representation(G.algebra, components=[torch.eye(3)])
    with pytest.raises(IntertwineError, match="1 square component images"):
        G.representation(G.algebra)


def test_elements_near_the_cut_of_the_logarithm() -> None:
    """Turns by 180 degrees, minus one and other elements without a principal logarithm are mapped all the same."""
    rho = tw.SO(3).representation(tw.SO(3).algebra)
    half_turns = torch.diag_embed(torch.tensor([[1.0, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=torch.float64))
    assert torch.allclose(rho.matrix(half_turns), half_turns, atol=1e-8)
    near = torch.linalg.matrix_exp((math.pi - 1e-7) * tw.SO(3).algebra)
    assert torch.allclose(rho.matrix(near), near, atol=1e-8)
    rho = tw.SU(2).representation(spin(1))
    minus = -torch.eye(2, dtype=torch.complex128)
    assert torch.allclose(rho.matrix(minus), minus, atol=1e-8)
    for group in (tw.SL(2), tw.Sp(4), tw.Lorentz(), tw.GL(2), tw.O(1, 3), tw.U(2), tw.SU(3)):
        components = torch.stack(group.generators) if group.generators else None
        rho = group.representation(group.algebra, components=components)
        g = group.sample(50)
        assert torch.allclose(rho.matrix(g), g, atol=1e-7)
    with pytest.raises(IntertwineError, match="not elements"):
        tw.SO(3).representation(tw.SO(3).algebra).matrix(2 * torch.eye(3, dtype=torch.float64))


@pytest.mark.parametrize(
    ("group", "images", "message"),
    [
        (tw.C(3), [[[-1.0]]], r"the relation r\^3 = 1 fails by 2"),
        (tw.C(4), [[[0.0, -1], [1, -1]]], r"relation r\^4 = 1 fails"),
        (tw.D(4), [[[1.0]], [[1j]]], r"relation f\^2 = 1 fails"),
        (tw.S(3), [[[-1.0]], [[-1.0]]], "relation .* fails by 2"),
        (tw.Q(8), [[[1j]], [[1.0]]], "relation .* fails"),
        (tw.Rubik(), -torch.ones(6, 1, 1) * torch.tensor([1.0, 2, 1, 1, 1, 1]).reshape(6, 1, 1), "fails"),
        (tw.C(3), [[[1.0, 0]]], "1 square generator images"),
        (tw.C(3), [[[1.0]], [[1.0]]], r"got \(2, 1, 1\)"),
        (tw.C(3), [[[float("nan")]]], "NaN"),
        (tw.C(3), [[1.0, 2.0], [3.0]], "cannot read"),
        (tw.C(3), None, "cannot read"),
        (tw.SO(3), torch.zeros(2, 3, 3), "3 square Lie algebra images"),
        (tw.SO(3), 2 * tw.SO(3).algebra, r"the bracket \[X\d, X\d\] is not kept"),
        (tw.SO(3), tw.SO(3).algebra[[1, 0, 2]], "bracket"),
        (tw.SO(3), tw.SO(3).algebra * math.nan, "NaN"),
        (tw.SO(2), [[[0.0, -0.5], [0.5, 0.0]]], "covering group"),
        (tw.U(1), [[[0.5j * 2**0.5]]], "covering group"),
        (tw.R(2), torch.zeros(2, 1, 1), "finite and for matrix Lie groups"),
        (tw.SO(3) * tw.S(3), torch.zeros(2, 1, 1), "lift from its parts"),
    ],
)
def test_images_refused(group: tw.Group, images: object, message: str) -> None:
    """The relation, the bracket or the shape that is wrong."""
    with pytest.raises(IntertwineError, match=message):
        group.representation(images)


def test_the_relation_is_named_as_the_generators_are() -> None:
    """Short words first: a dihedral group whose mirror does not invert the turn."""
    turn = [[0.0, -1], [1, 0]]
    with pytest.raises(IntertwineError, match=r"the relation (f r|r f|r f r) = .* fails by 2"):
        tw.D(4).representation([turn, [[1.0, 0], [0, 1]]])


def test_characters_of_a_group_too_large_to_list() -> None:
    """The corners' parity on Rubik's cube: checked on words, known on generators, refused elsewhere."""
    parity = tw.Rubik().representation(-torch.ones(6, 1, 1, dtype=torch.float64))
    assert (parity >> tw.Rubik().trivial).dim == 0
    assert (parity >> tw.alt(tw.Rubik().trivial + parity, 2)).dim == 1
    with pytest.raises(IntertwineError, match="generator images"):
        parity.matrix(tw.Rubik().sample(1))


def test_python_numbers_keep_their_precision() -> None:
    """Lists are read in double precision: cos(72 degrees) in single precision would not close to 1e-8."""
    c, s = math.cos(2 * math.pi / 5), math.sin(2 * math.pi / 5)
    rho = tw.C(5).representation([[[c, -s], [s, c]]])
    assert torch.allclose(rho.matrix(tw.C(5).elements()), tw.C(5).vector.matrix(tw.C(5).elements()), atol=1e-14)


def test_monomial_images_are_seen() -> None:
    """Signs, fourth roots and sixth roots of unity; a rotation by 72 degrees is none."""
    w = complex(math.cos(math.pi / 3), math.sin(math.pi / 3))
    assert tw.C(6).representation([[[w]]]).phase_order == 6
    assert tw.C(6).representation([[[0, w], [w, 0]]]).phase_order == 6
    assert tw.C(4).representation([[[0, -1.0], [1, 0]]]).phase_order == 2
    assert tw.C(4).representation([[[1j]]]).phase_order == 4
    assert tw.C(3).representation([[[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]]).is_permutation
    assert not tw.C(5).vector.is_monomial
    assert tw.C(4).vector.phase_order == 2
    assert tw.Cube().vector.phase_order == 2
    with pytest.raises(IntertwineError, match="not monomial"):
        tw.C(5).vector.permutation(tw.C(5).identity)
