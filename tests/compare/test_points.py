"""The route on points, and molecules of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.compare import Comparison, known_routes, make_problem
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, O
from intertwine.groups.base import Group


@pytest.fixture
def molecules(tmp_path: Path) -> Path:
    pytest.importorskip("ase")
    random, lines = np.random.default_rng(0), []
    for k in range(20):
        kinds = "OHH" if k % 2 else "OH"
        lines += [str(len(kinds)), f"Properties=species:S:1:pos:R:3 energy={-70.0 - 10 * len(kinds) + k / 100}"]
        lines += [f"{kind} " + " ".join(f"{v:.4f}" for v in random.normal(size=3)) for kind in kinds]
    path = tmp_path / "water.xyz"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("group", [O(3), SO(3)], ids=str)
@pytest.mark.parametrize("data", ["inertia", "molecules"])
def test_the_network_turns_with_its_points_and_forgets_their_order(group: Group, data: str, molecules: Path) -> None:
    problem = make_problem(Comparison(group, "inertia" if data == "inertia" else str(molecules)))
    torch.manual_seed(0)
    model = known_routes.find("points")().model(problem, (32, 32)).double().eval()
    x = problem.split(0).test.x[:4].double()
    with torch.no_grad():
        still = model(x)
        assert still.shape == (4, problem.rho_out.dim)
        assert float(still.abs().mean()) > 1e-3
        torch.testing.assert_close(model(x.flip(1)), still, atol=1e-10, rtol=0)
        for g in group.sample(3):
            moved = model(problem.action_in(g, x))
            wanted = problem.action_out(g.expand(4, 3, 3), still)
            torch.testing.assert_close(moved, wanted, atol=1e-10, rtol=0)


def test_molecules_may_be_shifted_and_bodies_may_not(molecules: Path) -> None:
    for data, same in ((str(molecules), True), ("inertia", False)):
        problem = make_problem(Comparison(O(3), data))
        model = known_routes.find("points")().model(problem, (32,)).double()
        x = problem.split(0).test.x[:2].double()
        real = x[..., 3:].ne(0).any(2, keepdim=True)
        shifted = torch.cat([x[..., :3] + 0.5 * real, x[..., 3:]], 2)
        with torch.no_grad():
            assert torch.allclose(model(shifted), model(x), atol=1e-10) == same


def test_rows_that_are_no_points_add_nothing(molecules: Path) -> None:
    problem = make_problem(Comparison(O(3), str(molecules)))
    model = known_routes.find("points")().model(problem, (32,)).double()
    x = problem.split(0).test.x[:4].double()
    with torch.no_grad():
        torch.testing.assert_close(model(torch.nn.functional.pad(x, (0, 0, 0, 2))), model(x), atol=1e-10, rtol=0)


def test_energies_are_those_beyond_lone_atoms(molecules: Path) -> None:
    problem = make_problem(Comparison(SO(3), str(molecules)))
    split = problem.split(0)
    assert problem.shape == (3, 5)
    assert len(split.test) == 5
    assert float(torch.cat([split.train.y, split.test.y]).abs().max()) < 0.2
    assert "20 molecules of up to 3 atoms" in problem.source


def test_what_the_route_and_the_problem_refuse(molecules: Path, tmp_path: Path) -> None:
    route = known_routes.find("points")()
    for spec in (Comparison(C(4), "digits"), Comparison(Cube(), "inertia")):
        with pytest.raises(IntertwineError, match=r"points in space and SO\(3\) or O\(3\)"):
            route.model(make_problem(spec), (32,))
    with pytest.raises(IntertwineError, match="turn in space"):
        make_problem(Comparison(C(4), str(molecules)))
    bare = tmp_path / "bare.xyz"
    bare.write_text("1\n\nH 0 0 0\n" * 9)
    with pytest.raises(IntertwineError, match="9 structures, 0 of them with an energy"):
        make_problem(Comparison(O(3), str(bare)))
