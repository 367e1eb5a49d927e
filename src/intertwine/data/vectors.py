"""A user's own arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import torch

from ..errors import IntertwineError
from .labelled import Labelled

HOW_TO_SAVE = "Save it by np.savez(path, x=..., y=...)."


def load_vectors(path: str | Path) -> Labelled:
    """Read an .npz file with the arrays `x` and `y`.

    x (N, n) numbers, one vector a row; y (N,) whole numbers from 0 on for classes, or (N, m) numbers for a
    regression (a single value a row is (N, 1)). Nothing in the file is executed: pickled objects are
    refused.

    Raises:
        IntertwineError: the file is missing, damaged, lacks an array, or an array has the wrong shape or
        contains
            values that are not finite.
    """
    path = Path(path)
    arrays = _read(path)
    x = _numbers(path, "x", arrays["x"])
    if x.ndim != 2:
        raise IntertwineError(
            f"{path}: x has the shape {tuple(x.shape)}. It must be (N, n): one row for each item, flattened."
        )
    if len(x) == 0:
        raise IntertwineError(f"{path}: x has no rows.")
    y = arrays["y"]
    if np.issubdtype(y.dtype, np.integer) or y.dtype == bool:
        return _classes(path, x, y)
    return Labelled(x, _values(path, _numbers(path, "y", y)))


def _read(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise IntertwineError(f"There is no file {path}.")
    try:
        with path.open("rb") as stream:
            stored = np.load(stream, allow_pickle=False)
            if not isinstance(stored, np.lib.npyio.NpzFile):
                raise IntertwineError(f"{path} holds one bare array. {HOW_TO_SAVE}")
            missing = {"x", "y"} - set(stored.files)
            if missing:
                raise IntertwineError(
                    f"{path} holds {', '.join(stored.files) or 'nothing'}, "
                    f"but {' and '.join(sorted(missing))} is missing. {HOW_TO_SAVE}"
                )
            return {"x": stored["x"], "y": stored["y"]}
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise IntertwineError(f"{path} is damaged or not an .npz file ({error}).") from error
    except IntertwineError:
        raise
    except ValueError as error:
        raise IntertwineError(f"{path}: {error}. Only arrays of numbers are read, never pickles.") from error


def _numbers(path: Path, name: str, array: np.ndarray) -> torch.Tensor:
    if not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        raise IntertwineError(f"{path}: {name} holds {array.dtype}, not real numbers.")
    if not np.isfinite(array).all():
        raise IntertwineError(f"{path}: {name} has infinite or missing values (NaN). Remove those rows first.")
    return torch.tensor(array, dtype=torch.float32)


def _classes(path: Path, x: torch.Tensor, y: np.ndarray) -> Labelled:
    labels = torch.tensor(y.astype(np.int64))
    if labels.ndim != 1 or int(labels.min()) < 0:
        raise IntertwineError(
            f"{path}: y holds whole numbers of the shape {tuple(y.shape)}. Classes must be one number a row, "
            "counted from 0; for a regression store floating-point numbers, (N, m)."
        )
    return Labelled(x, labels, tuple(str(k) for k in range(int(labels.max()) + 1)))


def _values(path: Path, y: torch.Tensor) -> torch.Tensor:
    if y.ndim != 2:
        raise IntertwineError(
            f"{path}: y has the shape {tuple(y.shape)}. For a regression it must be (N, m), also for m = 1; for "
            "classes store whole numbers of an integer type."
        )
    return y
