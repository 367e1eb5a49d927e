"""Real spherical harmonics of vectors, fast and with exact gradients of every order.

Solid harmonics S_l(x) = |x|^l Y_l(x / |x|) are polynomials. Coupling a vector with S_(l-1) gives S_l, and the gradient
of S_l couples back to S_(l-1), both by the Clebsch-Gordan coefficients C of 1 (x) (l-1) -> l in the real basis:

    S_l = c_l sum_(a, m') C[a, m', :] x_a S_(l-1, m'),      d S_l / d x_a = l c_l sum_m' C[a, m', :] S_(l-1, m'),

with c_l = 1 / C[z, 0, 0] from S_l = z^l on the polar axis, where the second follows from Schur's lemma.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import on_cpu
from ..groups.classical import SO
from ..representations.clebsch_gordan import clebsch_gordan
from ..representations.wigner import lie_irrep

NORMALISATIONS = ("component", "norm", "integral")


def spherical_harmonics(
    x: Tensor, degrees: int | Sequence[int], *, normalise: bool = True, normalisation: str = "component"
) -> Tensor:
    """Y_l(x / |x|), or the polynomials |x|^l Y_l(x / |x|), in the basis that `SO(3).irrep(l)` acts on.

    Differentiable any number of times; accuracy is that of x's dtype, to l = 11 and beyond.

    Args:
        x: vectors (..., 3) in the order (x, y, z).
        degrees: a greatest degree L, for 0, 1, .., L, or a list of degrees.
        normalise: whether to take the direction of x alone; of x = 0 everything but degree 0 is then zero.
        normalisation: of Y_l on the sphere: "component", mean square 1 for every component, as networks like it;
            "norm", sum of squares 1; "integral", mean square 1 / 4 pi, the physicists' choice.

    Shapes: (..., 3) -> (..., sum of 2 l + 1).

    Raises:
        IntertwineError: when x is not made of 3-vectors, a degree is negative, or the normalisation unknown.

    Example:
        >>> spherical_harmonics(torch.tensor([0.0, 0.0, 2.0]), 1, normalisation="norm")
        tensor([1., 0., 1., 0.])
    """
    listed = list(range(degrees + 1)) if isinstance(degrees, int) else list(degrees)
    if not listed or min(listed) < 0:
        raise IntertwineError(f"degrees are a number or a list of numbers >= 0, got {degrees!r}")
    if x.ndim == 0 or x.shape[-1] != 3 or not x.is_floating_point():
        raise IntertwineError(f"spherical harmonics take real vectors (..., 3), got {x.dtype}, {tuple(x.shape)}")
    if normalisation not in NORMALISATIONS:
        raise IntertwineError(f"normalisation is one of {', '.join(NORMALISATIONS)}, got {normalisation!r}")
    if normalise:
        x = x * x.square().sum(-1, keepdim=True).clamp_min(torch.finfo(x.dtype).tiny).rsqrt()
    values: Tensor = _Solid.apply(x.reshape(-1, 3), max(listed), normalisation)  # type: ignore[assignment]
    if listed != list(range(max(listed) + 1)):
        values = torch.cat([values[:, l * l : (l + 1) ** 2] for l in listed], 1)
    return values.reshape(*x.shape[:-1], values.shape[-1])


class _Solid(torch.autograd.Function):
    """Solid harmonics of degree 0 .. L times the factors of a normalisation: (n, 3) -> (n, (L + 1)^2).

    Within, vectors run along the last axis, so that every step is one matrix product and one product of rows.
    """

    @staticmethod
    def forward(x: Tensor, greatest: int, normalisation: str) -> Tensor:  # type: ignore[override]
        rows = x.mT.contiguous()
        values = x.new_empty((greatest + 1) ** 2, len(x))
        values[0] = _factor(0, normalisation)
        for l in range(1, greatest + 1):
            pairs = (rows[:, None] * values[(l - 1) ** 2 : l * l]).flatten(0, 1)
            torch.mm(_coupling(l, normalisation, x.dtype, x.device)[0], pairs, out=values[l * l : (l + 1) ** 2])
        return values.mT

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, int, str], output: Tensor) -> None:  # type: ignore[override]
        ctx.greatest, ctx.normalisation = inputs[1:]
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:  # type: ignore[override]
        (values,) = ctx.saved_tensors
        total = grad.new_zeros(3, len(grad))
        for l in range(1, ctx.greatest + 1):
            down = _coupling(l, ctx.normalisation, grad.dtype, grad.device)[1]
            back = (down @ grad[:, l * l : (l + 1) ** 2].mT).unflatten(0, (3, 2 * l - 1))
            total = total + (back * values[:, (l - 1) ** 2 : l * l].mT).sum(1)
        return total.mT, None, None


@lru_cache(maxsize=512)
def _coupling(l: int, normalisation: str, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    """(c_l C^T as (2l + 1, 3 (2l - 1)), k_l C as (3 (2l - 1), 2l + 1)), the vector axis in the order (x, y, z)."""
    c = _clebsch_gordan(l)
    c = c / c[2, l - 1, l] * (_factor(l, normalisation) / _factor(l - 1, normalisation))
    # S_l = z^l and so dS_l/dz = l z^(l - 1) on the polar axis: k_l = l c_l.
    flat = c.flatten(0, 1)
    return flat.mT.contiguous().to(device, dtype), (l * flat).to(device, dtype)


def _factor(l: int, normalisation: str) -> float:
    """sqrt(sum_m Y_lm^2) on the sphere."""
    return {"component": 2 * l + 1, "norm": 1, "integral": (2 * l + 1) / (4 * torch.pi)}[normalisation] ** 0.5


@lru_cache(maxsize=64)
@on_cpu
def _clebsch_gordan(l: int) -> Tensor:
    """C (3, 2l - 1, 2l + 1) of 1 (x) (l-1) -> l; the basis of l = 1 is (y, z, x)."""
    irreps = [lie_irrep(SO(3), (2 * degree,)) for degree in (1, l - 1, l)]
    c = clebsch_gordan(*irreps)[0]
    return c[[2, 0, 1]]
