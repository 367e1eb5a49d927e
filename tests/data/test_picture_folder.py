"""Folders of pictures of every depth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.data import load_picture_folder
from intertwine.errors import IntertwineError

Image = pytest.importorskip("PIL.Image")


def save(folder: Path, *arrays: np.ndarray, suffix: str = ".png") -> Path:
    """One class for each array."""
    for number, array in enumerate(arrays):
        (folder / str(number)).mkdir()
        Image.fromarray(array).save(folder / str(number) / f"picture{suffix}")
    return folder


def test_16_bits_keep_their_brightness(tmp_path: Path) -> None:
    deep = np.array([[0, 257], [30000, 65535]], dtype=np.uint16)
    found = load_picture_folder(save(tmp_path, deep, (deep // 257).astype(np.uint8)))
    assert found.x.shape == (2, 1, 2, 2)
    torch.testing.assert_close(found.x[0], found.x[1], rtol=0, atol=0)
    assert found.x[0].unique().numel() == 4


def test_grey_and_coloured_pictures_together_are_coloured(tmp_path: Path) -> None:
    grey, red = np.full((2, 3), 51, dtype=np.uint8), np.zeros((2, 3, 3), dtype=np.uint8)
    red[..., 0] = 255
    found = load_picture_folder(save(tmp_path, grey, red))
    assert found.x.shape == (2, 3, 2, 3)
    assert found.x[0].unique().tolist() == pytest.approx([0.2])
    assert found.x[1].mean((1, 2)).tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_32_bits_are_refused(tmp_path: Path, kind: type) -> None:
    with pytest.raises(IntertwineError, match="32 bits"):
        load_picture_folder(save(tmp_path, *np.ones((2, 2, 2), dtype=kind), suffix=".tif"))


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path, *np.ones((2, 2, 2), dtype=np.uint8))
    (folder / "1" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(IntertwineError, match="damaged"):
        load_picture_folder(folder)
