"""Models and data named on the command line: a factory in a module, an exported program, an .npz file. No pickles."""

from __future__ import annotations

import importlib
import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError

Model = Callable[[Tensor], Tensor]


def load_model(name: str) -> Model:
    """The model that `name` stands for, in evaluation mode.

    Args:
        name: "package.module:factory", where the factory is a `torch.nn.Module` instance or is called without arguments
            to make a model (the current folder can be imported from); or the path of a `torch.export` program, "*.pt2".

    Raises:
        IntertwineError: when nothing is found there, when the factory makes nothing that can be called, or when the
            exported program holds pickled objects or native code, which are never loaded.
    """
    if name.endswith(".pt2"):
        return _exported(Path(name))
    module_name, colon, attribute = name.partition(":")
    if not colon or not module_name or not attribute:
        raise IntertwineError(
            f'the model "{name}" is neither "package.module:factory" nor a .pt2 file. A checkpoint alone is not a '
            "model: write a factory that builds the model and loads its weights, or export it with torch.export.save."
        )
    made = _attribute(module_name, attribute)
    model = made if isinstance(made, torch.nn.Module) else _call(made, name)
    return model.eval() if isinstance(model, torch.nn.Module) else model


def _attribute(module_name: str, attribute: str) -> Any:
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module_name}.".startswith(f"{missing.name}."):
            raise
        raise IntertwineError(f"no module {module_name} is installed or in the current folder") from missing
    if not hasattr(module, attribute):
        raise IntertwineError(f"the module {module_name} has no {attribute}")
    return getattr(module, attribute)


def _call(factory: object, name: str) -> Model:
    if not callable(factory):
        raise IntertwineError(f"{name} is a {type(factory).__name__}, neither a model nor a function that makes one")
    try:
        model = cast(Model, factory())
    except TypeError as error:
        raise IntertwineError(f"{name} is called without arguments to make the model, which failed: {error}") from error
    if not callable(model):
        raise IntertwineError(f"{name}() made a {type(model).__name__}, which cannot be called on a batch of inputs")
    return model


def _exported(path: Path) -> Model:
    if not path.is_file():
        raise IntertwineError(f"there is no file {path}")
    _refuse_pickles(path)
    return torch.export.load(path).module()


def _refuse_pickles(path: Path) -> None:
    """Check an exported program before torch reads it, since `torch.export.load` would unpickle what it finds."""
    try:
        with zipfile.ZipFile(path) as archive:
            contents = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
            doubled = len(contents) != len(archive.namelist())
    except zipfile.BadZipFile as error:
        raise IntertwineError(f"{path} is not a program saved by torch.export.save") from error
    if doubled or "archive_version" not in contents:
        raise IntertwineError(f"{path} is damaged, or saved by a torch older than 2.8; export it again")
    for name, content in contents.items():
        if _is_pickled(name, content):
            raise IntertwineError(f"{path} holds native code or pickled objects ({name}), which are never loaded")


def _is_pickled(name: str, content: bytes) -> bool:
    folder, _, file = name.rpartition("/")
    if name.startswith("data/aotinductor"):
        return True
    if folder == "data/sample_inputs":  # a file of torch.save; it is plain tensors or it is refused
        try:
            torch.load(io.BytesIO(content), weights_only=True)
        except (UnpicklingError, RuntimeError):
            return True
        return False
    if folder not in ("data/weights", "data/constants"):
        return False
    if file.endswith("_config.json"):
        entries = json.loads(content).get("config", {}).values()
        return any(entry.get("use_pickle", True) for entry in entries)
    return file.endswith(".pt") or file.startswith(("custom_obj", "opaque_obj"))


def load_array(path: Path, name: str | None) -> Tensor:
    """One array of an .npz file as a tensor, whole numbers as float32.

    Raises:
        IntertwineError: when the file or the array is missing, holds objects, or several arrays leave a choice.
    """
    if not path.is_file():
        raise IntertwineError(f"there is no file {path}")
    try:
        with np.load(path, allow_pickle=False) as file:
            if isinstance(file, np.ndarray):
                raise IntertwineError(f"{path} is a single array; save it with np.savez(path, x=array)")
            if name is None and len(file.files) > 1:
                raise IntertwineError(f"{path} holds the arrays {', '.join(file.files)}; choose one with --array")
            if name is not None and name not in file.files:
                raise IntertwineError(f"{path} has no array {name}; it holds {', '.join(file.files)}")
            array = file[name or file.files[0]]
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        if isinstance(error, IntertwineError):
            raise
        raise IntertwineError(f"{path} cannot be read as an .npz file of numbers: {error}") from error
    if array.dtype.kind not in "biufc":
        raise IntertwineError(f"the array holds {array.dtype}, not numbers")
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.float()
