"""How far is a model from being equivariant?"""

from .aliasing import audit_aliasing
from .aliasing_report import AliasingReport, SourceError
from .curve import CurvePoint
from .equivariance import audit
from .layers import LayerAliasing
from .report import AuditReport
from .shift_report import ShiftError, ShiftPoint, ShiftReport
from .shifts import audit_shifts
from .statistics import Estimate

__all__ = [
    "AliasingReport",
    "AuditReport",
    "CurvePoint",
    "Estimate",
    "LayerAliasing",
    "ShiftError",
    "ShiftPoint",
    "ShiftReport",
    "SourceError",
    "audit",
    "audit_aliasing",
    "audit_shifts",
]
