"""Sphinx: `make docs` builds with warnings as errors and runs every example of the gallery."""

from __future__ import annotations

import re
from importlib.metadata import version as installed_version
from typing import Any

project = "Intertwine"
author = "The Intertwine authors"
copyright = "2026, the Intertwine authors"
version = release = installed_version("intertwine")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "gallery/*.ipynb", "gallery/*.py", "sg_execution_times.rst"]
default_role = "py:obj"

html_theme = "furo"
html_title = "Intertwine"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_copy_source = False

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# Attributes called `type` and `dim` stand in several classes; annotations of arrays mention words of these names.
suppress_warnings = ["ref.python"]
napoleon_google_docstring = True
napoleon_numpy_docstring = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "capture_repr": (),
    "min_reported_time": 1,
    "remove_config_comments": True,
}

_CODE = re.compile(r"(``.+?``|`[^`]+`)")
_MARKUP = re.compile(r"([|*])|(?<=\w)(_)(?!\w)")


def plain_text(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text with `code`: keep the stars, bars and underscores of formulas out of Sphinx's hands."""
    if what in ("attribute", "property", "data") and lines:
        lines.insert(0, "")  # else napoleon reads the words before a first colon as a type
    in_example = False
    for k, line in enumerate(lines):
        in_example = line.lstrip().startswith(">>>") or (in_example and bool(line.strip()))
        if not in_example:
            parts = _CODE.split(line)
            lines[k] = "".join(p if p.startswith("`") else _MARKUP.sub(r"\\\g<0>", p) for p in parts)


def setup(app: Any) -> None:
    """Escape before napoleon (priority 500) reads the docstring."""
    app.connect("autodoc-process-docstring", plain_text, priority=100)
