"""`intertwine shifts`: how a model follows when its input moves, and what keeps it from doing so."""

from __future__ import annotations

from pathlib import Path

from ..audit import audit_aliasing, audit_shifts
from .audit import like_parameters, save_and_check
from .models import load_array, load_model


def shifts(
    model: str, data: Path, array: str | None, samples: int | None, margin: int, seed: int, sources: bool,
    json: Path | None, below: float | None,
) -> None:  # fmt: skip
    """Print the report, and that on the sources where asked; save the first, and check it against a bound."""
    network = load_model(model)
    x = like_parameters(load_array(data, array), network)
    report = audit_shifts(network, x, margin=margin, samples=samples, seed=seed, progress=True)
    print(report)
    if sources:
        print()
        print(audit_aliasing(network, x, samples=min(samples or 128, 128), seed=seed, progress=True))
    save_and_check(report, json, below)
