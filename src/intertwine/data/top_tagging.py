"""The public top-tagging set of Kasieczka, Plehn, Thompson and Russel: two million jets behind a detector."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from ..errors import IntertwineError
from .jets import PARTS, at_least_one
from .labelled import Labelled
from .momenta import on_shell
from .stored import Listener, StoredFile

LONGEST = 200
"""Particles of a jet that the set holds."""
ROWS = 50_000
"""Rows read at a time."""
CLASSES = ("light quark or gluon", "top quark")


def _file(name: str, size: int, md5: str) -> StoredFile:
    return StoredFile(
        name,
        f"top-tagging/{name}",
        f"md5:{md5}",
        size,
        (
            f"https://zenodo.org/records/2603256/files/{name}?download=1",
            f"https://zenodo.org/api/records/2603256/files/{name}/content",
        ),
    )


TOP_TAGGING_FILES: Mapping[str, StoredFile] = MappingProxyType(
    {
        "train": _file("train.h5", 1_038_496_555, "45663819f47c13724f67eb0fd80bfa5c"),
        "validation": _file("val.h5", 347_378_076, "dca4b7248027618f041f9baa86d360fc"),
        "test": _file("test.h5", 347_849_376, "13163479dee30a5fe546e4536cc3d04d"),
    }
)


def load_top_tagging(
    part: str,
    particles: int | None = None,
    jets: int | None = None,
    *,
    files: Mapping[str, StoredFile] = TOP_TAGGING_FILES,
    progress: Listener | None = None,
) -> Labelled:
    """One part ("train", "validation" or "test") of the set: x (N, n, 4) float64 (E, px, py, pz) in GeV, y (N,).

    1,211,000 + 403,000 + 404,000 jets of 550 to 650 GeV from PYTHIA 8 at 14 TeV, anti-kT of radius 0.8, with the
    ATLAS card of Delphes. Fetched once (1.7 GB in all) and compared with the published MD5 sum; a copy in the folder
    top-tagging under INTERTWINE_DATA is preferred. All 200 particles of the training part take 7.7 GB in float64:
    `particles` keeps the leading ones of each jet, `jets` the first jets of the file.

    Source: Kasieczka, Plehn, Thompson, Russel, Top Quark Tagging Reference Dataset, Zenodo 2603256 (CC-BY 4.0);
    Butter et al., arXiv:1902.09914.

    Raises:
        IntertwineError: there is no such part, the file is truncated, another one or out of reach, or pandas and
            PyTables are not installed.
    """
    if part not in PARTS:
        raise IntertwineError(f"There is no part {part!r}; the parts are {', '.join(PARTS)}.")
    missing = [name for name in ("pandas", "tables") if importlib.util.find_spec(name) is None]
    if missing:
        raise IntertwineError(
            f"The set is a table of pandas in HDF5; {' and '.join(missing)} is missing: pip install 'intertwine[jets]'."
        )
    length = min(at_least_one(particles) or LONGEST, LONGEST)
    momenta, labels = _read(files[part].path(progress), length, jets)
    return Labelled(on_shell(torch.from_numpy(momenta)), torch.from_numpy(labels), CLASSES)


def _read(path: Path, particles: int, jets: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Momenta (N, particles, 4) and labels (N,), read piece by piece so that the whole table is never in memory."""
    import pandas as pd

    columns = [f"{name}_{k}" for k in range(particles) for name in ("E", "PX", "PY", "PZ")]
    momenta: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    try:
        with pd.HDFStore(str(path), mode="r") as store:
            total: Any = store.get_storer("table").nrows
            rows: int = total if jets is None else min(jets, total)
            for start in range(0, rows, ROWS):
                table: Any = store.select("table", start=start, stop=min(start + ROWS, rows))
                momenta.append(table[columns].to_numpy().reshape(-1, particles, 4))
                labels.append(table["is_signal_new"].to_numpy().astype(np.int64))
    except (OSError, RuntimeError, KeyError, AttributeError, ValueError) as error:
        raise IntertwineError(f"{path} is not a table of jets as published ({error}).") from error
    return np.concatenate(momenta), np.concatenate(labels)
