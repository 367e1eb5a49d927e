"""The map f as a network: layers built from intertwiners, plain `torch.nn.Module`s on plain tensors."""

from .bilinear import Bilinear
from .emlp import EMLP, hidden_representation
from .head import InvariantHead
from .linear import Linear
from .maps import Maps
from .module import EquivariantModule
from .nonlinear import Gate, NormActivation, Pointwise

__all__ = [
    "Bilinear",
    "EMLP",
    "EquivariantModule",
    "Gate",
    "InvariantHead",
    "Linear",
    "Maps",
    "NormActivation",
    "Pointwise",
    "hidden_representation",
]
