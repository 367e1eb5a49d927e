"""Networks whose layers multiply many neighbours, or attend to them: symmetries, smoothness, forces, learning."""

from __future__ import annotations

import math
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

import intertwine as tw
from intertwine.data import load_rmd17
from intertwine.errors import IntertwineError
from intertwine.models import CrystalNetwork, InteratomicPotential, TensorFieldNetwork
from intertwine.nn import radius_graph

TOLERANCE = 1e-10
CELL = torch.tensor([[3.2, 0, 0], [0.6, 3.4, 0], [-0.3, 0.5, 3.1]], dtype=torch.float64)
every_block = pytest.mark.parametrize("block", ["many-body", "attention", "turned"])


def atoms(numbers: list[int], positions: Tensor, cell: Tensor | None = None) -> Any:
    found = SimpleNamespace(numbers=numbers, positions=positions.numpy())
    if cell is not None:
        found.cell, found.pbc = cell.numpy(), [True] * 3
    return found


@pytest.fixture(
    params=[
        "many-body",
        "many-body, both parities",
        "attention",
        "attention, both parities",
        "turned",
        "turned, both parities",
    ]
)
def potential(request: pytest.FixtureRequest) -> InteratomicPotential:
    block, *parity = request.param.split(", ")
    return InteratomicPotential(
        [1, 6, 8],
        cutoff=3.5,
        channels=4,
        layers=2,
        degree=1 if parity else 2,
        parity=bool(parity),
        hidden=(8,),
        block=block,
        dtype=torch.float64,
    )


@pytest.fixture
def crystal() -> tuple[list[int], Tensor]:
    return [1, 6, 8, 6], torch.rand(4, 3, dtype=torch.float64) @ CELL


# --- features of any type ---------------------------------------------------------------------------------------------


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


# --- potentials -------------------------------------------------------------------------------------------------------


def test_energy_forces_and_stress_turn_with_the_crystal(
    potential: InteratomicPotential, crystal: tuple[list[int], Tensor]
) -> None:
    numbers, positions = crystal
    still = potential.predict(atoms(numbers, positions, CELL), stress=True)
    assert still.stress is not None
    assert float(still.forces.abs().mean()) > 1e-3
    for g in tw.O(3).sample(4):
        moved = atoms(numbers, positions @ g.mT + torch.randn(3), CELL @ g.mT)
        turned = potential.predict(moved, stress=True)
        for found, wanted in (
            (turned.energy, still.energy),
            (turned.forces, still.forces @ g.mT),
            (turned.stress, g @ still.stress @ g.mT),
        ):
            torch.testing.assert_close(found, wanted, atol=TOLERANCE, rtol=TOLERANCE)


def test_forces_are_numerical_derivatives(potential: InteratomicPotential, crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    found, h = potential.predict(atoms(numbers, positions, CELL)), 1e-5
    for i, k in ((0, 0), (1, 2), (3, 1)):
        step = torch.zeros_like(positions)
        step[i, k] = h
        plus, minus = (float(potential.predict(atoms(numbers, positions + s * step, CELL)).energy) for s in (1, -1))
        assert float(found.forces[i, k]) == pytest.approx(-(plus - minus) / (2 * h), abs=1e-6)


def test_energy_and_forces_are_smooth_at_the_cutoff(potential: InteratomicPotential) -> None:
    """A third atom leaves the neighbourhood of the first of two that stay."""

    def trimer(distance: float) -> tuple[float, float]:
        positions = torch.tensor([[0.0, 0, 0], [-1.0, 0.5, 0], [distance, 0, 0]])
        found = potential.predict(atoms([1, 6, 8], positions))
        return float(found.energy), float(found.forces[2].abs().max())

    beyond = trimer(potential.cutoff + 1e-3)
    assert beyond[1] == 0
    for gap in (1e-2, 1e-3):
        energy, force = trimer(potential.cutoff - gap)
        assert abs(energy - beyond[0]) < 100 * gap**3
        assert force < 300 * gap**2


def test_lone_and_isolated_atoms(potential: InteratomicPotential) -> None:
    far = torch.tensor([[0.0, 0, 0], [50, 0, 0]], dtype=torch.float64)
    pair, h, o = (potential.predict(atoms(z, far[: len(z)])) for z in ([1, 8], [1], [8]))
    torch.testing.assert_close(pair.energy, h.energy + o.energy, atol=TOLERANCE, rtol=0)
    assert not pair.forces.any()


def test_forces_can_be_trained(potential: InteratomicPotential, crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    batch = potential.gather(atoms(numbers, positions))
    weight = max(potential.network.blocks[0].parameters(), key=len)

    def loss() -> Tensor:
        return potential.predict(batch, keep_graph=True).forces.square().sum()

    loss().backward()
    assert all(p.grad is None or bool(p.grad.isfinite().all()) for p in potential.parameters())
    assert weight.grad is not None
    slope, h, values = float(weight.grad.flatten()[0]), 1e-5, []
    for step in (h, -2 * h):
        with torch.no_grad():
            weight.view(-1)[0] += step
        values.append(float(loss().detach()))
    assert slope == pytest.approx((values[0] - values[1]) / (2 * h), rel=1e-4, abs=1e-7)


def test_saved_and_loaded(potential: InteratomicPotential, tmp_path: Path) -> None:
    molecule = atoms([1, 8], torch.tensor([[0.0, 0, 0], [0.9, 0, 0]]))
    potential.save(tmp_path / "water.pt")
    again = InteratomicPotential.load(tmp_path / "water.pt")
    torch.testing.assert_close(again.predict(molecule).energy, potential.predict(molecule).energy, atol=0, rtol=0)


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
            [1], cutoff=1.5, channels=4, degree=degree, layers=1, block=block, dtype=torch.float64
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
        [1, 6, 8], cutoff=4.0, channels=16, degree=1, layers=2, block=block, scale=float(forces.std()), neighbours=7
    )
    batch, unseen = model.gather(train), model.gather(test)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        (model.predict(batch, keep_graph=True).forces - forces).square().mean().backward()
        optimizer.step()
    error = (model.predict(unseen).forces - others).abs().mean() / others.abs().mean()
    assert float(error) < 0.6
