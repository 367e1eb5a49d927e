"""Nonlinearities that keep the equation f(rho(g) x) = rho(g) f(x), on features (..., rho.dim) or on fields.

With `axis=1` they act on every sample of fields (batch, rho.dim, *grid).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..representations.base import Representation
from ..representations.expand import expand
from .grids.field_passes import GatePass, NormPass, ScalarGatePass
from .grids.fused_fields import code_name, fits
from .module import Device, EquivariantModule, in_precision, require_representation
from .segments import Segments

Function = Callable[[Tensor], Tensor]


class Pointwise(EquivariantModule):
    """A function of each entry: equivariant where the group permutes entries; where it also flips signs, odd functions.

    Of complex entries the function takes the real and the imaginary part.

    Shapes: (..., rho.dim) -> (..., rho.dim), or with axis=1 (batch, rho.dim, *grid) -> the same.

    Raises:
        IntertwineError: when the representation is neither, is signed and the function is not odd, or the function is
            a PReLU with slopes of its own for every entry.

    Example:
        >>> Pointwise(8 * C(4).regular)
        Pointwise(8xregular, relu)
    """

    def __init__(self, rho: Representation, function: Function = nn.functional.relu, *, axis: int = -1):
        super().__init__(rho, rho, axis=axis)
        if rho.phase_order not in (1, 2):
            raise IntertwineError(
                f"a pointwise function does not commute with {rho} of {rho.group}, which mixes entries instead of "
                "permuting them; use NormActivation or Gate, or a permutation representation such as `regular`"
            )
        if isinstance(function, nn.PReLU) and function.num_parameters > 1:
            raise IntertwineError("a slope for each channel does not commute with permutations: nn.PReLU() has one")
        probe = torch.linspace(-3, 3, 25, dtype=torch.float64)
        if rho.phase_order == 2 and not torch.allclose(function(-probe), -function(probe), atol=1e-12):
            raise IntertwineError(
                f"{rho} of {rho.group} flips signs, so a pointwise function on it must be odd, "
                "f(-x) = -f(x), as tanh is"
            )
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return torch.complex(self.function(x.real), self.function(x.imag)) if x.is_complex() else self.function(x)

    def extra_repr(self) -> str:
        return f"{self.rho_in}, {getattr(self.function, '__name__', self.function)}"


class NormActivation(EquivariantModule):
    """v -> v function(|v| + b) / |v| for every copy v of every elementary term, b learned; scalars: function(x + b).

    The norm is invariant only where the group acts unitarily. |v| is smoothed near zero. Of complex scalars the
    function takes the real and the imaginary part. Shapes: (..., rho.dim) -> (..., rho.dim), or with axis=1
    (batch, rho.dim, *grid) -> the same.

    Raises:
        IntertwineError: when some term is not unitary (a boost changes the length of a four-vector).

    Example:
        >>> V = SO(3).vector
        >>> NormActivation(2 * V)(torch.tensor([3.0, 0.0, 4.0, 0.0, 0.0, 1.0])).detach()
        tensor([2.9799, 0.0000, 3.9732, 0.0000, 0.0000, 0.7311])
    """

    SMOOTHING = 1e-6
    """Added to |v|^2: gradients at v = 0 stay finite."""

    def __init__(
        self,
        rho: Representation,
        function: Function = nn.functional.silu,
        *,
        axis: int = -1,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho, rho, axis=axis)
        for term in expand(rho):
            if not term.is_unitary:
                raise IntertwineError(
                    f"{term} of {rho.group} is not unitary, so its norm is not invariant; "
                    "use Gate, whose gates are scalars"
                )
        self.function = function
        self.segments = Segments(rho, axis)
        self.shift = nn.Parameter(torch.zeros(self.segments.number))
        name, copies = code_name(function), self.segments.copies
        self._pass = NormPass(copies, name, self.SMOOTHING) if name and axis > 0 and fits(copies) else None
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return self._formula(x, self.shift) if self._pass is None else self._pass(self._formula, x, self.shift)

    def _formula(self, x: Tensor, shift: Tensor) -> Tensor:
        v = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x  # squares would overflow, sums lose digits
        blocks = []
        for part, block in zip(self.segments.parts, self.segments.split(v), strict=True):
            b = self.segments.spread(shift, part, block)
            if part.is_scalar:
                blocks.append(self._of_scalars(block, b))
            else:
                square = block * block if not block.is_complex() else (block * block.conj()).real
                norm = (square.sum(self.segments.dim, keepdim=True) + self.SMOOTHING).sqrt()
                blocks.append(block * (self.function(norm + b) / norm))
        return self.segments.join(blocks).to(x.dtype)

    def _of_scalars(self, v: Tensor, shift: Tensor) -> Tensor:
        if v.is_complex():
            return torch.complex(self.function(v.real + shift), self.function(v.imag + shift))
        return self.function(v + shift)


class ScalarGate(EquivariantModule):
    """v -> v sigmoid(A s + b) for every copy v of every elementary term but the scalars s; these become silu(s).

    The gates are learned affine functions of the scalars among the features, at every sample of a grid: a layer before
    it need not produce them, as for `Gate`. Shapes: (..., rho.dim) -> (..., rho.dim), or with axis=1 (batch, rho.dim,
    *grid) -> the same.

    Raises:
        IntertwineError: when rho holds no scalars, or complex ones.

    Example:
        >>> V = SO(3).vector
        >>> ScalarGate(2 * SO(3).trivial + 4 * V)(torch.zeros(14)).shape
        torch.Size([14])
    """

    def __init__(
        self,
        rho: Representation,
        *,
        axis: int = -1,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho, rho, axis=axis)
        self.segments = Segments(rho, axis)
        scalars = sum(part.copies for part in self.segments.parts if part.is_scalar)
        if not scalars or rho.is_complex:
            raise IntertwineError(f"ScalarGate needs real scalars among its features, got {rho}; use Gate instead")
        gates = self.segments.number - scalars
        self.weight = nn.Parameter(torch.randn(gates, scalars, generator=generator) / scalars**0.5)
        self.bias = nn.Parameter(torch.zeros(gates))
        self._pass = ScalarGatePass(self.segments.copies) if axis > 0 and fits(self.segments.copies) else None
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        tensors = in_precision(x, self.weight, self), self.weight, self.bias
        return self._formula(*tensors) if self._pass is None else self._pass(self._formula, *tensors)

    def _formula(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        blocks, used = self.segments.split(x), 0
        parts = list(zip(self.segments.parts, blocks, strict=True))
        scalars = torch.cat([block.squeeze(self.segments.dim) for part, block in parts if part.is_scalar], self.axis)
        gates = torch.sigmoid(self._affine(scalars, weight, bias))
        out = []
        for part, block in parts:
            if part.is_scalar:
                out.append(nn.functional.silu(block))
            else:
                out.append(block * gates.narrow(self.axis, used, part.copies).unsqueeze(self.segments.dim))
                used += part.copies
        return self.segments.join(out)

    def _affine(self, scalars: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        if self.axis < 0:
            return nn.functional.linear(scalars, weight, bias)
        n, count, *grid = scalars.shape
        flat = scalars.reshape(n, count, math.prod(grid))
        gates = torch.baddbmm(bias[:, None], weight.expand(n, -1, -1), flat)
        return gates.reshape(n, len(weight), *grid)


class Gate(EquivariantModule):
    """v -> v sigmoid(gate) for every copy v of every elementary term, each with a scalar gate; scalars: silu.

    Takes `rho_in` = rho + (gates) trivial and returns rho; a layer before it produces the gates. Works for any group,
    compact or not, since the gates are invariant. Of complex features the gates' real parts count.

    Shapes: (..., rho.dim + gates) -> (..., rho.dim), or with axis=1 (batch, rho.dim + gates, *grid) -> (batch, rho.dim,
    *grid).

    Example:
        >>> G = Lorentz()
        >>> Gate(2 * G.trivial + 3 * G.vector)
        Gate(2x1 + 3xV + 3x1 -> 2x1 + 3xV)
    """

    def __init__(self, rho: Representation, *, axis: int = -1, device: Device = None, dtype: torch.dtype | None = None):
        require_representation(self, rho)
        segments = Segments(rho, axis)
        gates = sum(part.copies for part in segments.parts if not part.is_scalar)
        super().__init__(rho + gates * rho.group.trivial if gates else rho, rho, axis=axis)
        self.gates, self.segments = gates, segments
        whole = axis > 0 and fits(segments.copies) and not rho.is_complex
        self._pass = GatePass(segments.copies, rho.dim) if whole else None
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return self._formula(x) if self._pass is None else self._pass(self._formula, x)

    def _formula(self, x: Tensor) -> Tensor:
        features, gates = x.split([self.rho_out.dim, self.gates], self.axis)
        gates = torch.sigmoid(gates.real if gates.is_complex() else gates)
        blocks, used = [], 0
        for part, block in zip(self.segments.parts, self.segments.split(features), strict=True):
            if part.is_scalar:
                gate = torch.sigmoid(block.real if block.is_complex() else block)
            else:
                gate = gates.narrow(self.axis, used, part.copies).unsqueeze(self.segments.dim)
                used += part.copies
            blocks.append(block * gate)
        return self.segments.join(blocks)
