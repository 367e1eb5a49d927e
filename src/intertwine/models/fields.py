"""Kinds of hidden fields for convolutional networks, each with the nonlinearity that suits it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from ..errors import IntertwineError
from ..nn import FourierActivation, Gate, NormActivation, Pointwise, ScalarGate
from ..representations.base import Representation
from ..representations.harmonics import Harmonics
from ..representations.structure import direct_sum

ACTIVATIONS = {"regular": ("relu",), "irreps": ("norm", "gate", "scalar gate", "fourier")}


@dataclass(frozen=True)
class Fields:
    """What hidden features of a convolutional network are made of.

    Attributes:
        space: how the point group moves the grid.
        kind: "regular" (finite groups: functions on the group) or "irreps" (those of the harmonics up to `frequency`).
        activation: "relu" for regular fields; "norm", "gate", "scalar gate" or "fourier" for irreps.
        frequency: greatest degree of "irreps".
    """

    space: Representation
    kind: str
    activation: str
    frequency: int = 3

    def __post_init__(self) -> None:
        if self.kind not in ACTIVATIONS or self.activation not in ACTIVATIONS[self.kind]:
            known = "; ".join(f'"{kind}": {", ".join(names)}' for kind, names in ACTIVATIONS.items())
            raise IntertwineError(f"fields with activations are {known}; got {self.kind!r} with {self.activation!r}")
        if self.frequency < 0:
            raise IntertwineError(f"frequency is the greatest degree of the fields, >= 0, got {self.frequency}")
        if self.kind == "regular" and not self.space.group.is_finite:
            raise IntertwineError(f'{self.space.group} is infinite and has no regular fields: use fields="irreps"')

    @property
    def element(self) -> Representation:
        """The type of one field."""
        if self.kind == "regular":
            return self.space.group.regular
        found = [self.space.group.trivial]
        for degree in range(1, self.frequency + 1):
            rho = Harmonics(self.space, degree)
            found += list(rho.decompose().terms) if self.space.group.is_finite else [rho]
        return direct_sum(
            [(rho, 1) for rho in dict.fromkeys(found) if rho.dim and (rho == found[0] or not rho.is_trivial)]
        )

    def of(self, number: int) -> Representation:
        """The type of several fields."""
        return number * self.element

    def act(self, number: int) -> nn.Module:
        """The nonlinearity on several fields; its `rho_in` is what the layer before has to make."""
        if self.activation == "relu":
            return Pointwise(self.of(number), axis=1)
        if self.activation == "fourier":
            return FourierActivation(self.element, number)
        layer = {"norm": NormActivation, "gate": Gate, "scalar gate": ScalarGate}[self.activation]
        return layer(self.of(number), axis=1)


def choose_fields(space: Representation, kind: str | None, activation: str | None, frequency: int) -> Fields:
    """Fill in what was left open: regular fields and ReLU for finite groups, irreps and scalar gates for others."""
    kind = kind or ("regular" if space.group.is_finite else "irreps")
    return Fields(space, kind, activation or ("relu" if kind == "regular" else "scalar gate"), frequency)
