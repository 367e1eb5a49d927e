"""Couplings of the Lorentz irreps, and sums over neighbours against loops over pairs."""

from __future__ import annotations

import itertools

import pytest
import torch
from tests.models.toy import boost, jets, move

from intertwine.groups import Lorentz
from intertwine.models.lorentz_cg import NeighbourProducts, Rescale, SelfProducts
from intertwine.models.lorentz_irreps import Couplings, coupling, lorentz_types, symmetric_coupling
from intertwine.models.minkowski import RestFrame, pair_invariants, product

TYPES = lorentz_types(3)
METRIC = torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))


def test_types_by_degree():
    assert [rho.dim for rho in lorentz_types(1)] == [1, 4]
    assert [rho.dim for rho in lorentz_types(2)] == [1, 4, 6, 9]
    assert [rho.dim for rho in TYPES] == [1, 4, 6, 9, 16, 16]


@pytest.mark.parametrize(("a", "b", "c"), itertools.product(TYPES[:5], TYPES[:4], TYPES[:5]))
def test_couplings_are_orthonormal_and_equivariant(a, b, c, generator):
    maps = coupling(a, b, c)
    if not len(maps):
        return
    norms = torch.einsum("pijk,qijk->pq", maps, maps)
    assert torch.allclose(norms, c.dim * torch.eye(len(maps), dtype=torch.float64), atol=1e-11)
    g = Lorentz().sample(1, generator=generator)[0]
    left = torch.einsum("pijk,lk->pijl", maps, c.matrix(g))
    right = torch.einsum("pijk,il,jm->plmk", maps, a.matrix(g), b.matrix(g))
    assert torch.allclose(left, right, atol=1e-10 * float(right.abs().max() + 1))


def test_numbers_of_real_couplings():
    one, four, six, nine = TYPES[:4]
    assert [len(coupling(four, four, c)) for c in (one, four, six, nine)] == [1, 0, 2, 1]
    assert [len(symmetric_coupling(four, c)) for c in (one, six, nine)] == [1, 0, 1]
    assert [len(symmetric_coupling(six, c)) for c in (one, six, nine)] == [2, 0, 1]


def test_two_vectors_couple_to_their_minkowski_product():
    maps = coupling(TYPES[1], TYPES[1], TYPES[0])[0, ..., 0]
    assert torch.allclose(maps * maps[0, 0].sign(), METRIC / 2, atol=1e-12)


def test_sums_over_neighbours_are_those_of_a_loop_over_pairs():
    types = TYPES[:4]
    n, channels, dims = 5, 2, [rho.dim for rho in types]
    features = torch.randn(1, channels, n, sum(dims), dtype=torch.float64)
    p = torch.randn(1, n, 4, dtype=torch.float64)
    f0, f1 = torch.randn(2, 1, channels, n, n, dtype=torch.float64)
    layer = NeighbourProducts(types).double()
    found = layer(features, p, f0, f1)
    for k, c in enumerate(types):
        expected = torch.zeros(channels, n, layer.couple.paths[k], c.dim, dtype=torch.float64)
        for channel, i, j in itertools.product(range(channels), range(n), range(n)):
            parts = features[0, channel, j].split(dims)
            scalar = f0[0, channel, i, j].reshape(1)
            vector = f1[0, channel, i, j] * (p[0, i] - p[0, j])
            paths = [
                torch.einsum("pabc,a,b->pc", coupling(a, b, c), x, part)
                for a, x in ((types[0], scalar), (types[1], vector))
                for b, part in zip(types, parts, strict=True)
            ]
            expected[channel, i] += torch.cat(paths)
        assert torch.allclose(found[k][0], expected, atol=1e-11)


def test_products_of_a_feature_with_itself_are_equivariant(generator):
    types = TYPES[:4]
    layer = SelfProducts(types).double()
    features = torch.randn(1, 2, 3, 20, dtype=torch.float64)
    g = Lorentz().sample(1, generator=generator)[0]
    total = torch.block_diag(*(rho.matrix(g) for rho in types))
    moved = layer(features @ total.mT)
    for rho, x, y in zip(types, layer(features), moved, strict=True):
        assert float(y.abs().max()) > 0
        assert torch.allclose(x @ rho.matrix(g).mT, y, atol=1e-9 * float(y.abs().max()))


def test_products_of_a_feature_with_itself_are_independent():
    # Each path is seen: no column of couplings is lost on x (x) x.
    for layer in (SelfProducts(TYPES[:4]).double(), SelfProducts(TYPES).double()):
        features = torch.randn(1, 1, 400, sum(layer.dims), dtype=torch.float64)
        for paths in layer(features):
            flat = paths[0, 0].movedim(1, 0).flatten(1)
            assert int(torch.linalg.matrix_rank(flat)) == paths.shape[-2]


def test_a_broken_coupling_is_noticed(generator):
    four = TYPES[1]
    layer = Couplings([(four, [four])], [TYPES[0]], equal=False).double()
    layer.weight[0] *= 1.01
    x = torch.randn(4, 4, dtype=torch.float64)
    g = Lorentz().sample(1, generator=generator)[0]
    squares = [torch.einsum("ni,nj->nij", y, y).flatten(1) for y in (x, x @ g.mT)]
    before, after = (layer(s)[0] for s in squares)
    assert float((before - after).abs().max()) > 1e-4


def test_rescaling_commutes_with_rotations_only():
    layer = Rescale(TYPES[1:4]).double()
    x = torch.randn(1, 2, 3, 19, dtype=torch.float64)
    turn = torch.eye(4, dtype=torch.float64)
    turn[1:3, 1:3] = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=torch.float64)
    for g, commutes in ((turn, True), (boost(1.5), False)):
        total = torch.block_diag(*(rho.matrix(g) for rho in TYPES[1:4]))
        assert torch.allclose(layer(x @ total.mT), layer(x) @ total.mT, atol=1e-9) == commutes


def test_the_rest_frame():
    momenta = move(boost(30.0), jets(4, 7))
    frame = RestFrame.of(momenta.sum(1))
    rest = frame.boost(momenta)
    assert torch.allclose(rest.sum(1)[:, 1:], torch.zeros(4, 3, dtype=torch.float64), atol=1e-7)
    assert torch.allclose(rest.sum(1)[:, 0], frame.mass, rtol=1e-9)
    before, after = (product(p[:, :, None], p[:, None]) for p in (momenta, rest))
    assert torch.allclose(before, after, atol=1e-12 * float(momenta.abs().max()) ** 2)
    backwards = RestFrame.of(-momenta.sum(1)).boost(-momenta)
    assert torch.allclose(backwards, -rest)


def test_pair_invariants_grow_like_logarithms():
    p = torch.tensor([[[5.0, 3.0, 0.0, 0.0], [2.0, 0.0, 1.0, 0.0]]], dtype=torch.float64)
    expected = torch.asinh(torch.tensor([[[16.0, 10], [10, 3]], [[0, -1], [-1, 0]]]))
    assert torch.allclose(pair_invariants(p)[0], expected.double(), atol=1e-6)
