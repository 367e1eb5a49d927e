"""Sets of points in space, with features of any type."""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element
from ..representations.base import Representation
from .action import Action, Data, require_tensor
from .affine import Motion
from .linear import feature_representation, transform_features


class Points(Action):
    """Points with features (N, n, d + features): positions move, p -> A(g) p + t(g); features turn, v -> rho(g) v.

    Args:
        group: a group whose `vector` is R^d (SO(3), O(3), Cube(), C(n) in the plane, ...), the translations R(d), or
            `semidirect(R(d), H)` for both, as in E(3).
        rho: the type of the features behind the d coordinates: scalars (masses), vectors (velocities), tensors, any
            representation of the group or, with translations, of its point group H. None: scalars, any number.

    Example:
        >>> G = SO(3)
        >>> bodies = Points(G, G.trivial + G.vector)  # position, mass, velocity
        >>> bodies(G.sample(16), torch.randn(16, 5, 7)).shape
        torch.Size([16, 5, 7])
    """

    def __init__(self, group: Group, rho: Representation | None = None):
        super().__init__(group)
        self.motion = Motion(group)
        self.rho = feature_representation(group, rho)

    @property
    def is_exact(self) -> bool:
        return True

    def check(self, x: Data) -> None:
        require_tensor(self, x, "N points d+features")
        d = self.motion.d
        wanted = d if self.rho is None else d + self.rho.dim
        fits = x.shape[-1] == wanted or (self.rho is None and x.shape[-1] >= wanted)
        if x.ndim != 3 or not fits:
            features = "any number of scalars" if self.rho is None else f"{self.rho.dim} features of type {self.rho}"
            raise IntertwineError(
                f"{self} moves (N, points, {d} coordinates followed by {features}), got shape {tuple(x.shape)}"
            )

    def move(self, g: Element, x: Data) -> Tensor:
        d = self.motion.d
        position, features = x[..., :d], x[..., d:]
        if self.motion.linear is not None:
            position = position @ self.motion.matrix(g).to(x).mT
        offset = self.motion.offset(g)
        if offset is not None:
            position = position + offset.to(x)[:, None]
        features = transform_features(self.group, self.rho, g, features)
        return torch.cat([position, features], -1)

    def __repr__(self) -> str:
        return f"Points({self.group})" if self.rho is None else f"Points({self.group}, {self.rho})"
