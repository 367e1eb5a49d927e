"""Real spherical harmonics of vectors, fast and with exact gradients of every order.

Solid harmonics S_l(x) = |x|^l Y_l(x / |x|) are polynomials. Coupling a vector with S_(l-1) gives S_l, and the gradient
of S_l couples back to S_(l-1), both by the Clebsch-Gordan coefficients C of 1 (x) (l-1) -> l in the real basis:

    S_l = c_l sum_(a, m') C[a, m', :] x_a S_(l-1, m'),      d S_l / d x_a = l c_l sum_m' C[a, m', :] S_(l-1, m'),

with c_l = 1 / C[z, 0, 0] from S_l = z^l on the polar axis, where the second follows from Schur's lemma.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ...errors import IntertwineError
from . import fused
from .one_by_one import one_by_one
from .solid_steps import NORMALISATIONS, factor, step_in


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
    values = torch.ops.intertwine.solid_harmonics(x.reshape(-1, 3), max(listed), normalisation)
    if listed != list(range(max(listed) + 1)):
        values = torch.cat([values[:, l * l : (l + 1) ** 2] for l in listed], 1)
    return values.reshape(*x.shape[:-1], values.shape[-1])


# --- the operators: machine code where that can be had, torch's own operations elsewhere ------------------------------


@torch.library.custom_op("intertwine::solid_harmonics", mutates_args=())
def _solid(x: Tensor, greatest: int, normalisation: str) -> Tensor:
    """Solid harmonics of degree 0 .. greatest times the factors of a normalisation: (n, 3) -> (n, (greatest + 1)^2)."""
    if fused.compiles(x):
        return fused.harmonics(x, greatest, normalisation)
    values = x.new_empty((greatest + 1) ** 2, len(x))
    values[0] = factor(0, normalisation)
    for l in range(1, greatest + 1):
        torch.mm(*_raised(x, values[(l - 1) ** 2 : l * l], l, normalisation), out=values[l * l : (l + 1) ** 2])
    return values.mT.contiguous()


@_solid.register_fake
def _(x: Tensor, greatest: int, normalisation: str) -> Tensor:
    return x.new_empty(x.shape[0], (greatest + 1) ** 2)


@torch.library.custom_op("intertwine::solid_gradient", mutates_args=())
def _gradient(g: Tensor, x: Tensor, greatest: int, normalisation: str) -> Tensor:
    """The gradient of <g, solid harmonics>, (n, 3)."""
    if fused.compiles(x):
        return fused.harmonics_gradient(g, x, greatest, normalisation)
    values = torch.ops.intertwine.solid_harmonics(x, greatest, normalisation)
    total = torch.zeros_like(x)
    for l in range(1, greatest + 1):
        total += (_lowered(g, l, normalisation) * values[:, None, (l - 1) ** 2 : l * l]).sum(2)
    return total


@_gradient.register_fake
def _(g: Tensor, x: Tensor, greatest: int, normalisation: str) -> Tensor:
    return torch.empty_like(x)


def _raised(a: Tensor, values: Tensor, l: int, normalisation: str) -> tuple[Tensor, Tensor]:
    """Factors of c_l sum C[axis, m', :] a_axis S_(l-1, m'), points last: (2l + 1, 3 (2l - 1)) and (3 (2l - 1), n)."""
    pairs = (a.mT[:, None] * values).flatten(0, 1)
    return step_in(l, normalisation, a.dtype, a.device).mT, pairs


def _lowered(g: Tensor, l: int, normalisation: str) -> Tensor:
    """l c_l sum_m C[axis, m', m] g_lm for axis and m', (n, 3, 2l - 1)."""
    down = l * step_in(l, normalisation, g.dtype, g.device)
    return (g[:, l * l : (l + 1) ** 2] @ down.mT).unflatten(1, (3, 2 * l - 1))


def _keep(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    *tensors, ctx.greatest, ctx.normalisation = inputs
    ctx.save_for_backward(*tensors)


def _backward_of_values(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
    (x,) = ctx.saved_tensors
    return torch.ops.intertwine.solid_gradient(g, x, ctx.greatest, ctx.normalisation), None, None


def _backward_of_gradient(ctx: Any, a: Tensor) -> tuple[Tensor, Tensor, None, None]:
    """Of <a, gradient> = sum_l <lowered g_l, a S_(l-1)>: with respect to g, and to x by way of S."""
    (g, x), rest = ctx.saved_tensors, (ctx.greatest, ctx.normalisation)
    values = torch.ops.intertwine.solid_harmonics(x, *rest)
    to_g, to_values = [torch.zeros_like(values[:, :1])], []
    for l in range(1, ctx.greatest + 1):
        up, pairs = _raised(a, values.mT[(l - 1) ** 2 : l * l], l, ctx.normalisation)
        to_g.append((l * up @ pairs).mT)
        to_values.append((_lowered(g, l, ctx.normalisation) * a[:, :, None]).sum(1))
    to_values.append(torch.zeros_like(values[:, ctx.greatest**2 :]))
    to_x = torch.ops.intertwine.solid_gradient(torch.cat(to_values, 1), x, *rest)
    return torch.cat(to_g, 1), to_x, None, None


torch.library.register_autograd("intertwine::solid_harmonics", _backward_of_values, setup_context=_keep)
torch.library.register_autograd("intertwine::solid_gradient", _backward_of_gradient, setup_context=_keep)
torch.library.register_vmap("intertwine::solid_harmonics", one_by_one(torch.ops.intertwine.solid_harmonics))
torch.library.register_vmap("intertwine::solid_gradient", one_by_one(torch.ops.intertwine.solid_gradient))
