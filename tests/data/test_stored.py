"""Large files: local copy, cache, download in pieces, and files that are not what they should be."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from intertwine.data import StoredFile, cache_folder
from intertwine.errors import IntertwineError

CONTENT = bytes(range(256)) * 5000


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredFile:
    """A file whose first source does not answer, and whose second is a folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("INTERTWINE_DATA", raising=False)
    source = tmp_path / "source"
    source.mkdir()
    (source / "jets.h5").write_bytes(CONTENT)
    urls = ((source / "gone").as_uri(), (source / "jets.h5").as_uri())
    return StoredFile("jets.h5", "sets/jets.h5", f"md5:{hashlib.md5(CONTENT).hexdigest()}", len(CONTENT), urls)


def cached(wanted: StoredFile) -> Path:
    return cache_folder() / wanted.local


def test_fetched_once_with_progress(wanted: StoredFile) -> None:
    told: list[tuple[str, int, int]] = []
    path = wanted.path(lambda *step: told.append(step))
    assert path == cached(wanted)
    assert path.read_bytes() == CONTENT
    assert told[-1] == ("jets.h5", len(CONTENT), len(CONTENT))
    assert replace(wanted, urls=("file:///nowhere",)).path() == path
    assert [p.name for p in path.parent.iterdir()] == ["jets.h5"]


def test_a_local_copy_is_preferred(wanted: StoredFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted.path()
    local = tmp_path / "local" / "sets" / "jets.h5"
    local.parent.mkdir(parents=True)
    local.write_bytes(CONTENT)
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path / "local"))
    assert wanted.path() == local
    local.unlink()
    assert wanted.path() == cached(wanted)


@pytest.mark.parametrize(
    ("content", "message"), [(CONTENT[:-9], "truncated"), (CONTENT[:-1] + b"x", "md5"), (CONTENT * 2, "another file")]
)
def test_what_is_not_the_file_is_refused_and_kept(wanted: StoredFile, content: bytes, message: str) -> None:
    path = cached(wanted)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(IntertwineError, match=f"(?s){message}.*left as it is"):
        wanted.path()
    assert path.read_bytes() == content


def test_a_wrong_download_leaves_nothing(wanted: StoredFile) -> None:
    bad = replace(wanted, checksum="sha256:" + 64 * "0")
    with pytest.raises(IntertwineError, match=r"(?s)could not be fetched.*gone.*sha256.*INTERTWINE_DATA"):
        bad.path()
    assert not list(cached(wanted).parent.iterdir())


def test_a_file_without_public_source_says_where_it_would_be_looked_for(
    wanted: StoredFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = replace(wanted, urls=(), origin="It was simulated here.")
    with pytest.raises(IntertwineError, match=r"INTERTWINE_DATA is not set.*simulated here.*sets/jets\.h5"):
        private.path()
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path))
    with pytest.raises(IntertwineError, match="does not exist"):
        private.path()


@pytest.fixture
def server() -> Iterator[tuple[str, list[str | None]]]:
    """An address that serves CONTENT, from the middle when asked, and the ranges it was asked for."""
    asked: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(CONTENT) - start))
            self.end_headers()
            self.wfile.write(CONTENT[start:])

        def log_message(self, format: str, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/jets.h5", asked
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_broken_download_goes_on_where_it_was(
    wanted: StoredFile, server: tuple[str, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    address, asked = server
    part = cached(wanted).with_name("jets.h5.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:1000])
    assert replace(wanted, urls=(address,)).path().read_bytes() == CONTENT
    assert asked == ["bytes=1000-"]
    assert not part.exists()
