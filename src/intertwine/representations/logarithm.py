"""Logarithms of matrix group elements, for representations that are known on the Lie algebra."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.lie import LieGroup

ATTEMPTS = 24
"""Random shifts tried before an element is declared to lie outside the group."""


def component_logarithms(group: LieGroup, g: Tensor) -> list[tuple[list[int], Tensor, tuple[Tensor, ...]]]:
    """Write every g (n, d, d) as c exp(X) exp(Y) exp(Z), returned as (component word, rows, (X, Y, Z)).

    Elements and components are taken as matrices of the size of the Lie algebra's.

    First the polar decomposition takes a positive factor exp(Z) off, where the group is closed under the adjoint. The
    principal logarithm of the rest need not lie in the Lie algebra near its cut (eigenvalue -1); an element that fails
    is multiplied by exp(-Y) for a fixed pseudo-random Y and tried again.

    Raises:
        IntertwineError: when some g is not in the group.
    """
    random = torch.Generator().manual_seed(0)
    words = [
        list(w)
        for k in range(len(group.generators) + 1)
        for w in itertools.combinations(range(len(group.generators)), k)
    ]
    positive = _positive_logarithm(group, g)
    rest = g @ torch.linalg.matrix_exp(-positive)
    left, found = torch.arange(len(g)), []
    for attempt in range(ATTEMPTS):
        weights = torch.randn(group.algebra_dim, generator=random, dtype=torch.float64) * (0.5 if attempt else 0.0)
        shift = torch.einsum("k,kij->ij", weights.to(group.dtype), group.algebra)
        for word in words:
            if not len(left):
                return found
            representative = group.as_matrix(group.identity)
            for k in word:
                representative = representative @ group.as_matrix(group.generators[k])
            connected = torch.linalg.inv(representative) @ rest[left] @ torch.linalg.matrix_exp(-shift)
            logs = principal_logarithm(connected)
            good = _in_algebra(group, logs) & (
                (torch.linalg.matrix_exp(logs) - connected).abs().amax((-2, -1))
                < 1e-10 * connected.abs().amax((-2, -1))
            )
            if bool(good.any()):
                rows = left[good]
                found.append((word, rows, (logs[good], shift.expand(len(rows), -1, -1), positive[rows])))
                left = left[~good]
    if len(left):
        raise IntertwineError(f"{len(left)} of {len(g)} matrices are not elements of {group}")
    return found


def _positive_logarithm(group: LieGroup, g: Tensor) -> Tensor:
    """Z with g = k exp(Z), k unitary and Z Hermitian; zero where such a Z is not in the Lie algebra."""
    values, vectors = torch.linalg.eigh(g.mH @ g)
    z = (vectors * (values.log() / 2)[..., None, :]) @ vectors.mH
    return torch.where(_in_algebra(group, z)[:, None, None], z, torch.zeros_like(z))


def principal_logarithm(a: Tensor) -> Tensor:
    """The principal logarithm of matrices (n, d, d), by square roots and the series of 2 artanh; NaN where it fails."""
    eye = torch.eye(a.shape[-1], dtype=a.dtype)
    root, halvings = a, 0
    while float((root - eye).abs().amax().nan_to_num(0.0)) > 0.05 and halvings < 12:
        root, halvings = _square_root(root), halvings + 1
    z = torch.linalg.solve_ex(root + eye, root - eye)[0]
    square, term, total = z @ z, z, z
    for k in range(3, 24, 2):
        term = term @ square
        total = total + term / k
    return total * 2.0 ** (halvings + 1)


def _square_root(a: Tensor) -> Tensor:
    """Denman-Beavers iteration."""
    y, z = a, torch.eye(a.shape[-1], dtype=a.dtype).expand_as(a)
    for _ in range(24):
        y, z = (y + torch.linalg.inv_ex(z)[0]) / 2, (z + torch.linalg.inv_ex(y)[0]) / 2
    return y


def _in_algebra(group: LieGroup, x: Tensor) -> Tensor:
    """Whether matrices lie in the real span of the Lie algebra basis."""
    basis = group.algebra.flatten(1)
    flat = x.flatten(1)
    if basis.is_complex():
        basis, flat = torch.view_as_real(basis).flatten(1), torch.view_as_real(flat).flatten(1)
    flat = flat.nan_to_num(1e9)
    miss = flat - flat @ torch.linalg.pinv(basis) @ basis if len(basis) else flat
    return miss.abs().amax(1) < 1e-8 * flat.abs().amax(1).clamp(min=1.0)
