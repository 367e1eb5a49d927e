"""What equivariant layers share: solved constants that follow the layer's dtype and device and never lose precision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..intertwiners.solution import cast_like
from ..representations.base import Representation


class EquivariantModule(nn.Module):
    """A module f with f(rho_in(g) x) = rho_out(g) f(x) for every g, on features (..., rho.dim).

    Constants solved in float64 are held as non-persistent buffers in the precision of the weights. They are cast again
    from the exact ones whenever the module changes dtype or device, so `layer.double()` is exact and a checkpoint holds
    weights alone.
    """

    def __init__(self, rho_in: Representation, rho_out: Representation):
        super().__init__()
        if rho_in.group != rho_out.group:
            raise IntertwineError(f"a layer joins representations of one group, got {rho_in.group} and {rho_out.group}")
        self.rho_in, self.rho_out = rho_in, rho_out
        self._exact: dict[str, Tensor] = {}

    def hold(self, name: str, value: Tensor) -> None:
        """Keep a solved constant as a buffer in the precision of the weights, and its exact value beside it."""
        self._exact[name] = value
        self.register_buffer(name, cast_like(value, self._reference()), persistent=False)

    def _reference(self) -> Tensor:
        """A tensor with the precision and device of this module's own weights."""
        own = self.parameters(recurse=False)
        held = (b for b in self.buffers(recurse=False) if b.is_floating_point() or b.is_complex())
        return next(own, next(held, torch.empty(0)))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        super()._apply(partial(_with_complex, fn), recurse)
        for name, exact in self._exact.items():
            held = getattr(self, name)
            like = self._reference() if exact.is_floating_point() or exact.is_complex() else held
            setattr(self, name, cast_like(exact, like))
        return self

    def check(self, x: Tensor) -> None:
        """Raise unless x has rho_in.dim features on its last axis."""
        if x.ndim == 0 or x.shape[-1] != self.rho_in.dim:
            raise IntertwineError(
                f"{type(self).__name__} takes features (..., {self.rho_in.dim}) of type {self.rho_in}, "
                f"got shape {tuple(x.shape)}"
            )

    def extra_repr(self) -> str:
        return f"{self.rho_in} -> {self.rho_out}"


def _with_complex(fn: Callable[[Tensor], Tensor], tensor: Tensor) -> Tensor:
    """Let `.double()` and its like, which leave complex tensors alone, change their precision too."""
    out = fn(tensor)
    if tensor.is_complex() and out.is_complex():
        real = fn(torch.empty(0, dtype=tensor.real.dtype, device=tensor.device)).dtype
        if real in (torch.float32, torch.float64):
            out = out.to(torch.complex128 if real == torch.float64 else torch.complex64)
    return out
