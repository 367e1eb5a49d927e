"""Actions by a representation, and the one that moves nothing."""

from __future__ import annotations

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element
from ..representations.base import Representation
from .action import Action, Data, require_tensor, unsqueeze


class Trivial(Action):
    """The action that moves nothing: the output of an invariant model, such as class scores.

    Takes data of any shape.
    """

    @property
    def is_exact(self) -> bool:
        return True

    def check(self, x: Data) -> None:
        """Anything may stay where it is."""

    def move(self, g: Element, x: Data) -> Data:
        return x


class Vectors(Action):
    """Vectors moved by a representation, x -> rho(g) x, on (N, ..., rho.dim).

    All axes between the first and the last are moved alike (channels, time steps).

    Example:
        >>> rotate = Vectors(SO(3).vector)
        >>> rotate(SO(3).sample(8), torch.randn(8, 5, 3)).shape
        torch.Size([8, 5, 3])
    """

    def __init__(self, rho: Representation):
        super().__init__(rho.group)
        self.rho = rho

    @property
    def is_exact(self) -> bool:
        return True

    def check(self, x: Data) -> None:
        require_tensor(self, x, "N dim")
        if x.shape[-1] != self.rho.dim:
            raise IntertwineError(
                f"{self} moves vectors of {self.rho.dim} numbers along the last axis, got shape {tuple(x.shape)}"
            )

    def move(self, g: Element, x: Data) -> Data:
        return self.rho.apply(unsqueeze(g, x.ndim - 2), x)

    def __repr__(self) -> str:
        return f"Vectors({self.group}, {self.rho})"


def feature_representation(group: Group, rho: Representation | None) -> Representation | None:
    """Check the type of a field's values: a representation of the group, or of its point group (a semidirect product).

    Raises:
        IntertwineError: rho belongs to another group.
    """
    allowed = (group, getattr(group, "point", group))
    if rho is not None and rho.group not in allowed:
        raise IntertwineError(
            f"the features' representation {rho} belongs to {rho.group}, but the action's group is {group}: "
            f"use a representation of {' or '.join(dict.fromkeys(map(str, allowed)))}"
        )
    return rho


def transform_features(group: Group, rho: Representation | None, g: Element, x: Data) -> Data:
    """rho(g) on the last axis of x (N, k, dim); scalars (rho is None) stay."""
    if rho is None:
        return x
    return rho.apply(unsqueeze(g if rho.group == group else g[1], x.ndim - 2), x)
