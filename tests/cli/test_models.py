"""Models and data from the command line: found, checked, and never unpickled."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.cli.models import load_array, load_model
from intertwine.errors import IntertwineError

MODULE = """
import torch
def make(): return torch.nn.Dropout(0.5)
ready = torch.nn.Linear(2, 2)
def wrong(x): return x
number = 3
def broken(): return 3
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module in the current folder."""
    name = "module_of_models"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_a_factory_and_an_instance(module: str) -> None:
    made, ready = load_model(f"{module}:make"), load_model(f"{module}:ready")
    assert isinstance(made, torch.nn.Dropout)
    assert not made.training
    assert isinstance(ready, torch.nn.Linear)


MISTAKES = ["{}:wrong", "{}:number", "{}:broken", "{}:missing", "{}", "nowhere_at_all:make", "a.pt2"]


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_explained(module: str, name: str) -> None:
    with pytest.raises(IntertwineError):
        load_model(name.format(module))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported program with a free batch size."""
    path = tmp_path_factory.mktemp("program") / "model.pt2"
    batch = {0: torch.export.Dim("batch")}
    exported = torch.export.export(torch.nn.Linear(3, 2), (torch.randn(4, 3),), dynamic_shapes=(batch,))
    torch.export.save(exported, path)
    return path


def test_an_exported_program(program: Path) -> None:
    assert load_model(str(program))(torch.randn(7, 3)).shape == (7, 2)


class Bomb:
    """Raises when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


def _rewritten(program: Path, path: Path, changes: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(program) as old, zipfile.ZipFile(path, "w") as new:
        root = old.namelist()[0].partition("/")[0]
        for name in old.namelist():
            inner = name.partition("/")[2]
            new.writestr(name, changes.pop(inner, None) or old.read(name))
        for name, content in changes.items():
            new.writestr(f"{root}/{name}", content)
    return path


def test_pickles_are_refused(program: Path, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save(Bomb(), buffer)
    weights = json.dumps({"config": {"weight": {"path_name": "weight_0", "use_pickle": True}}}).encode()
    hostile = {
        "data/sample_inputs/model.pt": buffer.getvalue(),
        "data/weights/model_weights_config.json": weights,
        "data/weights/model.pt": buffer.getvalue(),
        "data/constants/custom_obj_0": pickle.dumps(Bomb()),
        "data/constants/opaque_obj_0": pickle.dumps(Bomb()),
        "data/aotinductor/model/a.so": b"native",
    }
    for k, (name, content) in enumerate(hostile.items()):
        path = _rewritten(program, tmp_path / f"{k}.pt2", {name: content})
        with pytest.raises(IntertwineError, match="never loaded"):
            load_model(str(path))


def test_a_plain_checkpoint_is_not_a_program(tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(IntertwineError):
        load_model(str(path))
    path.write_bytes(b"not a zip file")
    with pytest.raises(IntertwineError, match="not a program"):
        load_model(str(path))


def test_arrays(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x=np.zeros((3, 2), dtype=np.uint8))
    assert load_array(path, None).dtype == torch.float32
    np.savez(path, x=np.zeros((3, 2)), y=np.ones(3))
    assert load_array(path, "y").shape == (3,)
    with pytest.raises(IntertwineError, match="--array"):
        load_array(path, None)
    with pytest.raises(IntertwineError, match="no array z"):
        load_array(path, "z")
    with pytest.raises(IntertwineError, match="no file"):
        load_array(tmp_path / "none.npz", None)


def test_objects_in_a_data_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x=np.array([Bomb()], dtype=object))
    with pytest.raises(IntertwineError, match="cannot be read"):
        load_array(path, None)
    path.write_bytes(b"garbage")
    with pytest.raises(IntertwineError):
        load_array(path, None)
