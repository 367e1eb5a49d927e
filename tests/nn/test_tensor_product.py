"""Tensor products of features against sums over dense couplings, over the catalogue of groups."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.nn.spaces import GROUPS
from torch import Tensor
from torch.autograd import gradcheck

from intertwine.errors import IntertwineError
from intertwine.groups import G2, SO, SU, C, Group, Icosahedron, Lorentz, O, Q, Rubik, S, Sp
from intertwine.nn import Linear, TensorProduct, TensorSquare
from intertwine.nn.products.couplings import couplings, squares
from intertwine.nn.products.packs import packs
from intertwine.nn.products.product_blocks import MixingBlock, cheapest_order
from intertwine.representations import Representation, expand

TYPES: dict[str, list[Representation]] = {
    "SO(3)": [SO(3).trivial, SO(3).vector, SO(3).irrep(2), SO(3).vector ** 2],
    "O(3)": [O(3).trivial, O(3).vector, O(3).irrep("1e"), O(3).irrep("2e")],
    "SU(2)": [SU(2).trivial, SU(2).vector, SU(2).irrep(1)],
    "SU(3)": [SU(3).trivial, SU(3).vector, SU(3).vector.conj, SU(3).irrep(8)],
    "Lorentz": [Lorentz().trivial, Lorentz().vector, Lorentz().vector ** 2],
    "Sp(4)": [Sp(4).trivial, Sp(4).vector, Sp(4).vector ** 2],
    "G2": [G2().trivial, G2().vector, G2().irrep(14)],
    "S(4)": [S(4).trivial, S(4).vector, S(4).regular],
    "C(5)": [C(5).trivial, C(5).vector, C(5).regular],
    "Q(8)": [Q(8).trivial, Q(8).vector],
    "Icosahedron": [Icosahedron().trivial, Icosahedron().vector],
    "C(3) x SO(3)": [(C(3) * SO(3)).trivial, (C(3) * SO(3)).vector],
}


@st.composite
def sums(draw: st.DrawFn, terms: list[Representation], most: int = 3) -> Representation:
    """A sum of some of the terms with few copies, in any order."""
    parts = draw(st.lists(st.tuples(st.sampled_from(terms), st.integers(1, most)), min_size=1, max_size=3))
    rho, count = parts[0]
    total = count * rho
    for rho, count in parts[1:]:
        total = total + count * rho
    return total


@st.composite
def factors(draw: st.DrawFn) -> tuple[Representation, Representation, Representation]:
    """Two types with scalars, and a type that their product reaches."""
    terms = TYPES[draw(st.sampled_from(sorted(TYPES)))]
    first, second = (draw(sums(terms)) + terms[0] for _ in range(2))
    reached = [c for c in terms if any(len(couplings(a, b, c)) for a in expand(first) for b in expand(second))]
    return first, second, draw(sums(reached))


def features(rho: Representation, batch: int, *, is_complex: bool = False) -> Tensor:
    return torch.randn(batch, rho.dim, dtype=torch.complex128 if is_complex or rho.is_complex else torch.float64)


def dense(layer: TensorProduct, x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """The same sum with loops over everything: weights in the documented order, one at a time."""
    first, second, out = expand(layer.rho1), expand(layer.rho2), expand(layer.rho_out)
    dtype = torch.complex128 if layer.kernel.is_complex else torch.float64
    z = torch.zeros(len(x), layer.rho_out.dim, dtype=dtype)
    x, y, start = x.to(dtype), y.to(dtype), 0
    for c, places in out.items():
        products = sum(len(couplings(a, b, c)) * len(u) * len(v) for a, u in first.items() for b, v in second.items())
        for a, us in first.items():
            for pack in packs(layer.rho2):
                paths = [(b, p) for b in pack.terms for p in range(len(couplings(a, b, c)))]
                for v in range(pack.copies):
                    for b, p in paths:
                        for u in us:
                            table = couplings(a, b, c)[p].to(dtype) / products**0.5
                            product = torch.einsum("ijk,zi,zj->zk", table, x[:, u], y[:, second[b][v]])
                            for w in places:
                                z[:, w] += weight[start] * product
                                start += 1
    assert start == layer.weight_numel
    return z


def equation(layer: TensorProduct, weight: Tensor | None = None, batch: int = 5) -> None:
    """f(rho1(g) x, rho2(g) y) = rho_out(g) f(x, y) to 1e-10."""
    x, y = features(layer.rho1, batch), features(layer.rho2, batch)
    group = layer.rho1.group
    z = layer(x, y, weight)
    for g in [group.sample(batch, generator=torch.Generator().manual_seed(0)), *group.generators]:
        moved = layer(layer.rho1.apply(g, x), layer.rho2.apply(g, y), weight)
        expected = layer.rho_out.apply(g, z)
        size = max(1.0, float(expected.detach().abs().max()))
        torch.testing.assert_close(moved, expected, rtol=0, atol=1e-10 * size)


# --- the sum over couplings ------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(factors())
def test_all_channels_mixed_is_the_dense_sum(types: tuple[Representation, ...]):
    layer = TensorProduct(*types).double()
    x, y = features(types[0], 3), features(types[1], 3)
    assert layer.weight is not None
    torch.testing.assert_close(layer(x, y), dense(layer, x, y, layer.weight.detach()), rtol=0, atol=1e-10)
    equation(layer)


@settings(max_examples=25)
@given(factors(), st.integers(0, 100))
def test_given_weights_do_what_learned_ones_do(types: tuple[Representation, ...], seed: int):
    learned = TensorProduct(*types, generator=torch.Generator().manual_seed(seed)).double()
    given_weights = TensorProduct(*types, external=True).double()
    assert not list(given_weights.parameters())
    x, y = features(types[0], 4), features(types[1], 4)
    weight = learned.weight
    assert weight is not None
    expected = learned(x, y)
    torch.testing.assert_close(given_weights(x, y, weight), expected, rtol=0, atol=1e-10)
    torch.testing.assert_close(given_weights(x, y, weight.expand(4, -1)), expected, rtol=0, atol=1e-10)
    each = torch.randn(4, len(weight), dtype=weight.dtype)
    one_by_one = torch.cat([given_weights(x[k : k + 1], y[k : k + 1], each[k]) for k in range(4)])
    torch.testing.assert_close(given_weights(x, y, each), one_by_one, rtol=0, atol=1e-10)


@settings(max_examples=25)
@given(factors())
def test_channels_apart(types: tuple[Representation, ...]):
    """Every path for itself: copy u of the output depends on copy u of x alone."""
    rho1, rho2, keep = types
    layer = TensorProduct(rho1, rho2, channelwise=True, keep=keep).double()
    equation(layer)
    x, y = features(rho1, 2), features(rho2, 2)
    z, term = layer(x, y), next(iter(expand(rho1)))
    index = expand(rho1)[term]
    changed = x.clone()
    changed[:, index[0]] += 1
    touched = (layer(changed, y) - z).detach().abs().amax(0) > 1e-9
    for c, places in expand(layer.rho_out).items():
        paths = [
            (a, len(us), sum(len(couplings(a, b, c)) for b in pack.terms))
            for a, us in expand(rho1).items()
            for pack in packs(rho2)
        ]
        start = 0
        for a, copies, count in paths:
            for _ in range(count):
                for u in range(copies):
                    if bool(touched[places[start]].any()):
                        assert (a, u) == (term, 0)
                    start += 1
        assert start == len(places)


@pytest.mark.parametrize("group", [g for g in GROUPS if g != Rubik()], ids=str)
def test_the_equation_over_the_catalogue(group: Group):
    V, one = group.vector, group.trivial
    rho = 2 * one + V if V.dim > 10 else 2 * one + 2 * V
    equation(TensorProduct(rho, V + one, rho).double())
    layer = TensorProduct(rho, V + one, channelwise=True, keep=V + one, external=True).double()
    dtype = torch.complex128 if layer.kernel.is_complex else torch.float64
    equation(layer, torch.randn(layer.weight_numel, dtype=dtype))


def test_channelwise_paths_are_summed_into_a_given_output():
    V, one = SO(3).vector, SO(3).trivial
    rho, filters = 4 * one + 4 * V, one + 2 * V
    summed = TensorProduct(rho, filters, 4 * V, channelwise=True).double()
    apart = TensorProduct(rho, filters, channelwise=True, keep=V, external=True).double()
    x, y = features(rho, 3), features(filters, 3)
    equation(summed)
    assert summed.weight is not None
    assert summed.weight_numel == apart.weight_numel == 4 * (1 + 2 + 2)  # 1 V from V; V 1; V V, two copies of V each
    # Alone, a path has scale 1 / sqrt(its copies of b), 2 for 1 V, 1 for V 1, 2 for V V; in the sum 1 / sqrt(5).
    copies = torch.tensor([2.0, 1.0, 2.0], dtype=torch.float64)
    z = apart(x, y, _in_order_of(apart, summed.weight)).unflatten(-1, (-1, 4, 3))
    torch.testing.assert_close(summed(x, y), ((copies / 5).sqrt()[:, None, None] * z).sum(1).flatten(1))


def _in_order_of(layer: TensorProduct, weight: Tensor) -> Tensor:
    """Both layers have the blocks 1 V, V 1 and V V in one order."""
    assert [shape[0] for shape in layer.kernel.shapes] == [2, 1, 2]
    return weight


@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize("copies", [(7, 2, 3), (2, 7, 3), (1, 1, 9), (9, 1, 1), (1, 9, 1)])
@pytest.mark.parametrize("dims", [(3, 4, 5), (5, 4, 3), (4, 5, 3), (1, 5, 5), (5, 1, 5)])
def test_every_order_of_the_products_agrees(copies: tuple[int, ...], dims: tuple[int, ...], external: bool):
    """Which factor is held, and whether channels are mixed before or after, changes the work and nothing else."""
    (u, v, w), (a, b, c) = copies, dims
    table = torch.randn(2, a, b, c, dtype=torch.float64)
    x, y = torch.randn(6, u, a, dtype=torch.float64), torch.randn(6, v, b, dtype=torch.float64)
    weight = torch.randn(v, 2, u, w, dtype=torch.float64)
    block = MixingBlock(table, (u, v, w), external=external).double()
    expected = torch.einsum("vpuw,pijk,zui,zvj->zwk", weight, table, x, y).flatten(1)
    torch.testing.assert_close(block(x, y, weight), expected)


def test_the_order_follows_the_work():
    assert cheapest_order(1, (8, 8, 8), (3, 1, 3), swaps=True) == (True, True)  # scalars of y are mixed first
    assert cheapest_order(1, (8, 8, 8), (1, 3, 3), swaps=True) == (False, True)
    assert cheapest_order(1, (8, 8, 8), (3, 3, 1), swaps=True) == (False, False)  # inner products first
    assert cheapest_order(1, (8, 8, 8), (3, 1, 3), swaps=False)[0] is False


# --- couplings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TYPES))
def test_couplings_are_equivariant_and_orthogonal(name: str):
    terms = [rho for rho in TYPES[name] if rho.dim <= 16]
    group = terms[0].group
    g = group.sample(1, generator=torch.Generator().manual_seed(1))
    for a in terms:
        for b in terms:
            for c in terms:
                table = couplings(a, b, c)
                gram = torch.einsum("pijk,qijk->pq", table, table.conj())
                torch.testing.assert_close(gram, c.dim * torch.eye(len(table), dtype=gram.dtype), rtol=0, atol=1e-10)
                assert len(table) == ((a * b) >> c).dim
                at, bt, ct = (rho.matrix(g)[0].to(table.dtype) for rho in (a, b, c))
                moved, turned = (
                    torch.einsum("pijk,ia,jb->pabk", table, at, bt),
                    torch.einsum("pabl,kl->pabk", table, ct),
                )
                size = max(1.0, float(turned.abs().max()) if turned.numel() else 1.0)
                torch.testing.assert_close(moved, turned, rtol=0, atol=1e-10 * size)


@pytest.mark.parametrize("rho", [SO(3).vector, SO(3).vector ** 2, SU(3).irrep(8), S(4).vector, C(5).regular], ids=str)
def test_squares_split_couplings(rho: Representation):
    for c in (rho.group.trivial, rho):
        symmetric, antisymmetric = squares(rho, c)
        assert len(symmetric) + len(antisymmetric) == len(couplings(rho, rho, c))
        torch.testing.assert_close(symmetric, symmetric.transpose(1, 2))
        torch.testing.assert_close(antisymmetric, -antisymmetric.transpose(1, 2))


# --- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize("form", ["mixed", "channelwise", "square"])
def test_outputs_have_mean_square_one(name: str, form: str):
    one, *others = [rho for rho in TYPES[name] if rho.dim <= 9][:3]
    rho = 2 * one + 2 * others[0]
    torch.manual_seed(0)
    if form == "square":
        layer = TensorSquare(rho, one + others[0], external=True).double()
    elif form == "mixed":
        layer = TensorProduct(rho, one + others[0], one + others[0], external=True).double()
    else:
        layer = TensorProduct(rho, one + others[0], channelwise=True, keep=one + others[0], external=True).double()
    kind = torch.complex128 if layer.kernel.is_complex else torch.float64
    x, y, w = features(rho, 6000), features(one + others[0], 6000), torch.randn(6000, layer.weight_numel, dtype=kind)
    z = layer(x, w) if isinstance(layer, TensorSquare) else layer(x, y, w)
    for c, index in expand(layer.rho_out).items():
        assert 0.8 < float(z[:, index].abs().square().mean()) < 1.25, c


def test_gain_multiplies_initial_outputs():
    V = SO(3).vector
    first, second = (
        TensorProduct(V, V, V, gain=gain, generator=torch.Generator().manual_seed(0)).double() for gain in (1.0, 3.0)
    )
    x, y = features(V, 3), features(V, 3)
    torch.testing.assert_close(3 * first(x, y), second(x, y))


# --- squares ---------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(factors())
def test_the_square_is_the_product_with_itself_without_redundancy(types: tuple[Representation, ...]):
    """Both families of maps x -> z span the same space, the square with linearly independent members."""
    rho, _, out = types
    out = (
        out
        if all(any(len(couplings(a, b, c)) for a in expand(rho) for b in expand(rho)) for c in expand(out))
        else rho.group.trivial
    )
    out = next(iter(expand(out)))
    square, product = (
        TensorSquare(rho, out, external=True).double(),
        TensorProduct(rho, rho, out, external=True).double(),
    )
    kind = torch.complex128 if square.kernel.is_complex else torch.float64
    # More products than unknowns would be slow to tell apart; they are the same code with more copies.
    if product.weight_numel > 150:
        return
    x = features(rho, 400)
    by_square = torch.stack([square(x, w).flatten() for w in torch.eye(square.weight_numel, dtype=kind)], 1)
    by_product = torch.stack([product(x, x, w).flatten() for w in torch.eye(product.weight_numel, dtype=kind)], 1)
    rank = int(torch.linalg.matrix_rank(by_product))
    assert square.weight_numel == int(torch.linalg.matrix_rank(by_square)) == rank
    assert int(torch.linalg.matrix_rank(torch.cat([by_square, by_product], 1))) == rank


# --- batches and derivatives -----------------------------------------------------------------------------------------


def test_batches_broadcast():
    V, one = SO(3).vector, SO(3).trivial
    rho, filters = 2 * V + one, V + one
    for layer in (
        TensorProduct(rho, filters, rho, external=True).double(),
        TensorProduct(rho, filters, external=True, channelwise=True, keep=filters).double(),
    ):
        x, y = features(layer.rho1, 6).unflatten(0, (2, 3)), features(layer.rho2, 1)[0]
        w = torch.randn(3, layer.weight_numel, dtype=torch.float64)
        expected = layer(x, y.expand(2, 3, -1), w.expand(2, 3, -1))
        torch.testing.assert_close(layer(x, y, w), expected)
        torch.testing.assert_close(layer(x[1, 2], y, w[2]), expected[1, 2])
        assert layer(x[:0], y, w).shape == (0, 3, layer.rho_out.dim)


def test_gradients_of_given_weights():
    V, one = SO(3).vector, SO(3).trivial
    rho, filters = 2 * V + one, V + 2 * one
    for layer in (
        TensorProduct(rho, filters, V + one, external=True).double(),
        TensorProduct(rho, filters, external=True, channelwise=True, keep=V).double(),
    ):
        x, y = features(layer.rho1, 2).requires_grad_(), features(layer.rho2, 2).requires_grad_()
        w = torch.randn(2, layer.weight_numel, dtype=torch.float64, requires_grad=True)
        assert gradcheck(layer, (x, y, w), fast_mode=True)


# --- errors ----------------------------------------------------------------------------------------------------------


def test_errors_teach():
    V, one = O(3).vector, O(3).trivial
    with pytest.raises(
        IntertwineError, match=r"no equivariant bilinear map takes V and V to V of O\(3\).*always be zero"
    ):
        TensorProduct(V, V, V + one)
    with pytest.raises(IntertwineError, match="no equivariant bilinear map takes V and itself to V"):
        TensorSquare(V, V)
    with pytest.raises(IntertwineError, match="takes the type of its output, rho_out"):
        TensorProduct(V, V)
    with pytest.raises(IntertwineError, match="keep= chooses outputs where rho_out is left out"):
        TensorProduct(V, one, V, channelwise=True, keep=V)
    with pytest.raises(IntertwineError, match="there are 4 copies of V in 4xV and 3 of V in the output"):
        TensorProduct(4 * V, one, 3 * V, channelwise=True)
    with pytest.raises(IntertwineError, match="to any term of V"):
        TensorProduct(V, V, channelwise=True, keep=V)
    with pytest.raises(IntertwineError, match=r"one group, got O\(3\) and SO\(3\)"):
        TensorProduct(V, SO(3).vector, V)
    with pytest.raises(IntertwineError, match=r"one group, got O\(3\) and SO\(3\)"):
        TensorSquare(V, SO(3).vector)
    layer = TensorProduct(V, V, one)
    with pytest.raises(IntertwineError, match=r"second factor of TensorProduct has 3 features .* got shape \(2, 4\)"):
        layer(torch.randn(2, 3), torch.randn(2, 4))
    with pytest.raises(IntertwineError, match="has weights of its own"):
        layer(torch.randn(2, 3), torch.randn(2, 3), torch.randn(1))
    with pytest.raises(IntertwineError, match=r"takes weights \(\.\.\., 1\), got None"):
        TensorProduct(V, V, one, external=True)(torch.randn(2, 3), torch.randn(2, 3))
    with pytest.raises(IntertwineError, match="convert the layer"):
        layer(torch.randn(2, 3).double(), torch.randn(2, 3))


def test_all_outputs_where_none_are_named():
    V, one = SO(3).vector, SO(3).trivial
    layer = TensorProduct(4 * V + 2 * one, one + V, channelwise=True)
    assert str(layer.rho_out) == "6x1 + 10xV + 4xl=2"
    assert isinstance(Linear(layer.rho_out, V), Linear)
    equation(layer.double())
