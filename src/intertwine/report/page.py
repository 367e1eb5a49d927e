"""One HTML file from a template and its values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import IntertwineError
from .theme import css_variables

TEMPLATES = Path(__file__).parent / "templates"


def render(template: Path, values: dict[str, Any]) -> str:
    """Fill a jinja2 template, which may extend "base.html", and return the page.

    Text is escaped unless the template says `| safe`, and a value that the template needs and does not get
    is an error.

    Raises:
        IntertwineError: jinja2 is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise IntertwineError("Reports are filled in by jinja2: pip install 'intertwine[report]'.") from error
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([template.parent, TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template.name).render(css_variables=css_variables(), **values)
