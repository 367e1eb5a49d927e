"""Four-momenta: masses, detector variables, boosts."""

from __future__ import annotations

import math

import pytest
import torch

from intertwine.data import boost, from_detector, mass, on_shell, to_detector
from intertwine.errors import IntertwineError
from intertwine.groups import Lorentz


def momenta(count: int) -> torch.Tensor:
    p = 10 * torch.randn(count, 3, dtype=torch.float64)
    return torch.cat([(p.square().sum(1, keepdim=True) + 4).sqrt(), p], dim=1)


def test_the_mass_of_a_particle_and_of_a_pair() -> None:
    assert mass(torch.tensor([5.0, 0.0, 3.0, 0.0])).item() == 4
    back_to_back = torch.tensor([[3.0, 0.0, 0.0, 3.0], [3.0, 0.0, 0.0, -3.0]])
    assert mass(back_to_back.sum(0)).item() == 6
    assert mass(torch.tensor([1.0, 0.0, 0.0, 1.1])).item() == 0


def test_detector_variables_there_and_back() -> None:
    p = momenta(50)
    pt, eta, phi = to_detector(p)
    torch.testing.assert_close(from_detector(pt, eta, phi, 2.0), p)
    torch.testing.assert_close(pt * eta.cosh(), p[:, 1:].norm(dim=1))


def test_padding_has_no_direction() -> None:
    for values in to_detector(torch.zeros(3, 4, dtype=torch.float64)):
        assert values.tolist() == [0, 0, 0]


def test_on_shell_repairs_what_float32_broke_and_nothing_else() -> None:
    p = momenta(2000) * 30
    massless = torch.cat([p[:, 1:].norm(dim=1, keepdim=True), p[:, 1:]], dim=1)
    stored = massless.float()
    square = stored.double()[:, 0].square() - stored.double()[:, 1:].square().sum(1)
    assert (square < -1e-4).any()
    repaired = on_shell(stored)
    assert repaired.dtype == torch.float64
    assert (repaired[:, 0] >= repaired[:, 1:].norm(dim=1)).all()
    above = square > 0
    assert torch.equal(repaired[above], stored[above].double())
    torch.testing.assert_close(repaired[:, 0], massless[:, 0], rtol=2e-7, atol=0)


@pytest.mark.parametrize("speed", [0.0, 0.9, 0.999])
def test_a_boost_is_a_lorentz_transformation(speed: float) -> None:
    """The matrix with the images of the unit vectors as columns is an element of the group."""
    velocity = speed * torch.nn.functional.normalize(torch.randn(7, 3, dtype=torch.float64), dim=1)
    unit = torch.eye(4, dtype=torch.float64).expand(7, 4, 4)
    matrices = boost(unit, velocity).mT
    gamma = 1 / math.sqrt(1 - speed**2)
    metric = torch.diag(torch.tensor([1.0, -1, -1, -1], dtype=torch.float64))
    torch.testing.assert_close(matrices.mT @ metric @ matrices, metric.expand(7, 4, 4), atol=1e-14 * gamma**2, rtol=0)
    torch.testing.assert_close(matrices[:, 0, 0], torch.full((7,), gamma, dtype=torch.float64))
    assert torch.linalg.det(matrices).sub(1).abs().max() < 1e-12 * gamma**2
    G = Lorentz()
    moved = G.vector.apply(matrices, momenta(7))
    assert moved.shape == (7, 4)


def test_what_rests_moves_with_the_velocity_of_the_boost() -> None:
    velocity = torch.tensor([[0.3, -0.2, 0.6]], dtype=torch.float64)
    moved = boost(torch.tensor([[2.0, 0.0, 0.0, 0.0]], dtype=torch.float64), velocity)
    torch.testing.assert_close(moved[:, 1:] / moved[:, :1], velocity)
    torch.testing.assert_close(boost(moved, -velocity)[0, 0].item(), 2.0)


def test_no_boost_reaches_light() -> None:
    with pytest.raises(IntertwineError, match="below 1"):
        boost(momenta(1), torch.tensor([[0.0, 0.0, 1.0]]))
