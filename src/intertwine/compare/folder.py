"""The folder of a comparison: which settings it belongs to, which runs are finished, and how far others have come."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ..errors import IntertwineError
from . import store

OURS = ("settings.json", "runs", "results.json", "results.csv", "report.html")
"""All that a comparison writes into its folder."""


class Folder:
    """The files of one comparison.

        out/settings.json               what the runs were made with
        out/runs/plain-0/record.json    the measurements of a finished run
        out/runs/plain-0/weights.pt     its trained weights
        out/runs/plain-1/checkpoint.pt  a run in progress, as of its last epoch on record
        out/results.json, out/results.csv, out/report.html

    A damaged file counts as absent, so that what it held is made again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, settings: dict[str, Any], resume: bool) -> None:
        """Make the folder ready for runs with these settings.

        Without `resume`, what another comparison left here moves into a subfolder previous-1, previous-2,
        ...

        Raises:
            IntertwineError: the folder is to be resumed, but belongs to other settings.
        """
        if not resume:
            self._set_aside()
        else:
            present = self._read(store.read_json, "settings.json")
            if present is not None and present != settings:
                raise IntertwineError(
                    f"{self.path} holds results of other settings, so it cannot be resumed:\n"
                    + "\n".join(_differences(present, settings))
                    + "\nGo on with the settings there, or choose another folder."
                )
        for stray in (self.path / "runs").glob("*/.*"):
            stray.unlink()  # what a killed process was about to write
        store.write_json(self.path / "settings.json", settings)

    def record(self, run: str) -> dict[str, Any] | None:
        """The measurements of a run if it is finished and its weights are whole."""
        record = self._read(store.read_json, "runs", run, "record.json")
        return record if record is not None and self.weights(run) is not None else None

    def weights(self, run: str, device: str = "cpu") -> dict[str, Any] | None:
        """The trained weights of a finished run."""
        return self._read(lambda path: store.read_tensors(path, device), "runs", run, "weights.pt")

    def checkpoint(self, run: str, device: str = "cpu") -> dict[str, Any] | None:
        """The last state on record of a run in progress."""
        return self._read(lambda path: store.read_tensors(path, device), "runs", run, "checkpoint.pt")

    def save_checkpoint(self, run: str, state: dict[str, Any]) -> None:
        """Put the state of a run in progress on record."""
        store.write_tensors(self.path / "runs" / run / "checkpoint.pt", state)

    def finish(self, run: str, weights: dict[str, Any], record: dict[str, Any]) -> None:
        """Put a finished run on record. The record comes last: while it is absent the run is not finished."""
        place = self.path / "runs" / run
        store.write_tensors(place / "weights.pt", weights)
        store.write_json(place / "record.json", record)
        (place / "checkpoint.pt").unlink(missing_ok=True)

    def _read(self, reader: Any, *parts: str) -> Any:
        try:
            return reader(self.path.joinpath(*parts))
        except store.Damaged:
            return None

    def _set_aside(self) -> None:
        present = [self.path / name for name in OURS if (self.path / name).exists()]
        if not present:
            return
        number = 1
        while (self.path / f"previous-{number}").exists():
            number += 1
        aside = self.path / f"previous-{number}"
        aside.mkdir(parents=True)
        for item in present:
            shutil.move(item, aside / item.name)


def _differences(there: dict[str, Any], here: dict[str, Any]) -> list[str]:
    names = dict.fromkeys([*there, *here])
    return [
        f"  {name}: {there.get(name)} there, {here.get(name)} asked for"
        for name in names
        if there.get(name) != here.get(name)
    ]
