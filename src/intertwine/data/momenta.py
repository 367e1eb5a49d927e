"""Four-momenta (E, px, py, pz) in GeV, and the variables of a detector at a collider."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import IntertwineError


def squared_mass(momenta: Tensor) -> Tensor:
    """m^2 = E^2 - |p|^2; momenta (..., 4) -> (...). Float32 loses it: 1e-7 of E^2 is more than a pion's mass."""
    return momenta[..., 0].square() - momenta[..., 1:].square().sum(-1)


def mass(momenta: Tensor) -> Tensor:
    """m = sqrt(E^2 - |p|^2), and 0 where rounding made the square negative; momenta (..., 4) -> (...).

    Example:
        >>> mass(torch.tensor([5.0, 0.0, 3.0, 0.0]))
        tensor(4.)
    """
    return squared_mass(momenta).clamp(min=0).sqrt()


def on_shell(momenta: Tensor) -> Tensor:
    """The same momenta in float64, with E = |p| wherever the stored digits have E^2 < |p|^2.

    A massless particle stored in float32 can come out with a negative squared mass. No boost repairs that,
    and its image under a strong one can have a negative energy.
    """
    exact = momenta.double()
    length = exact[..., 1:].norm(dim=-1)
    return torch.cat([torch.maximum(exact[..., 0], length)[..., None], exact[..., 1:]], dim=-1)


def from_detector(pt: Tensor, eta: Tensor, phi: Tensor, masses: Tensor | float) -> Tensor:
    """(pt cos phi, pt sin phi, pt sinh eta) with E = sqrt(m^2 + |p|^2); each (...) -> (..., 4) float64.

    pt is the momentum across the beam (the z axis), eta = -log tan(theta / 2) the pseudorapidity, phi in radians.
    """
    pt, eta, phi = pt.double(), eta.double(), phi.double()
    p = torch.stack([pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()], dim=-1)
    energy = (p.square().sum(-1) + torch.as_tensor(masses, dtype=torch.float64).square()).sqrt()
    return torch.cat([energy[..., None], p], dim=-1)


def to_detector(momenta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The transverse momentum, pseudorapidity and azimuth; momenta (..., 4) -> three of (...). Zeros stay zeros."""
    pt = momenta[..., 1:3].norm(dim=-1)
    smallest = torch.finfo(momenta.dtype).tiny
    eta = torch.asinh(momenta[..., 3] / pt.clamp(min=smallest))
    return pt, torch.where(pt > 0, eta, 0.0), torch.atan2(momenta[..., 2], momenta[..., 1])


def boost(momenta: Tensor, velocity: Tensor) -> Tensor:
    """The momenta for an observer who sees the old frame move with `velocity`: an active boost, in float64.

        E' = gamma (E + v.p),   p' = p + v (gamma^2 / (gamma + 1) v.p + gamma E)

    Shapes: momenta (N, ..., 4), velocity (N, 3) in units of the speed of light.

    Raises:
        IntertwineError: a velocity reaches that of light.
    """
    v = velocity.double().reshape(len(velocity), *(1,) * (momenta.ndim - 2), 3)
    square = v.square().sum(-1, keepdim=True)
    if not bool((square < 1).all()):
        raise IntertwineError("A velocity of a boost must be below 1, the speed of light.")
    gamma = (1 - square).rsqrt()
    energy, p = momenta[..., :1].double(), momenta[..., 1:].double()
    along = (v * p).sum(-1, keepdim=True)
    moved = p + v * (gamma.square() / (gamma + 1) * along + gamma * energy)
    return torch.cat([gamma * (energy + along), moved], dim=-1)
