"""Files that are complete or absent."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from intertwine.compare import store
from intertwine.errors import IntertwineError


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "value.json"
    assert store.read_json(path) is None
    store.write_json(path, {"a": [1, None, "ü"]})
    assert store.read_json(path) == {"a": [1, None, "ü"]}
    tensors = {"w": torch.arange(3.0), "n": 2, "list": [{"x": 0.5}]}
    store.write_tensors(tmp_path / "w.pt", tensors)
    read = store.read_tensors(tmp_path / "w.pt")
    assert read is not None
    assert torch.equal(read["w"], tensors["w"])
    assert read["list"] == tensors["list"]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied"])
@pytest.mark.parametrize("name", ["v.json", "v.pt"])
def test_every_damage_is_noticed(tmp_path: Path, damage: str, name: str) -> None:
    path = tmp_path / name
    write, read = (store.write_json, store.read_json) if name == "v.json" else (store.write_tensors, store.read_tensors)
    write(path, {"a": 1})
    content = path.read_bytes()
    middle = (len(content) + store.SEAL_LENGTH) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    path.write_bytes({"truncated": content[:-3], "flipped": flipped, "emptied": b""}[damage])
    with pytest.raises(store.Damaged, match="checksum"):
        read(path)


def test_an_interrupted_write_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "value.json"
    store.write_json(path, "old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.write_json(path, "new")
    assert store.read_json(path) == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["value.json"]


def test_numbers_that_json_does_not_know_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        store.write_json(tmp_path / "v.json", float("nan"))


def test_damage_is_an_error_of_the_library() -> None:
    assert issubclass(store.Damaged, IntertwineError)
