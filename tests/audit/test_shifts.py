"""`audit_shifts` on models whose behaviour under shifts is known."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from intertwine.audit import ShiftReport, audit_shifts
from intertwine.errors import IntertwineError


def pictures(n: int = 100, side: int = 16) -> Tensor:
    return torch.randn(n, 1, side, side)


def strided(stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, stride, padding=1, padding_mode="circular"), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(6, 4),
    )  # fmt: skip


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_the_period_is_the_stride(stride: int):
    report = audit_shifts(strided(stride), pictures())
    assert report.period == stride
    assert report.whole.error is not None
    assert (report.whole.error.value < 1e-6) == (stride == 1)
    at = {point.at: point.error for point in report.curve}
    exact = at[float(stride)]
    assert exact is not None
    assert exact.value < 1e-6


def test_whole_pixels_may_be_exact_where_fractions_are_not():
    report = audit_shifts(lambda x: x.relu().square().mean((2, 3)), pictures())
    assert report.period == 1
    assert report.whole.error is not None
    assert report.fractional.error is not None
    assert report.whole.error.high < 1e-6 < report.fractional.error.low


def test_a_map_moves_along():
    conv = nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular")
    report = audit_shifts(conv, pictures(side=15))
    assert report.moves
    assert report.fractional.error is not None
    assert report.fractional.error.high < 1e-9
    still = audit_shifts(nn.Conv2d(1, 2, 3, padding=1), pictures(side=15))
    assert still.period is None
    assert still.fractional.error is not None
    assert still.fractional.error.low > 1e-3


def test_a_strided_map_moves_in_proportion():
    report = audit_shifts(nn.Conv2d(1, 2, 2, stride=2), pictures())
    assert report.period == 2


def test_agreement_of_a_position_dependent_classifier_is_chance():
    """The brightest corner: which it is after a random shift has nothing to do with which it was."""
    report = audit_shifts(lambda x: x[:, 0, ::8, ::8].flatten(1), pictures(400))
    kappa, agreement = report.whole.kappa, report.whole.agreement
    assert kappa is not None
    assert agreement is not None
    assert kappa.low < 0.08
    assert agreement.value == pytest.approx(0.25, abs=0.1)


def test_windows_of_larger_pictures():
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    report = audit_shifts(model, pictures(), margin=4)
    assert report.grid == (12, 12)
    assert report.period is None
    assert max(point.at for point in report.curve) == 2


def test_a_constant_model_is_undefined():
    report = audit_shifts(lambda x: torch.ones(len(x), 3), pictures(20))
    assert report.whole.error is None
    assert report.verdict.startswith("undefined")
    with pytest.raises(IntertwineError, match="undefined"):
        report.assert_below(1.0)


def test_reports_travel(tmp_path: Path):
    report = audit_shifts(strided(2), pictures(), samples=30)
    report.to_json(tmp_path / "report.json")
    assert ShiftReport.from_json(tmp_path / "report.json") == report
    assert "only shifts by multiples of 2 pixels are exact" in str(report)
    report.plot()
    with pytest.raises(IntertwineError, match="not below"):
        report.assert_below(1e-6)
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(IntertwineError, match="not a report"):
        ShiftReport.from_json(tmp_path / "other.json")


def test_one_seed_one_report():
    x = pictures(30)
    assert audit_shifts(strided(2).eval(), x[:4]) != audit_shifts(strided(2), x)
    net = strided(2)
    assert audit_shifts(net, x, seed=1) == audit_shifts(net, x, seed=1)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (torch.zeros(4, 8), {}, "grid axes"),
        (torch.zeros(4, 1, 8, dtype=torch.long), {}, "floats"),
        (torch.zeros(1, 1, 8), {}, "at least 2"),
        (torch.zeros(4, 1, 8), {"margin": 8}, "margin"),
        (torch.zeros(4, 1, 8), {"confidence": 1.0}, "confidence"),
    ],
)
def test_refusals(data: Tensor, options: dict, message: str):
    with pytest.raises(IntertwineError, match=message):
        audit_shifts(lambda x: x.flatten(1), data, **options)
