"""Convolution over finite groups: the sum over the group, the equation, the forms that apply it, and pooling."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from intertwine.actions import Vectors
from intertwine.errors import IntertwineError
from intertwine.groups import SO, A, C, Cube, D, Grid, Group, Icosahedron, Q, S
from intertwine.groups.elements import take
from intertwine.nn import CosetPool, GroupConv, Linear
from intertwine.nn.groups.group_forms import FORMS, AsMatrix, ByFourier, ByNeighbours, GroupForm
from intertwine.representations import Representation, pixels
from intertwine.testing import check_layer

GROUPS: list[Group] = [
    *[C(1), C(5), C(6), D(3), D(4), Q(8), A(4), S(4), S(5), Icosahedron(), Cube(full=True)],
    *[C(3) * S(3), Q(8) * C(3), Grid(3, 4), Group.from_presentation("a^4, b^3, b a b a^-1")],
]
SPACES: list[tuple[Representation, Representation]] = [
    (S(4).points, S(4).regular),
    (S(4).regular, S(4).points),
    (S(4).points, S(4).points),
    (D(4).regular, D(4).quotient(C(4))),
    (pixels(C(4), (4, 4)), C(4).regular),
    (C(4).regular, pixels(C(4), (3, 3))),
    (pixels(D(4), (3, 3)), pixels(D(4), (4, 4))),
    (Icosahedron().points, Icosahedron().trivial),
    (2 * A(4).points + A(4).trivial, A(4).regular),
    (A(4).regular, A(4).trivial + A(4).points),
]


def layer(group: Group, *channels: int, **options: object) -> GroupConv:
    """A double layer with random weights and biases."""
    made = GroupConv(group, *channels, **options).double()  # type: ignore[arg-type]
    torch.manual_seed(0)
    for parameter in made.parameters():
        nn.init.normal_(parameter)
    return made


def by_sum(conv: GroupConv, x: Tensor) -> Tensor:
    """[psi * f](g) = sum_h psi(h^-1 g) f(h) + b, one pair of elements at a time."""
    group = conv.rho_in.group
    elements, n = group.elements(), int(group.order)
    support = conv.kernel.support or range(n)
    psi = torch.zeros(conv.channels_out, conv.channels_in, n, dtype=torch.float64)
    psi[:, :, list(support)] = conv.weight.detach()
    y = torch.zeros(len(x), conv.channels_out, n, dtype=torch.float64)
    for g in range(n):
        for h in range(n):
            between = int(group.index(group.multiply(group.inverse(take(elements, h)), take(elements, g))))
            y[:, :, g] += x[:, :, h] @ psi[:, :, between].T
    assert conv.bias is not None
    return y + conv.bias.detach()


@pytest.mark.parametrize("group", [C(5), D(3), Q(8), A(4), C(3) * S(3)], ids=str)
def test_the_sum_over_the_group(group: Group):
    conv = layer(group, 2, 3)
    x = torch.randn(4, 2, int(group.order), dtype=torch.float64)
    torch.testing.assert_close(conv(x), by_sum(conv, x), rtol=1e-12, atol=1e-12)


def test_cyclic_convolution_is_that_of_signals():
    conv = layer(C(7), 1, 1, bias=False)
    x = torch.randn(1, 1, 7, dtype=torch.float64)
    elements = C(7).elements()
    steps = [0]
    for _ in range(6):  # C(7) in the order of powers of its generator
        steps.append(int(C(7).index(C(7).multiply(take(elements, steps[-1]), C(7).generators[0]))))
    spectrum = torch.fft.fft(x[0, 0, steps]) * torch.fft.fft(conv.weight.detach()[0, 0, steps])
    torch.testing.assert_close(conv(x)[0, 0, steps], torch.fft.ifft(spectrum).real, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_the_equation(group: Group):
    conv = layer(group, 2, 3)
    x = torch.randn(4, 2, int(group.order))
    check_layer(conv, Vectors(group.regular), Vectors(group.regular), x, graphs=False)


@pytest.mark.parametrize(("space_in", "space_out"), SPACES, ids=str)
def test_the_equation_between_sets(space_in: Representation, space_out: Representation):
    conv = layer(space_in.group, 2, 3, space_in=space_in, space_out=space_out)
    check_layer(conv, Vectors(space_in), Vectors(space_out), torch.randn(4, 2, space_in.dim), graphs=False)


@pytest.mark.compile
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_is_captured(form: type[GroupForm]):
    conv = layer(S(4), 2, 3, support=list(S(4).generators))
    conv.form = form(conv.kernel).double()
    check_layer(conv, Vectors(S(4).regular), Vectors(S(4).regular), torch.randn(4, 2, 24))


@pytest.mark.parametrize("support", [None, "generators"], ids=["full", "generators"])
@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_all_forms_are_one_map(group: Group, support: str | None):
    conv = layer(group, 3, 2, support=None if support is None else [group.identity, *group.generators])
    x = torch.randn(4, 3, int(group.order), dtype=torch.float64, requires_grad=True)
    expected, slopes = None, None
    for form in FORMS:
        y = form(conv.kernel).double()(x, conv.weight)
        found = torch.autograd.grad((y**3).sum(), [x, conv.weight])
        if expected is None:
            expected, slopes = y, found
        torch.testing.assert_close(y, expected, rtol=1e-11, atol=1e-11)
        torch.testing.assert_close(found, slopes, rtol=1e-9, atol=1e-9)


def test_a_choice_is_made_by_work():
    forms = {
        type(GroupConv(C(4), 8, 8).form),
        type(GroupConv(S(5), 16, 16).form),
        type(GroupConv(S(5), 16, 16, support=list(S(5).generators)).form),
    }
    assert forms == {AsMatrix, ByFourier, ByNeighbours}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_precisions(form: type[GroupForm]):
    G = S(4)
    assert GroupConv(G, 2, 3, dtype=torch.float64)(torch.randn(2, 2, 24, dtype=torch.float64)).dtype == torch.float64
    conv = GroupConv(G, 2, 3)
    conv.form = form(conv.kernel)
    x = torch.randn(2, 2, 24)
    with torch.autocast("cpu", torch.bfloat16):
        rough = conv(x)
    torch.testing.assert_close(rough.float(), conv(x), rtol=0.05, atol=0.05)
    with pytest.raises(IntertwineError, match="convert"):
        conv(x.double())


def test_gradients():
    conv = layer(Q(8), 2, 2)
    x = torch.randn(2, 2, 8, dtype=torch.float64, requires_grad=True)
    for form in FORMS:
        apply = form(conv.kernel).double()
        assert torch.autograd.gradcheck(apply, (x, conv.weight))
        assert torch.autograd.gradgradcheck(apply, (x, conv.weight))


# --- the same space as Linear ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("space_in", "space_out"),
    [(g.regular, g.regular) for g in (C(5), D(4), Q(8), S(4))] + SPACES[:8],
    ids=str,
)
def test_it_is_the_space_of_linear_maps(space_in: Representation, space_out: Representation):
    conv = layer(space_in.group, 2, 3, space_in=space_in, space_out=space_out)
    maps = conv.rho_in >> conv.rho_out
    assert conv.weight.numel() == maps.dim
    matrix = conv.matrix().detach()
    torch.testing.assert_close(maps.project(matrix), matrix, rtol=1e-12, atol=1e-12)
    linear = Linear(conv.rho_in, conv.rho_out).double()
    assert linear.bias is not None
    assert conv.bias is not None
    assert linear.bias.numel() == conv.bias.numel()
    with torch.no_grad():
        linear.maps.weight.copy_(maps.coefficients(matrix))
        conv.bias.zero_()
    x = torch.randn(4, 2, space_in.dim, dtype=torch.float64)
    torch.testing.assert_close(conv(x).flatten(1), linear(x.flatten(1)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("space_in", "space_out"), [(S(5).regular, S(5).regular), *SPACES], ids=str)
def test_the_plain_layers_are_the_same_map(space_in: Representation, space_out: Representation):
    conv = layer(space_in.group, 2, 3, space_in=space_in, space_out=space_out)
    x = torch.randn(4, 2, space_in.dim, dtype=torch.float64)
    torch.testing.assert_close(conv.to_plain()(x), conv(x), rtol=1e-11, atol=1e-11)


# --- what the kernel means -------------------------------------------------------------------------------------------


def test_a_lift_takes_the_kernel_along():
    G = S(4)
    conv = layer(G, 1, 1, space_in=G.points, bias=False)
    x, psi = torch.randn(4, dtype=torch.float64), conv.weight.detach()[0, 0]
    for k, g in enumerate(G.elements()):
        expected = sum(psi[p] * x[g[p]] for p in range(4))  # sum_x psi(g^-1 x) f(x)
        assert abs(float(conv(x[None, None])[0, 0, k].detach() - expected)) < 1e-12


def test_a_support_keeps_those_values_alone():
    G = S(4)
    full = layer(G, 2, 2, bias=False)
    some = [G.identity, *G.generators]
    local = layer(G, 2, 2, support=some, bias=False)
    places = [int(G.index(g)) for g in some]
    with torch.no_grad():
        full.weight.zero_()
        full.weight[:, :, places] = local.weight
    x = torch.randn(3, 2, 24, dtype=torch.float64)
    torch.testing.assert_close(local(x), full(x), rtol=1e-12, atol=1e-12)
    batch = layer(G, 2, 2, support=torch.stack(some), bias=False)
    assert batch.kernel == local.kernel


def test_a_support_of_a_lift_numbers_points():
    conv = layer(S(4), 1, 2, space_in=S(4).points, support=[0, 2])
    assert conv.weight.shape == (2, 1, 2)
    x = torch.randn(4, 1, 4)
    check_layer(conv, Vectors(S(4).points), Vectors(S(4).regular), x, graphs=False)
    project = layer(S(4), 1, 2, space_out=S(4).points, support=torch.tensor([1]))
    check_layer(project, Vectors(S(4).regular), Vectors(S(4).points), torch.randn(4, 1, 24), graphs=False)


def test_elements_of_products_are_tuples():
    G = C(3) * S(3)
    conv = layer(G, 2, 2, support=list(G.generators))
    assert conv.kernel.values == len(G.generators)
    assert layer(G, 2, 2, support=G.generators[0]).kernel.values == 1


def test_weights_keep_the_variance():
    choices: list[dict[str, Any]] = [
        {},
        {"support": list(S(4).generators)},
        {"space_in": S(4).points},
        {"space_out": S(4).points},
    ]
    for options in choices:
        conv = GroupConv(S(4), 50, 50, generator=torch.Generator().manual_seed(0), gain=2.0, **options)
        x = torch.randn(200, 50, conv.kernel.space_in.dim, generator=torch.Generator().manual_seed(1))
        assert abs(float(conv(x).detach().var()) - 4) < 0.4
        assert conv.bias is not None
        assert not conv.bias.any()


def test_a_network_is_equivariant():
    G = Icosahedron()
    net = nn.Sequential(
        GroupConv(G, 1, 4, space_in=G.points), nn.ReLU(), GroupConv(G, 4, 4, support=list(G.generators)), nn.ReLU()
    )
    x = torch.randn(4, 1, G.points.dim)
    check_layer(net, Vectors(G.points), Vectors(G.regular), x, graphs=False)


def test_a_kernel_on_the_other_side_is_caught():
    """psi(g h^-1) instead of psi(h^-1 g) commutes with right translations."""
    conv = layer(S(4), 1, 1, bias=False)
    index = S(4).index(S(4).inverse(S(4).elements()))

    class Wrong(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return conv.to(x.dtype)(x[..., index])[..., index]

    with pytest.raises(IntertwineError):
        check_layer(Wrong(), Vectors(S(4).regular), Vectors(S(4).regular), torch.randn(4, 1, 24), graphs=False)


# --- pooling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["max", "mean"])
@pytest.mark.parametrize("group", [D(4), S(4), Q(8)], ids=str)
def test_pooling_over_the_group(group: Group, how: str):
    x = torch.randn(4, 3, int(group.order))
    check_layer(CosetPool(group, how=how), Vectors(group.regular), Vectors(3 * group.trivial), x, graphs=False)
    expected = x.amax(-1) if how == "max" else x.mean(-1)
    torch.testing.assert_close(CosetPool(group, how=how)(x), expected)


@pytest.mark.parametrize("how", ["max", "mean"])
@pytest.mark.parametrize(("group", "subgroup"), [(D(4), C(4)), (C(6), C(2)), (S(4), S(3)), (S(4), A(4))], ids=str)
def test_pooling_over_cosets(group: Group, subgroup: Group, how: str):
    pool = CosetPool(group, subgroup, how)
    x = torch.randn(4, 3, int(group.order))
    check_layer(pool, Vectors(group.regular), Vectors(group.quotient(subgroup)), x, graphs=False)
    indicator = torch.eye(int(group.order), dtype=torch.float64)
    assert int((pool(indicator) > 0).sum()) == int(group.order)  # every element lies in one coset


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GroupConv(SO(3), 1, 1), "infinite"),
        (lambda: GroupConv(D(4), 1, 1, space_in=D(4).vector), "permut"),
        (lambda: GroupConv(D(4), 1, 1, space_in=C(4).regular), "one group"),
        (lambda: GroupConv(D(4), 1, 1, space_in=C(4).regular, space_out=C(4).regular), "belong to"),
        (lambda: GroupConv(S(4), 1, 1, support=[]), "empty"),
        (lambda: GroupConv(S(4), 1, 1, space_in=S(4).points, support=[4]), "numbers points"),
        (lambda: GroupConv(S(4), 1, 1, space_in=S(4).points, space_out=S(4).points, support=[0]), "orbits of pairs"),
        (lambda: GroupConv(S(4), 1, 1, support="all"), "list of elements"),
        (lambda: GroupConv(S(4), 2, 1)(torch.zeros(1, 24)), "got shape"),
        (lambda: GroupConv(S(4), 2, 1)(torch.zeros(5, 2, 23)), "got shape"),
        (lambda: CosetPool(S(4), how="sum"), "max"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(make: object, message: str):
    with pytest.raises(IntertwineError, match=message):
        make()  # type: ignore[operator]
