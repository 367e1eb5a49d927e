"""Translations of arrays along their axes."""

from __future__ import annotations

from torch import Tensor

from ..errors import IntertwineError
from ..groups.additive import Grid, R
from ..groups.base import Group
from ..groups.elements import Element
from .action import Action, Data, require_tensor
from .translate import check_boundary, signed, translate


class Shifts(Action):
    """Arrays (N, C, L1, .., Ld) shifted along their axes, (T_t f)(i) = f(i - t), as `torch.roll` does.

    Args:
        group: Grid(L1, .., Ld), whole steps moved exactly; or R(d), fractions of a step by Fourier interpolation.
        boundary: "cyclic", or "zero" to bring in zeros from outside. Zeros lose what leaves the array, so that the
            shifts are then no exact action; steps of a Grid above half its length count as negative ones.

    Example:
        >>> move, x = Shifts(Grid(8, 8)), torch.randn(2, 1, 8, 8)
        >>> torch.equal(move(torch.tensor([1, 2]), x), x.roll((1, 2), (-2, -1)))
        True
    """

    def __init__(self, group: Group, boundary: str = "cyclic"):
        if not isinstance(group, Grid | R):
            raise IntertwineError(
                f"Shifts needs a group of translations, Grid(L1, ...) or R(d), got {group}; Pictures and Volumes take "
                "groups that turn as well"
            )
        super().__init__(group)
        self.translations = group
        self.boundary = check_boundary(boundary)
        self.dimensions = len(group.lengths) if isinstance(group, Grid) else group.d

    @property
    def is_exact(self) -> bool:
        return isinstance(self.group, Grid) and self.boundary == "cyclic"

    def check(self, x: Data) -> None:
        require_tensor(self, x, " ".join(["N", "C", *(f"L{k + 1}" for k in range(self.dimensions))]))
        if x.ndim != 2 + self.dimensions:
            raise IntertwineError(f"{self} moves arrays with {self.dimensions} grid axes, got shape {tuple(x.shape)}")
        if isinstance(self.translations, Grid) and tuple(x.shape[2:]) != self.translations.lengths:
            raise IntertwineError(f"{self} moves arrays on that grid, got shape {tuple(x.shape)}")
        if isinstance(self.translations, R) and not (x.is_floating_point() or x.is_complex()):
            raise IntertwineError(f"{self} interpolates, and {x.dtype} cannot hold the result: convert x to floats")

    def move(self, g: Element, x: Data) -> Tensor:
        steps = signed(g, self.translations.lengths) if isinstance(self.translations, Grid) else g
        return translate(x, steps.to(x.device), self.boundary)

    def __repr__(self) -> str:
        return f"Shifts({self.group}, {self.boundary})"
