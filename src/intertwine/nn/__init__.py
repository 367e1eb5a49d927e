"""The map f as a network: layers built from intertwiners, plain `torch.nn.Module`s on plain tensors."""

from .antialias import antialias
from .bilinear import Bilinear
from .blur import BlurPool, Filtered, MaxBlurPool, Upsample
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .edges import Edges
from .emlp import EMLP, hidden_representation
from .field_norm import BatchNorm, FieldDropout, InstanceNorm
from .field_pool import GroupPool, NormMaxPool
from .filters import Kaiser, Spline
from .fourier_activation import FourierActivation
from .fourier_net import FourierNet, hidden_irreps
from .group_conv import CosetPool, GroupConv
from .invariant_mlp import InvariantMLP
from .linear import Linear
from .maps import Maps
from .module import EquivariantModule
from .neighbours import PointGraph, radius_graph
from .nonlinear import Gate, NormActivation, Pointwise, ScalarGate
from .on_fields import OnFields
from .point_conv import PointConv
from .radial import BesselBasis, ChebyshevBasis, GaussianBasis, PolynomialEnvelope
from .sampled_activation import SampledActivation
from .sampling import Sampling
from .spherical_conv import SphericalConv
from .spherical_harmonics import spherical_harmonics
from .tensor_product import TensorProduct
from .tensor_square import TensorSquare
from .to_plain import to_plain

__all__ = [
    "BatchNorm",
    "BesselBasis",
    "Bilinear",
    "BlurPool",
    "ChebyshevBasis",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CosetPool",
    "EMLP",
    "Edges",
    "EquivariantModule",
    "FieldDropout",
    "Filtered",
    "FourierActivation",
    "FourierNet",
    "Gate",
    "GaussianBasis",
    "GroupConv",
    "GroupPool",
    "InstanceNorm",
    "InvariantMLP",
    "Kaiser",
    "Linear",
    "Maps",
    "MaxBlurPool",
    "NormActivation",
    "NormMaxPool",
    "OnFields",
    "PointConv",
    "PointGraph",
    "Pointwise",
    "PolynomialEnvelope",
    "SampledActivation",
    "Sampling",
    "ScalarGate",
    "SphericalConv",
    "Spline",
    "TensorProduct",
    "TensorSquare",
    "Upsample",
    "antialias",
    "hidden_irreps",
    "hidden_representation",
    "radius_graph",
    "spherical_harmonics",
    "to_plain",
]
