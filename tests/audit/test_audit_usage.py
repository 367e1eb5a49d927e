"""`audit` on data, models and options of every kind, and on bad input."""

from __future__ import annotations

import pytest
import torch
from tests.audit.pictures import C4, network, on_pictures, pictures
from torch import Tensor, nn

from intertwine.actions import Graphs, Pictures, Points, Sets, Shifts, Trivial, Tuples, Vectors
from intertwine.audit import audit
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, D, Grid, Lorentz, O, R, S, semidirect


def test_samples_seed_and_batches():
    x, model = pictures(200), network()
    one = on_pictures(model, x, samples=80, seed=3)
    assert one.items == 80
    assert one == on_pictures(model, x, samples=80, seed=3)
    assert one.error != on_pictures(model, x, samples=80, seed=4).error
    whole, parts = on_pictures(model, x), on_pictures(model, x, batch_size=7)
    assert parts.error is not None
    assert whole.error is not None
    assert parts.error.value == pytest.approx(whole.error.value, rel=1e-5)


def test_modes_and_gradients_are_put_back():
    model = nn.Sequential(network(), nn.BatchNorm1d(5), nn.Dropout())
    model.train()
    model[1].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    on_pictures(model, pictures())
    assert (model.training, model[0].training, model[1].training, model[2].training) == (True, True, False, True)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert torch.is_grad_enabled()


def test_modes_are_put_back_after_an_error():
    model = network().train()
    with pytest.raises(RuntimeError):
        on_pictures(model, pictures(side=9))
    assert model.training


def test_models_that_use_gradients_inside():
    """Forces as minus the gradient of an energy, as vectors."""

    def forces(x: Tensor) -> Tensor:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            energy = torch.exp(-_distances(x)).sum()
            return -torch.autograd.grad(energy, x)[0]

    G = semidirect(R(3), O(3))
    x = torch.randn(100, 4, 3, dtype=torch.float64)
    # positions move with the group, forces turn only
    report = audit(forces, x, Points(G), _Turned(G))
    assert report.is_exact
    assert report.notes


def _distances(x: Tensor) -> Tensor:
    return (x[:, :, None] - x[:, None]).square().sum(-1)


class _Turned(Vectors):
    """Vectors moved by the point group of a semidirect product."""

    def __init__(self, group):
        super().__init__(group.point.vector)
        self.group = group

    def move(self, g, x):
        return super().move(g[1], x)


def test_tuples_in_and_out():
    G = S(5)
    graph = Tuples(Sets(G), Graphs(G))

    def degrees(inputs: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        nodes, edges = inputs
        return edges @ nodes, (edges @ edges).sum((1, 2))[:, None]

    x = (torch.randn(120, 5, 3), torch.rand(120, 5, 5))
    assert audit(degrees, x, graph, Tuples(Sets(G), Trivial(G))).is_exact
    assert not audit(lambda x: degrees(x)[0].cumsum(1), x, graph, Sets(G)).is_exact


@pytest.mark.parametrize("group", [Grid(12, 12), D(4), Lorentz(), S(4), SO(3)])
def test_curves_by_angle_by_element_or_not_at_all(group):
    if group == Grid(12, 12):
        report = audit(network(), pictures(40), Shifts(group), Trivial(group))
        assert report.curve == ()
    elif group == D(4):
        report = audit(network(), pictures(40), Pictures(group), Trivial(group), elements="all")
        assert [(p.part, p.at) for p in report.curve] == [
            (part, 90.0 * k) for part in ("rotation", "reflection") for k in range(4)
        ]
        assert report.curve[0].error.value < 1e-12
    elif group == S(4):
        report = audit(lambda x: x.cumsum(1), torch.randn(50, 4), Sets(group), Sets(group))
        assert {p.part for p in report.curve} == {"element"}
    else:
        n = group.vector.dim
        report = audit(lambda x: x[:, :2] ** 2, torch.randn(60, n), Vectors(group.vector), Trivial(group))
        assert bool(report.curve) == (group == SO(3))
    assert report.plot() is not None


def test_progress_is_written_to_standard_error(capsys):
    on_pictures(network(), pictures(100), progress=True)
    captured = capsys.readouterr()
    assert "100 of 100" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: audit(network(), pictures(), Pictures(C4), Trivial(C(8))), "one group"),
        (lambda: audit(network(), pictures(), Pictures(C4), "trivial"), "action_out is an action"),  # type: ignore[arg-type]
        (lambda: on_pictures(network(), pictures()[:, 0]), r"do not fit action_in.*\(N, C, H, W\)"),
        (lambda: on_pictures(network(), pictures()[:1]), "at least 2"),
        (lambda: on_pictures(network(), pictures().numpy()), "tensor"),  # type: ignore[arg-type]
        (lambda: on_pictures(network(), pictures(), samples=1), "at least 2 samples"),
        (lambda: on_pictures(network(), pictures(), elements=0), "positive number"),
        (lambda: on_pictures(network(), pictures(), confidence=95), "between 0 and 1"),
        (lambda: on_pictures(network(), pictures(), batch_size=0), "at least 1"),
        (lambda: audit(network(), pictures(), Pictures(SO(2)), Trivial(SO(2)), elements="all"), "infinitely many"),
        (lambda: on_pictures(lambda x: {"logits": x}, pictures()), "returned dict.*wrap"),
        (lambda: on_pictures(lambda x: x.sum(), pictures()), "must count the inputs"),
        (lambda: on_pictures(lambda x: network()(x).argmax(1), pictures()), "scores behind them"),
        (lambda: on_pictures(lambda x: x.flatten(1).log(), pictures()), "NaN or infinity on the data"),
        (
            lambda: audit(lambda x: x.flatten(1), pictures(), Pictures(C4), Vectors(C4.vector)),
            "output does not fit action_out.*2 numbers",
        ),
    ],
)
def test_errors_teach(call, message: str):
    with pytest.raises(IntertwineError, match=message):
        call()


def test_nan_on_moved_data_only():
    x = pictures()
    x[..., :4, :] = x[..., :4, :].abs()
    with pytest.raises(IntertwineError, match="on the moved data"):
        on_pictures(lambda x: x[..., :4, :].flatten(1).sqrt(), x)
