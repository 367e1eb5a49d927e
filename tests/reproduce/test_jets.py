"""Taggers and their parts, and the whole reproduction on invented jets."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.reproduce.conftest import invented_jets
from torch import Tensor

from intertwine.data import Labelled, boost
from intertwine.errors import IntertwineError
from intertwine.reproduce import Request, reproduce
from intertwine.reproduce.jets import invariants, tagging
from intertwine.reproduce.jets.drift import drift
from intertwine.reproduce.jets.entrants import ENTRANTS, logits
from intertwine.reproduce.jets.invariants import FINEST, LEADING
from intertwine.reproduce.jets.published import TABLE
from intertwine.reproduce.jets.sizes import SIZES, TINY, PaperSchedule
from intertwine.reproduce.jets.trees import Trees

NETWORKS = [entrant for entrant in ENTRANTS.values() if entrant.network is not None]


@pytest.fixture
def jets() -> Labelled:
    momenta, label = invented_jets(40, 0)
    x = torch.from_numpy(momenta).double()
    x[..., 0] = x[..., 1:].norm(dim=-1)
    return Labelled(x, torch.from_numpy(label).long())


def made(name: str, seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    network = ENTRANTS[name].network
    assert network is not None
    return network(TINY).eval()


@pytest.mark.parametrize("name", [e.name for e in NETWORKS])
def test_padding_and_order_do_not_matter(name: str, jets: Labelled) -> None:
    model = made(name)
    expected = logits(model, jets.x)
    assert expected.shape == (40,)
    padded = torch.nn.functional.pad(jets.x, (0, 0, 0, 9))
    torch.testing.assert_close(logits(model, padded), expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(logits(model, jets.x, batch=7), expected, atol=1e-5, rtol=1e-5)
    first = jets.x[:1, : int((jets.x[0, :, 0] > 0).sum())]
    turned = first[:, torch.randperm(first.shape[1])]
    torch.testing.assert_close(logits(model, turned), expected[:1], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["vector", "cg"])
def test_lorentz_networks_do_not_drift(name: str, jets: Labelled) -> None:
    for row in drift(lambda x: logits(made(name), x), jets):
        assert row["largest"] < 1e-5
        assert row["kept"] == 1


def test_the_control_drifts_and_a_turn_about_the_beam_does_not_move_it(jets: Labelled) -> None:
    model = made("flow")
    assert drift(lambda x: logits(model, x), jets)[2]["largest"] > 1e-2
    c, s = 0.6, 0.8
    turn = torch.tensor([[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0], [0, 0, 0, 1]], dtype=torch.float64)
    torch.testing.assert_close(logits(model, jets.x @ turn.mT), logits(model, jets.x), atol=1e-5, rtol=1e-5)


def test_invariants_are_invariant_and_mind_no_order(jets: Labelled) -> None:
    found = invariants(jets.x)
    assert found.shape == (40, 7 + LEADING + (FINEST - 1) + 15)
    direction = torch.nn.functional.normalize(torch.randn(40, 3, dtype=torch.float64), dim=1)
    torch.testing.assert_close(invariants(boost(jets.x, 0.99 * direction)), found, rtol=1e-4, atol=1e-6)
    order = torch.randperm(14)
    torch.testing.assert_close(invariants(jets.x[:, order]), found, rtol=1e-6, atol=1e-8)
    padded = torch.nn.functional.pad(jets.x, (0, 0, 0, 3))
    torch.testing.assert_close(invariants(padded), found)


def test_invariants_say_what_they_mean() -> None:
    """Three massless particles at 120 degrees with 10 GeV each: pairs of 300^(1/2), the whole of 30 GeV."""
    angle = 2 * torch.pi * torch.arange(3, dtype=torch.float64) / 3
    p = 10 * torch.stack([torch.ones(3), angle.cos(), angle.sin(), torch.zeros(3)], dim=-1)[None].double()
    row = invariants(p)[0]
    torch.testing.assert_close(row[0].exp(), torch.tensor(30.0, dtype=torch.float64))
    assert row[1] == 3
    torch.testing.assert_close(row[7:10], torch.full((3,), 1 / 3, dtype=torch.float64))
    torch.testing.assert_close(row[-9:-6], torch.full((3,), 300.01, dtype=torch.float64).sqrt())
    torch.testing.assert_close(row[-3:], torch.full((3,), 1 / 3, dtype=torch.float64))
    alone = invariants(p[:, :1])
    assert alone.isfinite().all()


def test_trees_learn_and_do_not_drift(jets: Labelled) -> None:
    pytest.importorskip("sklearn")
    momenta, label = invented_jets(200, 5)
    train = Labelled(torch.from_numpy(momenta).double(), torch.from_numpy(label).long())
    trees = Trees(20, 0)
    trees.fit(train)
    assert ((trees(jets.x) > 0) == (jets.y > 0)).double().mean() > 0.9
    assert drift(trees, jets)[0]["largest"] < 1e-9


def test_drift_of_an_invariant_and_of_an_energy(jets: Labelled) -> None:
    def square(x: Tensor) -> Tensor:
        total = x.sum(1)
        return total[:, 0] ** 2 - total[:, 1:].square().sum(1)

    taggers: list[tuple[Callable[[Tensor], Tensor], bool]] = [(square, True), (lambda x: x.sum(1)[:, 0], False)]
    for tagger, steady in taggers:
        rows = drift(tagger, jets)
        assert [row["beta"] for row in rows] == [0.9, 0.99, 0.999]
        assert all((row["largest"] < 1e-6) == steady for row in rows)


def test_the_schedule_of_the_paper() -> None:
    schedule = PaperSchedule(35, 128, 1e-3)
    rates = [schedule.rate((epoch + 0.5) / 35) for epoch in range(35)]
    assert rates[:5] == pytest.approx([2e-4, 4e-4, 6e-4, 8e-4, 1e-3])
    assert rates[5] == rates[9] == rates[17] == pytest.approx(1e-3)
    assert rates[7] == pytest.approx(5e-4)
    assert rates[32:] == pytest.approx([rates[31] / 2**k for k in (1, 2, 3)])
    assert schedule.rate(1.0) == rates[-1]


def test_the_protocol_of_the_paper_on_the_public_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The full size, cut down: its data path, its optimizer and schedule, and what its page says."""
    for package in ("matplotlib", "jinja2", "sklearn"):
        pytest.importorskip(package)
    asked: list[tuple[str, int]] = []

    def load(part: str, particles: int) -> Labelled:
        asked.append((part, particles))
        momenta, label = invented_jets(40, len(part))
        return Labelled(torch.from_numpy(momenta).double(), torch.from_numpy(label).long(), ("jet", "top"))

    full = replace(SIZES["full"], train={"top-tagging": {20: 3}}, test=30, seeds=1, batch_size=8, widths=TINY)
    monkeypatch.setattr(tagging, "load_top_tagging", load)
    monkeypatch.setattr(tagging.JetTagging, "sizes", {"full": full})
    reproduce("jets", Request("full", out=tmp_path / "out"))
    assert sorted(asked) == [("test", 200), ("train", 200)]
    page = (tmp_path / "out" / "report.html").read_text()
    assert "as published, on the same set" in page
    assert "AdamW with weight decay 0.01 and LorentzNet&#39;s schedule" in page
    record = json.loads((tmp_path / "out" / "results.json").read_text())["jobs"]["top-tagging-vector-20-0"]
    assert len(record["history"]) == 3


def test_the_networks_of_a_size_are_about_as_large() -> None:
    for size in ("default", "full"):
        counts = [
            sum(p.numel() for p in e.network(SIZES[size].widths).parameters())
            for e in NETWORKS
            if e.network is not None
        ]
        assert max(counts) < 6 * min(counts)
    counts = [sum(p.numel() for p in made(e.name).parameters()) for e in NETWORKS]
    assert min(counts) > 0


def test_published_rows() -> None:
    assert len({row.model for row in TABLE}) == len(TABLE)
    lorentznet = next(row for row in TABLE if row.model == "LorentzNet")
    assert (lorentznet.accuracy, lorentznet.auc, lorentznet.rejection30) == ("0.942", "0.9868", "2195 ± 173")


@pytest.fixture(scope="module")
def done(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick reproduction on invented jets, once for the tests that only read."""
    for package in ("matplotlib", "jinja2", "sklearn"):
        pytest.importorskip(package)
    out = tmp_path_factory.mktemp("jets-out")
    reproduce("jets", Request("quick", out=out))
    return out


def test_every_number_has_its_place(done: Path) -> None:
    with (done / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    keys = {(row["data"], row["model"], row["jets"]) for row in rows}
    assert len(keys) == 12
    for row in rows:
        if row["figure"] in ("accuracy", "auc"):
            low, value, high = (float(row[name]) for name in ("low", "value", "high"))
            assert 0 <= low <= value <= high <= 1
            assert float(row["seeds_low"]) <= value <= float(row["seeds_high"])
    kinds = {row["figure"] for row in rows}
    assert {"auc", "rejection 30", "rejection 50", "drift 0.999 largest", "weights", "train seconds"} <= kinds


def test_the_page_is_well_formed_and_says_what_was_measured(done: Path) -> None:
    page = (done / "report.html").read_text()
    html5lib = pytest.importorskip("html5lib")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    headings = ["".join(h.itertext()).strip() for h in tree.iter("h2")]
    assert headings == [
        "Top jets",
        "Quark and gluon jets",
        "How many jets it takes",
        "Seen by another observer",
        "How this was measured",
        "Sources",
    ]
    assert "no yardstick" in page
    assert "2195 ± 173" in page
    assert len(re.findall("<svg", page)) == 4
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)


def test_a_lost_run_is_made_again_and_gives_the_same(done: Path, stand_ins: None) -> None:
    first = json.loads((done / "results.json").read_text())
    (done / "runs" / "top-vector-40-0" / "weights.pt").unlink()
    (done / "runs" / "top-trees-80-1" / "record.json").write_bytes(b"half a rec")
    states: list[str] = []
    reproduce("jets", Request("quick", out=done, resume=True), lambda step: states.append(step.state))
    assert states.count("finished") == 2
    second = json.loads((done / "results.json").read_text())
    timed = ("train seconds", "ms for 1,000 jets")
    same = [[row for row in value["numbers"] if row["figure"] not in timed] for value in (first, second)]
    assert same[0] == same[1]


def test_more_seeds_join_what_is_there(done: Path, stand_ins: None) -> None:
    states: list[str] = []
    reproduce("jets", Request("quick", seeds=3, out=done, resume=True), lambda step: states.append(step.state))
    assert states.count("kept") == 24
    assert states.count("finished") == 12


def test_missing_data_are_named_before_anything_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.delenv("INTERTWINE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(IntertwineError, match=r"not here: INTERTWINE_DATA is not set"):
        reproduce("jets", replace(Request("quick"), out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()
