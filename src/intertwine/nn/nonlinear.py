"""Nonlinearities that keep the equation f(rho(g) x) = rho(g) f(x)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..groups.base import on_cpu
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.leaves import Trivial
from .module import Device, EquivariantModule, require_representation

Function = Callable[[Tensor], Tensor]


class Pointwise(EquivariantModule):
    """A function of each entry: equivariant where the group permutes entries; where it also flips signs, odd functions.

    Shapes: (..., rho.dim) -> (..., rho.dim).

    Raises:
        IntertwineError: when the representation is neither, or is signed and the function is not odd.

    Example:
        >>> Pointwise(8 * C(4).regular)
        Pointwise(8xregular, relu)
    """

    def __init__(self, rho: Representation, function: Function = nn.functional.relu):
        super().__init__(rho, rho)
        if rho.phase_order not in (1, 2):
            raise IntertwineError(
                f"a pointwise function does not commute with {rho} of {rho.group}, which mixes entries instead of "
                "permuting them; use NormActivation or Gate, or a permutation representation such as `regular`"
            )
        probe = torch.linspace(-3, 3, 25, dtype=torch.float64)
        if rho.phase_order == 2 and not torch.allclose(function(-probe), -function(probe), atol=1e-12):
            raise IntertwineError(
                f"{rho} of {rho.group} flips signs, so a pointwise function on it must be odd, "
                "f(-x) = -f(x), as tanh is"
            )
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        return self.function(x)

    def extra_repr(self) -> str:
        return f"{self.rho_in}, {getattr(self.function, '__name__', self.function)}"


class NormActivation(EquivariantModule):
    """v -> v function(|v| + b) / |v| for every copy v of every elementary term, b learned; scalars: function(x + b).

    The norm is invariant only where the group acts unitarily. |v| is smoothed near zero. Of complex scalars the
    function takes the real and the imaginary part. Shapes: (..., rho.dim) -> (..., rho.dim).

    Raises:
        IntertwineError: when some term is not unitary (a boost changes the length of a four-vector).

    Example:
        >>> V = SO(3).vector
        >>> NormActivation(2 * V)(torch.tensor([3.0, 0.0, 4.0, 0.0, 0.0, 1.0])).detach()
        tensor([2.9799, 0.0000, 3.9732, 0.0000, 0.0000, 0.7311])
    """

    SMOOTHING = 1e-6
    """Added to |v|^2: gradients at v = 0 stay finite."""
    owner: Tensor
    scalar: Tensor

    def __init__(
        self,
        rho: Representation,
        function: Function = nn.functional.silu,
        *,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho, rho)
        for term in expand(rho):
            if not term.is_unitary:
                raise IntertwineError(
                    f"{term} of {rho.group} is not unitary, so its norm is not invariant; "
                    "use Gate, whose gates are scalars"
                )
        self.function = function
        owner, scalar = _owners(rho)
        self._has_scalars = bool(scalar.any())
        self.hold("owner", owner)
        self.hold("scalar", scalar)
        self.shift = nn.Parameter(torch.zeros(int(owner.max()) + 1))
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        v = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x  # squares would overflow, sums lose digits
        total = v.real.new_zeros(*x.shape[:-1], len(self.shift)).index_add(-1, self.owner, (v * v.conj()).real)
        norm = (total + self.SMOOTHING).sqrt()
        y = v * (self.function(norm + self.shift) / norm).index_select(-1, self.owner)
        if self._has_scalars:
            y = torch.where(self.scalar, self._of_scalars(v), y)
        return y.to(x.dtype)

    def _of_scalars(self, v: Tensor) -> Tensor:
        shift = self.shift.index_select(0, self.owner)
        if v.is_complex():
            return torch.complex(self.function(v.real + shift), self.function(v.imag + shift))
        return self.function(v + shift)


class Gate(EquivariantModule):
    """v -> v sigmoid(gate) for every copy v of every elementary term, each with a scalar gate; scalars: silu.

    Takes `rho_in` = rho + (gates) trivial and returns rho; a layer before it produces the gates. Works for any group,
    compact or not, since the gates are invariant. Of complex features the gates' real parts count.

    Shapes: (..., rho.dim + gates) -> (..., rho.dim).

    Example:
        >>> G = Lorentz()
        >>> Gate(2 * G.trivial + 3 * G.vector)
        Gate(2x1 + 3xV + 3x1 -> 2x1 + 3xV)
    """

    source: Tensor

    def __init__(self, rho: Representation, *, device: Device = None, dtype: torch.dtype | None = None):
        require_representation(self, rho)
        gates = sum(len(index) for term, index in expand(rho).items() if not isinstance(term, Trivial))
        super().__init__(rho + gates * rho.group.trivial if gates else rho, rho)
        self.gates = gates
        self.hold("source", _gate_places(rho))
        self.place(device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        gate = x.index_select(-1, self.source)
        gate = gate.real if gate.is_complex() else gate
        return x[..., : self.rho_out.dim] * torch.sigmoid(gate)


@on_cpu
def _owners(rho: Representation) -> tuple[Tensor, Tensor]:
    """Of every entry: the number of the copy it belongs to, counted term by term; and whether it is a scalar."""
    owner, scalar, copies = torch.zeros(rho.dim, dtype=torch.int64), torch.zeros(rho.dim, dtype=torch.bool), 0
    for term, index in expand(rho).items():
        owner[index] = copies + torch.arange(len(index))[:, None]
        scalar[index] = isinstance(term, Trivial)
        copies += len(index)
    return owner, scalar


@on_cpu
def _gate_places(rho: Representation) -> Tensor:
    """Where every entry finds its gate among (x, gates); scalars gate themselves, x sigmoid(x) = silu(x)."""
    place, following = torch.arange(rho.dim), rho.dim
    for term, index in expand(rho).items():
        if not isinstance(term, Trivial):
            place[index] = following + torch.arange(len(index))[:, None]
            following += len(index)
    return place
