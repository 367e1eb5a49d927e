"""The problems: their splits, how they are moved, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.compare import Comparison, Problem, make_problem
from intertwine.data import Labelled, inertia_tensor
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Cube, D, O, S


@pytest.fixture(params=["digits", "inertia", "own"])
def problem(request: pytest.FixtureRequest, small: Comparison) -> Problem:
    spec = {
        "digits": Comparison(D(4), "digits"),
        "inertia": Comparison(O(3), "inertia"),
        "own": small,
    }[request.param]
    return make_problem(spec)


def test_a_repetition_is_fixed_by_its_seed(problem: Problem) -> None:
    first, again, other = problem.split(0), problem.split(0), problem.split(1)
    assert torch.equal(first.train.x, again.train.x)
    assert torch.equal(first.test.y, again.test.y)
    assert not torch.equal(first.test.x, other.test.x)


def test_no_item_is_in_both_parts(problem: Problem) -> None:
    split = problem.split(3)
    rows = torch.cat([split.train.x, split.test.x]).flatten(1)
    # Two of the 1,797 digits are the same picture; nothing else repeats.
    assert len(rows.unique(dim=0)) >= len(rows) - 2


def test_shapes_and_representations_fit(problem: Problem) -> None:
    items = problem.split(0).test
    assert tuple(items.x.shape[1:]) == problem.shape
    assert problem.rho_in.dim == items.x[0].numel()
    outputs = len(problem.classes) if problem.is_classification else items.y.shape[1]
    assert problem.rho_out.dim == outputs


def test_the_representation_is_the_action(problem: Problem) -> None:
    items = problem.split(0).test.take(torch.arange(6))
    g = problem.group.sample(6, generator=torch.Generator().manual_seed(0))
    moved = problem.action_in(g, items.x.double()).flatten(1)
    torch.testing.assert_close(problem.rho_in.apply(g, items.x.double().flatten(1)), moved, atol=1e-12, rtol=0)


def test_training_size_can_be_chosen(small: Comparison) -> None:
    for data in ("digits", "inertia"):
        spec = Comparison(SO(3) if data == "inertia" else C(4), data, examples=50)
        assert len(make_problem(spec).split(0).train) == 50
    assert len(make_problem(replace(small, examples=20)).split(0).train) == 20
    assert len(make_problem(small).split(0).train) == 90


def test_inertia_moves_with_the_body() -> None:
    problem = make_problem(Comparison(O(3), "inertia"))
    items = problem.split(0).test
    for moved in (problem.move(O(3).sample(len(items)), items), problem.turn(37.0, items)):
        torch.testing.assert_close(inertia_tensor(moved.x).flatten(1), moved.y, atol=1e-4, rtol=0)
        assert not torch.allclose(moved.y, items.y, atol=0.1)


def test_turning_bodies_by_an_angle_turns_by_that_angle() -> None:
    problem = make_problem(Comparison(SO(3), "inertia"))
    items = problem.split(0).test
    torch.testing.assert_close(problem.turn(0.0, items).x, items.x)
    half = problem.turn(90.0, problem.turn(90.0, items))
    torch.testing.assert_close(half.x, problem.turn(180.0, items).x, atol=1e-5, rtol=0)


def test_turning_digits_by_right_angles_is_the_group() -> None:
    problem = make_problem(Comparison(C(4), "digits"))
    items = problem.split(0).test.take(torch.arange(5))
    turned = problem.turn(90.0, items)
    torch.testing.assert_close(turned.x, items.x.rot90(1, (2, 3)), atol=1e-5, rtol=0)
    assert problem.angles[0] == 0
    assert problem.angles[-1] == 360


def test_symmetries_that_do_not_fit_are_refused() -> None:
    with pytest.raises(IntertwineError, match="Cube"):
        make_problem(Comparison(C(4), "inertia"))
    make_problem(Comparison(Cube(), "inertia"))
    with pytest.raises(IntertwineError):
        make_problem(Comparison(S(3), "digits"))


def saved(folder: Path, x: np.ndarray, y: np.ndarray) -> str:
    np.savez(folder / "it.npz", x=x, y=y)
    return str(folder / "it.npz")


def test_own_vectors_need_representations_that_fit(tmp_path: Path) -> None:
    group = C(4)
    x, classes, values = np.ones((20, 4)), np.arange(20) % 3, np.ones((20, 2))
    fit = Comparison(group, saved(tmp_path, x, classes), rep_in=2 * group.vector)
    assert make_problem(fit).rho_out == 3 * group.trivial
    for wrong, message in (
        (replace(fit, rep_in=None), "rep_in is missing"),
        (replace(fit, rep_in=group.vector), "of dimension 2, but each row of x has 4"),
        (replace(fit, rep_out=group.vector), "class numbers, which do not move"),
    ):
        with pytest.raises(IntertwineError, match=message):
            make_problem(wrong)
    regression = Comparison(group, saved(tmp_path, x, values), rep_in=2 * group.vector, rep_out=group.vector)
    problem = make_problem(regression)
    assert not problem.is_classification
    moved = problem.move(group.elements()[1], Labelled(torch.eye(4), torch.eye(4)[:, :2]))
    torch.testing.assert_close(moved.y[0], group.vector.matrix(group.elements()[1])[:, 0].float())
    with pytest.raises(IntertwineError, match="of dimension 3, but each row of y has 2"):
        make_problem(replace(regression, rep_out=3 * group.trivial))


def test_too_few_items_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IntertwineError, match="At least 8"):
        make_problem(Comparison(C(4), saved(tmp_path, np.ones((3, 2)), np.arange(3)), rep_in=C(4).vector))


def test_own_data_are_told_apart_by_content(small: Comparison, own_data: Path) -> None:
    before = make_problem(small).fingerprint()
    with np.load(own_data) as stored:
        x, y = stored["x"], stored["y"]
    np.savez(own_data, x=-x, y=y)
    assert make_problem(small).fingerprint() != before


@pytest.mark.data
@pytest.mark.parametrize("name", ["fashion", "mnist"])
@pytest.mark.usefixtures("data_dir")
def test_published_sets(name: str) -> None:
    problem = make_problem(Comparison(C(4), name, examples=100))
    split = problem.split(0)
    assert len(split.train) == 100
    assert len(split.test) == 2000
    assert problem.rho_in.dim == 784
