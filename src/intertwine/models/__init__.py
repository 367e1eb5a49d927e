"""Ready networks for one kind of data each, built from the library's representations and couplings."""

from .atoms import Atoms, SpeciesIndex, gather_atoms
from .calculator import ase_calculator
from .crystal import CrystalNetwork
from .exported import export_potential
from .lorentz_cg import LorentzCGNetwork
from .lorentz_vector import LorentzVectorNetwork
from .planar import GCNN, HarmonicNet, SteerableCNN
from .potential import InteratomicPotential, Prediction, fit_shifts
from .residual import SteerableResNet
from .tensor_field import TensorFieldNetwork, point_features
from .unet import SteerableUNet

__all__ = [
    "Atoms",
    "CrystalNetwork",
    "GCNN",
    "HarmonicNet",
    "InteratomicPotential",
    "LorentzCGNetwork",
    "LorentzVectorNetwork",
    "Prediction",
    "SpeciesIndex",
    "SteerableCNN",
    "SteerableResNet",
    "SteerableUNet",
    "TensorFieldNetwork",
    "ase_calculator",
    "export_potential",
    "fit_shifts",
    "gather_atoms",
    "point_features",
]
