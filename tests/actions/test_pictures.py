"""Pictures and volumes under groups of the plane and of space."""

from __future__ import annotations

import pickle

import pytest
import torch
from torch import Tensor

from intertwine.actions import Pictures, Shifts, Volumes
from intertwine.actions.action import Action
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D, Grid, O, R, S, semidirect
from intertwine.representations import pixels

EXACT = [
    (Pictures(C(4)), (2, 5, 5)),
    (Pictures(D(4)), (1, 6, 6)),
    (Pictures(C(2)), (1, 4, 7)),
    (Pictures(D(2)), (3, 4, 7)),
    (Pictures(D(4), rho=D(4).vector), (2, 5, 5)),
    (Pictures(C(4), rho=C(4).regular), (4, 6, 6)),
    (Pictures(semidirect(Grid(6, 6), D(4))), (1, 6, 6)),
    (Pictures(semidirect(Grid(5, 5), C(4)), rho=C(4).vector), (2, 5, 5)),
    (Volumes(Cube()), (1, 4, 4, 4)),
    (Volumes(Cube(full=True)), (2, 3, 3, 3)),
    (Volumes(Cube(), rho=Cube().vector), (3, 4, 4, 4)),
    (Shifts(Grid(5, 6)), (2, 5, 6)),
    (Shifts(Grid(7)), (1, 7)),
    (Shifts(Grid(3, 4, 5)), (1, 3, 4, 5)),
]
SMOOTH = [
    (Pictures(SO(2)), 2),
    (Pictures(O(2)), 2),
    (Pictures(C(8)), 2),
    (Pictures(O(2), rho=O(2).vector), 2),
    (Volumes(SO(3)), 3),
    (Volumes(O(3), rho=O(3).vector), 3),
]


def blobs(side: int, channels: int, d: int, n: int = 6) -> Tensor:
    """Random pictures without fine detail, far from the edge of the inscribed disc: (n, channels, side, ...)."""
    at = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    p = torch.stack(torch.meshgrid(*[at] * d, indexing="ij"))
    centre = (torch.rand(n, channels, 4, d, dtype=torch.float64) - 0.5) * 0.25 * side
    height = torch.randn(n, channels, 4, dtype=torch.float64)
    offset = p - centre[(..., *[None] * d)]
    return (height[(..., *[None] * d)] * torch.exp(-offset.square().sum(3) / 4.5)).sum(2)


def relative(a: Tensor, b: Tensor) -> float:
    return float((a - b).norm() / b.norm())


@pytest.mark.parametrize(("action", "shape"), EXACT, ids=lambda v: str(v))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exact_actions_compose_exactly(action: Action, shape: tuple[int, ...], dtype: torch.dtype):
    G, x = action.group, torch.randn(16, *shape, dtype=dtype)
    g, h = G.sample(16), G.sample(16)
    assert action.is_exact
    once, twice = action(G.multiply(g, h), x), action(g, action(h, x))
    assert once.dtype == dtype
    torch.testing.assert_close(twice, once, atol=0 if getattr(action, "rho", None) is None else 1e-6, rtol=0)
    assert torch.equal(action(G.identity, x), x)


@pytest.mark.parametrize(("action", "d"), SMOOTH, ids=lambda v: str(v))
def test_fourier_actions_compose_on_band_limited_fields(action: Pictures | Volumes, d: int):
    G, channels = action.group, 1 if action.rho is None else action.rho.dim
    x = blobs(28 if d == 2 else 24, channels, d)
    g, h = G.sample(6), G.sample(6)
    assert not action.is_exact
    assert relative(action(g, action(h, x)), action(G.multiply(g, h), x)) < 2e-3
    torch.testing.assert_close(action(G.identity, action.project(x)), action.project(x), atol=2e-3, rtol=0)


def test_quarter_turns_are_rot90_bit_for_bit():
    x, g = torch.randn(4, 3, 28, 28), C(4).identity
    for k in range(4):
        assert torch.equal(Pictures(C(4))(g, x), torch.rot90(x, k, (-2, -1)))
        g = C(4).multiply(g, C(4).generators[0])


def test_mirror_is_a_flip_bit_for_bit():
    """D(n) mirrors y, so that pictures are flipped upside down."""
    x = torch.randn(2, 1, 4, 6)
    assert torch.equal(Pictures(D(2))(D(2).generators[1], x), x.flip(-2))


def test_fourier_turns_by_right_angles_are_exact_to_rounding():
    x = blobs(20, 1, 2, n=4)
    fft = Pictures(C(4), method="fft")
    torch.testing.assert_close(
        fft(C(4).elements(), x), Pictures(C(4))(C(4).elements(), fft.project(x)), atol=1e-12, rtol=0
    )


def test_fourier_and_bilinear_turn_the_same_way():
    x = blobs(32, 1, 2)
    g = O(2).sample(6)
    assert relative(Pictures(O(2), "bilinear")(g, x), Pictures(O(2), "fft")(g, x)) < 0.1


def test_a_vector_field_turns_its_arrows_and_their_places():
    """A rotation turns the field v(p) = p into itself; a scalar action would not."""
    at = torch.arange(9, dtype=torch.float64) - 4
    y, x = torch.meshgrid(-at, at, indexing="ij")  # y points up
    outwards = torch.stack([x, y])[None]
    g = C(4).generators[0]
    assert torch.equal(Pictures(C(4), rho=C(4).vector)(g, outwards), outwards)
    assert not torch.equal(Pictures(C(4))(g, outwards), outwards)
    around = torch.stack([-y, x])[None]  # counter-clockwise: a rotation keeps it, a mirror reverses it
    field = Pictures(D(4), rho=D(4).vector)
    r, f = D(4).generators
    assert torch.equal(field(r, around), around)
    assert torch.equal(field(f, around), -around)


def test_a_vector_field_in_space():
    at = torch.arange(4, dtype=torch.float64) - 1.5
    z, y, x = torch.meshgrid(at, -at, at, indexing="ij")
    outwards = torch.stack([x, y, z])[None].expand(48, -1, -1, -1, -1)
    G = Cube(full=True)
    assert torch.equal(Volumes(G, rho=G.vector)(G.elements(), outwards), outwards)


def test_each_slice_of_a_volume_is_a_picture():
    """The turn about z of a volume turns each of its slices as a picture."""
    G, angle = SO(3), torch.tensor(0.7, dtype=torch.float64)
    turn = torch.eye(3, dtype=torch.float64)
    turn[:2, :2] = torch.tensor([[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]])
    slices = blobs(16, 1, 2, n=1)
    volume = slices[:, :, None].expand(-1, -1, 16, -1, -1)
    moved = Volumes(G, mask=False)(turn, volume)[:, :, 8]
    torch.testing.assert_close(moved, Pictures(SO(2), mask=False)(turn[:2, :2], slices), atol=1e-12, rtol=0)


def test_pictures_in_the_plane_under_translations_and_turns():
    """E(2) with pixels as the unit: x to the right, y up."""
    G = semidirect(R(2), O(2))
    x = blobs(32, 1, 2, n=1)
    g = (torch.tensor([3.0, 2.0], dtype=torch.float64), torch.eye(2, dtype=torch.float64))
    moved = Pictures(G, mask=False)(g, x)
    torch.testing.assert_close(moved, x.roll((-2, 3), (-2, -1)), atol=1e-5, rtol=0)
    g, h = G.sample(6), G.sample(6)
    action, y = Pictures(G), blobs(32, 1, 2)
    assert relative(action(g, action(h, y)), action(G.multiply(g, h), y)) < 2e-3


def test_pictures_under_pure_translations():
    action, x = Pictures(R(2), boundary="cyclic"), blobs(16, 1, 2)
    t = R(2).sample(6)
    torch.testing.assert_close(action(-t, action(t, x)), x, atol=1e-4, rtol=0)


def test_shifts_are_rolls_bit_for_bit():
    G = Grid(5, 6)
    x = torch.randn(30, 2, 5, 6)
    expected = torch.stack([x[k].roll(tuple(t.tolist()), (-2, -1)) for k, t in enumerate(G.elements())])
    assert torch.equal(Shifts(G)(G.elements(), x), expected)


def test_fractional_shifts_compose_and_meet_the_whole_ones():
    x = torch.randn(4, 2, 7, 9, dtype=torch.float64)
    action, s, t = Shifts(R(2)), R(2).sample(4), R(2).sample(4)
    torch.testing.assert_close(action(s, action(t, x)), action(s + t, x))
    step = torch.tensor([2, 3])
    torch.testing.assert_close(action(step.double(), x), Shifts(Grid(7, 9))(step, x))


def test_zero_boundary_loses_what_leaves():
    action, x = Shifts(Grid(6, 6), "zero"), torch.ones(1, 1, 6, 6)
    assert not action.is_exact
    moved = action(torch.tensor([1, 4]), x)  # 4 of 6 counts as -2
    assert float(moved.sum()) == 5 * 4
    assert not moved[0, 0, 0].any()
    assert not moved[0, 0, :, -2:].any()


@pytest.mark.parametrize("action", [Pictures(C(4)), Pictures(SO(2)), Pictures(O(2), "bilinear"), Shifts(R(2))])
def test_differentiable_in_the_picture(action: Action):
    x = torch.randn(2, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    g = action.group.sample(2)
    assert torch.autograd.gradcheck(lambda x: action(g, x), (x,), check_forward_ad=True)


def test_differentiable_in_the_group_element():
    angle = torch.tensor([0.2, 1.9], dtype=torch.float64, requires_grad=True)
    x = blobs(8, 1, 2, n=2)

    def turn(angle: Tensor) -> Tensor:
        c, s = torch.cos(angle), torch.sin(angle)
        return Pictures(SO(2))(torch.stack([c, -s, s, c], -1).reshape(-1, 2, 2), x)

    assert torch.autograd.gradcheck(turn, (angle,), check_forward_ad=True)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.complex64, torch.complex128])
@pytest.mark.parametrize("action", [Pictures(C(4)), Pictures(SO(2)), Pictures(SO(2), "bilinear")])
def test_dtype_and_shape_are_kept(action: Action, dtype: torch.dtype):
    x = torch.randn(3, 2, 8, 8).to(dtype)
    moved = action(action.group.sample(3), x)
    assert (moved.dtype, moved.shape) == (dtype, x.shape)


def test_one_element_moves_every_item():
    action, x, g = Pictures(SO(2)), torch.randn(3, 1, 8, 8), SO(2).sample(1)
    torch.testing.assert_close(action(g[0], x), action(g.expand(3, 2, 2), x))


def test_the_mask_is_the_inscribed_disc():
    x = torch.ones(1, 1, 16, 16)
    kept = Pictures(SO(2)).project(x)[0, 0]
    assert float(kept[0, 0]) == 0
    assert float(kept[8, 8]) == pytest.approx(1)
    assert torch.equal(Pictures(C(4)).project(x), x)
    torch.testing.assert_close(Pictures(SO(2), mask=False).project(x), x)


def test_actions_pickle():
    action = pickle.loads(pickle.dumps(Pictures(O(2), rho=O(2).vector)))
    g, x = O(2).sample(2), torch.randn(2, 2, 8, 8)
    assert torch.equal(action(g, x), Pictures(O(2), rho=O(2).vector)(g, x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Pictures(SO(3)), "plane"),
        (lambda: Volumes(SO(2)), "dimension 3"),
        (lambda: Pictures(S(5)), "dimension 5"),
        (lambda: Pictures(SO(2), "exact"), "cannot be exact"),
        (lambda: Pictures(C(8), "exact"), "cannot be exact"),
        (lambda: Pictures(C(4), "nearest"), "exact, fft, bilinear"),
        (lambda: Pictures(C(4), rho=D(4).vector), "belongs to D"),
        (lambda: Pictures(R(2), boundary="mirror"), "cyclic, zero"),
        (lambda: Shifts(C(4)), "group of translations"),
        (lambda: Pictures(C(4))(C(4).sample(3), torch.zeros(3, 8, 8)), r"\(N, C, H, W\)"),
        (lambda: Pictures(C(4))(C(4).sample(2), torch.zeros(3, 1, 8, 8)), "one element for each item"),
        (lambda: Pictures(C(4))(C(4).sample(3), torch.zeros(3, 1, 8, 6)), "pad"),
        (lambda: Pictures(SO(2))(SO(2).sample(3), torch.zeros(3, 1, 8, 6)), "equal sides"),
        (lambda: Pictures(SO(2))(SO(2).sample(3), torch.zeros(3, 1, 8, 8).long()), "floats"),
        (lambda: Pictures(C(4), rho=C(4).vector)(C(4).sample(3), torch.zeros(3, 1, 8, 8)), "2 channels"),
        (lambda: Pictures(C(4))(C(4).sample(3), [1, 2, 3]), "got list"),
        (lambda: Shifts(Grid(4, 4))(Grid(4, 4).sample(2), torch.zeros(2, 1, 4, 5)), "on that grid"),
        (lambda: Shifts(R(1))(R(1).sample(2), torch.zeros(2, 1, 4, 5)), "grid axes"),
    ],
)
def test_errors_teach(make, message: str):
    with pytest.raises(IntertwineError, match=message):
        make()


def test_exact_actions_are_the_permutation_representation_of_the_pixels():
    for G, shape, action in ((D(4), (5, 5), Pictures(D(4))), (Cube(full=True), (3, 3, 3), Volumes(Cube(full=True)))):
        x = torch.randn(9, 1, *shape)
        g = G.sample(9)
        assert torch.equal(action(g, x).flatten(1), pixels(G, shape).apply(g, x.flatten(1)))
