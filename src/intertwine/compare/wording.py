"""Numbers as a reader wants them."""

from __future__ import annotations

from .intervals import Interval

THIN = "\u202f"
"""A narrow space that keeps a number and its unit on one line."""


def percent(value: float, digits: int = 1) -> str:
    """0.9583 -> "95.8 %"."""
    return f"{100 * value:.{digits}f}{THIN}%"


def points(value: float) -> str:
    """A difference of accuracies: 0.0172 -> "1.7 points"."""
    return f"{abs(100 * value):.1f} points"


def small(value: float) -> str:
    """A positive number over many sizes: 0.0312 -> "0.031", 2.13e-7 -> "2 × 10⁻⁷"."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}"
    digit, exponent = f"{value:.0e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digit} × 10{raised}"


def count(value: float) -> str:
    """A whole number: 26122 -> "26,122"."""
    return f"{round(value):,}"


def times(ratio: float) -> str:
    """How many times: 3.94 -> "3.9 times", 290.3 -> "290 times"."""
    return f"{ratio:.1f} times" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f} times"


def seconds(value: float) -> str:
    """A duration: 0.083 -> "0.08 s", 95.2 -> "1.6 min"."""
    if value >= 90:
        return f"{value / 60:.1f} min"
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"


def score(value: float, is_classification: bool) -> str:
    """An accuracy in percent, or a mean squared error."""
    return percent(value) if is_classification else small(value)


def spread(value: Interval, is_classification: bool) -> str:
    """An interval beside its mean: half its width for an accuracy, its ends for an error, nothing if there is none."""
    if value.low is None or value.high is None:
        return ""
    if is_classification:
        return f"± {50 * (value.high - value.low):.1f}"
    return f"{small(value.low)} to {small(value.high)}"
