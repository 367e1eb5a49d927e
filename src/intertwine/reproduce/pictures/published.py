"""The published errors on rotated MNIST, as the papers and the code of their authors state them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A row of the table: test error in per cent, weights and conditions as stated; empty where nothing is."""

    model: str
    error: str
    weights: str
    conditions: str
    source: str


ROTATED_MNIST = (
    Published("CNN (Z2CNN)", "5.03", "22k", "no augmentation", "arXiv:1602.07576"),
    Published("Group CNN on p4 (P4CNN)", "2.28", "25k", "no augmentation", "arXiv:1602.07576"),
    Published("PDO-eConv", "1.87", "26k", "no augmentation", "arXiv:2007.10408"),
    Published("Harmonic network", "1.69", "33k", "", "arXiv:1612.04642"),
    Published("LieConv on SE(2)", "1.39", "", "augmentation, 500 epochs", "arXiv:2002.12880"),
    Published("Steerable CNN, D16 restricted to C16", "0.682", "", "augmentation", "arXiv:1911.08251"),
)
"""12,000 pictures to train on, 50,000 to test on (Larochelle et al. 2007)."""
