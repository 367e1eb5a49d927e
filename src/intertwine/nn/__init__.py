"""The map f as a network: layers built from intertwiners, plain `torch.nn.Module`s on plain tensors."""

from .bilinear import Bilinear
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .emlp import EMLP, hidden_representation
from .field_norm import BatchNorm, FieldDropout, InstanceNorm
from .field_pool import GroupPool, NormMaxPool
from .fourier_activation import FourierActivation
from .group_conv import CosetPool, GroupConv
from .head import InvariantHead
from .linear import Linear
from .maps import Maps
from .module import EquivariantModule
from .nonlinear import Gate, NormActivation, Pointwise, ScalarGate
from .tensor_product import TensorProduct
from .tensor_square import TensorSquare
from .to_plain import to_plain

__all__ = [
    "BatchNorm",
    "Bilinear",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CosetPool",
    "EMLP",
    "EquivariantModule",
    "FieldDropout",
    "FourierActivation",
    "Gate",
    "GroupConv",
    "GroupPool",
    "InstanceNorm",
    "InvariantHead",
    "Linear",
    "Maps",
    "NormActivation",
    "NormMaxPool",
    "Pointwise",
    "ScalarGate",
    "TensorProduct",
    "TensorSquare",
    "hidden_representation",
    "to_plain",
]
