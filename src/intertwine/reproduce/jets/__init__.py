"""Jets: which particle started a spray of particles, and what Lorentz symmetry does for the answer."""

from __future__ import annotations

from .invariants import invariants
from .particle_flow import ParticleFlow, detector_features
from .tagging import JetTagging

__all__ = ["JetTagging", "ParticleFlow", "detector_features", "invariants"]
