"""Permutations, padding, input that is refused, and the contract of a torch module."""

from __future__ import annotations

import copy
import io
import pickle

import pytest
import torch
from tests.models.toy import BEAMS, jets, small

from intertwine.errors import IntertwineError
from intertwine.models import LorentzCGNetwork, LorentzVectorNetwork

KINDS = ["vector", "cg"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_particles_does_not_matter(kind):
    network, momenta = small(kind, scalars=2, references=BEAMS).double(), jets(3, 8)
    scalars, mask = torch.randn(3, 8, 2), torch.arange(8) < torch.tensor([[8], [5], [2]])
    order = torch.randperm(8)
    y = network(momenta, mask, scalars)
    assert torch.allclose(network(momenta[:, order], mask[:, order], scalars[:, order]), y, atol=1e-12, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("filling", [0.0, 1e6, float("nan")])
def test_padding_changes_nothing_whatever_it_holds(kind, filling):
    network = small(kind, scalars=1, references=BEAMS).double()
    sizes, momenta, scalars = [1, 3, 9], jets(3, 9), torch.randn(3, 9, 1)
    mask = torch.arange(14) < torch.tensor(sizes)[:, None]
    padded = torch.full((3, 14, 4), filling, dtype=torch.float64)
    padded_scalars = torch.full((3, 14, 1), filling)
    padded[:, :9], padded_scalars[:, :9] = momenta, scalars
    padded[~mask], padded_scalars[~mask] = filling, filling
    padded.requires_grad_()
    together = network(padded, mask, padded_scalars)
    for k, n in enumerate(sizes):
        alone = network(momenta[k : k + 1, :n], None, scalars[k : k + 1, :n])
        assert torch.allclose(together[k], alone[0], atol=1e-12, rtol=0)
    (gradient,) = torch.autograd.grad(together.sum(), padded)
    assert bool(gradient.isfinite().all())
    assert not gradient[~mask].any()


@pytest.mark.parametrize("kind", KINDS)
def test_scalars_and_multiplicity_are_seen(kind):
    network, momenta = small(kind, scalars=1).double(), jets(2, 6)
    one = network(momenta, None, torch.zeros(2, 6, 1))
    assert not torch.allclose(one, network(momenta, None, torch.ones(2, 6, 1)), atol=1e-4)
    halves = torch.cat([momenta, momenta], 1) / 2
    assert not torch.allclose(one, network(halves, None, torch.zeros(2, 12, 1)), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_those_of_finite_differences(kind):
    network = small(kind, scalars=1, outputs=1).double()
    momenta = jets(2, 3).requires_grad_()
    scalars = torch.randn(2, 3, 1, dtype=torch.float64, requires_grad=True)
    mask = torch.tensor([[True, True, True], [True, True, False]])
    assert torch.autograd.gradcheck(lambda p, s: network(p, mask, s), (momenta, scalars))
    parameters = [p for p in network.parameters() if p.numel() < 50][:6]

    def of_parameters(*_):
        return network(momenta.detach(), mask, scalars.detach())

    assert torch.autograd.gradcheck(of_parameters, parameters)


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_is_used(kind):
    network = small(kind, scalars=1, references=BEAMS)
    network(jets(4, 6), None, torch.randn(4, 6, 1)).square().sum().backward()
    unused = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not unused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"momenta": torch.randn(2, 5, 3)}, r"four-momenta \(batch, particles, 4\)"),
        ({"momenta": torch.randn(5, 4)}, r"got shape \(5, 4\)"),
        ({"momenta": torch.ones(2, 5, 4, dtype=torch.long)}, "torch.int64"),
        ({"momenta": torch.randn(2, 0, 4)}, "without particles"),
        ({"mask": torch.ones(2, 4, dtype=torch.bool)}, r"\(2, 5\) of torch.bool, got \(2, 4\)"),
        ({"mask": torch.ones(2, 5)}, "torch.float32"),
        ({"mask": torch.tensor([[True] * 5, [False] * 5])}, r"jets \[1\] is masked"),
        ({"scalars": None}, "takes scalars of shape"),
        ({"scalars": torch.zeros(2, 5, 2)}, r"got \(2, 5, 2\)"),
        ({"scalars": torch.full((2, 5, 1), float("inf"))}, "scalars hold a NaN or infinity, first at jet 0"),
    ],
)
def test_bad_batches_are_refused_in_words(kind, change, message):
    batch = {"momenta": jets(2, 5), "mask": torch.ones(2, 5, dtype=torch.bool), "scalars": torch.zeros(2, 5, 1)}
    with pytest.raises(IntertwineError, match=message):
        small(kind, scalars=1)(**(batch | change))


@pytest.mark.parametrize("kind", KINDS)
def test_nan_in_a_real_particle_is_refused(kind):
    momenta = jets(2, 5)
    momenta[1, 3, 2] = float("nan")
    with pytest.raises(IntertwineError, match="jet 1, particle 3"):
        small(kind)(momenta)


def test_spacelike_jets_have_no_rest_frame():
    momenta = jets(2, 5)
    momenta[1, :, 0] = 0.1
    with pytest.raises(IntertwineError, match=r"jet 1.* is spacelike"):
        small("cg")(momenta)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LorentzCGNetwork(channels=(3,)), "at least one level"),
        (lambda: LorentzCGNetwork(degree=0), "degree=0"),
        (lambda: LorentzVectorNetwork(layers=0), "layers=0"),
        (lambda: LorentzVectorNetwork(outputs=0), "outputs=0"),
        (lambda: LorentzVectorNetwork(scalars=-1), "scalars=-1"),
        (lambda: LorentzVectorNetwork(references=[[1.0, 0.0, 0.0]]), r"\(k, 4\)"),
        (lambda: LorentzVectorNetwork(references=[[float("nan"), 0.0, 0.0, 0.0]]), "finite"),
    ],
)
def test_bad_networks_are_refused_in_words(make, message):
    with pytest.raises(IntertwineError, match=message):
        make()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_batch_gives_an_empty_batch(kind):
    assert small(kind)(torch.zeros(0, 5, 4)).shape == (0, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_dtypes_seeds_and_copies(kind):
    network, momenta = small(kind, references=BEAMS), jets(3, 6)
    y = network(momenta)
    assert y.dtype == torch.float32
    assert network.double()(momenta).dtype == torch.float64
    assert network.references.dtype == torch.float64
    assert network.float().references.dtype == torch.float64
    assert torch.equal(small(kind, references=BEAMS)(momenta), y)
    assert torch.equal(copy.deepcopy(network)(momenta), y)
    assert torch.equal(pickle.loads(pickle.dumps(network))(momenta), y)
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    file.seek(0)
    other = small(kind, references=BEAMS, generator=torch.Generator().manual_seed(5))
    assert not torch.equal(other(momenta), y)
    other.load_state_dict(torch.load(file))
    assert torch.equal(other(momenta), y)
    assert small(kind, dtype=torch.float64)(momenta).dtype == torch.float64
    assert small(kind, device="meta").references.device.type == "meta"


@pytest.mark.parametrize("kind", KINDS)
def test_double_after_construction_is_exact(kind):
    converted, made = small(kind).double(), small(kind, dtype=torch.float64)
    made.load_state_dict(converted.state_dict())
    momenta = jets(3, 6)
    assert torch.allclose(converted(momenta), made(momenta), atol=1e-14, rtol=0)


def test_print_names_group_irreps_size_and_references():
    assert repr(small("vector")).startswith("LorentzVectorNetwork(O(1,3), ")
    text = repr(LorentzCGNetwork(degree=3, references=BEAMS))
    assert "SO+(1,3), 1 + 4 + 6 + 9 + 16 + 16" in text
    assert "2 references" in text
    count = sum(p.numel() for p in small("cg").parameters())
    assert f"{count:,} parameters" in repr(small("cg"))


@pytest.mark.compile
@pytest.mark.parametrize("kind", KINDS)
def test_torch_compile_and_export_capture_the_whole_network(kind):
    torch.compiler.reset()
    network, momenta = small(kind, references=BEAMS).eval(), jets(3, 6)
    mask = torch.arange(6) < torch.tensor([[6], [4], [1]])
    y = network(momenta, mask)
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    assert torch.allclose(compiled(momenta, mask), y, atol=1e-6)
    exported = torch.export.export(network, (momenta, mask)).module()
    assert torch.allclose(exported(momenta, mask), y, atol=1e-6)
