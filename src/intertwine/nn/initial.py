"""Initial weights that keep the size of features, irreducible component by irreducible component."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from ..groups.base import on_cpu
from ..intertwiners.hom import Hom
from ..intertwiners.solution import Solution
from ..representations.base import Representation

LARGEST_MOMENT = 2**31
"""Multiplications up to which the second moment of a block's maps is computed (about a second)."""
VANISHING = 1e-9
"""Eigenvalues of a second moment, relative to the greatest, below which no map reaches a component."""


@on_cpu
def initial_weights(maps: Hom, generator: torch.Generator | None = None) -> Tensor:
    """Random coefficients (maps.dim,) of a W that keeps mean squares.

    Independent coefficients would amplify an irreducible representation by a / d, with a its copies in rho_in and d
    its dimension: the mean of a set, say, would outgrow everything else from layer to layer. So the W that they make
    becomes K^(-1/2) W with K = E[W W^H], which is a / d on every irreducible component of rho_out. Then

        E |component of W x|^2 = mean of |component of x|^2 over its copies in x,

    and a component that no map reaches stays 0. Where this is too large to compute, or where a mask leaves no such
    freedom, outputs have variance 1 on average over inputs with uncorrelated entries of variance 1.
    """
    normal = torch.randn(maps.dim, dtype=torch.complex128 if maps.is_complex else torch.float64, generator=generator)
    moments: dict[Representation, Tensor] = {}
    for block, kept in zip(maps.blocks, maps.split(torch.ones(maps.dim, dtype=torch.float64)), strict=True):
        if bool(kept.all()) and _multiplications(block.solution) <= LARGEST_MOMENT:
            moment = block.shape[1] * second_moment(block.solution)
        else:
            moment = torch.eye(block.solution.shape[0], dtype=normal.dtype) * (kept.sum() / block.rows.numel())
        moments[block.term_out] = moments.get(block.term_out, torch.zeros_like(moment)) + moment
    parts = [
        _whiten(block.solution, part, moments[block.term_out]).flatten()
        for block, part in zip(maps.blocks, maps.split(normal), strict=True)
    ]
    return maps.keep(torch.cat(parts)) if parts else normal


@lru_cache(maxsize=1024)
def second_moment(solution: Solution) -> Tensor:
    """sum_k W_k W_k^H over the basis, (dim B, dim B)."""
    height, width = solution.shape
    eye = torch.eye(solution.dim, dtype=torch.complex128 if solution.is_complex else torch.float64)
    moment = torch.zeros(height, height, dtype=eye.dtype)
    for few in eye.split(max(1, 2**24 // (height * width))):
        rows = solution.matrix(few).transpose(0, 1).flatten(1)
        moment = moment + rows @ rows.mH
    return moment


def _multiplications(solution: Solution) -> int:
    height, width = solution.shape
    return solution.dim * height * height * width


def _whiten(solution: Solution, part: Tensor, moment: Tensor) -> Tensor:
    """The coefficients of moment^(-1/2) W for those of W."""
    level = moment.diagonal().real.mean()
    if float((moment - level * torch.eye(len(moment))).abs().max()) < VANISHING * float(level):
        return part / level.sqrt()
    values, vectors = torch.linalg.eigh(moment)
    reached = values > VANISHING * values[-1]
    root = (vectors * torch.where(reached, values, torch.inf).rsqrt()) @ vectors.mH
    return solution.coefficients(root.to(part.dtype) @ solution.matrix(part))
