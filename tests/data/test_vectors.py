"""A user's own .npz file: what is read, and what is refused and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.data import load_vectors
from intertwine.errors import IntertwineError


def saved(folder: Path, **arrays: np.ndarray) -> Path:
    path = folder / "mine.npz"
    np.savez(path, **arrays)  # pyright: ignore[reportArgumentType]
    return path


def test_whole_numbers_are_classes(tmp_path: Path) -> None:
    data = load_vectors(saved(tmp_path, x=np.eye(4), y=np.array([0, 2, 1, 2])))
    assert data.classes == ("0", "1", "2")
    assert data.x.dtype == torch.float32
    assert data.y.dtype == torch.int64


def test_floating_point_numbers_are_values(tmp_path: Path) -> None:
    data = load_vectors(saved(tmp_path, x=np.eye(3), y=np.ones((3, 2))))
    assert data.classes == ()
    assert data.y.shape == (3, 2)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.eye(3)}, "y is missing"),
        ({"x": np.ones((2, 2, 2)), "y": np.array([0, 1])}, "must be \\(N, n\\)"),
        ({"x": np.ones((0, 2)), "y": np.array([], dtype=int)}, "no rows"),
        ({"x": np.array([[np.nan], [1.0]]), "y": np.array([0, 1])}, "NaN"),
        ({"x": np.eye(2), "y": np.array([-1, 1])}, "counted from 0"),
        ({"x": np.eye(2), "y": np.array([[0, 1], [1, 0]])}, "one number a row"),
        ({"x": np.eye(2), "y": np.array([0.5, 1.5])}, "also for m = 1"),
        ({"x": np.eye(2), "y": np.array([0, 1, 1])}, "2 inputs and 3 answers"),
        ({"x": np.array([["a"], ["b"]]), "y": np.array([0, 1])}, "not real numbers"),
        ({"x": np.eye(2) * 1j, "y": np.array([0, 1])}, "not real numbers"),
        ({"x": np.array([{"a": 1}], dtype=object), "y": np.array([0])}, "never pickles"),
    ],
)
def test_bad_arrays_are_refused_with_the_reason(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        load_vectors(saved(tmp_path, **arrays))


def test_missing_truncated_and_foreign_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IntertwineError, match="no file"):
        load_vectors(tmp_path / "absent.npz")
    path = saved(tmp_path, x=np.eye(4), y=np.arange(4))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(IntertwineError, match="damaged"):
        load_vectors(path)
    path.write_text("hello")
    with pytest.raises(IntertwineError, match=r"mine\.npz"):
        load_vectors(path)
    bare = tmp_path / "bare.npy"
    np.save(bare, np.eye(2))
    with pytest.raises(IntertwineError, match="one bare array"):
        load_vectors(bare)
