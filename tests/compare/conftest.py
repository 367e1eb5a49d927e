"""A comparison small enough to run in a second, and the packages it needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from intertwine.compare import Budget, Comparison, Results, run
from intertwine.groups import C

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")


@pytest.fixture
def own_data(tmp_path: Path) -> Path:
    """Plane vectors in pairs; the class says whether they are longer or shorter than one together."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(120, 4))
    path = tmp_path / "mine.npz"
    np.savez(path, x=x, y=(np.square(x).sum(1) > 3).astype(int))
    return path


@pytest.fixture
def small(own_data: Path, tmp_path: Path) -> Comparison:
    """Two routes and two seeds on 90 vectors."""
    return Comparison(
        group=C(4),
        data=str(own_data),
        rep_in=2 * C(4).vector,
        routes=("plain", "average"),
        seeds=2,
        budget=Budget(epochs=4, batch_size=32, learning_rate=0.01),
        hidden=(8, 8),
        out=tmp_path / "out",
    )


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Path]:
    """All four routes on a few digits, once for all tests that only read."""
    out = tmp_path_factory.mktemp("digits")
    spec = Comparison(
        group=C(4), seeds=2, budget=Budget(epochs=3, learning_rate=0.01), hidden=(16, 16), examples=200, out=out
    )
    return run(spec), out
