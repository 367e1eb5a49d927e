"""The report as a file: well-formed, alone, and the same for the same results."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from intertwine.compare import Budget, Comparison, Results, run, write_report
from intertwine.compare.page.write import require_packages
from intertwine.errors import IntertwineError
from intertwine.groups import SO

html5lib = pytest.importorskip("html5lib")


def parsed(page: str) -> Element:
    """The page's tree; any error of the HTML standard raises."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


@pytest.fixture(scope="module")
def page(digits: tuple[Results, Path]) -> str:
    return (digits[1] / "report.html").read_text()


def test_the_page_is_well_formed(page: str) -> None:
    tree = parsed(page)
    headings = ["".join(h.itertext()).strip() for h in tree.iter("h2")]
    assert headings == [
        "Four ways to meet a digit",
        "Turn one yourself",
        "Accuracy at every angle",
        "Does the answer survive a move?",
        "One weight, four places",
        "What it costs",
        "How they learnt",
        "How this was measured",
    ]
    assert next(tree.iter("h1")).text == "Does symmetry pay on handwritten digits?"


def test_no_id_is_given_twice(page: str) -> None:
    ids = Counter(element.get("id") for element in parsed(page).iter() if element.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_reference_is_inside_the_page(page: str) -> None:
    tree = parsed(page)
    ids = {element.get("id") for element in tree.iter()}
    used = set(re.findall(r"url\(#([^)]+)\)", page)) | set(re.findall(r'href="#([^"]+)"', page))
    assert used <= ids
    for element in tree.iter():
        for name in ("src", "href", "action", "{http://www.w3.org/1999/xlink}href"):
            address = element.get(name)
            assert address is None or address.startswith(("data:", "#")), address
    assert "@import" not in page


def test_pictures_and_figures_are_described(page: str) -> None:
    tree = parsed(page)
    assert all(image.get("alt") is not None for image in tree.iter("img"))
    figures = [svg for svg in tree.iter() if str(svg.tag).endswith("svg")]
    assert len(figures) == 8
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in figures)


def test_the_same_results_make_the_same_bytes(digits: tuple[Results, Path], page: str, tmp_path: Path) -> None:
    write_report(Results.read(digits[1] / "results.json"), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == page


def test_the_numbers_of_the_table_are_those_of_the_results(digits: tuple[Results, Path], page: str) -> None:
    tree = parsed(page)
    table = next(element for element in tree.iter("table"))
    rows = ["".join(row.itertext()) for row in table.iter("tr")][1:]
    for route, row in zip(digits[0].routes, rows, strict=True):
        upright = digits[0].summary()[route]["upright"].mean
        assert f"{100 * upright:.1f}" in row
        assert f"{digits[0].summary()[route]['parameters'].mean:,.0f}" in row


def test_a_regression_has_its_page(tmp_path: Path) -> None:
    spec = Comparison(
        group=SO(3),
        data="inertia",
        routes=("plain", "equivariant"),
        seeds=1,
        out=tmp_path,
        budget=Budget(epochs=1),
        hidden=(16, 16),
        examples=60,
    )
    run(spec)
    text = (tmp_path / "report.html").read_text()
    tree = parsed(text)
    headings = ["".join(h.itertext()).strip() for h in tree.iter("h2")]
    assert "Error at every angle" in headings
    assert "Turn one yourself" not in headings
    assert "Does symmetry pay on the inertia tensor of a body?" in text


def test_names_from_outside_are_escaped(small: Comparison, own_data: Path) -> None:
    hostile = own_data.with_name("<b onclick=x>.npz")
    own_data.rename(hostile)
    run(replace(small, data=str(hostile), seeds=1, routes=("plain",)))
    page = (small.out / "report.html").read_text()
    parsed(page)
    assert "<b onclick" not in page


def test_missing_packages_are_named_before_the_training(small: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(IntertwineError, match=r"matplotlib and jinja2.*intertwine\[report\]"):
        require_packages()
    with pytest.raises(IntertwineError, match="report needs"):
        run(small)
    assert not small.out.exists()
