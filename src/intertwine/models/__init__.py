"""Ready networks for one kind of data each, built from the library's representations and couplings."""

from .lorentz_cg import LorentzCGNetwork
from .lorentz_vector import LorentzVectorNetwork
from .planar import GCNN, HarmonicNet, SteerableCNN
from .residual import SteerableResNet
from .unet import SteerableUNet

__all__ = [
    "GCNN",
    "HarmonicNet",
    "LorentzCGNetwork",
    "LorentzVectorNetwork",
    "SteerableCNN",
    "SteerableResNet",
    "SteerableUNet",
]
