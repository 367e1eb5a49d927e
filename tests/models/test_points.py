"""Networks on points: rotations, reflections, translations, permutations, exact derivatives, smoothness."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tests.models.crystals import CELL, atoms, crystal_of_four
from torch import Tensor

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.models import InteratomicPotential, TensorFieldNetwork, fit_shifts
from intertwine.nn import radius_graph

TOLERANCE = 1e-10
POTENTIALS: dict[str, dict[str, Any]] = {
    "degree 2": {},
    "both parities": {"parity": True},
    "degree 3": {"degree": 3},
    "harmonics 3": {"degree": 1, "harmonics": 3},
    "many-body, harmonics 3": {"block": "many-body", "degree": 1, "harmonics": 3},
    **{block: {"block": block} for block in ("many-body", "attention", "turned")},
    **{
        f"{block}, both parities": {"block": block, "degree": 1, "parity": True}
        for block in ("many-body", "attention", "turned")
    },
}


@pytest.fixture
def crystal() -> tuple[list[int], Tensor]:
    return crystal_of_four()


@pytest.fixture(params=POTENTIALS.values(), ids=list(POTENTIALS))
def potential(request: pytest.FixtureRequest) -> InteratomicPotential:
    options = {"block": "gate", "degree": 2, "harmonics": None, **request.param}
    return InteratomicPotential(
        [1, 6, 8], cutoff=3.5, channels=4, layers=2, hidden=(8,), dtype=torch.float64, **options
    )


@pytest.mark.parametrize("G", [tw.O(3), tw.SO(3)], ids=str)
@pytest.mark.parametrize("pool", [None, "sum", "mean"])
def test_tensor_field_networks_turn_with_their_points(G: Any, pool: str | None) -> None:
    rho_in, rho_out = G.trivial + G.vector, 2 * G.trivial + G.vector * G.vector
    network = TensorFieldNetwork(
        rho_in, rho_out, cutoff=2.0, channels=4, degree=3, attributes=2, pool=pool, dtype=torch.float64
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


def test_parity_is_what_tells_mirror_images_apart() -> None:
    """The control: rotations alone leave a pseudoscalar, reflections of O(3) do not."""
    G = tw.SO(3)
    chiral = TensorFieldNetwork(G.trivial, G.trivial, cutoff=4.0, channels=4, layers=3, dtype=torch.float64)
    full = TensorFieldNetwork(
        tw.O(3).trivial, tw.O(3).trivial, cutoff=4.0, channels=4, layers=3, parity=True, dtype=torch.float64
    )
    positions, x = torch.randn(6, 3, dtype=torch.float64), torch.ones(6, 1, dtype=torch.float64)
    for network, changes in ((chiral, True), (full, False)):
        still, mirrored = (network(x, radius_graph(r, 4.0)) for r in (positions, -positions))
        assert (float((still - mirrored).detach().abs().max()) > 1e-6) == changes


def test_answers_that_would_stay_zero_are_refused() -> None:
    G = tw.O(3)
    with pytest.raises(IntertwineError, match=r"no hidden tensor leads to 0o.*parity=True"):
        TensorFieldNetwork(G.trivial, G.trivial + G.irrep("0o"), cutoff=2.0, channels=4)
    with pytest.raises(IntertwineError, match=r"leads to 2e.*degree \(now 1\)"):
        TensorFieldNetwork(G.trivial, G.irrep("2e"), cutoff=2.0, channels=4, degree=1)
    pseudoscalar = TensorFieldNetwork(
        G.trivial, G.irrep("0o"), cutoff=4.0, channels=4, layers=3, parity=True, dtype=torch.float64
    )
    positions, x = torch.randn(6, 3, dtype=torch.float64), torch.ones(6, 1, dtype=torch.float64)
    still, mirrored = (pseudoscalar(x, radius_graph(r, 4.0)) for r in (positions, -positions))
    assert float(still.detach().abs().max()) > 1e-8
    torch.testing.assert_close(mirrored, -still, atol=TOLERANCE, rtol=TOLERANCE)


def test_energy_forces_and_stress_turn_with_the_crystal(
    potential: InteratomicPotential, crystal: tuple[list[int], Tensor]
) -> None:
    numbers, positions = crystal
    still = potential.predict(atoms(numbers, positions, CELL), stress=True)
    assert still.stress is not None
    assert float(still.forces.abs().mean()) > 1e-3
    for g in tw.O(3).sample(6):
        moved = atoms(numbers, positions @ g.mT + torch.randn(3), CELL @ g.mT)
        turned = potential.predict(moved, stress=True)
        for found, wanted in (
            (turned.energy, still.energy),
            (turned.forces, still.forces @ g.mT),
            (turned.stress, g @ still.stress @ g.mT),
        ):
            torch.testing.assert_close(found, wanted, atol=TOLERANCE, rtol=TOLERANCE)


def test_like_atoms_may_be_exchanged(potential: InteratomicPotential, crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    order = torch.tensor([3, 1, 0, 2])
    still = potential.predict(atoms(numbers, positions, CELL))
    mixed = potential.predict(atoms([numbers[k] for k in order], positions[order], CELL))
    torch.testing.assert_close(mixed.energy, still.energy, atol=TOLERANCE, rtol=0)
    torch.testing.assert_close(mixed.forces, still.forces[order], atol=TOLERANCE, rtol=TOLERANCE)


def test_a_larger_cell_holds_as_much_energy_per_atom(
    potential: InteratomicPotential, crystal: tuple[list[int], Tensor]
) -> None:
    numbers, positions = crystal
    double = CELL.clone()
    double[0] *= 2
    one = potential.predict(atoms(numbers, positions, CELL), stress=True)
    two = potential.predict(atoms(numbers * 2, torch.cat([positions, positions + CELL[0]]), double), stress=True)
    torch.testing.assert_close(two.energy, 2 * one.energy, atol=TOLERANCE, rtol=0)
    torch.testing.assert_close(two.stress, one.stress, atol=TOLERANCE, rtol=TOLERANCE)


def test_forces_and_stress_are_numerical_derivatives(
    potential: InteratomicPotential, crystal: tuple[list[int], Tensor]
) -> None:
    numbers, positions = crystal
    found, h = potential.predict(atoms(numbers, positions, CELL), stress=True), 1e-5

    def energy(r: Tensor, c: Tensor) -> float:
        return float(potential.predict(atoms(numbers, r, c)).energy)

    for i, k in ((0, 0), (1, 2), (3, 1)):
        step = torch.zeros_like(positions)
        step[i, k] = h
        slope = (energy(positions + step, CELL) - energy(positions - step, CELL)) / (2 * h)
        assert float(found.forces[i, k]) == pytest.approx(-slope, abs=1e-6)
    assert found.stress is not None
    volume = float(torch.linalg.det(CELL))
    for a, b in ((0, 0), (1, 2)):
        strain = torch.zeros(3, 3, dtype=torch.float64)
        strain[a, b] += h / 2
        strain[b, a] += h / 2
        plus, minus = ((positions + s * positions @ strain, CELL + s * CELL @ strain) for s in (1, -1))
        slope = (energy(*plus) - energy(*minus)) / (2 * h * volume)
        assert float(found.stress[0, a, b]) == pytest.approx(slope, abs=1e-6)


def test_energy_and_forces_are_smooth_at_the_cutoff(potential: InteratomicPotential) -> None:
    def leaving(distance: float, companion: bool) -> tuple[float, Tensor]:
        """An atom on its way out of the sight of one that may have another neighbour."""
        positions = torch.tensor([[0.0, 0, 0], [distance, 0, 0], [0, 1, 0]])
        found = potential.predict(atoms([1, 8, 6][: 2 + companion], positions[: 2 + companion]))
        return float(found.energy), found.forces

    for companion in (False, True):
        without, at_rest = leaving(potential.cutoff + 1e-3, companion)
        for gap in (1e-2, 1e-3):
            energy, forces = leaving(potential.cutoff - gap, companion)
            assert abs(energy - without) < 10 * gap**3  # the envelope vanishes with two derivatives
            assert float((forces - at_rest).abs().max()) < 30 * gap**2
        assert not at_rest[1].any()


def test_lone_and_isolated_atoms(potential: InteratomicPotential) -> None:
    far = torch.tensor([[0.0, 0, 0], [50, 0, 0]], dtype=torch.float64)
    pair, h, o = (potential.predict(atoms(z, far[: len(z)])) for z in ([1, 8], [1], [8]))
    torch.testing.assert_close(pair.energy, h.energy + o.energy, atol=TOLERANCE, rtol=0)
    assert not pair.forces.any()


def test_batches_are_their_structures(potential: InteratomicPotential, crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    periodic, free = atoms(numbers, positions, CELL), atoms(numbers[:3], positions[:3])
    both = potential.predict([free, periodic])
    alone = [potential.predict(s) for s in (free, periodic)]
    torch.testing.assert_close(both.energy, torch.cat([p.energy for p in alone]), atol=TOLERANCE, rtol=0)
    torch.testing.assert_close(both.forces, torch.cat([p.forces for p in alone]), atol=TOLERANCE, rtol=0)
    joined = potential.predict([potential.gather(s) for s in (free, periodic)])
    torch.testing.assert_close(joined.forces, both.forces, atol=TOLERANCE, rtol=0)


def test_graphs_as_pyg_holds_them(potential: InteratomicPotential, crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    data = SimpleNamespace(
        z=torch.tensor(numbers * 2),
        pos=torch.cat([positions, positions + 1]),
        cell=torch.stack([CELL, CELL]),
        batch=torch.tensor([0] * 4 + [1] * 4),
    )
    energy = potential.predict(data).energy
    wanted = potential.predict(atoms(numbers, positions, CELL)).energy
    torch.testing.assert_close(energy, wanted.expand(2), atol=TOLERANCE, rtol=0)


def test_forces_can_be_trained(potential: InteratomicPotential, crystal: tuple[list[int], Tensor]) -> None:
    numbers, positions = crystal
    batch = potential.gather(atoms(numbers, positions))
    weight = max(potential.network.blocks[0].parameters(), key=len)

    def loss() -> Tensor:
        return potential.predict(batch, keep_graph=True).forces.square().sum()

    loss().backward()
    assert all(p.grad is None or bool(p.grad.isfinite().all()) for p in potential.parameters())
    assert weight.grad is not None
    slope, h = float(weight.grad.flatten()[0]), 1e-5
    values = []
    for step in (h, -2 * h):
        with torch.no_grad():
            weight.view(-1)[0] += step
        values.append(float(loss().detach()))
    assert slope == pytest.approx((values[0] - values[1]) / (2 * h), rel=1e-5, abs=1e-8)


def test_saving_takes_no_code(potential: InteratomicPotential, tmp_path: Path) -> None:
    molecule = atoms([1, 8], torch.tensor([[0.0, 0, 0], [0.9, 0, 0]]))
    potential.save(tmp_path / "water.pt")
    again = InteratomicPotential.load(tmp_path / "water.pt")
    torch.testing.assert_close(again.predict(molecule).energy, potential.predict(molecule).energy, atol=0, rtol=0)
    torch.save({"weights": 1}, tmp_path / "other.pt")
    with pytest.raises(IntertwineError, match="holds no InteratomicPotential"):
        InteratomicPotential.load(tmp_path / "other.pt")
    whole = (tmp_path / "water.pt").read_bytes()
    for number in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "part.pt").write_bytes(whole[:number])
        with pytest.raises(IntertwineError, match="cut off"):
            InteratomicPotential.load(tmp_path / "part.pt")
    content = torch.load(tmp_path / "water.pt")
    torch.save({**content, "weights": {"embedding.weight": torch.ones(1)}}, tmp_path / "older.pt")
    with pytest.raises(IntertwineError, match="layers differ"):
        InteratomicPotential.load(tmp_path / "older.pt")


def test_shifts_of_any_size_cost_no_digits() -> None:
    molecule = atoms([1, 8], torch.tensor([[0.0, 0, 0], [0.9, 0, 0]]))
    shifts = [-1e7, 3e7]
    bare, shifted = (InteratomicPotential([1, 8], channels=4, layers=1, shifts=s) for s in (None, shifts))
    difference = shifted.predict(molecule).energy - bare.predict(molecule).energy
    assert float(difference) == pytest.approx(2e7, abs=1e-7)


def test_shifts_explain_energies_of_lone_atoms() -> None:
    numbers = [torch.tensor(z) for z in ([1, 1], [8, 8], [8, 1, 1])]
    energies = torch.tensor([2 * -13.5, 2 * -2041.25, -2041.25 - 27.0], dtype=torch.float64)
    assert fit_shifts([1, 8], numbers, energies) == pytest.approx([-13.5, -2041.25])
    alone = fit_shifts([1, 8], [torch.tensor([8, 1, 1])] * 3, torch.tensor([-30.0, -31.0, -29.0]))
    assert 2 * alone[0] + alone[1] == pytest.approx(-30.0)


def test_what_a_potential_does_not_know_is_refused(potential: InteratomicPotential) -> None:
    one = torch.zeros(1, 3)
    with pytest.raises(IntertwineError, match=r"\[2\] are unknown .* \[1, 6, 8\]"):
        potential.predict(atoms([2], one))
    with pytest.raises(IntertwineError, match="needs periodic cells"):
        potential.predict(atoms([1], one), stress=True)
    with pytest.raises(IntertwineError, match="one place"):
        potential.predict(atoms([1, 1], torch.zeros(2, 3)))
    with pytest.raises(IntertwineError, match=r"numbers. and .positions"):
        potential.predict("water")
    with pytest.raises(IntertwineError, match="no structure"):
        potential.predict([])
    with pytest.raises(IntertwineError, match="different atomic numbers"):
        InteratomicPotential([1, 1])
    with pytest.raises(IntertwineError, match="8 for oxygen"):
        InteratomicPotential(["H"])  # type: ignore[list-item]
    for shifts in ([0.0], [0.0, float("nan")]):
        with pytest.raises(IntertwineError, match="as many finite shifts"):
            InteratomicPotential([1, 8], shifts=shifts)
    with pytest.raises(IntertwineError, match="no atoms"):
        potential.predict(SimpleNamespace(numbers=[], positions=np.zeros((0, 3))))
    with pytest.raises(IntertwineError, match="whole numbers"):
        potential.predict(SimpleNamespace(numbers=[1.5], positions=[[0.0, 0, 0]]))
    with pytest.raises(IntertwineError, match="as many finite energies"):
        fit_shifts([1], [torch.tensor([1])], torch.zeros(2))


def test_the_calculator_of_ase_in_other_units() -> None:
    build = pytest.importorskip("ase.build")
    from intertwine.models import ase_calculator

    potential = InteratomicPotential([29], channels=4, layers=2, cutoff=2.0, dtype=torch.float64)
    copper = build.bulk("Cu", cubic=True)
    copper.rattle(0.1, seed=1)
    copper.calc = ase_calculator(potential, energy_unit=2.0, length_unit=2.0)
    halved = copper.copy()
    halved.set_cell(copper.cell / 2, scale_atoms=True)
    own = potential.predict(halved, stress=True)
    assert copper.get_potential_energy() == pytest.approx(2 * float(own.energy))
    np.testing.assert_allclose(copper.get_forces(), own.forces.numpy(), atol=1e-12)
    assert own.stress is not None
    np.testing.assert_allclose(copper.get_stress(voigt=False), own.stress[0].numpy() / 4, atol=1e-12)
    again = pickle.loads(pickle.dumps(copper.calc))
    assert again.get_potential_energy(copper) == pytest.approx(copper.get_potential_energy())


def test_hessians_by_vmap_are_numerical_derivatives(potential: InteratomicPotential) -> None:
    positions = torch.tensor([[0.0, 0, 0], [1.1, 0.2, 0], [-0.3, 0.9, 0.5]], dtype=torch.float64)
    numbers, h = [8, 1, 1], 1e-4
    graph = potential.gather(atoms(numbers, positions)).graph
    r = positions.clone().requires_grad_()
    energy = potential(torch.tensor(numbers), graph.moved(r))
    (slope,) = torch.autograd.grad(energy.sum(), r, create_graph=True)
    every = torch.eye(9, dtype=torch.float64).view(9, 3, 3)
    hessian = torch.vmap(lambda v: torch.autograd.grad(slope, r, v, retain_graph=True)[0])(every)
    torch.testing.assert_close(hessian.view(9, 9), hessian.view(9, 9).mT)
    for column in (0, 4, 8):
        plus, minus = (
            potential.predict(atoms(numbers, positions + sign * h * every[column])).forces for sign in (1, -1)
        )
        torch.testing.assert_close(hessian[column], (minus - plus) / (2 * h), atol=1e-6, rtol=1e-5)
