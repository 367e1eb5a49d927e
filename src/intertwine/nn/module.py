"""What equivariant layers share: types of features, and solved constants that never lose precision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..intertwiners.solution import cast_like
from ..representations.base import Representation

Device = torch.device | str | int | None


class Solved(nn.Module):
    """A module with constants that were solved in float64.

    They are held as non-persistent buffers and cast again from the exact ones whenever the module changes dtype or
    device, so that `layer.double()` is exact and a checkpoint holds weights alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self._exact: dict[str, Tensor] = {}

    def hold(self, name: str, value: Tensor) -> None:
        """Keep a constant as a buffer in the default precision, and its exact value beside it."""
        self._exact[name] = value
        self.register_buffer(name, cast_like(value, torch.empty(0)), persistent=False)

    def hold_if(self, name: str, value: Tensor | None) -> None:
        """Keep a constant that there may be."""
        if value is None:
            self.register_buffer(name, None, persistent=False)
        else:
            self.hold(name, value)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        super()._apply(partial(_keep_complex, fn), recurse)
        for name, exact in self._exact.items():
            held = getattr(self, name)
            setattr(self, name, exact.to(device=held.device, dtype=held.dtype))
        return self


class EquivariantModule(Solved):
    """A module f with f(rho_in(g) x) = rho_out(g) f(x) for every g, on features (..., rho.dim); or, where `axis` is 1,
    on fields (batch, rho.dim, *grid).

    Every layer takes the keywords `device` and `dtype` of its parameters as torch's layers do; a complex layer takes
    either the complex type or the real one of the same precision.
    """

    def __init__(self, rho_in: Representation, rho_out: Representation, *, axis: int = -1):
        super().__init__()
        if axis not in (-1, 1):
            raise IntertwineError(f"channels stand on axis -1, or on axis 1 of fields on a grid; got axis={axis}")
        self.axis = axis
        for rho in (rho_in, rho_out):
            require_representation(self, rho)
        if rho_in.group != rho_out.group:
            raise IntertwineError(f"a layer joins representations of one group, got {rho_in.group} and {rho_out.group}")
        self.rho_in, self.rho_out = rho_in, rho_out

    def place(self, device: Device, dtype: torch.dtype | None) -> None:
        """Move to what the keywords `device` and `dtype` ask for; the last line of every layer's `__init__`."""
        real = dtype.to_real() if dtype is not None and dtype.is_complex else dtype
        self.to(device=torch.get_default_device() if device is None else device, dtype=real)

    def check(self, x: Tensor) -> None:
        """Raise unless x has rho_in.dim features on the channel axis."""
        if x.ndim <= max(self.axis, 0) or x.shape[self.axis] != self.rho_in.dim:
            shape = f"(..., {self.rho_in.dim})" if self.axis < 0 else f"(batch, {self.rho_in.dim}, *grid)"
            alone = self.axis > 0 and x.ndim > 1 and x.shape[0] == self.rho_in.dim
            raise IntertwineError(
                f"{type(self).__name__} takes features {shape} of type {self.rho_in}, got shape {tuple(x.shape)}"
                + ": give a field without a batch as x[None]" * alone
            )
        require_numbers(self, x)

    def extra_repr(self) -> str:
        return f"{self.rho_in} -> {self.rho_out}"

    def __repr__(self) -> str:
        """One line, unless the module holds other layers: solved constants are no news."""
        layers = [child for child in self.children() if isinstance(child, EquivariantModule) or not _is_constant(child)]
        return super().__repr__() if layers else f"{type(self).__name__}({self.extra_repr()})"


def require_representation(layer: nn.Module, rho: object) -> None:
    """Raise unless rho is a representation."""
    if not isinstance(rho, Representation):
        raise IntertwineError(
            f"{type(layer).__name__} takes representations such as 8*G.trivial + 4*G.vector, got {rho!r}; "
            "k plain numbers are k copies of the trivial representation, k*G.trivial"
        )


def require_numbers(layer: nn.Module, x: Tensor) -> None:
    """Raise for integers, which layers would round their results to."""
    if not (x.is_floating_point() or x.is_complex()):
        raise IntertwineError(f"{type(layer).__name__} takes floating-point features, got {x.dtype}: give it x.float()")


def _is_constant(child: nn.Module) -> bool:
    return isinstance(child, Solved) and not list(child.parameters())


def in_precision(x: Tensor, weight: Tensor, subject: object) -> Tensor:
    """x as the weights need it: complex where they are; other precisions are left to autocast, or refused."""
    if x.dtype == weight.dtype:
        return x
    if x.is_complex() and not weight.is_complex():
        raise IntertwineError(f"{subject} has real maps; give it real features, got {x.dtype}")
    if weight.is_complex() and x.is_floating_point():
        x = x.to(x.dtype.to_complex())
    if x.dtype != weight.dtype and not torch.is_autocast_enabled(x.device.type):
        raise IntertwineError(
            f"{subject} has weights {weight.dtype}, got features {x.dtype}; convert the layer, as in layer.double(), "
            "or the features"
        )
    return x


def _keep_complex(fn: Callable[[Tensor], Tensor], tensor: Tensor) -> Tensor:
    """Let `.double()`, `.to(torch.float64)` and their like change the precision of complex tensors and nothing else."""
    if not tensor.is_complex():
        return fn(tensor)
    parts = fn(torch.view_as_real(tensor))
    return fn(tensor) if parts.is_complex() else torch.view_as_complex(parts)
