"""The report of a comparison as one HTML file."""

from __future__ import annotations

from .write import require_packages, write_report

__all__ = ["require_packages", "write_report"]
