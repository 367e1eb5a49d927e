"""Published errors on rMD17, in meV and meV/A: as table 2 of the MACE paper (arXiv:2206.07697) collects them."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "arXiv:2206.07697, table 2"


@dataclass(frozen=True)
class Published:
    """A row of the table: mean absolute errors of energy and of force components after so many training structures."""

    model: str
    structures: int
    energy: str
    forces: str

    @property
    def counted(self) -> str:
        """The number as the table of the page says it."""
        return "950 + 50" if self.structures == MANY else f"{self.structures:,}"


FEW, MANY = 50, 1000
"""The second was split into 950 to train on and 50 for validation."""
PUBLISHED = {
    "ethanol": (
        Published("ACE", FEW, "8.6", "43.0"),
        Published("NequIP", FEW, "8.7", "40.2"),
        Published("MACE", FEW, "6.7", "32.6"),
        Published("ANI", MANY, "2.5", "13.4"),
        Published("PaiNN", MANY, "2.7", "10.0"),
        Published("ACE", MANY, "1.2", "7.3"),
        Published("NequIP", MANY, "0.4", "2.8"),
        Published("MACE", MANY, "0.4", "2.1"),
    ),
    "aspirin": (
        Published("ACE", FEW, "26.2", "63.8"),
        Published("NequIP", FEW, "19.5", "52.0"),
        Published("MACE", FEW, "17.0", "43.9"),
        Published("ANI", MANY, "16.6", "40.6"),
        Published("PaiNN", MANY, "6.9", "16.1"),
        Published("ACE", MANY, "6.1", "17.9"),
        Published("NequIP", MANY, "2.3", "8.2"),
        Published("MACE", MANY, "2.2", "6.6"),
    ),
}
