"""What an audit under shifts found."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import IntertwineError
from .rendering import body, jsonable, read_estimate, read_float, row
from .statistics import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1


@dataclass(frozen=True)
class ShiftError:
    """What one kind of shift does to the output."""

    error: Estimate | None
    """E|f(T x) - T f(x)|^2 / (2 E|f - E f|^2); None for a model that hardly tells its inputs apart."""
    agreement: Estimate | None
    """Share of shifted items with the same predicted class; None unless outputs are class scores."""
    kappa: Estimate | None
    """Agreement beyond chance."""
    max_error: float
    """The greatest deviation of any output, relative to the greatest output."""


@dataclass(frozen=True)
class ShiftPoint:
    """The error at one distance."""

    at: float
    """Pixels along one axis."""
    error: Estimate | None
    agreement: Estimate | None


@dataclass(frozen=True)
class ShiftReport:
    """How far a model is from commuting with shifts of its input, whole pixels and fractions told apart."""

    model: str
    items: int
    grid: tuple[int, ...]
    """The sizes of the pictures that the model saw."""
    margin: int
    """0: pictures are cyclic. Else the model saw windows of larger pictures, this many pixels smaller."""
    moves: bool
    """Whether the output is a map that should move along; otherwise it should stay as it is."""
    dtype: str
    confidence: float
    seed: int
    whole: ShiftError
    fractional: ShiftError
    floor: Estimate | None
    """The same measure between an item and itself moved by a fraction and back."""
    period: int | None
    """The least number of pixels whose shifts along every axis are exact; None where none was found."""
    rounding: float
    """The deviation that rounding every input once makes, or one rounding of the output."""
    curve: tuple[ShiftPoint, ...]

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        whole, fractional = self.whole.error, self.fractional.error
        if whole is None or fractional is None:
            return "undefined: the model's output hardly depends on its input, so there is nothing to compare with"
        if self.period is None:
            exact = "no shift is exact"
        elif self.period == 1:
            exact = "every shift by whole pixels is exact"
        else:
            exact = f"only shifts by multiples of {self.period} pixels are exact"
        return f"{exact}; relative error {whole.value:.3g} for whole pixels, {fractional.value:.3g} for fractions"

    def table(self) -> list[dict[str, Any]]:
        """Rows with keys measure, estimate, low, high, meaning; numbers are None where undefined."""
        rows = []
        for name, found in (("whole pixels", self.whole), ("fractions", self.fractional)):
            rows.append(row(f"{name}: relative error", found.error, "E|f(Tx) - Tf(x)|^2 / (2 E|f - Ef|^2)"))
            if found.agreement is not None:
                rows.append(row(f"{name}: agreement", found.agreement, "share with the same predicted class"))
                rows.append(row(f"{name}: kappa", found.kappa, "agreement beyond chance"))
        return [*rows, row("floor", self.floor, "moved by a fraction and back, through the model")]

    def __str__(self) -> str:
        pictures = "cyclic pictures" if self.margin == 0 else f"windows of pictures {self.margin} pixels larger"
        output = "a map that moves along" if self.moves else "stays as it is"
        head = [
            f"Shift audit of {self.model} on {self.items} {pictures}, {' x '.join(map(str, self.grid))}",
            f"  output: {output}; {self.dtype}, {self.confidence:.0%} intervals over items",
            "",
        ]
        return "\n".join([*head, *body(self.table()), "", f"  {self.verdict}"])

    def __repr__(self) -> str:
        return f"<ShiftReport of {self.model}: {self.verdict}>"

    def assert_below(self, tolerance: float) -> None:
        """Raise unless the intervals of both relative errors lie below the tolerance.

        Raises:
            IntertwineError: with the numbers; also when an error is undefined.
        """
        for name, found in (("whole pixels", self.whole), ("fractions of pixels", self.fractional)):
            if found.error is None or not found.error.high < tolerance:
                value = "undefined" if found.error is None else f"{found.error:.3g}"
                raise IntertwineError(
                    f"{self.model} under shifts by {name}: relative error {value} is not below {tolerance:.3g}"
                )

    def to_json(self, path: str | Path) -> None:
        """Write the report to a file; undefined numbers become null."""
        content = {"schema": SCHEMA, "kind": "shifts", **jsonable(asdict(self))}
        Path(path).write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, path: str | Path) -> ShiftReport:
        """Read a report that `to_json` wrote.

        Raises:
            IntertwineError: the file is not such a report.
        """
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        known = {f.name for f in fields(cls)} | {"schema", "kind"}
        if (
            not isinstance(content, dict)
            or set(content) != known
            or (content.pop("schema"), content.pop("kind"))
            != (
                SCHEMA,
                "shifts",
            )
        ):
            raise IntertwineError(f"{path} is not a report of audit_shifts of this version (schema {SCHEMA})")
        for name in ("whole", "fractional"):
            found = {k: read_estimate(content[name][k]) for k in ("error", "agreement", "kappa")}
            content[name] = ShiftError(**found, max_error=read_float(content[name]["max_error"]))
        content["curve"] = tuple(
            ShiftPoint(point["at"], read_estimate(point["error"]), read_estimate(point["agreement"]))
            for point in content["curve"]
        )
        content["grid"], content["floor"] = tuple(content["grid"]), read_estimate(content["floor"])
        return cls(**content)

    def plot(self) -> Figure:
        """The error, and the agreement of predictions, against the distance. Needs matplotlib."""
        from .shift_plots import plot_shifts

        return plot_shifts(self)
