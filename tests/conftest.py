"""Shared by all tests: fixed seeds, a watch on global torch state, and the folder of local data sets."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False, max_examples=500)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def seeds() -> None:
    """Every test starts from the same random state, whichever ran before it."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def global_state_is_restored() -> Iterator[None]:
    """Fail a test that leaves torch's global settings changed, and put them back for the next one."""
    before = _global_state()
    yield
    after = _global_state()
    torch.set_default_dtype(before["default dtype"])
    torch.set_grad_enabled(before["grad mode"])
    torch.set_num_threads(before["number of threads"])
    leaked = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert not leaked, f"the test changed torch's global state (before, after): {leaked}"


def _global_state() -> dict:
    return {
        "default dtype": torch.get_default_dtype(),
        "grad mode": torch.is_grad_enabled(),
        "number of threads": torch.get_num_threads(),
    }


@pytest.fixture
def generator() -> torch.Generator:
    """A seeded generator for `sample(n, generator=...)`."""
    return torch.Generator().manual_seed(0)


@pytest.fixture
def data_dir() -> Path:
    """The folder of local data sets that INTERTWINE_DATA points to."""
    folder = os.environ.get("INTERTWINE_DATA")
    if not folder:
        pytest.skip("INTERTWINE_DATA is not set; it should point to the folder of local data sets")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"INTERTWINE_DATA={folder} is not a folder")
    return path
