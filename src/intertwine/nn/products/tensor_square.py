"""The tensor square: products of a feature with itself, each pair of channels once."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...representations.base import Representation
from ...representations.expand import expand
from ..module import Device, require_representation
from .couplings import couplings, squares
from .mixed import Entry, Mixed
from .weighted import Weighted, require_reached


class TensorSquare(Weighted):
    """z = sum of w_p C_p(x, x) over all equivariant quadratic maps: (..., rho.dim) -> (..., rho_out.dim).

    `TensorProduct(rho, rho, rho_out)` of x with itself without its redundant weights: two different terms are coupled
    once, two copies of one term by its symmetric and antisymmetric couplings once, a copy with itself by the symmetric
    ones. That is half of the weights and of the work.

    Normalisation: z has mean square 1 where x is normal with uncorrelated entries of mean square 1, and the weights
    are uncorrelated with mean square 1. Initial weights are normal with variance gain^2.

    Of complex features this is complex-linear in each factor, so that |x|^2 is not among the results; that is
    `TensorProduct(rho, rho.conj, rho_out)(x, x.conj())`, or the square of (x, conj x).

    Args:
        rho, rho_out: representations of one group.
        external: whether weights (..., weight_numel) are given with every call.
        gain: what initial weights multiply products by.
        generator: random numbers for the initial weights.

    Raises:
        IntertwineError: when some term of rho_out is reached by no coupling and would be zero.

    Example:
        >>> V = SO(3).vector
        >>> TensorSquare(4 * V, SO(3).trivial + V)  # 10 inner products, 6 cross products
        TensorSquare(SO(3): 4xV -> 1 + V, 16 weights)
    """

    def __init__(
        self,
        rho: Representation,
        rho_out: Representation,
        *,
        external: bool = False,
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        for given in (rho, rho_out):
            require_representation(self, given)
        if rho.group != rho_out.group:
            raise IntertwineError(
                f"a tensor square joins representations of one group, got {rho.group} and {rho_out.group}"
            )
        kernel = _squared(rho, rho_out, external)
        super().__init__(rho, rho_out, kernel, external=external, gain=gain, generator=generator)
        self.place(device, dtype)

    def forward(self, x: Tensor, weight: Tensor | None = None) -> Tensor:
        self.check(x)
        x = self.prepared(x)
        return self.kernel(x, x, self.weights(weight))


@on_cpu
def _squared(rho: Representation, rho_out: Representation, external: bool) -> Mixed:
    entries = [entry for c in expand(rho_out) for entry in square_entries(rho, c)]
    require_reached(rho_out, {entry.term for entry in entries}, f"{rho} and itself")
    return Mixed(rho_out, entries, external=external, is_complex=rho.is_complex or rho_out.is_complex)


@on_cpu
def square_entries(rho: Representation, c: Representation) -> list[Entry]:
    """Every coupling of rho with itself into c, once."""
    found = []
    terms = list(expand(rho).items())
    for (a, first), (b, second) in itertools.combinations_with_replacement(terms, 2):
        if a is b:
            entry = _with_itself(a, first, c)
            found += [entry] if entry else []
        elif len(table := couplings(a, b, c)):
            found.append(Entry(first, second, c, table))
    return found


def _with_itself(a: Representation, index: Tensor, c: Representation) -> Entry | None:
    """Copies of a with copies of a: pairs v <= u for symmetric couplings, v < u for antisymmetric ones."""
    symmetric, antisymmetric = squares(a, c)
    copies, paths = len(index), len(symmetric) + len(antisymmetric)
    v, q, u = torch.meshgrid(torch.arange(copies), torch.arange(paths), torch.arange(copies), indexing="ij")
    kept = ((v < u) | ((v == u) & (q < len(symmetric)))).flatten().nonzero().flatten()
    if not len(kept):
        return None
    scale = torch.ones(copies, paths, copies, dtype=torch.float64)
    alone = torch.cat([_square_size(symmetric, a), torch.ones(len(antisymmetric), dtype=torch.float64)]).rsqrt()
    scale.diagonal(dim1=0, dim2=2).copy_(alone[:, None].expand(paths, copies))
    return Entry(index, index, c, torch.cat([symmetric, antisymmetric]), kept, scale.flatten()[kept])


def _square_size(symmetric: Tensor, a: Representation) -> Tensor:
    """E |C_p(x, x)|^2 / dim c for normal x: 2, and more where C_p has a trace and x is real."""
    trace = torch.einsum("piik->pk", symmetric).abs().square().sum(-1) / symmetric.shape[-1]
    return 2.0 + (torch.zeros_like(trace) if a.is_complex else trace)
