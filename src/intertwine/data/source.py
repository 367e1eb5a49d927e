"""Files from elsewhere, kept in a cache and used only when their content is the published one."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import urllib.error
import urllib.request
import zlib
from dataclasses import dataclass
from pathlib import Path

from ..errors import IntertwineError

TIMEOUT_SECONDS = 60


def local_folder() -> Path | None:
    """The folder that the environment variable INTERTWINE_DATA points to, or None when it is not set.

    Raises:
        IntertwineError: the variable is set and there is no such folder.
    """
    setting = os.environ.get("INTERTWINE_DATA")
    if not setting:
        return None
    folder = Path(setting).expanduser()
    if not folder.is_dir():
        raise IntertwineError(f"INTERTWINE_DATA is {setting}, and there is no such folder. Correct or unset it.")
    return folder


def cache_folder() -> Path:
    """Where fetched files are kept: $XDG_CACHE_HOME/intertwine, else ~/.cache/intertwine."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "intertwine"


@dataclass(frozen=True)
class RemoteFile:
    """A gzip file with public sources. The checksum is of the content, so that a recompressed copy is as good."""

    folder: str
    name: str
    urls: tuple[str, ...]
    size: int
    """Bytes of the unpacked content."""
    sha256: str
    """Checksum of the unpacked content."""

    def content(self) -> bytes:
        """The unpacked bytes, from the cache or fetched into it.

        Raises:
            IntertwineError: the cached file is damaged (it is left in place), or no source could deliver
            the right
                content; what was in the cache before is never replaced by something wrong.
        """
        path = cache_folder() / self.folder / self.name
        if not path.exists():
            self._fetch(path)
        return self.read(path)

    def read(self, path: Path) -> bytes:
        """The unpacked and checked content of a local gzip file.

        Raises:
            IntertwineError: the file is missing, truncated, no gzip file, or has another content than the
            published one.
        """
        if not path.is_file():
            raise IntertwineError(f"The file {path} is missing.")
        try:
            content = gzip.decompress(path.read_bytes())
        except (EOFError, OSError, zlib.error) as error:
            raise IntertwineError(
                f"{path} ({path.stat().st_size:,} bytes) is truncated or no gzip file ({error}). "
                "It was left in place; move it away and it will be fetched again."
            ) from error
        self.check(content, path)
        return content

    def check(self, content: bytes, origin: Path | str) -> None:
        """Compare content with the published length and checksum.

        Raises:
            IntertwineError: it differs.
        """
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise IntertwineError(
                f"{origin} is not the published {self.name}: it unpacks to {len(content):,} bytes "
                f"with sha256 {found[:16]}..., but the published content has {self.size:,} bytes "
                f"with {self.sha256[:16]}.... "
                "The file was left as it is; move it away and it will be fetched again."
            )

    def _fetch(self, path: Path) -> None:
        failures: list[str] = []
        for url in self.urls:
            try:
                packed = _download(url)
                self.check(_unpack(packed, url), url)
            except IntertwineError as error:
                failures.append(str(error))
                continue
            _write_atomically(path, packed)
            return
        raise IntertwineError(
            f"{self.name} could not be fetched:\n  " + "\n  ".join(failures) + "\n"
            f"Either put the file at {path} yourself, or point INTERTWINE_DATA at a folder with a local copy."
        )


def _download(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
            return response.read()
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise IntertwineError(f"{url}: {error}") from error


def _unpack(packed: bytes, url: str) -> bytes:
    try:
        return gzip.decompress(packed)
    except (EOFError, OSError, zlib.error) as error:
        raise IntertwineError(f"{url}: {len(packed):,} bytes came, truncated or damaged ({error})") from error


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as part:
        part.write(content)
    os.replace(part.name, path)
