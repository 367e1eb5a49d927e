"""Weight sharing: classes of equal entries, masks, and convolutions as the special case."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import intertwine as tw
from intertwine.errors import IntertwineError


def circular_distance(n: int) -> Tensor:
    """The number of steps between positions on a ring, (n, n)."""
    step = (torch.arange(n)[:, None] - torch.arange(n)) % n
    return torch.minimum(step, n - step)


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_cyclic_maps_are_circular_convolutions(n: int) -> None:
    """W x = conv1d of x with circular padding and a kernel as long as x; every such kernel occurs."""
    rho = tw.C(n).regular
    space = rho >> rho
    assert space.dim == n
    c = torch.randn(space.dim, dtype=torch.float64)
    kernel = space.matrix(c)[:, 0]  # the answer to an impulse
    x = torch.randn(5, 1, n, dtype=torch.float64)
    padded = F.pad(x, (n - 1, 0), mode="circular") if n > 1 else x
    y = F.conv1d(padded, kernel.flip(0)[None, None]).squeeze(1)
    assert torch.allclose(space.apply(c, x.squeeze(1)), y)
    wanted = torch.randn(n, dtype=torch.float64)
    circulant = torch.stack([wanted.roll(k) for k in range(n)], 1)
    assert torch.allclose(space.project(circulant), circulant)


@pytest.mark.parametrize("width", [0, 1, 2])
def test_a_band_mask_gives_a_short_kernel(width: int) -> None:
    """2 width + 1 weights, and conv1d with a kernel of that length."""
    n = 9
    rho = tw.C(n).regular
    space = (rho >> rho).mask(circular_distance(n) <= width)
    assert space.dim == 2 * width + 1
    assert repr(space).endswith("maps by orbits, local" if width else "1 map by orbits, local")
    c = torch.randn(space.dim, dtype=torch.float64)
    w = space.matrix(c)
    assert not w[circular_distance(n) > width].any()
    kernel = w[torch.arange(-width, width + 1) % n, 0]
    x = torch.randn(4, 1, n, dtype=torch.float64)
    padded = F.pad(x, (width, width), mode="circular") if width else x
    y = F.conv1d(padded, kernel.flip(0)[None, None]).squeeze(1)
    assert torch.allclose(space.apply(c, x.squeeze(1)), y)
    assert torch.allclose(space.coefficients(w), c)
    basis = space.basis().flatten(1)
    assert torch.allclose(basis @ basis.mT, torch.eye(space.dim, dtype=torch.float64))


@pytest.mark.parametrize(
    ("point", "weights"), [(None, 9), (tw.C(4), 3), (tw.D(4), 3), (tw.C(2), 5), (tw.D(1), 6)], ids=repr
)
def test_three_by_three_kernels(point: tw.Group | None, weights: int) -> None:
    """On a periodic grid: nine weights, and those that turns and mirrors leave: centre, sides, corners."""
    grid = tw.Grid(6, 6)
    rho = grid.vector if point is None else tw.semidirect(grid, point).vector
    at = grid.elements()
    step = (at[:, None] - at) % 6
    distance = torch.minimum(step, 6 - step).amax(-1)
    space = (rho >> rho).mask(distance <= 1)
    assert space.dim == weights
    c = torch.randn(space.dim, dtype=torch.float64)
    impulse = space.matrix(c)[:, 0].reshape(6, 6).roll((1, 1), (0, 1))[:3, :3]
    x = torch.randn(2, 1, 6, 6, dtype=torch.float64)
    y = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="circular"), impulse.flip(0, 1)[None, None])
    assert torch.allclose(space.apply(c, x.flatten(1)), y.flatten(1))


def test_masks_that_cut_a_class_are_refused() -> None:
    """A mask must be as symmetric as the maps; the message counts what it would cut."""
    n = 6
    rho = tw.C(n).regular
    linear = (torch.arange(n)[:, None] - torch.arange(n)).abs() <= 1  # not circular: the corners are missing
    with pytest.raises(IntertwineError, match=r"not symmetric under C\(6\): it keeps 5 entries .* drops 1"):
        (rho >> rho).mask(linear)
    with pytest.raises(IntertwineError, match=r"shape \(6, 6\), got \(5, 6\)"):
        (rho >> rho).mask(torch.ones(5, 6))
    sided = torch.ones(n, n, dtype=torch.bool)
    sided[0, 1] = False
    with pytest.raises(IntertwineError, match="keeps 5 entries"):
        (rho >> rho).mask(sided)


def test_masks_of_masks() -> None:
    """They intersect; all and nothing are masks, too."""
    rho = tw.C(8).regular
    space = rho >> rho
    near, even = circular_distance(8) <= 2, circular_distance(8) % 2 == 0
    both = space.mask(near).mask(even)
    assert both.dim == space.mask(near & even).dim == 3
    c = torch.randn(3, dtype=torch.float64)
    assert torch.allclose(both.matrix(c), space.mask(near & even).matrix(c))
    assert space.mask(torch.ones(8, 8)).dim == 8
    nothing = space.mask(torch.zeros(8, 8))
    assert nothing.dim == 0
    assert not nothing.matrix(torch.zeros(0)).any()
    assert torch.equal(nothing.classes, torch.full((8, 8), -1))


def test_a_mask_on_sums_of_fields() -> None:
    """Two channels in, three out: each of the six blocks is masked alike."""
    n, rho = 7, tw.C(7).regular
    allowed = (circular_distance(n) <= 1).repeat(3, 2)
    space = (2 * rho >> 3 * rho).mask(allowed)
    assert space.dim == 3 * 6
    w = space.matrix(torch.randn(space.dim))
    assert not w[~allowed].any()
    assert torch.equal(space.classes >= 0, allowed)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (tw.S(4).vector ** 2, tw.S(4).vector),
        (2 * tw.S(3).vector + tw.S(3).trivial, tw.S(3).vector + 2 * tw.S(3).regular),
        (tw.pixels(tw.D(4), (5, 5)), tw.pixels(tw.D(4), (5, 5))),
        (tw.D(4).vector + tw.D(4).points, tw.D(4).vector ** 2),
        (tw.C(4).representation([[[1j]]]) + tw.C(4).regular, tw.C(4).regular),
        (tw.Rubik().vector, tw.Rubik().vector),
    ],
    ids=repr,
)
def test_classes_hold_equal_entries(a: tw.Representation, b: tw.Representation) -> None:
    """Entry (i, j) of W(c) is c[class] / sqrt(size) up to a phase, zero where the class is -1."""
    space = a >> b
    classes = space.classes
    assert classes.shape == space.shape
    assert sorted(classes[classes >= 0].unique().tolist()) == list(range(space.dim))
    kind = torch.complex128 if space.is_complex else torch.float64
    c = torch.randn(space.dim, dtype=kind)
    w = space.matrix(c)
    sizes = torch.bincount(classes[classes >= 0], minlength=space.dim).double()
    expected = torch.where(classes >= 0, (c.abs() / sizes.sqrt())[classes.clamp(min=0)], 0.0)
    assert torch.allclose(w.abs(), expected)
    if a.is_permutation and b.is_permutation:
        assert torch.allclose(w, torch.where(classes >= 0, (c / sizes.sqrt())[classes.clamp(min=0)], 0.0))


def test_classes_are_orbits() -> None:
    """Two entries share a weight exactly when some element carries one to the other."""
    group = tw.D(3)
    a, b = group.points, group.regular
    classes = (a >> b).classes
    elements = group.elements()
    for i in range(b.dim):
        for j in range(a.dim):
            orbit = torch.zeros(b.dim, a.dim, dtype=torch.bool)
            orbit[b.permutation(elements)[:, i], a.permutation(elements)[:, j]] = True
            assert torch.equal(orbit, classes == classes[i, j])


def test_the_picture_of_shared_weights() -> None:
    """One colour for each weight, white for zero."""
    pytest.importorskip("matplotlib").use("Agg")
    import matplotlib.pyplot as plt

    space = tw.C(6).regular >> tw.C(6).regular
    axes = space.plot()
    assert tuple(axes.images[0].get_size()) == (6, 6)
    assert axes.get_title() == "6 shared weights"
    plt.close("all")
