"""Jets: the local sets, the public one, and small stand-ins for both."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from intertwine.data import (
    JET_SETS,
    TOP_JETS,
    TOP_TAGGING_FILES,
    JetSet,
    StoredFile,
    load_jets,
    load_top_tagging,
    local_folder,
    mass,
)
from intertwine.errors import IntertwineError


def some_jets(count: int, particles: int) -> np.ndarray:
    """Massless particles in float32, in falling order of transverse momentum, with padding."""
    generator = np.random.default_rng(0)
    p = 40 * generator.normal(size=(count, particles, 3))
    order = np.argsort(-np.hypot(p[..., 0], p[..., 1]), axis=1)
    p = np.take_along_axis(p, order[..., None], axis=1)
    momenta = np.concatenate([np.linalg.norm(p, axis=-1, keepdims=True), p], axis=-1).astype(np.float32)
    momenta[np.arange(particles) >= generator.integers(2, particles + 1, size=(count, 1))] = 0
    return momenta


def stored(path: Path) -> StoredFile:
    """The description of a file that exists."""
    content = path.read_bytes()
    return StoredFile(path.name, path.name, f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JetSet:
    """Thirty jets of up to twelve particles under INTERTWINE_DATA."""
    split = np.repeat([0, 1, 2], 10).astype(np.int8)
    label = (np.arange(30) % 2).astype(np.int8)
    np.savez(tmp_path / "small.npz", Pmu=some_jets(30, 12), label=label, split=split)
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path))
    return JetSet("small", ("a", "b"), stored(tmp_path / "small.npz"), "Invented.")


def test_parts_in_float64_and_on_shell(small: JetSet) -> None:
    parts = [load_jets(small, part) for part in ("train", "validation", "test")]
    assert [part.x.shape for part in parts] == [(10, 12, 4)] * 3
    x = torch.cat([part.x for part in parts])
    assert x.dtype == torch.float64
    assert (x[..., 0] >= x[..., 1:].norm(dim=-1)).all()
    np.testing.assert_allclose(x.numpy(), some_jets(30, 12), rtol=2e-7)
    assert parts[1].y.tolist() == [0, 1] * 5
    assert parts[0].classes == ("a", "b")


def test_the_leading_particles(small: JetSet) -> None:
    everything = load_jets(small, "train").x
    assert torch.equal(load_jets(small, "train", 5).x, everything[:, :5])
    with pytest.raises(IntertwineError, match="at least one particle"):
        load_jets(small, "train", 0)


def test_bad_requests_and_files(small: JetSet, tmp_path: Path) -> None:
    with pytest.raises(IntertwineError, match=r"no part 'val'.*train, validation, test"):
        load_jets(small, "val")
    path = tmp_path / "small.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(IntertwineError, match="truncated"):
        load_jets(small, "train")
    with pytest.raises(IntertwineError, match="damaged, or lacks"):
        load_jets(replace(small, file=stored(path)), "train")
    np.savez(path, Pmu=np.zeros((3, 2, 4)), label=np.zeros(3))
    with pytest.raises(IntertwineError, match="split"):
        load_jets(replace(small, file=stored(path)), "train")
    path.unlink()
    with pytest.raises(IntertwineError, match="does not exist"):
        load_jets(small, "train")


@pytest.mark.data
@pytest.mark.parametrize(("name", "counts"), [("top", (12_000, 4_000, 4_000)), ("quark-gluon", (3_000, 1_000, 1_000))])
def test_the_sets_themselves(name: str, counts: tuple[int, ...]) -> None:
    folder = local_folder()
    if folder is None or not (folder / JET_SETS[name].file.local).is_file():
        pytest.skip("INTERTWINE_DATA does not hold the simulated jets")
    parts = [load_jets(JET_SETS[name], part) for part in ("train", "validation", "test")]
    assert tuple(len(part) for part in parts) == counts
    for part in parts:
        assert (part.x[..., 0] >= part.x[..., 1:].norm(dim=-1)).all()
        assert 0.45 < part.y.double().mean() < 0.55
    heavy, light = (mass(parts[0].x[parts[0].y == k].sum(1)).median() for k in (1, 0))
    if name == "top":
        assert light < 100 < 170 < heavy < 185
    else:
        assert heavy < light


HAS_TABLES = all(importlib.util.find_spec(name) for name in ("pandas", "tables"))
needs_tables = pytest.mark.skipif(not HAS_TABLES, reason="pandas and PyTables are not installed")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, StoredFile]:
    """A file laid out as the public set is: 200 particles a row, the true top, two flags."""
    import pandas as pd  # pyright: ignore[reportMissingImports]

    momenta = np.zeros((25, 200, 4), np.float32)
    momenta[:, :12] = some_jets(25, 12)
    columns = [f"{name}_{k}" for k in range(200) for name in ("E", "PX", "PY", "PZ")]
    frame = pd.DataFrame(momenta.reshape(25, 800), columns=columns)
    frame = frame.assign(truthE=0.0, truthPX=0.0, truthPY=0.0, truthPZ=0.0, ttv=1, is_signal_new=np.arange(25) % 2)
    frame.to_hdf(tmp_path / "val.h5", key="table", format="table")
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path))
    return {"validation": stored(tmp_path / "val.h5")}


@needs_tables
@pytest.mark.filterwarnings("ignore")
def test_the_public_table(table: dict[str, StoredFile], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intertwine.data.top_tagging.ROWS", 10)
    items = load_top_tagging("validation", 12, files=table)
    np.testing.assert_allclose(items.x.numpy(), some_jets(25, 12), rtol=2e-7)
    assert items.y.tolist() == [0, 1] * 12 + [0]
    assert load_top_tagging("validation", files=table).x.shape == (25, 200, 4)
    first = load_top_tagging("validation", 3, 15, files=table)
    assert torch.equal(first.x, items.x[:15, :3])
    assert first.y.dtype == torch.int64


@needs_tables
@pytest.mark.filterwarnings("ignore")
def test_what_is_no_such_table(table: dict[str, StoredFile], tmp_path: Path) -> None:
    path = tmp_path / "val.h5"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(IntertwineError, match="truncated"):
        load_top_tagging("validation", files=table)
    path.write_bytes(b"something else")
    with pytest.raises(IntertwineError, match="not a table of jets"):
        load_top_tagging("validation", files={"validation": stored(path)})


def test_the_public_set_needs_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(IntertwineError, match=r"pandas and tables is missing: pip install 'intertwine\[jets\]'"):
        load_top_tagging("train")
    with pytest.raises(IntertwineError, match="no part 'valid'"):
        load_top_tagging("valid")


def test_the_published_files_are_described_completely() -> None:
    assert [file.name for file in TOP_TAGGING_FILES.values()] == ["train.h5", "val.h5", "test.h5"]
    for file in TOP_TAGGING_FILES.values():
        algorithm, digest = file.checksum.split(":")
        assert (algorithm, len(digest)) == ("md5", 32)
        assert all(url.startswith("https://zenodo.org/") and file.name in url for url in file.urls)
    assert TOP_JETS.file.urls == ()
