"""Ready networks for one kind of data each, built from the library's representations and couplings."""

from .lorentz_cg import LorentzCGNetwork
from .lorentz_vector import LorentzVectorNetwork

__all__ = ["LorentzCGNetwork", "LorentzVectorNetwork"]
