"""Laws of representations on random constructions: homomorphism, derivative, application, relatives, flags."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.representations.constructions import SEEDS, reference, representations

import intertwine as tw
from intertwine.groups.elements import take, tree_map
from intertwine.testing import check_representation

LEAVES = [rho for found in SEEDS.values() for rho in found]
SEED = st.integers(0, 2**16)


def draw(group: tw.Group, n: int, seed: int):
    return group.sample(n, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("rho", LEAVES, ids=lambda rho: f"{rho.group}: {rho}")
def test_the_contract_of_leaves(rho: tw.Representation) -> None:
    """Also for those that only the random constructions use."""
    check_representation(rho)


@given(rho=representations(), seed=SEED)
def test_matrices_are_the_textbook_ones(rho: tw.Representation, seed: int) -> None:
    """Block diagonals, Kronecker products, minors, permanents, inverse transposes."""
    g = draw(rho.group, 2, seed)
    for k in range(2):
        expected = reference(rho, take(g, k))
        assert rho.dim == len(expected)
        assert np.abs(rho.matrix(g)[k].numpy() - expected).max() < 1e-8 * max(1.0, np.abs(expected).max())


@given(rho=representations(), seed=SEED)
def test_homomorphism(rho: tw.Representation, seed: int) -> None:
    """rho(g h) = rho(g) rho(h), on batches of any shape."""
    g = tree_map(lambda leaf: leaf.reshape(2, 3, *leaf.shape[1:]), draw(rho.group, 6, seed))
    h = draw(rho.group, 3, seed + 1)
    together = rho.matrix(rho.group.multiply(g, h))
    apart = rho.matrix(g) @ rho.matrix(h)
    assert together.shape == (2, 3, rho.dim, rho.dim)
    assert torch.allclose(together, apart, rtol=1e-9, atol=1e-9)


@given(rho=representations(groups=[group for group in SEEDS if group.algebra_dim]), seed=SEED)
def test_the_derivative_by_differences(rho: tw.Representation, seed: int) -> None:
    """(rho(exp(tX)) - rho(exp(-tX))) / 2t = d rho(X) + O(t^2): the error falls a hundredfold from t to t / 10."""
    group = rho.group
    weights = torch.randn(group.algebra_dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    x = tree_map(lambda basis: torch.tensordot(weights.to(basis.dtype), basis, dims=1), group.algebra)
    exact = rho.algebra(x)

    def error(t: float) -> float:
        ahead, back = (group.exp(tree_map(lambda leaf, s=s: s * leaf, x)) for s in (t, -t))
        return float(((rho.matrix(ahead) - rho.matrix(back)) / (2 * t) - exact).abs().max())

    coarse, fine = error(1e-2), error(1e-3)
    scale = max(1.0, float(exact.abs().max()) ** 3)
    assert coarse < 1e-2 * scale
    assert fine < 1.2e-2 * coarse + 1e-10 * scale


@given(rho=representations(groups=[group for group in SEEDS if group.algebra_dim]), seed=SEED)
def test_brackets_are_kept(rho: tw.Representation, seed: int) -> None:
    """d rho([X, Y]) = [d rho(X), d rho(Y)]: the bracket is read off the adjoint action of exp(tX)."""
    images = rho.algebra(rho.group.algebra)
    brackets = images[:, None] @ images - images @ images[:, None]
    span = images.flatten(1).to(torch.complex128)
    inside = span.mT @ torch.linalg.pinv(span.mT) @ brackets.flatten(2).flatten(0, 1).mT.to(torch.complex128)
    assert torch.allclose(inside, brackets.flatten(2).flatten(0, 1).mT.to(torch.complex128), atol=1e-8)


@given(rho=representations(), seed=SEED, single=st.booleans())
def test_application(rho: tw.Representation, seed: int, single: bool) -> None:
    """apply(g, x) = rho(g) x over broadcast batches, in the precision of x, differentiable in x."""
    wide = torch.complex128 if rho.is_complex else torch.float64
    kind = (torch.complex64 if rho.is_complex else torch.float32) if single else wide
    x = torch.randn(4, 1, rho.dim, generator=torch.Generator().manual_seed(seed), dtype=wide).to(kind)
    x.requires_grad_()
    g = draw(rho.group, 3, seed)
    y = rho.apply(g, x)
    assert y.shape == (4, 3, rho.dim)
    assert y.dtype == kind
    matrix = rho.matrix(g)
    expected = (matrix @ x.detach().to(wide)[..., None]).squeeze(-1)
    size = max(1.0, float(matrix.abs().max()) * rho.dim)
    assert torch.allclose(y.detach().to(wide), expected, atol=(1e-4 if single else 1e-10) * size)
    weight = torch.randn(y.shape, generator=torch.Generator().manual_seed(seed + 1), dtype=wide).to(kind)
    (y * weight).sum().backward()
    pulled = torch.einsum("gij,ngi->nj", matrix.conj(), weight.conj().to(wide))[:, None]
    assert x.grad is not None
    assert torch.allclose(x.grad.to(wide), pulled.resolve_conj(), atol=(1e-3 if single else 1e-9) * size)


@given(rho=representations(), seed=SEED)
def test_characters(rho: tw.Representation, seed: int) -> None:
    """Traces; constant on classes; conjugated by the inverse of a unitary matrix."""
    g, h = draw(rho.group, 4, seed), draw(rho.group, 4, seed + 1)
    trace = rho.matrix(g).diagonal(dim1=-2, dim2=-1).sum(-1)
    size = max(1.0, float(rho.matrix(g).abs().max()))
    assert torch.allclose(rho.character(g).to(trace.dtype), trace, atol=1e-9 * size)
    turned = rho.group.multiply(rho.group.multiply(h, g), rho.group.inverse(h))
    assert torch.allclose(rho.character(turned).to(trace.dtype), trace, rtol=1e-7, atol=1e-7 * size)
    assert torch.allclose(
        rho.dual.character(g) + 0j, rho.character(rho.group.inverse(g)) + 0j, rtol=1e-7, atol=1e-7 * size
    )


@given(rho=representations(), seed=SEED)
def test_monomial_representations(rho: tw.Representation, seed: int) -> None:
    """rho(g) e_i = w^phase[i] e_permutation[i]; permutations and phases multiply as a semidirect product does."""
    if not rho.is_monomial:
        return
    g, h = draw(rho.group, 3, seed), draw(rho.group, 3, seed + 1)
    order = rho.phase_order or 1
    p, phase = rho.permutation(g), rho.phases(g)
    w = np.exp(2j * np.pi * phase.numpy() / order)
    written = np.zeros((3, rho.dim, rho.dim), dtype=complex)
    for n in range(3):
        for i in range(rho.dim):
            written[n, p[n, i], i] = w[n, i]
    assert np.abs(written - rho.matrix(g).numpy()).max() < 1e-12
    assert bool(((phase >= 0) & (phase < order)).all())
    together, q = rho.group.multiply(g, h), rho.permutation(h)
    assert torch.equal(rho.permutation(together), torch.gather(p, 1, q))
    assert torch.equal(rho.phases(together), (rho.phases(h) + torch.gather(phase, 1, q)) % order)


@given(rho=representations(), seed=SEED)
def test_relatives(rho: tw.Representation, seed: int) -> None:
    """Dual of the dual, conjugate of the conjugate, and the pairing of rho with its dual is invariant."""
    g = draw(rho.group, 3, seed)
    matrix = rho.matrix(g)
    assert torch.allclose(rho.dual.dual.matrix(g), matrix, rtol=1e-8, atol=1e-8)
    assert torch.allclose(rho.conj.conj.matrix(g), matrix)
    pairing = rho.dual.matrix(g).mT @ matrix
    assert torch.allclose(pairing, torch.eye(rho.dim, dtype=matrix.dtype).expand_as(pairing), atol=1e-7)
    if rho.is_orthogonal:
        assert rho.dual == rho


@given(rho=representations())
def test_expanded_terms_are_diagonal_blocks(rho: tw.Representation) -> None:
    """`expand` says where each elementary term sits: the blocks there equal the term, all else is zero."""
    from intertwine.representations import expand

    g = draw(rho.group, 2, 0)
    matrix = rho.matrix(g).clone()
    places = []
    for term, positions in expand(rho).items():
        assert positions.shape[1] == term.dim
        for index in positions:
            block = matrix[:, index[:, None], index]
            assert torch.allclose(block, term.matrix(g).to(block.dtype), atol=1e-9)
            matrix[:, index[:, None], index] = 0
            places += index.tolist()
    assert sorted(places) == list(range(rho.dim))
    assert float(matrix.abs().max()) == 0


@given(rho=representations(largest=9, groups=[group for group in SEEDS if group.is_listable]))
def test_what_representations_of_finite_groups_say_of_themselves(rho: tw.Representation) -> None:
    """is_trivial, is_faithful and is_unitary against all matrices; structural flags never claim too much."""
    matrices = rho.matrix(rho.group.elements())
    eye = torch.eye(rho.dim, dtype=matrices.dtype)
    still = (matrices - eye).abs().amax((-2, -1)) < 1e-9
    assert rho.is_trivial == bool(still.all())
    assert rho.is_faithful == (int(still.sum()) == 1)
    unitary = torch.allclose(matrices.mH @ matrices, eye.expand_as(matrices), atol=1e-9)
    assert rho.is_unitary == unitary
    assert rho.is_orthogonal == (unitary and not rho.is_complex)
    one_each = bool(((matrices.abs() > 1e-9).sum(-1) == 1).all())
    if rho.is_monomial:
        assert one_each
    if rho.is_permutation:
        assert torch.allclose(matrices, (matrices.real > 0.5).to(matrices.dtype), atol=1e-12)


@given(data=st.data(), seed=SEED)
def test_sums_and_products_are_an_algebra(data: st.DataObject, seed: int) -> None:
    """Characters add and multiply; dimensions, too; powers are repeated products."""
    a = data.draw(representations(largest=6))
    b = data.draw(representations(group=a.group, largest=6))
    g = draw(a.group, 4, seed)
    x, y = a.character(g) + 0j, b.character(g) + 0j
    size = 1e-9 * max(1.0, float(x.abs().max()), float(y.abs().max())) ** 2
    assert torch.allclose((a + b).character(g) + 0j, x + y, atol=size)
    assert torch.allclose((a * b).character(g) + 0j, x * y, atol=size)
    assert torch.allclose((3 * a).character(g) + 0j, 3 * x, atol=size)
    assert torch.allclose((a**2).character(g) + 0j, x**2, atol=size)
    square = rho_of_square(a, g)
    assert torch.allclose(tw.sym(a, 2).character(g) + 0j, (x**2 + square) / 2, atol=size)
    if a.dim > 1:
        assert torch.allclose(tw.alt(a, 2).character(g) + 0j, (x**2 - square) / 2, atol=size)
    assert a**0 == a.group.trivial
    assert a**1 == a
    assert (a + b).dim == a.dim + b.dim
    assert (a * b).dim == a.dim * b.dim


def rho_of_square(rho: tw.Representation, g) -> torch.Tensor:
    """chi(g^2)."""
    return rho.character(rho.group.multiply(g, g)) + 0j
