"""Fashion-MNIST and MNIST: 60,000 + 10,000 grey pictures of 28 x 28 pixels in ten classes."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch

from ..errors import IntertwineError
from .labelled import Labelled
from .source import RemoteFile, local_folder

SIDE = 28
IMAGES_MAGIC, LABELS_MAGIC = 2051, 2049
"""The first four bytes of an IDX file: unsigned bytes in three or in one dimension."""


@dataclass(frozen=True)
class PictureSet:
    """A published set: where its four files are, and how a local copy under INTERTWINE_DATA is laid out.

    `local` names either a folder with the four gzip files, or a pattern such as "images/mnist_{part}.npz"
    of files with the arrays x (N, 28, 28) and y (N,), both of unsigned bytes.
    """

    name: str
    classes: tuple[str, ...]
    files: Mapping[tuple[str, str], RemoteFile]
    """(part, kind) -> file, where part is "train" or "test" and kind is "images" or "labels"."""
    local: str


def _files(
    folder: str, bases: tuple[str, ...], checksums: tuple[str, str, str, str]
) -> Mapping[tuple[str, str], RemoteFile]:
    """The four IDX files that both sets consist of; checksums in the order of the list below."""
    parts = (
        ("train", "images", "train-images-idx3-ubyte.gz", 16 + 60_000 * SIDE * SIDE),
        ("train", "labels", "train-labels-idx1-ubyte.gz", 8 + 60_000),
        ("test", "images", "t10k-images-idx3-ubyte.gz", 16 + 10_000 * SIDE * SIDE),
        ("test", "labels", "t10k-labels-idx1-ubyte.gz", 8 + 10_000),
    )
    return MappingProxyType(
        {
            (part, kind): RemoteFile(folder, name, tuple(base + name for base in bases), size, checksum)
            for (part, kind, name, size), checksum in zip(parts, checksums, strict=True)
        }
    )


FASHION = PictureSet(
    name="fashion",
    classes=("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
    files=_files(
        "fashion",
        (
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        (
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    local="images/fashion_mnist",
)

MNIST = PictureSet(
    name="mnist",
    classes=tuple("0123456789"),
    files=_files(
        "mnist",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    local="images/mnist_{part}.npz",
)

CATALOGUE: Mapping[str, PictureSet] = MappingProxyType({s.name: s for s in (FASHION, MNIST)})


def load_pictures(which: PictureSet, part: str) -> Labelled:
    """The "train" or "test" part: x (N, 1, 28, 28) grey from 0 to 1, y (N,).

    The files are read from the folder INTERTWINE_DATA where it holds them, else from the cache, into which
    they are fetched once from the public source. Either way the content is compared with the published
    sha256.

    Raises:
        IntertwineError: a file is truncated, has another content than the published one, or cannot be had.
    """
    images, labels = _stored(which, part)
    pixels = _array(images, IMAGES_MAGIC, which.files[part, "images"].name).reshape(-1, 1, SIDE, SIDE)
    numbers = _array(labels, LABELS_MAGIC, which.files[part, "labels"].name)
    x = torch.tensor(pixels, dtype=torch.float32) / 255
    return Labelled(x, torch.tensor(numbers, dtype=torch.int64), which.classes)


def _stored(which: PictureSet, part: str) -> tuple[bytes, bytes]:
    """The two IDX files of a part as bytes, checked."""
    images, labels = which.files[part, "images"], which.files[part, "labels"]
    folder = local_folder()
    if folder is not None:
        place = folder / which.local.format(part=part)
        if place.is_dir():
            return images.read(place / images.name), labels.read(place / labels.name)
        if place.is_file():
            return _from_npz(place, images, labels)
    return images.content(), labels.content()


def _from_npz(path: Path, images: RemoteFile, labels: RemoteFile) -> tuple[bytes, bytes]:
    """The arrays x and y of an .npz file in the form of IDX files, so that the same checksums apply."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            x, y = stored["x"], stored["y"]
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, KeyError) as error:
        raise IntertwineError(f"{path} is truncated or damaged ({error}).") from error
    pixels = struct.pack(">IIII", IMAGES_MAGIC, len(x), SIDE, SIDE) + x.astype(np.uint8).tobytes()
    numbers = struct.pack(">II", LABELS_MAGIC, len(y)) + y.astype(np.uint8).tobytes()
    images.check(pixels, path)
    labels.check(numbers, path)
    return pixels, numbers


def _array(content: bytes, magic: int, name: str) -> np.ndarray:
    """Decode an IDX file of unsigned bytes: a magic number, the sizes, the bytes."""
    axes = magic % 256
    if content[:4] != struct.pack(">I", magic):
        raise IntertwineError(f"{name} does not begin with {magic}: it is no IDX file of this kind.")
    shape = struct.unpack(f">{axes}I", content[4 : 4 * (1 + axes)])
    return np.frombuffer(content, dtype=np.uint8, offset=4 * (1 + axes)).reshape(shape)
