"""Matrices that the classical groups are made of: units, forms, bases of Lie algebras, blocks."""

from __future__ import annotations

import torch
from torch import Tensor

_REAL, _COMPLEX = torch.float64, torch.complex128


def symplectic_form(size: int) -> Tensor:
    """J = [[0, 1], [-1, 0]], (size, size)."""
    eye = torch.eye(size // 2, dtype=_REAL)
    return blocks(0 * eye, eye, -eye, 0 * eye)


def metric(p: int, q: int) -> Tensor:
    """The diagonal of eta: p ones and q minus ones, (p + q,)."""
    return torch.cat([torch.ones(p, dtype=_REAL), -torch.ones(q, dtype=_REAL)])


def units(n: int) -> Tensor:
    """Matrix units: [i, j] is the matrix with a one at (i, j), (n, n, n, n)."""
    return torch.eye(n * n, dtype=_REAL).reshape(n, n, n, n)


def su(n: int) -> Tensor:
    e = units(n).to(_COMPLEX)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    basis = [e[i, j] - e[j, i] for i, j in pairs] + [1j * (e[i, j] + e[j, i]) for i, j in pairs]
    basis += [1j * x for x in traceless(n)]
    return torch.stack(basis) if basis else torch.zeros(0, n, n, dtype=_COMPLEX)


def traceless(n: int) -> list[Tensor]:
    """Orthogonal traceless diagonal matrices with trace(X X) = 2: diag(1, .., 1, -k, 0, ..) scaled."""
    rows = [[1.0] * k + [-float(k)] + [0.0] * (n - k - 1) for k in range(1, n)]
    return [torch.tensor(row, dtype=_REAL).diag() * (2 / (k * (k + 1))) ** 0.5 for k, row in enumerate(rows, 1)]


def noncompact(basis: Tensor) -> Tensor:
    """A basis of the symmetric matrices in a Lie algebra that is closed under transposition."""
    symmetric = basis + basis.mT
    return symmetric[_independent_rows(symmetric.flatten(1))]


def _independent_rows(rows: Tensor) -> list[int]:
    chosen: list[int] = []
    for k in range(len(rows)):
        if int(torch.linalg.matrix_rank(rows[[*chosen, k]])) > len(chosen):
            chosen.append(k)
    return chosen


def block_diagonal(a: Tensor, b: Tensor) -> Tensor:
    p, q = a.shape[-1], b.shape[-1]
    out = a.new_zeros(len(a), p + q, p + q)
    out[:, :p, :p], out[:, p:, p:] = a, b
    return out


def blocks(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    return torch.cat([torch.cat([a, b], -1), torch.cat([c, d], -1)], -2)


def flip(n: int, axes: list[int]) -> Tensor:
    return torch.tensor([-1.0 if i in axes else 1.0 for i in range(n)], dtype=_REAL).diag()
