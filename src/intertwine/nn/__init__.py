"""The map f as a network: layers built from intertwiners, plain `torch.nn.Module`s on plain tensors."""

from .bilinear import Bilinear
from .emlp import EMLP, hidden_representation
from .fourier_net import FourierNet, hidden_irreps
from .grids.antialias import antialias
from .grids.blur import BlurPool, Filtered, MaxBlurPool, Upsample
from .grids.conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .grids.field_norm import BatchNorm, FieldDropout, InstanceNorm
from .grids.field_pool import GroupPool, NormMaxPool
from .grids.filters import Kaiser, Spline
from .grids.fourier_activation import FourierActivation
from .groups.group_conv import CosetPool, GroupConv
from .groups.sampled_activation import SampledActivation
from .groups.sampling import Sampling
from .groups.spherical_conv import SphericalConv
from .invariant_mlp import InvariantMLP
from .layer_norm import LayerNorm
from .linear import Linear
from .maps import Maps
from .module import EquivariantModule
from .nonlinear import Gate, NormActivation, Pointwise, ScalarGate
from .on_fields import OnFields
from .points.attention import PointAttention
from .points.edge_frames import edge_frames
from .points.edges import Edges
from .points.neighbours import PointGraph, join_graphs, radius_graph
from .points.point_conv import PointConv
from .points.pyg import from_pyg, to_pyg
from .points.radial import BesselBasis, ChebyshevBasis, GaussianBasis, PolynomialEnvelope
from .points.segment_softmax import segment_softmax
from .points.so2_conv import SO2Conv
from .points.spherical_harmonics import spherical_harmonics
from .points.symmetric_contraction import SymmetricContraction
from .products.tensor_product import TensorProduct
from .products.tensor_square import TensorSquare
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
    "LayerNorm",
    "Linear",
    "Maps",
    "MaxBlurPool",
    "NormActivation",
    "NormMaxPool",
    "OnFields",
    "PointAttention",
    "PointConv",
    "PointGraph",
    "Pointwise",
    "PolynomialEnvelope",
    "SampledActivation",
    "SO2Conv",
    "Sampling",
    "ScalarGate",
    "SphericalConv",
    "Spline",
    "SymmetricContraction",
    "TensorProduct",
    "TensorSquare",
    "Upsample",
    "antialias",
    "edge_frames",
    "from_pyg",
    "hidden_irreps",
    "hidden_representation",
    "join_graphs",
    "radius_graph",
    "segment_softmax",
    "spherical_harmonics",
    "to_plain",
    "to_pyg",
]
