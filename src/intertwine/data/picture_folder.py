"""A user's own pictures: one folder for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..errors import IntertwineError
from .labelled import Labelled

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")


def load_picture_folder(path: Path, *, side: int | None = None) -> Labelled:
    """Read folder/class/picture.png and its like: x (N, C, H, W) from 0 to 1, y (N,).

    Classes are the subfolders in alphabetical order, and pictures within one are taken by name. All pictures become
    grey where all are, and coloured (C = 3) otherwise. Values of 16 bits become the nearest of 8 below them.

    Args:
        side: scale every picture to side x side pixels; None takes them as they are, all of one size.

    Raises:
        IntertwineError: there are fewer than two classes, a class is empty, a file is damaged or has 32 bits a pixel,
            or sizes differ.
    """
    classes = sorted(entry for entry in path.iterdir() if entry.is_dir()) if path.is_dir() else []
    if len(classes) < 2:
        raise IntertwineError(
            f"{path} holds {len(classes)} folders with pictures. Give a folder with one subfolder for each class, at "
            "least two, such as pictures/cat/1.png and pictures/dog/1.png."
        )
    arrays: list[np.ndarray] = []
    labels: list[int] = []
    for number, folder in enumerate(classes):
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
        if not files:
            raise IntertwineError(f"{folder} holds no pictures ({', '.join(SUFFIXES)}).")
        for file in files:
            arrays.append(_read(file, side))
            labels.append(number)
    return Labelled(_stacked(arrays, path), torch.tensor(labels), tuple(folder.name for folder in classes))


def _read(file: Path, side: int | None) -> np.ndarray:
    """Grey (H, W) or coloured (H, W, 3) values of 8 bits."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as opened:
            if opened.mode in ("I", "F"):
                raise IntertwineError(f"{file} has 32 bits a pixel, of no known range: save it with 8 or 16 bits.")
            if opened.mode.startswith("I;16"):  # which Pillow would cut off at 255
                picture = Image.fromarray((np.asarray(opened) // 257).astype(np.uint8))
            else:
                picture = opened.convert("L" if opened.mode in ("1", "L", "LA") else "RGB")
    except IntertwineError:
        raise
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise IntertwineError(f"{file} is damaged or no picture ({error}).") from error
    if side is not None:
        picture = picture.resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def _stacked(arrays: list[np.ndarray], path: Path) -> torch.Tensor:
    sizes = {array.shape[:2] for array in arrays}
    if len(sizes) > 1:
        few = ", ".join(f"{w} x {h}" for h, w in sorted(sizes)[:3])
        raise IntertwineError(f"The pictures in {path} have different sizes ({few}, ...): give `side` to scale them.")
    if any(array.ndim == 3 for array in arrays):
        arrays = [array if array.ndim == 3 else np.repeat(array[..., None], 3, -1) for array in arrays]
    else:
        arrays = [array[..., None] for array in arrays]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).to(torch.float32) / 255
