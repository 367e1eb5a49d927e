"""The equation itself, references that break it to a subgroup, and boosts through trained networks."""

from __future__ import annotations

import pytest
import torch
from tests.models.toy import BEAMS, TIME, boost, jets, move, small, trained
from torch import Tensor

from intertwine.groups import SO, Lorentz, O

KINDS = ["vector", "cg"]
EXACT = 1e-10


def difference(network: torch.nn.Module, g: Tensor, momenta: Tensor) -> float:
    """How far the outputs move, against the size of the outputs."""
    with torch.no_grad():
        y = network(momenta)
        return float((network(move(g, momenta)) - y).abs().max() / y.abs().max())


def spatial(rotation: Tensor) -> Tensor:
    """A rotation of space as a Lorentz transformation."""
    matrix = torch.eye(4, dtype=torch.float64).repeat(*rotation.shape[:-2], 1, 1)
    matrix[..., 1:, 1:] = rotation
    return matrix


@pytest.mark.parametrize("kind", KINDS)
def test_outputs_are_invariant_under_random_proper_transformations(kind, generator):
    g = Lorentz().sample(6, generator=generator)
    assert difference(small(kind).double(), g, jets(6, 9)) < EXACT


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_every_degree_is_invariant(degree, generator):
    network = small("cg", degree=degree).double()
    assert difference(network, Lorentz().sample(4, generator=generator), jets(4, 7)) < EXACT


def test_the_vector_network_is_invariant_under_all_of_o13(generator):
    group, network = O(1, 3), small("vector").double()
    assert difference(network, group.sample(6, generator=generator), jets(6, 9)) < EXACT
    for g in group.generators:
        assert difference(network, torch.as_tensor(g), jets(6, 9)) < EXACT


def test_the_cg_network_sees_a_reflection():
    mirror = torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))
    network = small("cg").double()
    assert difference(network, mirror, jets(6, 9)) > 1e4 * difference(network, boost(1.5), jets(6, 9))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gamma", [10.0, 1e3, 1e5])
def test_boosts_cost_no_more_digits_than_gamma_squared(kind, gamma):
    # Minkowski products are differences of energies squared, 25 times greater here, and gamma^2 raises them.
    assert difference(small(kind).double(), boost(gamma), jets(6, 9)) < 1e-12 * gamma**2


@pytest.mark.parametrize("kind", KINDS)
def test_boosts_through_a_trained_network_in_default_precision(kind):
    network, accuracy = trained(kind)
    momenta = jets(64, 12, seed=3, prongs=torch.arange(64) % 2 + 1)
    assert accuracy > 0.9
    with torch.no_grad():
        y = network(momenta)
        assert float(y.std()) > 0.5
        for gamma in (1.2, 2.3, 7.1, 22.4):
            assert float((network(move(boost(gamma), momenta)) - y).abs().max()) < 1e-5
        assert float((network(move(boost(1000.0), momenta)) - y).abs().max()) < 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_float32_four_vectors_would_drift(kind):
    # The control: the same boosts done in float32 lose what the networks keep.
    network, _ = trained(kind, steps=5)
    momenta = jets(16, 12)
    with torch.no_grad():
        exact = network(move(boost(22.4), momenta))
        rounded = network(move(boost(22.4).float(), momenta.float()))
    assert float((exact - rounded).abs().max()) > 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_a_time_axis_leaves_rotations(kind, generator):
    network, momenta = small(kind, references=TIME).double(), jets(6, 9)
    assert difference(network, spatial(SO(3).sample(6, generator=generator)), momenta) < EXACT
    assert difference(network, boost(1.5), momenta) > 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_beams_leave_rotations_about_them(kind):
    network, momenta = small(kind, references=BEAMS).double(), jets(6, 9)
    about, across = torch.eye(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)
    c, s = torch.tensor(0.7).cos(), torch.tensor(0.7).sin()
    c, s = c.double(), (1 - c.double() ** 2).sqrt() * s.sign()
    about[:2, :2] = torch.stack([torch.stack([c, -s]), torch.stack([s, c])])
    across[1:, 1:] = about[:2, :2]
    assert difference(network, spatial(about), momenta) < EXACT
    assert difference(network, spatial(across), momenta) > 1e-6
    assert difference(network, boost(1.5, (0.0, 0.0, 1.0)), momenta) > 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_moving_the_references_too_restores_the_symmetry(kind):
    g = boost(3.0)
    momenta = jets(4, 9)
    fixed = small(kind, references=BEAMS).double()
    moved = small(kind, references=(torch.tensor(BEAMS, dtype=torch.float64) @ g.mT)).double()
    moved.load_state_dict(fixed.state_dict())
    with torch.no_grad():
        assert float((moved(move(g, momenta)) - fixed(momenta)).abs().max()) < EXACT


@pytest.mark.parametrize("kind", KINDS)
def test_lightlike_jets_have_no_rest_frame_and_finite_invariant_outputs(kind):
    network = small(kind).double()
    one = torch.tensor([[5.0, 3.0, 4.0, 0.0]], dtype=torch.float64)
    collinear = torch.stack([one, 2 * one], 1).reshape(1, 2, 4)
    for momenta in (one[None], collinear):
        with torch.no_grad():
            y, moved = network(momenta), network(move(boost(2.0, (0.0, 0.0, 1.0)), momenta))
        assert bool(y.isfinite().all())
        # All invariants vanish but for rounding errors of 1e-14, which three layer norms raise tenfold each.
        assert float((moved - y).abs().max()) < 1e-10
