"""Spaces of equivariant kernels: their dimensions, the equation, and their bases."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.intertwiners.kernel_dimensions import fields, rows

from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D, Group, Icosahedron, O
from intertwine.intertwiners.angular import angular_maps
from intertwine.intertwiners.kernels import Expansion, expansion, is_exact
from intertwine.intertwiners.window import Rings, Window, rings
from intertwine.representations import Representation, alt
from intertwine.representations.harmonics import Harmonics, count, harmonics

ROWS = rows()
PLANE: list[Group] = [C(1), C(2), C(3), C(4), C(6), C(8), D(1), D(2), D(3), D(4), D(8), SO(2), O(2)]
SPACE: list[Group] = [Cube(), SO(3), O(3)]
PEER_LIMITS = {3: (0, 2), 5: (0, 2, 2), 7: (0, 2, 2, 3)}
"""Degrees that the peer's rings of radius 0, 1, 2, 3 carry."""


def types(group: Group) -> list[Representation]:
    """Field types of every kind of route: trivial, sign, harmonics, permutations, products, sums."""
    V = group.vector
    found = [group.trivial, V, alt(V, 2), Harmonics(V, 2), V * V]
    if group.is_finite:
        found += [group.regular, group.regular * alt(V, 2)]
    return found


def basis_and_rank(found: Expansion) -> tuple[torch.Tensor, int]:
    basis = found.basis()
    return basis, int(torch.linalg.matrix_rank(basis.flatten(1))) if len(basis) else 0


# --- dimensions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("names", "sizes", "degrees"), ROWS, ids=[row[0] for row in ROWS])
def test_dimensions_against_the_peer(names: str, sizes: list[int], degrees: list[int]):
    group, a, b = fields(names)
    V = group.vector
    for degree, expected in enumerate(degrees):
        assert len(angular_maps(V, degree, a, b)) == expected, degree
    if degrees:
        ring = Rings((8.0,), (0.6,), (8,), 8.5)
        assert expansion(V, a, b, Window((17, 17)), ring).parameters == sum(degrees)
    for size, expected in zip((3, 5, 7), sizes, strict=False):
        window = Window((size,) * V.dim)
        assert expansion(V, a, b, window, rings(window, PEER_LIMITS[size])).parameters == expected, size


@pytest.mark.parametrize("group", [g for g in PLANE if g.is_finite], ids=str)
@pytest.mark.parametrize("size", [3, 5])
def test_dimensions_of_regular_fields(group: Group, size: int):
    """dim(reg -> reg) = |G| dim(reg -> 1) = |G| dim(1 -> reg) = |G| dim of the kernels of the trivial group."""
    window = Window((size, size))
    layout = rings(window)
    one, regular = group.trivial, group.regular
    C1 = C(1)
    free = expansion(2 * C1.trivial, C1.trivial, C1.trivial, window, layout).parameters
    assert expansion(group.vector, one, regular, window, layout).parameters == free
    assert expansion(group.vector, regular, one, window, layout).parameters == free
    assert expansion(group.vector, regular, regular, window, layout).parameters == free * group.order


@pytest.mark.parametrize("group", PLANE + SPACE, ids=str)
def test_dimensions_are_symmetric_and_additive(group: Group):
    window = Window((3,) * group.vector.dim)
    layout, kinds = rings(window), types(group)

    def dim(a: Representation, b: Representation) -> int:
        return expansion(group.vector, a, b, window, layout).parameters

    for a in kinds[:4]:
        for b in kinds[:4]:
            assert dim(a, b) == dim(b, a)
            assert dim(a + b, b) == dim(a, b) + dim(b, b)


@pytest.mark.parametrize(("size", "space"), [((4,), 1), ((3, 5), 2), ((2, 3, 4), 3)])
def test_the_trivial_group_has_every_weight(size: tuple[int, ...], space: int):
    G = C(1)
    found = expansion(space * G.trivial, 2 * G.trivial, 3 * G.trivial, Window(size))
    samples = len(Window(size).points)
    assert basis_and_rank(found)[1] == found.parameters == 6 * samples


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_exact_kernels_are_all_that_the_symmetry_allows(size: int):
    """Burnside: tr over the group of the action on kernels, K -> rho_out(h) K(h^-1 x) rho_in(h)^-1."""
    for group in (C(2), C(4), D(1), D(2), D(4)):
        window = Window((size, size))
        g = group.elements()
        moves = window.permutation(group.vector.matrix(g))
        assert moves is not None
        fixed = (moves == torch.arange(size**2)).sum(1).double()
        for a in types(group):
            for b in types(group):
                expected = float((fixed * a.character(g) * b.character(g)).mean())
                found = expansion(group.vector, a, b, window)
                rank = basis_and_rank(found)[1]
                assert found.parameters == rank == round(expected), (group, a, b)


# --- the equation --------------------------------------------------------------------------------------------------


def sampled_equation(space: Representation, a: Representation, b: Representation, window: Window, found: Expansion):
    """Largest |K(h x) - rho_out(h) K(x) rho_in(h)^-1| over h that move samples onto samples."""
    group = space.group
    h = group.elements()
    moves = window.permutation(space.matrix(h))
    assert moves is not None
    basis = found.basis()
    left, right = b.matrix(h), torch.linalg.inv(a.matrix(h))
    turned = torch.einsum("nij,qjkx,nkl->nqilx", left, basis, right)
    there = torch.stack([basis[..., move] for move in moves])
    return float((turned - there).abs().max()) if basis.numel() else 0.0


@pytest.mark.parametrize("group", [C(2), C(4), D(1), D(2), D(4), Cube()], ids=str)
@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("is_banded", [False, True])
def test_the_equation_on_samples(group: Group, size: int, is_banded: bool):
    V = group.vector
    window = Window((size,) * V.dim)
    layout = rings(window) if is_banded else None
    assert is_exact(V, window)
    kinds = types(group) if V.dim == 2 else types(group)[:4]
    for a in kinds:
        for b in kinds:
            assert sampled_equation(V, a, b, window, expansion(V, a, b, window, layout)) < 1e-10, (a, b)


@pytest.mark.parametrize("group", [*PLANE, *SPACE, Icosahedron()], ids=str)
def test_the_angular_equation(group: Group):
    """A (Y(h x) (x) v) = rho_out(h) A (Y(x) (x) rho_in(h)^-1 v) for random elements, at random points."""
    V = group.vector
    h = group.sample(3, generator=torch.Generator().manual_seed(1))
    x = torch.randn(4, V.dim, dtype=torch.float64)
    kinds = [group.trivial, V, Harmonics(V, 2)]
    for a in kinds:
        for b in kinds:
            for degree in range(4):
                maps = angular_maps(V, degree, a, b)
                if not len(maps):
                    continue
                kernel = torch.einsum("qoim,xm->xqoi", maps, harmonics(x, degree))
                moved = harmonics(torch.einsum("nij,xj->nxi", V.matrix(h), x), degree)
                there = torch.einsum("qoim,nxm->nxqoi", maps, moved)
                left, right = b.matrix(h), torch.linalg.inv(a.matrix(h))
                turned = torch.einsum("nij,xqjk,nkl->nxqil", left, kernel, right)
                torch.testing.assert_close(there, turned, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("group", [C(3), C(4), C(8), D(3), D(4)], ids=str)
def test_two_routes_to_banded_kernels_span_one_space(group: Group):
    """Permutations have a route of their own; written in another basis they take the general one."""
    V, regular = group.vector, group.regular
    mixing = torch.linalg.qr(torch.randn(regular.dim, regular.dim, dtype=torch.float64))[0]
    images = torch.stack([mixing @ regular.matrix(g) @ mixing.T for g in group.generators])
    hidden = group.representation(images)
    window = Window((5, 5))
    layout = rings(window)
    for a, b in ((group.trivial, regular), (regular, regular), (V, regular)):
        fast = expansion(V, a, b, window, layout).basis()
        change_a = mixing if a is regular else torch.eye(a.dim, dtype=torch.float64)
        slow = expansion(V, hidden if a is regular else a, hidden, window, layout).basis()
        slow = torch.einsum("ij,qjkx,kl->qilx", mixing.T, slow, change_a)
        both = torch.cat([fast, slow]).flatten(1)
        assert len(fast) == len(slow) == int(torch.linalg.matrix_rank(both, rtol=1e-8))


@pytest.mark.parametrize("group", [C(2), C(4), D(4)], ids=str)
def test_banded_kernels_are_among_the_exact_ones(group: Group):
    window = Window((5, 5))
    for a, b in ((group.regular, group.regular), (group.vector, group.trivial)):
        exact = expansion(group.vector, a, b, window).basis().flatten(1)
        banded = expansion(group.vector, a, b, window, rings(window)).basis().flatten(1)
        rest = banded - banded @ torch.linalg.pinv(exact) @ exact
        assert float(rest.abs().max()) < 1e-9


# --- windows and rings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", PLANE + SPACE, ids=str)
@pytest.mark.parametrize("size", [2, 3, 4, 5, 7])
def test_basis_kernels_are_independent(group: Group, size: int):
    V = group.vector
    window = Window((min(size, 5 if V.dim == 3 else size),) * V.dim)
    for a, b in ((group.trivial, group.trivial), (group.trivial, V), (V, V)):
        found = expansion(V, a, b, window, rings(window))
        assert basis_and_rank(found)[1] == found.parameters


@given(size=st.integers(1, 7), limit=st.integers(0, 3), free=st.booleans())
def test_rings(size: int, limit: int, free: bool):
    window = Window((size, size))
    layout = rings(window, limit, "free" if free else "gaussian")
    profile = layout.profiles(window)
    assert profile.shape == (len(layout.radii), size**2)
    assert bool((profile >= 0).all())
    assert bool((profile.sum(1) > 0).all())
    outside = window.radius > layout.reach + 1e-6
    assert not bool(profile[:, outside].any())
    assert list(layout.radii) == sorted(layout.radii)


def test_ring_limits_are_checked():
    window = Window((5, 5))
    assert rings(window, (0, 1, 2)).limits == (0, 1, 2)
    with pytest.raises(IntertwineError, match="bandlimit is one frequency >= 0, or one for each of the 3 rings"):
        rings(window, (0, 1))
    with pytest.raises(IntertwineError, match="bandlimit is one frequency >= 0, or one for each of the 3 rings"):
        rings(window, -1)
    with pytest.raises(IntertwineError, match='"gaussian" or "free"'):
        rings(window, None, "cubic")
    with pytest.raises(IntertwineError, match="equal sides, got 3 x 5"):
        rings(Window((3, 5)))


def test_complex_fields_are_refused():
    U = C(4).irrep(1, real=False)
    assert U.is_complex
    with pytest.raises(IntertwineError, match="real forms"):
        angular_maps(C(4).vector, 1, U, U)


def test_window_permutation():
    window = Window((3, 4))
    quarter, half = C(4).vector.matrix(C(4).elements()[1:3])
    assert window.permutation(quarter[None]) is None
    moved = window.permutation(half[None])
    assert moved is not None
    assert torch.equal(moved[0], torch.arange(12).flip(0))
    square = Window((3, 3)).permutation(quarter[None])
    assert square is not None
    picture = torch.arange(9).reshape(3, 3)
    turned = torch.empty(9, dtype=torch.int64).scatter(0, square[0], picture.flatten()).reshape(3, 3)
    assert torch.equal(turned, torch.rot90(picture, 1))
    assert not is_exact(C(8).vector, Window((3, 3)))
    assert not is_exact(SO(2).vector, Window((3, 3)))
    assert [count(d, 2) for d in (1, 2, 3)] == [0, 2, 5]
