"""Networks on points in captured graphs: torch.export with any sizes, torch.compile, autocast."""

from __future__ import annotations

import io
from typing import Any

import pytest
import torch
from tests.models.crystals import CELL, atoms, crystal_of_four
from torch.export import Dim, ShapesCollection
from torch.utils import _pytree as pytree

import intertwine as tw
from intertwine.models import CrystalNetwork, InteratomicPotential, TensorFieldNetwork, export_potential
from intertwine.models.blocks import BLOCKS
from intertwine.nn import radius_graph

every_block = pytest.mark.parametrize("block", BLOCKS)


def potential(block: str) -> InteratomicPotential:
    options = {"channels": 4, "harmonics": 2, "layers": 1, "hidden": (8,)}
    return InteratomicPotential([1, 6, 8], cutoff=3.0, block=block, dtype=torch.float64, **options)


def molecule(size: int) -> Any:
    return atoms([6, 8, *[1] * (size - 2)], torch.randn(size, 3, dtype=torch.float64) * 1.2)


def exported(model: torch.nn.Module, given: tuple[Any, ...]) -> Any:
    """The model as a program with all sizes free, written and read again."""
    free = ShapesCollection()
    for leaf in pytree.tree_leaves(given):
        free[leaf] = {0: Dim.AUTO}
    return reread(torch.export.export(model, given, dynamic_shapes=free.dynamic_shapes(model, given)))


def reread(program: torch.export.ExportedProgram) -> Any:
    file = io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    return torch.export.load(file).module()


@pytest.mark.compile
@every_block
def test_energies_in_a_program_of_any_size(block: str) -> None:
    model = potential(block)
    few, many = model.gather([molecule(4), molecule(5)]), model.gather([molecule(7)])
    program = exported(model, (few.numbers, few.graph))
    for batch in (few, many):
        torch.testing.assert_close(program(batch.numbers, batch.graph), model(batch.numbers, batch.graph))


@pytest.mark.compile
@pytest.mark.parametrize("periodic", [False, True])
def test_energies_and_forces_in_a_program(periodic: bool) -> None:
    model = potential("many-body" if periodic else "gate")
    numbers, positions = crystal_of_four()
    crystal = atoms(numbers, positions, CELL)
    program = reread(export_potential(model, crystal if periodic else molecule(4)))
    others = [atoms(numbers[:3], positions[:3], CELL), crystal, crystal] if periodic else [molecule(9)]
    batch, wanted = model.gather(others), model.predict(others)
    energy, forces = program(batch.numbers, batch.graph)
    torch.testing.assert_close(energy, wanted.energy)
    torch.testing.assert_close(forces, wanted.forces)
    with pytest.raises(IndexError):
        program(batch.numbers + 20, batch.graph)


@pytest.mark.compile
def test_other_networks_in_programs() -> None:
    G = tw.O(3)
    field = TensorFieldNetwork(G.trivial, G.trivial + G.vector, cutoff=2.0, channels=4, degree=1, pool="mean")
    owner = torch.tensor([0] * 4 + [1] * 5)
    given = torch.ones(9, 1), radius_graph(torch.randn(9, 3), 2.0, structure=owner)
    other = torch.randn(6, 1), radius_graph(torch.randn(6, 3), 2.0)
    torch.testing.assert_close(exported(field, given)(*other), field(*other))
    crystals = CrystalNetwork(3, kind="spectrum", channels=4, hidden=(8,))
    few, many = crystals.gather([molecule(4), molecule(5)]), crystals.gather([molecule(6)])
    program = exported(crystals, (few.numbers, few.graph))
    torch.testing.assert_close(program(many.numbers, many.graph), crystals(many.numbers, many.graph))


@pytest.mark.compile
@every_block
def test_compiled_energies_and_forces(block: str) -> None:
    model = potential(block)
    batch = model.gather([molecule(4), molecule(5)])
    wanted = model.predict(batch)
    torch.compiler.reset()
    model.compile(backend="aot_eager", fullgraph=True)
    found = model.predict(batch)
    torch.testing.assert_close(found.energy, wanted.energy)
    torch.testing.assert_close(found.forces, wanted.forces)


@every_block
def test_autocast(block: str) -> None:
    model = potential(block).float()
    batch = model.gather([molecule(4), molecule(5)])
    wanted = model.predict(batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = model.predict(batch)
    size = float(wanted.forces.abs().max())
    torch.testing.assert_close(found.energy, wanted.energy, atol=0.1, rtol=0.05)
    torch.testing.assert_close(found.forces, wanted.forces, atol=0.1 * size, rtol=0.1)


@pytest.mark.compile
def test_a_tensor_field_compiled_and_in_low_precision() -> None:
    G = tw.O(3)
    network = TensorFieldNetwork(G.trivial, G.trivial + G.vector, cutoff=2.0, channels=4, degree=1, pool="sum")
    graph, x = radius_graph(torch.randn(10, 3), 2.0), torch.ones(10, 1)
    torch.compiler.reset()
    captured = torch.compile(network, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(captured(x, graph), network(x, graph))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = network(x, graph)
    torch.testing.assert_close(low.float(), network(x, graph), atol=0.3, rtol=0.1)
