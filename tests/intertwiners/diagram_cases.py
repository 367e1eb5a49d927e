"""Random elements of the classical groups, made without the library, and what a map must do under them."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

KINDS = ("symmetric", "orthogonal", "special-orthogonal", "symplectic", "general-linear", "special-linear")

F64 = torch.float64


def form_matrix(kind: str, n: int, metric: Sequence[float] | Tensor | None) -> Tensor:
    """The form that the group preserves."""
    if metric is None and kind == "symplectic":
        half, zero = torch.eye(n // 2, dtype=F64), torch.zeros(n // 2, n // 2, dtype=F64)
        return torch.cat([torch.cat([zero, half], 1), torch.cat([-half, zero], 1)])
    if metric is None:
        return torch.eye(n, dtype=F64)
    given = torch.as_tensor(metric, dtype=F64)
    return torch.diag(given) if given.ndim == 1 else given


def element(kind: str, n: int, metric=None, *, unitary: bool = False) -> Tensor:
    """A random element; for O and SO also of the components away from the identity."""
    if kind == "symmetric":
        return torch.eye(n, dtype=F64)[torch.randperm(n)]
    if kind in ("general-linear", "special-linear"):
        g = torch.linalg.qr(torch.randn(n, n, dtype=torch.complex128)).Q if unitary else linear(n)
        return g / torch.linalg.det(g) ** (1 / n) if kind == "special-linear" else g
    form = form_matrix(kind, n, metric)
    random = torch.randn(n, n, dtype=F64)
    algebra = random + random.T if kind == "symplectic" else random - random.T
    g = torch.linalg.matrix_exp(0.4 * torch.linalg.inv(form) @ algebra)
    if kind == "symplectic":
        return g
    reflection = reflected(form)
    if kind == "orthogonal" and torch.rand(()) < 0.5:
        return g @ reflection
    return g


def linear(n: int) -> Tensor:
    """A real matrix of positive determinant, far from singular."""
    return torch.linalg.matrix_exp(0.4 * torch.randn(n, n, dtype=F64))


def reflected(form: Tensor) -> Tensor:
    """x -> x - 2 v <v, x> / <v, v>, of determinant -1."""
    while True:
        v = torch.randn(len(form), dtype=F64)
        norm = v @ form @ v
        if norm.abs() > 0.3 * v @ v:
            return torch.eye(len(form), dtype=F64) - 2 * torch.outer(v, form @ v) / norm


def tensor_matrix(g: Tensor, duals: Sequence[bool]) -> Tensor:
    """The tensor product of g where the flag is False and of its inverse transpose where it is True."""
    g, dual = g.contiguous(), torch.linalg.inv(g).T.contiguous()
    return functools.reduce(torch.kron, [dual if flag else g for flag in duals], torch.ones(1, 1, dtype=g.dtype))


def equation_error(matrix: Tensor, g: Tensor, in_duals: Sequence[bool], out_duals: Sequence[bool]) -> float:
    """max |W rho_in(g) - rho_out(g) W|, relative to the sizes of W and of g."""
    into, out = tensor_matrix(g, in_duals), tensor_matrix(g, out_duals)
    matrix = matrix.to(g.dtype)
    miss = (matrix @ into - out @ matrix).abs().max()
    scale = matrix.abs().max() * torch.maximum(into.abs().sum(1).max(), out.abs().sum(1).max())
    return float(miss / scale.clamp_min(1.0))


def fixed_space(elements: Sequence[Tensor], in_duals: Sequence[bool], out_duals: Sequence[bool]) -> np.ndarray:
    """The orthogonal projector onto {W : rho_out(g) W = W rho_in(g) for these g}, by brute force."""
    rows = []
    for g in elements:
        into, out = tensor_matrix(g, in_duals), tensor_matrix(g, out_duals)
        rows.append(
            torch.kron(out, torch.eye(len(into), dtype=F64))
            - torch.kron(torch.eye(len(out), dtype=F64), into.T.contiguous())
        )
    _, values, vectors = np.linalg.svd(torch.cat(rows).numpy(), full_matrices=False)
    kernel = vectors[int((values > 1e-8 * max(values[0], 1)).sum()) :]
    return kernel.conj().T @ kernel
