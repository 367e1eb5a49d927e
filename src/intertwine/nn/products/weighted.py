"""What tensor products share: weights that are learned, or given with every call."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...representations.base import Representation
from ...representations.expand import expand
from ..module import EquivariantModule, in_precision

if TYPE_CHECKING:
    from .channelwise import Channelwise
    from .mixed import Mixed


class Weighted(EquivariantModule):
    """A layer whose kernel takes features and `weight_numel` weights.

    Attributes:
        weight: the learned weights (weight_numel,); None where they are external.
        weight_numel: how many weights there are for one sample.
    """

    weight: nn.Parameter | None

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        kernel: Mixed | Channelwise,
        *,
        external: bool,
        gain: float,
        generator: torch.Generator | None,
    ):
        super().__init__(rho_in, rho_out)
        self.kernel, self.external, self.gain = kernel, external, gain
        self.weight_numel = kernel.weight_numel
        self.register_parameter("weight", None)
        if not external:
            kind = torch.get_default_dtype()
            self.weight = nn.Parameter(
                torch.empty(self.weight_numel, dtype=kind.to_complex() if kernel.is_complex else kind)
            )
            self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw learned weights anew: normal, of variance gain^2."""
        if self.weight is not None:
            dtype = torch.complex128 if self.weight.is_complex() else torch.float64
            drawn = torch.randn(self.weight_numel, dtype=dtype, generator=generator, device="cpu")
            with torch.no_grad():
                self.weight.copy_(self.gain * drawn)

    def weights(self, weight: Tensor | None) -> Tensor:
        """The weights to use, given ones checked."""
        if self.weight is not None:
            if weight is not None:
                raise IntertwineError(
                    f"{type(self).__name__} has weights of its own; with external=True it takes them with each call"
                )
            return self.weight
        if weight is None or weight.ndim == 0 or weight.shape[-1] != self.weight_numel:
            got = None if weight is None else tuple(weight.shape)
            raise IntertwineError(f"{type(self).__name__} takes weights (..., {self.weight_numel}), got {got}")
        return self.prepared(weight)

    def prepared(self, x: Tensor) -> Tensor:
        """Features or weights in the precision of the couplings."""
        return in_precision(x, self.kernel.like, type(self).__name__)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.rho_in.group}: {self.extra_repr()}, {self._counted_weights()})"

    def _counted_weights(self) -> str:
        """How many weights, in words."""
        return (
            f"{self.weight_numel:,} {'external ' if self.external else ''}weight{'' if self.weight_numel == 1 else 's'}"
        )


def require_reached(rho_out: Representation, reached: Collection[Representation], source: str) -> None:
    """Raise unless every term of rho_out is reached by some coupling."""
    dead = [str(c) for c in expand(rho_out) if c not in reached]
    if dead:
        raise IntertwineError(
            f"no equivariant bilinear map takes {source} to {', '.join(dead)} of {rho_out.group}, so these outputs "
            "would always be zero; leave them out of rho_out, or add terms that reach them"
        )
