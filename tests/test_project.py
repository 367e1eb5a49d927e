"""The project as a whole: layers of imports, what an import loads, and every example in the README and the guides."""

from __future__ import annotations

import doctest
import importlib
import importlib.metadata
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import intertwine

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "guide").glob("*.md"))]
HEAVY = {"scipy", "sympy", "matplotlib", "sklearn", "jinja2", "typer", "rich", "networkx", "pandas"}
_BLOCK = re.compile(r"^```(python|pycon)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run_python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_imports_point_one_way() -> None:
    pytest.importorskip("importlinter")
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_intertwine_loads_nothing_heavy_beside_torch() -> None:
    """Optional and slow packages are imported where they are used."""
    new = run_python(
        "import sys, torch; before = set(sys.modules); import intertwine; print(*(set(sys.modules) - before))"
    )
    assert "intertwine" in new.split()
    assert not HEAVY & {name.partition(".")[0] for name in new.split()}


def test_help_answers_without_torch() -> None:
    code = "import sys; sys.argv = ['intertwine', '--help']\ntry: intertwine_cli.main()\nexcept SystemExit: pass"
    printed = run_python(f"import intertwine_cli\n{code}\nprint('torch' in sys.modules)")
    assert "Usage: intertwine" in printed
    assert printed.endswith("False")


def test_the_version_is_said_once() -> None:
    version = importlib.metadata.version("intertwine")
    assert intertwine.__version__ == version


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one page share a namespace: `python` blocks must run, `pycon` blocks must print what they say."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType(f"page_{page.stem.replace('-', '_')}")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # so that what the page defines can be pickled
    space, text = vars(module), page.read_text()
    for match in _BLOCK.finditer(text):
        language, code = match.groups()
        line = text[: match.start(2)].count("\n")
        if language == "python":
            exec(compile("\n" * line + code, str(page), "exec"), space)
        else:
            _check_session(code, space, page, line)


@pytest.mark.parametrize("name", ["actions", "audit", "compare", "data", "models", "nn", "representations"])
def test_the_reference_holds_every_public_name(name: str) -> None:
    """Functions and classes of `__all__`, in the module they are written in."""
    text = (ROOT / "docs" / "api" / f"{name}.md").read_text()
    written = dict(re.findall(r"automodule:: (\S+)\n   :members:(.*)", text))
    package = importlib.import_module(f"intertwine.{name}")
    for public in package.__all__:
        value = getattr(package, public)
        if not inspect.isclass(value) and not inspect.isfunction(value):
            continue
        members = written.get(value.__module__, "-").replace(",", " ").split()
        assert not members or value.__name__ in members, f"{value.__module__}.{value.__name__}"


def _check_session(code: str, space: dict, page: Path, line: int) -> None:
    session = doctest.DocTestParser().get_doctest(code, space, page.name, str(page), line)
    report: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(optionflags=flags)
    runner.run(session, out=report.append, clear_globs=False)
    space.update(session.globs)
    assert runner.failures == 0, "".join(report)
