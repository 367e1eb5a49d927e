"""What an audit found: numbers with intervals that print, tabulate, plot and travel as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import IntertwineError
from .curve import CurvePoint
from .rendering import body, jsonable, read_estimate, read_float, row
from .statistics import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
ROUNDINGS = 64
"""An exactly equivariant model may be off by this many times what one rounding of its inputs does to it: every layer
rounds as well, and in other places for the moved data."""


@dataclass(frozen=True)
class AuditReport:
    """How far a model is from f(pi(g) x) = pi'(g) f(x), on data.

    `error` is E|f(gx) - rho(g) f(x)|^2 / (2 E|f - E f|^2): 0 for an equivariant model, about 1 for one whose output on
    moved data has nothing to do with its output before (for an orthogonal rho). It is None, undefined, for a model
    that hardly tells its inputs apart. `agreement` and what follows it are None unless the outputs are class scores.
    """

    model: str
    group: str
    action_in: str
    action_out: str
    items: int
    elements: int
    """Group elements for each item."""
    exhaustive: bool
    """Whether they are all elements of the group, rather than fresh random ones."""
    dtype: str
    confidence: float
    seed: int
    error: Estimate | None
    floor: Estimate | None
    """The part of the error that the action makes by itself on these data: the same measure between two ways to reach
    one element, passed through the model; the largest of `floors`."""
    floors: dict[str, Estimate]
    action_errors: dict[str, float]
    """The same measure on the data themselves, without the model."""
    agreement: Estimate | None
    """Share of (item, element) pairs with the same predicted class as before."""
    kappa: Estimate | None
    """Agreement beyond chance: 0 for a model that guesses by class frequency, 1 for perfect agreement."""
    orbit_same: Estimate | None
    """Mean number of orbit elements, the identity among them, with the class of the original; up to the order."""
    order: int | None
    """The order of a finite group."""
    max_error: float
    """The greatest deviation of any output, relative to the greatest output."""
    rounding: float
    """The deviation that rounding every input once makes, or one rounding of the output."""
    curve: tuple[CurvePoint, ...]
    notes: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether the greatest deviation is within rounding (64 times what rounding the inputs once makes)."""
        return self.max_error <= ROUNDINGS * self.rounding

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        if self.error is None:
            return "undefined: the model's output hardly depends on its input, so there is nothing to compare with"
        if self.is_exact:
            return f"equivariant to rounding ({self.dtype})"
        if self.floor is not None and self.error.low <= self.floor.high:
            return "as equivariant as this action can show: the error is within the action's own floor"
        above = ""
        if self.floor is not None and self.floor.value > 0:
            above = f", {self.error.value / self.floor.value:,.3g} times the action's floor"
        return f"not equivariant: relative error {self.error:.3g}{above}"

    def table(self) -> list[dict[str, Any]]:
        """Rows with keys measure, estimate, low, high, meaning; numbers are None where undefined."""
        of = f" of {self.order}" if self.order is not None else ""
        known: list[tuple[str, Estimate | None, str]] = [
            ("relative error", self.error, "E|f(gx) - rho(g)f(x)|^2 / (2 E|f - Ef|^2)"),
            *[(f"floor: {name}", value, "the action alone, through the model") for name, value in self.floors.items()],
        ]
        if self.agreement is not None:
            known += [
                ("agreement", self.agreement, "share of moved items with the same predicted class"),
                ("kappa", self.kappa, "agreement beyond chance"),
            ]
        if self.orbit_same is not None:
            known.append((f"orbit, same class{of}", self.orbit_same, "elements, the identity among them"))
        rows = [row(name, estimate, meaning) for name, estimate, meaning in known]
        single = [
            (f"action: {name}", value, "on the data, without the model") for name, value in self.action_errors.items()
        ]
        single += [
            ("greatest deviation", self.max_error, "of one output, relative to the greatest output"),
            ("rounding", self.rounding, "deviation from rounding every input once"),
        ]
        return rows + [row(name, Estimate(value, math.nan, math.nan), meaning) for name, value, meaning in single]

    def __str__(self) -> str:
        each = f"all {self.elements} elements" if self.exhaustive else f"{self.elements} random element"
        each += "s" if self.elements > 1 and not self.exhaustive else ""
        head = [
            f"Equivariance audit of {self.model} under {self.group}",
            f"  f({self.action_in} x) = {self.action_out} f(x)",
            f"  {self.items} items, {each} each, {self.dtype}, {self.confidence:.0%} intervals over items",
            "",
        ]
        return "\n".join(
            [*head, *body(self.table()), "", f"  {self.verdict}", *(f"  note: {note}" for note in self.notes)]
        )

    def __repr__(self) -> str:
        return f"<AuditReport of {self.model} under {self.group}: {self.verdict}>"

    # --- gates ----------------------------------------------------------------------------------------------------

    def assert_below(self, tolerance: float) -> None:
        """Raise unless the whole confidence interval of the relative error lies below the tolerance.

        Raises:
            IntertwineError: with the numbers; also when the error is undefined.
        """
        if self.error is None:
            raise IntertwineError(f"the relative error of {self.model} under {self.group} is {self.verdict}")
        if not self.error.high < tolerance:
            hint = ""
            if self.floor is not None and self.floor.value >= tolerance:
                hint = (
                    f". The action alone makes {self.floor.value:.3g} on these data: no model can be shown to be below "
                    "the tolerance with it; use an exact action or smoother data"
                )
            elif self.error.value < tolerance:
                hint = ". The estimate is below it and its interval is not: audit more items"
            raise IntertwineError(
                f"{self.model} under {self.group}: relative error {self.error:.3g} is not below {tolerance:.3g}{hint}"
            )

    def assert_exact(self) -> None:
        """Raise unless no output deviates by more than rounding, as for layers that are equivariant by construction.

        Raises:
            IntertwineError: with the numbers.
        """
        if not self.is_exact:
            raise IntertwineError(
                f"{self.model} under {self.group}: an output deviates by {self.max_error:.3g} of the greatest one, "
                f"rounding explains {ROUNDINGS * self.rounding:.3g} in {self.dtype}. Run the audit in float64 to tell "
                "rounding (the deviation shrinks by 1e8) from a broken equation (it stays)"
            )

    # --- files and figures ----------------------------------------------------------------------------------------

    def to_json(self, path: str | Path) -> None:
        """Write the report to a file; undefined numbers become null."""
        content = {"schema": SCHEMA, **jsonable(asdict(self))}
        Path(path).write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, path: str | Path) -> AuditReport:
        """Read a report that `to_json` wrote.

        Raises:
            IntertwineError: the file is not such a report.
        """
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        names = {f.name for f in fields(cls)}
        if not isinstance(content, dict) or content.pop("schema", None) != SCHEMA or set(content) != names:
            raise IntertwineError(f"{path} is not an audit report of this version (schema {SCHEMA})")
        for name in ("error", "floor", "agreement", "kappa", "orbit_same"):
            content[name] = read_estimate(content[name])
        content["floors"] = {name: read_estimate(value) for name, value in content["floors"].items()}
        content["action_errors"] = {name: read_float(value) for name, value in content["action_errors"].items()}
        for point in content["curve"]:
            point.update({name: read_estimate(point[name]) for name in ("error", "agreement")})
        content["curve"] = tuple(CurvePoint(**point) for point in content["curve"])
        content["notes"] = tuple(content["notes"])
        return cls(**content)

    def plot(self) -> Figure:
        """Error against the group element with its interval and floor, agreement below. Needs matplotlib."""
        from .plots import plot_report

        return plot_report(self)
