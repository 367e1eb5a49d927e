"""What torch does to whole convolutional networks: graph capture, export, ONNX, copies, precision."""

from __future__ import annotations

import copy
import io
import pickle
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from intertwine.groups import SO, C, D, O
from intertwine.models import GCNN, HarmonicNet, SteerableCNN, SteerableResNet, SteerableUNet
from intertwine.nn import (
    BatchNorm,
    Conv2d,
    FieldDropout,
    Filtered,
    GroupPool,
    InstanceNorm,
    MaxBlurPool,
    NormMaxPool,
    OnFields,
    Pointwise,
    TensorSquare,
    Upsample,
    to_plain,
)

SIDE = 28
SMALL = {"widths": (2, 3), "kernel_sizes": (5, 3), "pool_after": (1,)}


def antialiased() -> nn.Module:
    """Everything that changes the resolution, and products of fields."""
    group = C(4)
    rho, mixed = 2 * group.regular, group.trivial + group.vector
    return nn.Sequential(
        Conv2d(group.trivial, rho, 3, padding=1),
        BatchNorm(rho),
        Filtered(Pointwise(rho, axis=1)),
        MaxBlurPool(2),
        Conv2d(rho, mixed, 3, padding=1),
        OnFields(TensorSquare(mixed, mixed)),
        InstanceNorm(mixed),
        NormMaxPool(mixed, 2),
        Upsample(2),
        GroupPool(mixed),
    )


MODELS: dict[str, Callable[[], nn.Module]] = {
    "SteerableCNN": lambda: SteerableCNN(C(4).trivial, 3, **SMALL, head=8),
    "SteerableCNN norm": lambda: SteerableCNN(SO(2).trivial, SO(2).vector, **SMALL, activation="norm", frequency=2),
    "SteerableCNN scalar gate": lambda: SteerableCNN(O(2).trivial, 3, **SMALL, dropout=0.1),
    "SteerableCNN fourier": lambda: SteerableCNN(SO(2).trivial, 3, **SMALL, activation="fourier", frequency=2),
    "HarmonicNet": lambda: HarmonicNet(SO(2).trivial, 3, width=2),
    "GCNN": lambda: GCNN(D(4).trivial, 3, width=2),
    "SteerableResNet": lambda: SteerableResNet(D(4).trivial, 3, widths=(2, 3), depth=1),
    "SteerableResNet gate": lambda: SteerableResNet(
        D(4).trivial, D(4).vector, widths=(2, 3), depth=1, fields="irreps", activation="gate", frequency=1
    ),
    "SteerableUNet": lambda: SteerableUNet(C(4).trivial, C(4).vector, widths=(2, 3)),
    "antialiased": antialiased,
}
every_model = pytest.mark.parametrize("name", MODELS)
as_made_and_plain = pytest.mark.parametrize("is_plain", [False, True], ids=["as made", "plain"])


def pictures(batch: int = 3) -> Tensor:
    return torch.randn(batch, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


def made(name: str, is_plain: bool = False) -> nn.Module:
    """In evaluation mode, with statistics that differ from their start."""
    torch._dynamo.reset()
    model = MODELS[name]().train()
    with torch.no_grad():
        model(2 * pictures() + 1)
    return to_plain(model) if is_plain else model.eval()


@pytest.mark.compile
@as_made_and_plain
@every_model
def test_compile_without_graph_breaks(name: str, is_plain: bool) -> None:
    model, x = made(name, is_plain), pictures()
    torch.testing.assert_close(torch.compile(model, fullgraph=True, backend="eager")(x), model(x))


@pytest.mark.compile
@pytest.mark.parametrize("name", ["SteerableCNN", "SteerableCNN scalar gate", "SteerableUNet", "antialiased"])
def test_training_compiles_without_graph_breaks(name: str) -> None:
    """The same gradients and running statistics as without."""
    plain, x = made(name).train(), pictures()
    for module in plain.modules():
        if isinstance(module, FieldDropout):
            module.p = 0.0  # it draws other numbers
    compiled = copy.deepcopy(plain)
    plain(x).square().sum().backward()
    torch.compile(compiled, fullgraph=True, backend="aot_eager")(x).square().sum().backward()
    for ours, theirs in ((compiled.parameters(), plain.parameters()), (compiled.buffers(), plain.buffers())):
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
            if a.grad is not None:
                torch.testing.assert_close(a.grad, b.grad, rtol=1e-3, atol=1e-4)


@pytest.mark.compile
@as_made_and_plain
@every_model
def test_export_with_a_dynamic_batch(name: str, is_plain: bool) -> None:
    model = made(name, is_plain)
    program = torch.export.export(model, (pictures(4),), dynamic_shapes=({0: torch.export.Dim("batch", min=2)},))
    for batch in (2, 5):
        torch.testing.assert_close(program.module()(pictures(batch)), model(pictures(batch)))


@pytest.mark.compile
@pytest.mark.parametrize(
    ("name", "is_plain"),
    [
        ("SteerableCNN", False),
        ("SteerableCNN", True),
        ("HarmonicNet", False),
        ("GCNN", False),
        ("SteerableUNet", False),
        ("antialiased", False),
    ],
)
def test_onnx(name: str, is_plain: bool) -> None:
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    model, x = made(name, is_plain), pictures()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter about itself
        program = torch.onnx.export(model, (x,), dynamo=True, verbose=False)
    file = io.BytesIO()
    program.save(file)  # type: ignore[union-attr]
    session = runtime.InferenceSession(file.getvalue())
    (y,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    torch.testing.assert_close(torch.from_numpy(y), model(x).detach(), rtol=1e-4, atol=1e-4)


@as_made_and_plain
@every_model
def test_copies_and_checkpoints(name: str, is_plain: bool) -> None:
    model, x = made(name, is_plain), pictures()
    other = made(name, is_plain)
    other.load_state_dict(model.state_dict())
    for same in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), other):
        torch.testing.assert_close(same(x), model(x), rtol=0, atol=0)


@every_model
def test_a_plain_copy_is_the_same_map_and_keeps_no_link(name: str) -> None:
    model, x = made(name), pictures()
    before, plain = model(x), to_plain(model)
    torch.testing.assert_close(plain(x), before)
    for parameter in plain.parameters():
        parameter.data.zero_()
    torch.testing.assert_close(model(x), before, rtol=0, atol=0)


@every_model
def test_precisions_and_empty_batches(name: str) -> None:
    model, x = made(name), pictures()
    wanted = copy.deepcopy(model).double()(x.double())
    torch.testing.assert_close(model(x).double(), wanted, rtol=1e-4, atol=1e-4)
    assert copy.deepcopy(model).bfloat16()(x.bfloat16()).dtype == torch.bfloat16
    assert model(x[:0]).shape == (0, *wanted.shape[1:])
