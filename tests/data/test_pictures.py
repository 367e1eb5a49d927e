"""The loaders of published sets: local copy, cache, download, and files that are not what they should be."""

from __future__ import annotations

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.data import CATALOGUE, PictureSet, cache_folder, load_pictures, local_folder
from intertwine.data.source import RemoteFile
from intertwine.errors import IntertwineError

PIXELS = np.arange(3 * 28 * 28, dtype=np.uint8).reshape(3, 28, 28)
LABELS = np.array([2, 0, 1], dtype=np.uint8)
IMAGES_IDX = struct.pack(">IIII", 2051, 3, 28, 28) + PIXELS.tobytes()
LABELS_IDX = struct.pack(">II", 2049, 3) + LABELS.tobytes()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder that plays the public source."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "images.gz").write_bytes(gzip.compress(IMAGES_IDX))
    (folder / "labels.gz").write_bytes(gzip.compress(LABELS_IDX))
    return folder


@pytest.fixture
def small(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PictureSet:
    """A set of three pictures, whose first mirror does not answer."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("INTERTWINE_DATA", raising=False)

    def file(name: str, content: bytes) -> RemoteFile:
        urls = ((source / "gone" / name).as_uri(), (source / name).as_uri())
        return RemoteFile("small", name, urls, len(content), hashlib.sha256(content).hexdigest())

    files = {("train", "images"): file("images.gz", IMAGES_IDX), ("train", "labels"): file("labels.gz", LABELS_IDX)}
    return PictureSet("small", ("a", "b", "c"), files, "images/small_{part}.npz")


def test_fetched_once_from_the_mirror_that_answers(small: PictureSet, source: Path) -> None:
    data = load_pictures(small, "train")
    assert torch.equal(data.x, torch.tensor(PIXELS).float()[:, None] / 255)
    assert data.y.tolist() == [2, 0, 1]
    for file in source.iterdir():
        file.unlink()
    assert torch.equal(load_pictures(small, "train").x, data.x)
    assert sorted(p.name for p in (cache_folder() / "small").iterdir()) == ["images.gz", "labels.gz"]


def test_a_truncated_download_is_refused_and_leaves_nothing(small: PictureSet, source: Path) -> None:
    packed = (source / "images.gz").read_bytes()
    (source / "images.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(IntertwineError, match=r"(?s)could not be fetched.*truncated.*INTERTWINE_DATA"):
        load_pictures(small, "train")
    assert not list(cache_folder().rglob("*.*"))
    (source / "images.gz").write_bytes(packed)
    assert len(load_pictures(small, "train")) == 3


def test_a_download_with_another_content_is_refused(small: PictureSet, source: Path) -> None:
    (source / "labels.gz").write_bytes(gzip.compress(LABELS_IDX[:-1] + b"\x09"))
    with pytest.raises(IntertwineError, match=r"not the published labels\.gz"):
        load_pictures(small, "train")


def test_a_damaged_cache_is_refused_and_kept(small: PictureSet) -> None:
    load_pictures(small, "train")
    path = cache_folder() / "small" / "images.gz"
    damaged = path.read_bytes()[:-20]
    path.write_bytes(damaged)
    with pytest.raises(IntertwineError, match=r"truncated.*left in place"):
        load_pictures(small, "train")
    assert path.read_bytes() == damaged
    path.rename(path.with_suffix(".away"))
    assert len(load_pictures(small, "train")) == 3


def test_a_local_copy_is_preferred_and_checked(
    small: PictureSet, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in source.iterdir():
        file.unlink()
    folder = tmp_path / "local"
    (folder / "images").mkdir(parents=True)
    monkeypatch.setenv("INTERTWINE_DATA", str(folder))
    path = folder / "images" / "small_train.npz"
    np.savez(path, x=PIXELS, y=LABELS)
    assert load_pictures(small, "train").y.tolist() == [2, 0, 1]
    np.savez(path, x=PIXELS, y=LABELS[::-1].copy())
    with pytest.raises(IntertwineError, match=r"not the published labels\.gz"):
        load_pictures(small, "train")
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(IntertwineError, match="truncated or damaged"):
        load_pictures(small, "train")


def test_a_local_folder_of_gzip_files(small: PictureSet, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERTWINE_DATA", str(source.parent))
    there = PictureSet(small.name, small.classes, small.files, source.name)
    assert len(load_pictures(there, "train")) == 3
    (source / "labels.gz").unlink()
    with pytest.raises(IntertwineError, match=r"labels\.gz is missing"):
        load_pictures(there, "train")


def test_a_wrong_setting_of_the_local_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(IntertwineError, match="no such folder"):
        local_folder()


def test_a_file_of_another_kind_is_named(small: PictureSet) -> None:
    files = {**small.files, ("train", "images"): small.files["train", "labels"]}
    swapped = PictureSet("small", small.classes, files, "x")
    with pytest.raises(IntertwineError, match="does not begin with 2051"):
        load_pictures(swapped, "train")


@pytest.mark.data
@pytest.mark.parametrize("name", ["fashion", "mnist"])
def test_the_published_sets(name: str) -> None:
    if local_folder() is None:
        pytest.skip("INTERTWINE_DATA is not set: no local copy of the published sets to check")
    test = load_pictures(CATALOGUE[name], "test")
    assert test.x.shape == (10_000, 1, 28, 28)
    if name == "fashion":
        assert torch.bincount(test.y).tolist() == [1000] * 10
    else:
        assert torch.bincount(test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
