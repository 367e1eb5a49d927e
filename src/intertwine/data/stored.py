"""Large files with a published checksum: fetched piece by piece, and used only when whole."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import IntertwineError
from .source import TIMEOUT_SECONDS, cache_folder, local_folder

PIECE = 1 << 20
"""Bytes read at a time."""

Listener = Callable[[str, int, int], None]
"""Told the file's name, the bytes that are here, and the bytes that there will be."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is used as it is, from the folder of local data or from the cache.

    `checksum` names its algorithm: "md5:4566...", "sha256:0ce7...".
    """

    name: str
    local: str
    """Where a local copy lies under INTERTWINE_DATA."""
    checksum: str
    size: int
    urls: tuple[str, ...] = ()
    """Public sources; empty for files that exist only as local copies."""
    origin: str = ""
    """One sentence for those who lack a file without public source: where it comes from."""

    def path(self, progress: Listener | None = None) -> Path:
        """A checked copy: the one under INTERTWINE_DATA if there is one, else the cached one, fetched if need be.

        A download that broke off goes on where it was.

        Raises:
            IntertwineError: the file is truncated or has another content (it is left in place), or there is no copy
                and no source could deliver one.
        """
        folder = local_folder()
        here = None if folder is None else folder / self.local
        if here is not None and here.is_file():
            return self.check(here)
        cached = cache_folder() / self.local
        if cached.is_file():
            return self.check(cached)
        if not self.urls:
            place = "INTERTWINE_DATA is not set" if here is None else f"{here} does not exist"
            raise IntertwineError(
                f"{self.name} is not here: {place}. {self.origin} "
                f"Point INTERTWINE_DATA at a folder that holds it as {self.local}."
            )
        return self._fetch(cached, progress)

    def check(self, path: Path) -> Path:
        """The path itself, when its content is the published one.

        Raises:
            IntertwineError: it is not.
        """
        size = path.stat().st_size
        if size != self.size:
            kind = "truncated" if size < self.size else "another file"
            raise IntertwineError(
                f"{path} is {kind}: it has {size:,} bytes, the published {self.name} has {self.size:,}. "
                "It was left as it is; move it away to have it fetched, or put the right one there."
            )
        algorithm, expected = self.checksum.split(":")
        found = _digest(path, algorithm)
        if found != expected:
            raise IntertwineError(
                f"{path} is not the published {self.name}: its {algorithm} is {found}, and should be {expected}. "
                "It was left as it is; move it away to have it fetched, or put the right one there."
            )
        return path

    def _fetch(self, path: Path, progress: Listener | None) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        failures: list[str] = []
        for url in self.urls:
            try:
                self._download(url, part, progress)
            except (urllib.error.URLError, OSError, ValueError) as error:
                failures.append(f"{url}: {error}")
                continue
            try:
                self.check(part)
            except IntertwineError as error:
                part.unlink()
                failures.append(f"{url}: {error}")
                continue
            os.replace(part, path)
            return path
        raise IntertwineError(
            f"{self.name} could not be fetched:\n  " + "\n  ".join(failures) + "\n"
            f"Either put the file at {path} yourself, or point INTERTWINE_DATA at a folder that holds {self.local}."
        )

    def _download(self, url: str, part: Path, progress: Listener | None) -> None:
        """Write to `part`, going on behind what it holds where the server can."""
        done = part.stat().st_size if part.is_file() else 0
        request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            goes_on = done > 0 and response.status == 206
            done = done if goes_on else 0
            with part.open("ab" if goes_on else "wb") as file:
                while piece := response.read(PIECE):
                    file.write(piece)
                    done += len(piece)
                    if progress is not None:
                        progress(self.name, done, self.size)


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
