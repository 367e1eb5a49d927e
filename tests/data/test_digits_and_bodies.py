"""The embedded digits and the synthetic bodies."""

from __future__ import annotations

import pytest
import torch

from intertwine.data import Labelled, draw_bodies, inertia_tensor, load_digits
from intertwine.errors import IntertwineError


def test_digits_are_the_published_set() -> None:
    digits = load_digits()
    assert digits.x.shape == (1797, 1, 8, 8)
    assert digits.x.dtype == torch.float32
    assert (digits.x.min(), digits.x.max()) == (0, 1)
    # Class counts of the published test part.
    assert torch.bincount(digits.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_inputs_and_answers_must_pair_up() -> None:
    with pytest.raises(IntertwineError, match="3 inputs and 2 answers"):
        Labelled(torch.zeros(3, 1), torch.zeros(2))


def test_take_keeps_pairs_together() -> None:
    digits = load_digits()
    chosen = digits.take(torch.tensor([5, 1]))
    assert torch.equal(chosen.x, digits.x[[5, 1]])
    assert chosen.y.tolist() == digits.y[[5, 1]].tolist()
    assert chosen.classes == digits.classes


def test_inertia_of_a_rod_and_of_two_masses() -> None:
    rod = torch.tensor([[[0.0, 0.0, 2.0, 1.0], [0.0, 0.0, -2.0, 1.0]]])
    assert torch.equal(inertia_tensor(rod)[0], torch.diag(torch.tensor([8.0, 8.0, 0.0])))
    oblique = torch.tensor([[1.0, 1.0, 0.0, 2.0]])
    assert torch.equal(inertia_tensor(oblique), torch.tensor([[2.0, -2.0, 0.0], [-2.0, 2.0, 0.0], [0.0, 0.0, 4.0]]))


def test_inertia_turns_and_mirrors_with_the_body() -> None:
    generator = torch.Generator().manual_seed(0)
    bodies = draw_bodies(6, generator=generator).x.double()
    g, _ = torch.linalg.qr(torch.randn(3, 3, dtype=torch.float64, generator=generator))
    turned = torch.cat([bodies[..., :3] @ g.T, bodies[..., 3:]], dim=-1)
    torch.testing.assert_close(inertia_tensor(turned), g @ inertia_tensor(bodies) @ g.T, atol=1e-12, rtol=0)


def test_bodies_stand_upright_and_repeat_by_seed() -> None:
    bodies = draw_bodies(4000, points=2, generator=torch.Generator().manual_seed(1))
    again = draw_bodies(4000, points=2, generator=torch.Generator().manual_seed(1))
    assert torch.equal(bodies.x, again.x)
    assert bodies.x.shape == (4000, 2, 4)
    spread = bodies.x[..., :3].flatten(0, 1).std(dim=0)
    assert spread[2] > 2 * spread[:2].max()
    assert (bodies.x[..., 3] > 0).all()
    torch.testing.assert_close(bodies.y, inertia_tensor(bodies.x.double()).flatten(1).float(), atol=1e-5, rtol=0)
