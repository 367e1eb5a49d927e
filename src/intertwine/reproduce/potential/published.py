"""Published errors on rMD17, in meV and meV/A, after training on 950 structures with 50 more for validation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A row of the table: mean absolute errors of energy and of force components."""

    model: str
    energy: str
    forces: str
    conditions: str
    source: str


MACE = "MACE, l = 2"
PUBLISHED = {
    "ethanol": (Published(MACE, "0.4", "2.1", "950 + 50 structures", "arXiv:2206.07697"),),
    "aspirin": (Published(MACE, "2.2", "6.6", "950 + 50 structures", "arXiv:2206.07697"),),
}
