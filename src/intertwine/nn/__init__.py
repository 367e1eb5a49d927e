"""The map f as a network: layers built from intertwiners, plain `torch.nn.Module`s on plain tensors."""

from .bilinear import Bilinear
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .emlp import EMLP, hidden_representation
from .head import InvariantHead
from .linear import Linear
from .maps import Maps
from .module import EquivariantModule
from .nonlinear import Gate, NormActivation, Pointwise
from .tensor_product import TensorProduct

__all__ = [
    "Bilinear",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "EMLP",
    "EquivariantModule",
    "Gate",
    "InvariantHead",
    "Linear",
    "Maps",
    "NormActivation",
    "Pointwise",
    "TensorProduct",
    "hidden_representation",
]
