"""Kinds of hidden fields for convolutional networks, each with the nonlinearity that suits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..nn import FourierActivation, Gate, NormActivation, Pointwise, ScalarGate
from ..nn.kernel import point_space
from ..nn.module import Device, require_representation
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


class FieldModel(nn.Module):
    """What convolutional networks share: the type of their pictures, and the kinds of hidden fields and kernels.

    Args:
        rho_in: the type of the pictures or volumes.
        fields, activation, frequency: the kind of hidden fields, see `Fields`.
        bandlimit, profile: of the kernels, see `nn.Conv2d`.
        space: how the group moves the grid, where it is not `G.vector`.
        generator: random numbers for the initial weights.
    """

    def __init__(
        self,
        rho_in: Representation,
        *,
        fields: str | None = None,
        activation: str | None = None,
        frequency: int = 3,
        bandlimit: int | None = None,
        profile: str | None = None,
        space: Representation | None = None,
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.rho_in = rho_in
        self.fields = choose_fields(space_of(self, rho_in, space), fields, activation, frequency)
        self.kernel: dict[str, Any] = {"bandlimit": bandlimit, "profile": profile, "generator": generator}

    def place(self, device: Device, dtype: torch.dtype | None) -> None:
        """Move to what the keywords `device` and `dtype` ask for; the last line of every model's `__init__`."""
        del self.kernel["generator"]  # its work is done, and it can not be copied
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    def check(self, x: Tensor) -> None:
        """Raise unless x is (batch, rho_in.dim, *grid); a picture alone could pass for a batch where sizes coincide."""
        d = self.fields.space.dim
        if x.ndim != d + 2 or x.shape[1] != self.rho_in.dim:
            alone = ": give a picture without a batch as x[None]" * (x.ndim == d + 1)
            raise IntertwineError(
                f"{type(self).__name__} takes (batch, {self.rho_in.dim}, *grid) with {d} grid axes and channels of "
                f"type {self.rho_in}, got shape {tuple(x.shape)}{alone}"
            )


def space_of(model: nn.Module, rho_in: Representation, space: Representation | None) -> Representation:
    """How the group of rho_in moves the grid: `space`, or its own `vector`."""
    require_representation(model, rho_in)
    group = rho_in.group
    if space is None and group.is_finite and group.order == 1:
        raise IntertwineError(f"{group} does not say how many dimensions the grid has: give space=2*{group}.trivial")
    return point_space(group, group.vector.dim if space is None else space.dim, space)
