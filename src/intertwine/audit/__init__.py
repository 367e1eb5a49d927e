"""How far is a model from being equivariant?"""

from .curve import CurvePoint
from .equivariance import audit
from .report import AuditReport
from .statistics import Estimate

__all__ = ["AuditReport", "CurvePoint", "Estimate", "audit"]
