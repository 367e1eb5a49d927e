"""Files that are complete or absent: written beside their place and moved there, and sealed by a checksum."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import torch

from ..errors import IntertwineError

SEAL_LENGTH = 65
"""A sealed file begins with the sha256 of the rest in hexadecimal, and a line break."""


class Damaged(IntertwineError):
    """A file whose content does not fit its seal."""


def write(path: Path, content: bytes) -> None:
    """Put a file in its place at once: a reader sees the old content or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            Path(part.name).unlink()
            raise
    Path(part.name).chmod(0o644)
    os.replace(part.name, path)


def write_sealed(path: Path, content: bytes) -> None:
    """Write content under a seal."""
    write(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def read_sealed(path: Path) -> bytes | None:
    """The content of a sealed file, or None when there is no file.

    Raises:
        Damaged: the file is truncated or changed.
    """
    try:
        stored = path.read_bytes()
    except FileNotFoundError:
        return None
    content = stored[SEAL_LENGTH:]
    if stored[:SEAL_LENGTH] != hashlib.sha256(content).hexdigest().encode() + b"\n":
        raise Damaged(f"{path} is damaged: its content does not fit the checksum in its first line.")
    return content


def write_json(path: Path, value: Any) -> None:
    """Write a sealed JSON file."""
    write_sealed(path, json.dumps(value, indent=1, allow_nan=False).encode())


def read_json(path: Path) -> Any:
    """What `write_json` wrote, or None when there is no file. Raises `Damaged`."""
    content = read_sealed(path)
    return None if content is None else json.loads(content)


def write_tensors(path: Path, value: dict[str, Any]) -> None:
    """Write a sealed dictionary of tensors and plain values."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    write_sealed(path, buffer.getvalue())


def read_tensors(path: Path, device: str = "cpu") -> dict[str, Any] | None:
    """What `write_tensors` wrote, or None when there is no file. Nothing in it is executed. Raises `Damaged`."""
    content = read_sealed(path)
    if content is None:
        return None
    return torch.load(io.BytesIO(content), map_location=device, weights_only=True)
