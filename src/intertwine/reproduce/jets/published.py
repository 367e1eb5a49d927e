"""The published figures on the public top-tagging set, as the papers state them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A row of the table: text as printed, with the uncertainty over trainings; empty where nothing is stated."""

    model: str
    accuracy: str
    auc: str
    rejection50: str
    rejection30: str
    parameters: str
    source: str
    is_equivariant: bool = False


TABLE = (
    Published("P-CNN", "0.930", "0.9803", "201 ± 4", "759 ± 24", "", "arXiv:1902.09914"),
    Published("Particle flow network", "0.932", "0.9819", "247 ± 3", "888 ± 17", "", "arXiv:1810.05165"),
    Published("ParticleNet", "0.940", "0.9858", "397 ± 7", "1615 ± 93", "366k", "arXiv:1902.08570"),
    Published("Particle Transformer", "0.940", "0.9858", "413 ± 16", "1602 ± 81", "", "arXiv:2202.03772"),
    Published("LGN", "0.929", "0.9640", "", "435 ± 95", "4.5k", "arXiv:2006.04780", True),
    Published("LorentzNet", "0.942", "0.9868", "498 ± 18", "2195 ± 173", "224k", "arXiv:2201.08187", True),
    Published("CGENN", "0.942", "0.9869", "500", "2172", "", "arXiv:2305.11141", True),
    Published("PELICAN", "0.9426 ± 0.0002", "0.9870 ± 0.0001", "", "2250 ± 75", "208k", "arXiv:2211.00454", True),
    Published("L-GATr", "0.9423 ± 0.0002", "0.9870 ± 0.0001", "540 ± 20", "2240 ± 70", "", "arXiv:2405.14806", True),
)
"""Kasieczka et al. 2019: 1,211,000 jets to train on, 404,000 to test on. As collected in table 1 of Spinner et al.,
Lorentz-equivariant geometric algebra transformers for high-energy physics, arXiv:2405.14806; the row of LGN was taken
from other collections."""
