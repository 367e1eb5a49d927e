"""Layers on fields (batch, rho.dim, *grid): the equation at every turn and flip, and known layers as special cases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from intertwine.actions import Pictures, Volumes
from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, Cube, D, Lorentz, O
from intertwine.groups.base import Group
from intertwine.nn import (
    BatchNorm,
    BlurPool,
    Conv2d,
    EquivariantModule,
    FieldDropout,
    FourierActivation,
    Gate,
    GroupPool,
    InstanceNorm,
    NormActivation,
    NormMaxPool,
    Pointwise,
    ScalarGate,
    to_plain,
)
from intertwine.representations import Representation, sym
from intertwine.representations.harmonics import Harmonics
from intertwine.representations.structure import direct_sum
from intertwine.testing import check_layer


def mixed(group: Group) -> Representation:
    """Scalars, vectors, functions on the group and products, in an order that no block agrees with."""
    v = group.vector
    return 2 * group.regular + 3 * group.trivial + 2 * v + v * v + 2 * (group.trivial + v) + group.regular


LAYERS: dict[str, Callable[[Group], EquivariantModule]] = {
    "NormActivation": lambda g: NormActivation(mixed(g), axis=1),
    "Gate": lambda g: Gate(mixed(g), axis=1),
    "ScalarGate": lambda g: ScalarGate(mixed(g), axis=1),
    "Pointwise": lambda g: Pointwise(3 * g.regular, axis=1),
    "BatchNorm": lambda g: BatchNorm(mixed(g)),
    "pooled BatchNorm": lambda g: BatchNorm(3 * g.regular),
    "InstanceNorm": lambda g: InstanceNorm(mixed(g)),
    "GroupPool": lambda g: GroupPool(mixed(g)),
    "mean GroupPool": lambda g: GroupPool(mixed(g), "mean"),
    "NormMaxPool": lambda g: NormMaxPool(mixed(g), 3, 2),
    "FieldDropout": lambda g: FieldDropout(mixed(g)),
    "FourierActivation": lambda g: FourierActivation(direct_sum([(rho, 1) for rho in g.irreps()]), 2),
}


def randomised(layer: EquivariantModule) -> EquivariantModule:
    generator = torch.Generator().manual_seed(3)
    for tensor in (*layer.parameters(), *layer.buffers()):
        if tensor.is_floating_point() and tensor.requires_grad:
            nn.init.uniform_(tensor, 0.5, 1.5, generator=generator)
    return layer


def fields(rho: Representation, *grid: int, n: int = 4) -> Tensor:
    return torch.randn(n, rho.dim, *grid, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("group", [C(4), D(4)], ids=str)
def test_layers_on_fields_keep_their_contract(group: Group, name: str) -> None:
    layer = randomised(LAYERS[name](group))
    actions = Pictures(group, rho=layer.rho_in), Pictures(group, rho=layer.rho_out)
    check_layer(layer, *actions, fields(layer.rho_in, 7, 7), graphs=group.order == 4)


@pytest.mark.parametrize("name", ["BatchNorm", "InstanceNorm", "pooled BatchNorm"])
def test_normalisation_in_training_keeps_the_equation(name: str) -> None:
    group = D(4)
    layer = randomised(LAYERS[name](group)).double().train()
    rho, x = layer.rho_in, fields(layer.rho_in, 6, 6)
    for g in group.elements():
        action = Pictures(group, rho=rho)
        torch.testing.assert_close(layer(action(g, x)), action(g, layer(x)), atol=1e-10, rtol=0)


def test_layers_on_volumes() -> None:
    group = Cube()
    rho = group.trivial + 2 * group.vector + group.regular
    for layer in (NormActivation(rho, axis=1), BatchNorm(rho), GroupPool(rho), NormMaxPool(rho, 3, 2)):
        actions = Volumes(group, rho=rho), Volumes(group, rho=layer.rho_out)
        check_layer(layer, *actions, fields(rho, 5, 5, 5), graphs=False)


@pytest.mark.parametrize("layer", ["NormActivation", "Gate", "ScalarGate", "FourierActivation"])
def test_the_channel_axis_is_a_matter_of_layout(layer: str) -> None:
    group = D(4)
    sigma = direct_sum([(rho, 1) for rho in group.irreps()])
    makers: dict[str, Callable[[int], EquivariantModule]] = {
        "NormActivation": lambda axis: NormActivation(mixed(group), axis=axis),
        "Gate": lambda axis: Gate(mixed(group), axis=axis),
        "ScalarGate": lambda axis: ScalarGate(mixed(group), axis=axis),
        "FourierActivation": lambda axis: FourierActivation(sigma, 2, axis=axis),
    }
    on_grid, last = (randomised(makers[layer](axis)).double() for axis in (1, -1))
    last.load_state_dict(on_grid.state_dict())
    x = fields(on_grid.rho_in, 3, 5)
    torch.testing.assert_close(on_grid(x), last(x.movedim(1, -1)).movedim(-1, 1), atol=1e-14, rtol=0)


def test_batch_norm_of_scalars_is_that_of_torch() -> None:
    ours, theirs = BatchNorm(5 * C(4).trivial).double(), nn.BatchNorm2d(5).double()
    x = 3 * fields(5 * C(4).trivial, 6, 6) + 1
    for _ in range(3):
        torch.testing.assert_close(ours(x), theirs(x), atol=1e-12, rtol=0)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x), atol=1e-12, rtol=0)


def test_batch_norm_of_regular_fields_pools_over_the_orbit() -> None:
    ours, theirs = BatchNorm(3 * D(4).regular).double(), nn.BatchNorm3d(3).double()
    x = 3 * fields(3 * D(4).regular, 6, 6) + 1
    torch.testing.assert_close(ours(x), theirs(x.unflatten(1, (3, 8))).flatten(1, 2), atol=1e-12, rtol=0)


def test_both_ways_to_normalise_agree() -> None:
    """The way by torch's own batch norm against the general one."""
    rho = 3 * C(4).regular
    fast, general = BatchNorm(rho).double(), BatchNorm(rho).double()
    assert fast.is_pooled
    general.is_pooled = False
    x = 2 * fields(rho, 5, 5) + 0.5
    torch.testing.assert_close(fast(x), general(x), atol=1e-12, rtol=0)
    torch.testing.assert_close(fast.running_var, general.running_var, atol=1e-12, rtol=0)
    torch.testing.assert_close(fast.eval()(x), general.eval()(x), atol=1e-12, rtol=0)


def test_vectors_are_divided_by_their_root_mean_square() -> None:
    x = 5 * fields(SO(2).vector, 8, 8)
    y = BatchNorm(SO(2).vector, eps=0.0).double()(x)
    torch.testing.assert_close(y, x / x.square().mean().sqrt(), atol=1e-12, rtol=0)
    each = InstanceNorm(SO(2).vector, eps=0.0).double()(x)
    torch.testing.assert_close(each, x / x.square().mean((1, 2, 3), keepdim=True).sqrt(), atol=1e-12, rtol=0)


@pytest.mark.parametrize("group", [SO(2), O(2)], ids=str)
def test_norm_layers_commute_with_every_rotation_of_the_values(group: Group) -> None:
    rho = 2 * group.trivial + 3 * group.vector + Harmonics(group.vector, 2) + sym(group.vector, 2)
    x = fields(rho, 4, 4, n=2)
    g = group.sample(5, generator=torch.Generator().manual_seed(0))
    moved = torch.einsum("nij,bjhw->nbihw", rho.matrix(g), x)
    for layer in (NormActivation(rho, axis=1), ScalarGate(rho, axis=1), BatchNorm(rho)):
        layer.double()
        expected = torch.einsum("nij,bjhw->nbihw", rho.matrix(g), layer(x))
        for image, wanted in zip(moved, expected, strict=True):
            torch.testing.assert_close(layer(image), wanted, atol=1e-10, rtol=0)


@pytest.mark.parametrize("group", [SO(2), O(2)], ids=str)
def test_fourier_activation_is_exact_on_its_grid_and_near_beyond(group: Group) -> None:
    v = group.vector
    sigma = group.trivial + v + Harmonics(v, 2)
    layer = FourierActivation(sigma, 3, nn.functional.gelu, samples=32).double()
    rho, x = layer.rho_in, fields(layer.rho_in, 1, 1, n=64)
    on_grid, between = (group.exp(angle * group.algebra[0]) for angle in (torch.pi / 16, torch.pi / 32))
    for g, tolerance in ((on_grid, 1e-10), (between, 1e-3)):
        matrix = rho.matrix(g)
        moved = torch.einsum("ij,bjhw->bihw", matrix, layer(x))
        torch.testing.assert_close(
            layer(torch.einsum("ij,bjhw->bihw", matrix, x)), moved, atol=tolerance * float(moved.abs().max()), rtol=0
        )


def test_the_identity_as_fourier_activation_changes_nothing() -> None:
    v = SO(2).vector
    layer = FourierActivation(SO(2).trivial + v + Harmonics(v, 2), 3, lambda x: x).double()
    x = fields(layer.rho_in, 3, 3)
    torch.testing.assert_close(layer(x), x, atol=1e-12, rtol=0)


def test_norm_max_pool_takes_the_longest_vector() -> None:
    x = torch.zeros(1, 2, 2, 2)
    x[0, :, 1, 0], x[0, :, 0, 1] = torch.tensor([3.0, -4.0]), torch.tensor([4.0, 0.0])
    assert NormMaxPool(SO(2).vector, 2)(x).flatten().tolist() == [3.0, -4.0]


def test_group_pool_names_what_it_keeps() -> None:
    group = C(4)
    pool = GroupPool(group.regular + 2 * group.trivial + group.vector)
    x = torch.tensor([1.0, 5.0, 2.0, 0.0, -7.0, 8.0, 3.0, 4.0]).reshape(1, -1, 1, 1)
    assert pool(x).flatten().tolist() == pytest.approx([5.0, -7.0, 8.0, 5.0])


def test_dropout_drops_whole_copies() -> None:
    layer = FieldDropout(50 * SO(2).vector, 0.5).train()
    y = layer(torch.ones(1, 100, 2, 2)).unflatten(1, (50, 2)).flatten(2)
    assert set(y.amin(2).flatten().tolist()) == {0.0, 2.0}
    assert torch.equal(y.amin(2), y.amax(2))


def test_a_normalisation_written_out_is_the_same() -> None:
    layer = randomised(BatchNorm(mixed(D(4)))).double()
    x = 2 * fields(layer.rho_in, 5, 5)
    layer(x)
    torch.testing.assert_close(to_plain(layer)(x), layer.eval()(x), atol=1e-12, rtol=0)


@pytest.mark.parametrize("bias", [False, True])
def test_a_convolution_takes_in_the_normalisation_behind_it(bias: bool) -> None:
    rho = mixed(D(4))
    net = nn.Sequential(Conv2d(rho, rho, 3, bias=bias), BatchNorm(rho), NormActivation(rho, axis=1)).double()
    x = fields(rho, 7, 7)
    net(2 * x + 1)
    plain = to_plain(net)
    assert [type(layer) for layer in plain.children()] == [nn.Conv2d, NormActivation]
    torch.testing.assert_close(plain(x), net.eval()(x), atol=1e-12, rtol=0)


def test_complex_entries_are_taken_part_by_part() -> None:
    x = torch.randn(2, 4, dtype=torch.complex128)
    y = Pointwise(C(4).regular)(x)
    torch.testing.assert_close(y, torch.complex(x.real.relu(), x.imag.relu()))


@pytest.mark.parametrize("layer", [BatchNorm, InstanceNorm], ids=lambda layer: layer.__name__)
def test_a_field_without_a_batch_is_told_what_to_do(layer: Callable[[Representation], EquivariantModule]) -> None:
    with pytest.raises(IntertwineError, match=r"x\[None\]"):
        layer(2 * C(4).regular)(torch.randn(8, 5, 5))
    with pytest.raises(IntertwineError, match=r"x\[None\]"):
        BlurPool((2, 2))(torch.randn(8, 5, 5))


@pytest.mark.parametrize(
    "make",
    [
        lambda: BatchNorm(Lorentz().vector),
        lambda: GroupPool(Lorentz().vector),
        lambda: NormMaxPool(Lorentz().vector, 2),
        lambda: GroupPool(C(4).regular, "median"),
        lambda: ScalarGate(SO(2).vector),
        lambda: NormActivation(C(4).regular, axis=2),
        lambda: FieldDropout(C(4).regular, 1.5),
        lambda: FourierActivation(SO(3).vector, 2),
        lambda: FourierActivation(2 * C(4).trivial, 2),
        lambda: FourierActivation(SO(2).trivial + SO(2).vector, 2, samples=2),
        lambda: BatchNorm(C(4).regular)(torch.zeros(2, 5, 3, 3)),
        lambda: BatchNorm(C(1).trivial)(torch.zeros(1, 1, 1, 1)),
        lambda: BatchNorm(C(4).regular, momentum=None),  # type: ignore[arg-type]
        lambda: FourierActivation(3, 2),  # type: ignore[arg-type]
        lambda: NormMaxPool(C(4).regular, 2)(torch.zeros(2, 4)),
        lambda: NormMaxPool(SU(2).vector, 2),
        lambda: GroupPool(SU(2).trivial + SU(2).vector),
    ],
)
def test_what_has_no_meaning_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(IntertwineError):
        make()


@pytest.mark.parametrize("name", [name for name in LAYERS if name != "NormMaxPool"])
def test_features_without_a_grid_are_samples_of_one_point(name: str) -> None:
    layer = randomised(LAYERS[name](D(4))).double().eval()
    x = fields(layer.rho_in)
    torch.testing.assert_close(layer(x), layer(x[..., None])[..., 0], atol=1e-14, rtol=0)


@pytest.mark.parametrize("make", [BatchNorm, InstanceNorm])
@pytest.mark.parametrize("rho", [mixed(D(4)), 3 * D(4).regular], ids=["mixed", "pooled"])
def test_statistics_keep_their_digits_in_half_precision(make: type[BatchNorm], rho: Representation) -> None:
    """Of x with a mean far above its spread: by autocast as in float32, in bfloat16 to its rounding."""
    x = 0.5 * fields(rho, 8, 8) + 20
    wanted = make(rho).double()(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(make(rho)(x.float()).double(), wanted, atol=1e-3, rtol=1e-3)
    layer = make(rho).bfloat16()
    y = layer(x.bfloat16())
    assert y.dtype == torch.bfloat16
    assert all(buffer.dtype == torch.bfloat16 for buffer in layer.buffers() if buffer.is_floating_point())


@pytest.mark.parametrize("name", [name for name in LAYERS if "Pool" not in name])
def test_integers_are_refused(name: str) -> None:
    layer = LAYERS[name](C(4))
    with pytest.raises(IntertwineError, match="floating-point"):
        layer(torch.ones(2, layer.rho_in.dim, 3, 3, dtype=torch.int64))


@pytest.mark.parametrize("name", ["ScalarGate", "FourierActivation"])
def test_another_precision_is_refused(name: str) -> None:
    layer = LAYERS[name](C(4))
    with pytest.raises(IntertwineError, match=r"layer\.double"):
        layer(fields(layer.rho_in, 3, 3))


@pytest.mark.compile
@pytest.mark.parametrize("name", LAYERS)
def test_any_number_of_samples_goes_through_one_exported_program(name: str) -> None:
    layer = randomised(LAYERS[name](C(4))).double().eval()
    x = fields(layer.rho_in, 5, 5, n=6)
    program = torch.export.export(layer, (x[:4],), dynamic_shapes=({0: torch.export.Dim("batch", min=2)},))
    torch.testing.assert_close(program.module()(x), layer(x), atol=1e-14, rtol=0)
