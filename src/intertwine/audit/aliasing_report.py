"""What an audit of aliasing found."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import IntertwineError
from .layers import LayerAliasing
from .rendering import body, columns, jsonable, read_estimate, row
from .statistics import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
MEANINGS = {
    "stride": "samples taken without an ideal low-pass filter",
    "nonlinearity": "frequencies made that the grid cannot hold",
    "padding": "what lies beyond the edge",
    "dense": "weights that depend on the position",
}


@dataclass(frozen=True)
class SourceError:
    """One source of aliasing, by measured ablation."""

    alone: Estimate | None
    """The relative error with every other source taken away."""
    without: Estimate | None
    """The relative error with this source alone taken away."""


@dataclass(frozen=True)
class AliasingReport:
    """Where a model loses its equation under shifts, f(T_t x) = T_t f(x), on cyclic pictures moved by any distance."""

    model: str
    items: int
    grid: tuple[int, ...]
    moves: bool
    """Whether the output is a map that should move along; otherwise it should stay as it is."""
    dtype: str
    confidence: float
    seed: int
    error: Estimate | None
    """E|f(T x) - T f(x)|^2 / (2 E|f - E f|^2) of the model as it is."""
    ideal: Estimate | None
    """The same with every source taken away: what is left belongs to none of them."""
    sources: dict[str, SourceError]
    """Of "stride", "nonlinearity", "padding" and "dense", those that the model has."""
    layers: tuple[LayerAliasing, ...]

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        if self.error is None:
            return "undefined: the model's output hardly depends on its input, so there is nothing to compare with"
        known = [(name, s.alone.value) for name, s in self.sources.items() if s.alone is not None]
        if not known:
            return f"relative error {self.error.value:.3g}; no operation on maps was seen that could cause it"
        parts = ", ".join(f"{name} {value:.3g}" for name, value in sorted(known, key=lambda pair: -pair[1]))
        return f"relative error {self.error.value:.3g}; each source by itself: {parts}"

    def table(self) -> list[dict[str, Any]]:
        """Rows with keys measure, estimate, low, high, meaning; numbers are None where undefined."""
        rows = [row("as it is", self.error, "E|f(Tx) - Tf(x)|^2 / (2 E|f - Ef|^2)")]
        for name, source in self.sources.items():
            rows.append(row(f"{name} alone", source.alone, MEANINGS[name]))
            rows.append(row(f"without {name}", source.without, ""))
        return [*rows, row("without any", self.ideal, "what belongs to none of these")]

    def layer_table(self) -> list[dict[str, Any]]:
        """A row for each operation: layer, kind, grid, stride, and the estimates above, folded, own and total."""
        return [asdict(layer) for layer in self.layers]

    def __str__(self) -> str:
        head = [
            f"Aliasing audit of {self.model} on {self.items} cyclic pictures, {' x '.join(map(str, self.grid))}",
            f"  shifts by any distance; {self.dtype}, {self.confidence:.0%} intervals over items",
            "",
        ]
        cells = [("layer", "kind", "grid", "above", "folded", "own error", "error so far")]
        for layer in self.layers:
            grid = "x".join(map(str, layer.grid)) + (
                f" /{'x'.join(map(str, sorted(set(layer.stride))))}" if max(layer.stride) > 1 else ""
            )
            values = [_short(v) for v in (layer.above, layer.folded, layer.own, layer.total)]
            cells.append((layer.name, layer.kind, grid, values[0], values[1], values[2], values[3]))
        legend = [
            "  above: energy at frequencies that the next stride folds; folded: the share this one folded; "
            "/2: a stride of 2",
        ]
        return "\n".join([*head, *body(self.table()), "", *columns(cells, "<<<>>>>"), *legend, "", f"  {self.verdict}"])

    def __repr__(self) -> str:
        return f"<AliasingReport of {self.model}: {self.verdict}>"

    def to_json(self, path: str | Path) -> None:
        """Write the report to a file; undefined numbers become null."""
        content = {"schema": SCHEMA, "kind": "aliasing", **jsonable(asdict(self))}
        Path(path).write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, path: str | Path) -> AliasingReport:
        """Read a report that `to_json` wrote.

        Raises:
            IntertwineError: the file is not such a report.
        """
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        known = {f.name for f in fields(cls)} | {"schema", "kind"}
        if not isinstance(content, dict) or set(content) != known or content["kind"] != "aliasing":
            raise IntertwineError(f"{path} is not a report of audit_aliasing of this version (schema {SCHEMA})")
        del content["schema"], content["kind"]
        for name in ("error", "ideal"):
            content[name] = read_estimate(content[name])
        content["grid"] = tuple(content["grid"])
        content["sources"] = {
            name: SourceError(read_estimate(s["alone"]), read_estimate(s["without"]))
            for name, s in content["sources"].items()
        }
        for layer in content["layers"]:
            layer.update({name: tuple(layer[name]) for name in ("grid", "stride")})
            layer.update({name: read_estimate(layer[name]) for name in ("above", "folded", "own", "total")})
        content["layers"] = tuple(LayerAliasing(**layer) for layer in content["layers"])
        return cls(**content)

    def plot(self) -> Figure:
        """The sources, and the layers from input to output. Needs matplotlib."""
        from .aliasing_plots import plot_aliasing

        return plot_aliasing(self)


def _short(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:.2g}"
