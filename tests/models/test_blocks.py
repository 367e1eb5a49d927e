"""Networks whose layers multiply many neighbours, or attend to them: symmetries, smoothness, forces, learning."""

from __future__ import annotations

import math
import os
from typing import Any

import pytest
import torch
from tests.models.crystals import CELL, atoms, crystal_of_four
from torch import Tensor

import intertwine as tw
from intertwine.data import load_rmd17
from intertwine.errors import IntertwineError
from intertwine.models import CrystalNetwork, InteratomicPotential, TensorFieldNetwork, point_features
from intertwine.models.blocks import BLOCKS
from intertwine.nn import radius_graph

TOLERANCE = 1e-10
every_block = pytest.mark.parametrize("block", ["many-body", "attention", "turned"])


@pytest.fixture
def crystal() -> tuple[list[int], Tensor]:
    return crystal_of_four()


@every_block
@pytest.mark.parametrize("G", [tw.O(3), tw.SO(3)], ids=str)
def test_networks_turn_with_their_points(G: Any, block: str) -> None:
    rho_in, rho_out = G.trivial + G.vector, 2 * G.trivial + G.vector * G.vector
    network = TensorFieldNetwork(
        rho_in, rho_out, cutoff=2.0, channels=4, degree=2, attributes=2, block=block, dtype=torch.float64
    )
    positions, x, a = (torch.randn(9, n, dtype=torch.float64) for n in (3, rho_in.dim, 2))
    owner = torch.tensor([0] * 4 + [1] * 5)
    out = network(x, radius_graph(positions, 2.0, structure=owner), a)
    assert float(out.detach().square().mean()) > 1e-4
    for g in G.sample(4):
        turned = radius_graph(positions @ g.mT + torch.randn(3), 2.0, structure=owner)
        torch.testing.assert_close(
            network(rho_in.apply(g, x), turned, a), rho_out.apply(g, out), atol=TOLERANCE, rtol=TOLERANCE
        )
    order = torch.cat([torch.randperm(4), 4 + torch.randperm(5)])
    mixed = network(x[order], radius_graph(positions[order], 2.0, structure=owner), a[order])
    torch.testing.assert_close(mixed, out[order], atol=TOLERANCE, rtol=TOLERANCE)


@every_block
def test_a_lone_scalar_may_come_in(block: str) -> None:
    G = tw.O(3)
    network = TensorFieldNetwork(G.trivial, G.vector, cutoff=2.0, channels=4, degree=1, block=block)
    assert network(torch.ones(5, 1), radius_graph(torch.randn(5, 3), 2.0)).shape == (5, 3)


def test_unknown_blocks_are_refused() -> None:
    with pytest.raises(IntertwineError, match="gate, many-body, attention, turned"):
        InteratomicPotential([1], block="convolution")


def test_features_on_points() -> None:
    assert str(point_features(tw.O(3), 8, 2)) == "8x1 + 8x1o + 8x2e"
    assert point_features(tw.O(3), 2, 2, parity=True).dim == 2 * 2 * 9
    assert point_features(tw.SO(3), 2, 3).dim == 32
    with pytest.raises(IntertwineError, match="SO"):
        point_features(tw.SO(2), 2, 2)


@pytest.mark.parametrize("block", BLOCKS)
def test_the_last_layer_makes_what_is_read(block: str) -> None:
    G = tw.O(3)
    for rho_out, wanted in ((G.trivial, "4x1"), (G.vector + 2 * G.vector, "4x1o"), (G.vector * G.vector, "4x1 + 4x2e")):
        network = TensorFieldNetwork(G.trivial, rho_out, cutoff=2.0, channels=4, block=block)
        assert [str(made.rho_out) for made in network.blocks] == ["4x1 + 4x1o + 4x2e", wanted]


def test_degrees_of_tensors_and_of_harmonics() -> None:
    narrow, wide = (
        TensorFieldNetwork(tw.O(3).trivial, tw.O(3).trivial, cutoff=2.0, degree=1, harmonics=h) for h in (0, 3)
    )
    assert [str(network.blocks[0].rho_out) for network in (narrow, wide)] == ["32x1", "32x1 + 32x1o"]
    assert [network.angular.degree for network in (narrow, wide)] == [0, 3]
    assert wide.degree == 1
    with pytest.raises(IntertwineError, match="harmonics"):
        TensorFieldNetwork(tw.O(3).trivial, tw.O(3).trivial, cutoff=2.0, harmonics=-1)


# --- potentials -------------------------------------------------------------------------------------------------------


@every_block
def test_in_ase(block: str) -> None:
    build = pytest.importorskip("ase.build")
    from intertwine.models import ase_calculator

    copper = build.bulk("Cu", cubic=True)
    copper.rattle(0.1, seed=1)
    potential = InteratomicPotential([29], channels=4, layers=1, cutoff=3.0, block=block, dtype=torch.float64)
    copper.calc = ase_calculator(potential)
    own = potential.predict(copper, stress=True)
    assert copper.get_potential_energy() == pytest.approx(float(own.energy))
    assert copper.get_stress(voigt=False).tolist() == pytest.approx(own.stress[0].numpy())  # type: ignore[index]


@every_block
def test_many_bodies_are_told_apart(block: str) -> None:
    """One layer of products sees angles; with distances alone, `degree=0`, no single layer does."""

    def spread(degree: int) -> float:
        model = InteratomicPotential(
            [1], cutoff=1.5, channels=4, degree=degree, harmonics=None, layers=1, block=block, dtype=torch.float64
        )
        found = []
        for angle in (0.9, 1.3):
            bent = [math.cos(angle), math.sin(angle), 0]
            positions = torch.tensor([[0.0, 0, 0], [1.0, 0, 0], bent], dtype=torch.float64)
            graph = model.gather(atoms([1, 1, 1], positions))
            centre = model.network(
                model.embedding(torch.zeros(3, dtype=torch.int64)), graph.graph, torch.ones(3, 1).double()
            )
            found.append(float(centre[0].detach()))
        return abs(found[0] - found[1])

    if block == "many-body":
        assert spread(1) > 1e-9
    assert spread(0) < 1e-12


@every_block
def test_crystals_too(block: str, crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    network = CrystalNetwork(7, channels=4, hidden=(8,), block=block, dtype=torch.float64)
    still = network.predict(atoms(numbers, positions, CELL))
    for g in tw.O(3).sample(2):
        turned = network.predict(atoms(numbers, positions @ g.mT, CELL @ g.mT))
        torch.testing.assert_close(turned, still, atol=TOLERANCE, rtol=TOLERANCE)


@pytest.mark.data
@pytest.mark.skipif("INTERTWINE_DATA" not in os.environ, reason="needs INTERTWINE_DATA")
@every_block
def test_forces_of_a_real_molecule_are_learnt(block: str) -> None:
    """Ethanol of rMD17 from 20 structures: forces of others within 60 % of their mean size, from 100 %."""
    train, test = load_rmd17("ethanol", "train")[:20], load_rmd17("ethanol", "test")[:20]
    forces, others = (torch.cat([s.forces for s in part if s.forces is not None]) for part in (train, test))
    model = InteratomicPotential(
        [1, 6, 8], cutoff=4.0, channels=16, block=block, scale=float(forces.std()), neighbours=7
    )
    batch, unseen = model.gather(train), model.gather(test)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        (model.predict(batch, keep_graph=True).forces - forces).square().mean().backward()
        optimizer.step()
    error = (model.predict(unseen).forces - others).abs().mean() / others.abs().mean()
    assert float(error) < 0.6
