"""Small jets that stand in for the simulated ones, and a jets reproduction small enough to run in seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intertwine.data import JetSet, StoredFile
from intertwine.reproduce.jets import tagging
from intertwine.reproduce.jets.sizes import SIZES


def invented_jets(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Jets along x of 7 to 14 particles: a single spray (0), or two sprays apart (1)."""
    generator = np.random.default_rng(seed)
    label = np.arange(count) % 2
    energy = np.sort(generator.exponential(40, size=(count, 14)) + 1, axis=1)[:, ::-1]
    angle = 0.08 * generator.normal(size=(count, 14, 2))
    angle[..., 0] += label[:, None] * generator.choice([-0.3, 0.3], size=(count, 14))
    ones = np.ones((count, 14, 1))
    direction = np.concatenate([ones, angle], axis=-1)
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    momenta = energy[..., None] * np.concatenate([ones, direction], axis=-1)
    momenta[np.arange(14) >= generator.integers(7, 15, size=(count, 1))] = 0
    return momenta.astype(np.float32), label.astype(np.int8)


def jet_set(name: str, folder: Path, seed: int) -> JetSet:
    """A file of 160 invented jets, 100 of them to train on, and its description."""
    momenta, label = invented_jets(160, seed)
    path = folder / f"{name}.npz"
    np.savez(path, Pmu=momenta, label=label, split=np.repeat([0, 1, 2], [100, 30, 30]).astype(np.int8))
    content = path.read_bytes()
    file = StoredFile(path.name, path.name, f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))
    return JetSet(name, ("one spray", "two sprays"), file, "Invented sprays.")


@pytest.fixture(scope="session")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For the session: both sets of jets are invented ones, and the quick size trains on fewer of them."""
    folder = tmp_path_factory.mktemp("jets")
    sets = {name: jet_set(name, folder, seed) for seed, name in enumerate(("top", "quark-gluon"))}
    train = {"top": {40: 2, 80: 2}, "quark-gluon": {60: 1}}
    quick = replace(SIZES["quick"], train=train)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERTWINE_DATA", str(folder))
        patch.setattr(tagging, "JET_SETS", sets)
        patch.setattr("intertwine.reproduce.jets.findings.JET_SETS", sets)
        patch.setattr(tagging.JetTagging, "sizes", {**SIZES, "quick": quick})
        yield
