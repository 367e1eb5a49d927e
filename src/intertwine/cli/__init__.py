"""The command line: `intertwine solve | groups | audit | compare`."""

from __future__ import annotations

import sys

from ..errors import IntertwineError


def main() -> None:
    """Run the command line; a mistake in the input ends with its message and exit status 2, not with a traceback."""
    try:
        from .app import app
    except ModuleNotFoundError as missing:
        if missing.name not in ("typer", "rich"):
            raise
        sys.exit('The command line needs typer and rich: pip install "intertwine[cli]"')
    try:
        app()
    except IntertwineError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
