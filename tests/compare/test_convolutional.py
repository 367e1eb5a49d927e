"""The convolutional routes, and pictures from a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from intertwine.compare import Comparison, known_routes, make_problem
from intertwine.data import load_picture_folder
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, D, O
from intertwine.groups.base import Group


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for name in ("cat", "dog", "fox"):
        (tmp_path / name).mkdir()
        for k in range(5):
            pixels = random.integers(0, 256, (9, 9), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{k}.png")
    return tmp_path


@pytest.mark.parametrize("route", ["steerable", "harmonic"])
@pytest.mark.parametrize("group", [C(4), D(4)], ids=str)
def test_symmetric_routes_are_invariant(group: Group, route: str) -> None:
    problem = make_problem(Comparison(group, "digits"))
    torch.manual_seed(0)
    model = known_routes.find(route)().model(problem, (32, 32)).double().eval()
    x = problem.split(0).test.x[:6].double()
    with torch.no_grad():
        for g in group.elements():
            torch.testing.assert_close(model(problem.action_in(g, x)), model(x), atol=1e-10, rtol=0)


def test_the_control_has_about_the_channels_of_the_others_and_no_symmetry() -> None:
    problem = make_problem(Comparison(C(4), "digits"))
    cnn, steerable = (known_routes.find(name)().model(problem, (64, 64)) for name in ("cnn", "steerable"))
    first = [next(m for m in model.modules() if type(m).__name__ == "Conv2d") for model in (cnn, steerable)]
    assert first[0].rho_out.dim == first[1].rho_out.dim == 16
    x = problem.split(0).test.x[:4]
    with torch.no_grad():
        assert not torch.allclose(cnn.eval()(torch.rot90(x, 1, (2, 3))), cnn(x), atol=1e-3)


@pytest.mark.parametrize("group", [SO(2), O(2)], ids=str)
def test_continuous_groups_take_part(group: Group) -> None:
    problem = make_problem(Comparison(group, "digits"))
    for route in ("steerable", "harmonic"):
        model = known_routes.find(route)().model(problem, (32, 32))
        assert model(problem.split(0).test.x[:2]).shape == (2, 10)


def test_problems_without_pictures_are_refused() -> None:
    problem = make_problem(Comparison(SO(3), "inertia"))
    for route in ("cnn", "steerable", "harmonic"):
        with pytest.raises(IntertwineError, match="pictures"):
            known_routes.find(route)().model(problem, (32,))


def test_a_folder_of_pictures_is_a_problem(folder: Path) -> None:
    problem = make_problem(Comparison(C(4), str(folder)))
    assert problem.classes == ("cat", "dog", "fox")
    assert problem.shape == (1, 9, 9)
    split = problem.split(0)
    assert len(split.train) + len(split.test) == 15
    assert 0 <= float(split.train.x.min()) <= float(split.train.x.max()) <= 1


def test_colours_and_sizes(folder: Path) -> None:
    Image.fromarray(np.zeros((9, 9, 3), dtype=np.uint8)).save(folder / "cat" / "9.png")
    assert load_picture_folder(folder).x.shape == (16, 3, 9, 9)
    Image.fromarray(np.zeros((12, 9), dtype=np.uint8)).save(folder / "dog" / "9.png")
    with pytest.raises(IntertwineError, match="different sizes"):
        load_picture_folder(folder)
    assert load_picture_folder(folder, side=6).x.shape == (17, 3, 6, 6)


def test_folders_that_are_no_data_say_why(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(IntertwineError, match="subfolder"):
        load_picture_folder(folder / "cat")
    (folder / "dog" / "0.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(IntertwineError, match="damaged"):
        load_picture_folder(folder)
    (folder / "empty").mkdir()
    with pytest.raises(IntertwineError):
        load_picture_folder(folder)
