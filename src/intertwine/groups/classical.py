"""The classical matrix groups: SO, O, U, SU, Sp, USp, SL, GL, SO(p, q), O(p, q) and the Lorentz group.

Raising operators are written in the usual weight basis and carried to the matrices' own. O(p, q) preserves eta =
diag(1, .., 1, -1, .., -1); Lorentz() acts on (t, x, y, z). Sp(2m) preserves J = [[0, 1], [-1, 0]] in m x m blocks.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import IntertwineError
from .base import RootData
from .catalogued import catalogued
from .lie import LieGroup, Predicate, bounded_positive, haar, unit_determinant
from .small_matrices import (
    block_diagonal,
    blocks,
    flip,
    metric,
    noncompact,
    su,
    symplectic_form,
    traceless,
    units,
)

_REAL, _COMPLEX = torch.float64, torch.complex128


@catalogued
def SO(p: int, q: int = 0) -> LieGroup:
    """SO(n), the rotations; or SO(p, q), the matrices of determinant 1 that preserve eta (two components)."""
    _at_least(1, "SO", p, q)
    components = None if q == 0 or p == 0 else torch.stack([flip(p + q, [0, p + q - 1])])
    return pseudo_orthogonal(f"SO({_arguments(p, q)})", p, q, components, special=True)


@catalogued
def O(p: int, q: int = 0) -> LieGroup:  # noqa: E743 - the group's name
    """O(n), rotations and reflections; or O(p, q), all matrices that preserve eta (four components)."""
    _at_least(1, "O", p, q)
    flips = [[0]] if q == 0 or p == 0 else [[0], [p + q - 1]]
    components = torch.stack([flip(p + q, axes) for axes in flips])
    return pseudo_orthogonal(f"O({_arguments(p, q)})", p, q, components, special=False)


@catalogued
def Lorentz() -> LieGroup:
    """The connected Lorentz group SO+(1, 3) on (t, x, y, z), signature (+, -, -, -)."""
    return pseudo_orthogonal("Lorentz()", 1, 3, None, special=True)


@catalogued
def U(n: int) -> LieGroup:
    """U(n), the unitary matrices."""
    _at_least(1, "U", n)
    algebra = torch.cat([su(n), 1j * (2 / n) ** 0.5 * torch.eye(n, dtype=_COMPLEX)[None]])
    return LieGroup(
        f"U({n})", algebra, residual=_unitary_residual, roots=_linear_roots(n, central=True),
        sampler=lambda k, generator: haar(k, n, generator, is_complex=True),
    )  # fmt: skip


@catalogued
def SU(n: int) -> LieGroup:
    """SU(n), the unitary matrices of determinant 1."""
    _at_least(1, "SU", n)
    return LieGroup(
        f"SU({n})", su(n), roots=_linear_roots(n), residual=_with_determinant(_unitary_residual),
        sampler=lambda k, generator: unit_determinant(haar(k, n, generator, is_complex=True)),
    )  # fmt: skip


@catalogued
def GL(n: int) -> LieGroup:
    """GL(n), the invertible real matrices (two components)."""
    _at_least(1, "GL", n)
    basis = 2**0.5 * units(n).reshape(n * n, n, n)
    return _linear(f"GL({n})", n, basis, flip(n, [0])[None], lambda g: torch.zeros(g.shape[:-2], dtype=_REAL))


@catalogued
def SL(n: int) -> LieGroup:
    """SL(n), the real matrices of determinant 1."""
    _at_least(1, "SL", n)
    e = units(n)
    algebra = [2**0.5 * e[i, j] for i in range(n) for j in range(n) if i != j] + traceless(n)
    basis = torch.stack(algebra) if algebra else torch.zeros(0, 1, 1, dtype=_REAL)
    return _linear(f"SL({n})", n, basis, None, lambda g: (torch.linalg.det(g) - 1).abs())


@catalogued
def Sp(size: int) -> LieGroup:
    """Sp(2m), the real symplectic matrices on 2m dimensions, g^T J g = J."""
    m, e, j = _half(size, "Sp"), units(size), symplectic_form(size)
    pairs = [(i, k) for i in range(m) for k in range(m)]
    algebra = [e[i, k] - e[m + k, m + i] for i, k in pairs]
    algebra += [(e[i, m + k] + e[k, m + i]) / (2**0.5 if i == k else 1.0) for i, k in pairs if i <= k]
    algebra += [(e[m + i, k] + e[m + k, i]) / (2**0.5 if i == k else 1.0) for i, k in pairs if i <= k]
    basis = torch.stack(algebra)
    symmetric = noncompact(basis)

    def sampler(n: int, generator: torch.Generator | None) -> Tensor:
        u = haar(n, m, generator, is_complex=True)
        compact = torch.cat([torch.cat([u.real, -u.imag], -1), torch.cat([u.imag, u.real], -1)], -2)
        return compact @ bounded_positive(symmetric, n, generator)

    return LieGroup(
        f"Sp({size})", basis, sampler=sampler, roots=_symplectic_roots(size), is_compact=False,
        residual=lambda g: (g.mT @ j.to(g.device) @ g - j.to(g.device)).abs().amax((-2, -1)),
    )  # fmt: skip


@catalogued
def USp(size: int) -> LieGroup:
    """USp(2m), the unitary matrices on 2m dimensions that preserve J; the compact form of Sp(2m)."""
    m, j = _half(size, "USp"), symplectic_form(size).to(_COMPLEX)
    unitary = torch.cat([su(m), 1j * (2 / m) ** 0.5 * torch.eye(m, dtype=_COMPLEX)[None]]) / 2**0.5
    zero = torch.zeros(m, m, dtype=_COMPLEX)
    e = units(m).to(_COMPLEX)
    algebra = [blocks(a, zero, zero, a.conj()) for a in unitary]
    for i in range(m):
        for k in range(i, m):
            b = (e[i, k] + e[k, i]) / 2**0.5 if i != k else e[i, i]
            algebra += [blocks(zero, s * b, -(s.conjugate()) * b, zero) for s in (1 + 0j, 1j)]

    def sampler(n: int, generator: torch.Generator | None) -> Tensor:
        a, b = torch.randn(2, n, m, m, generator=generator, dtype=_COMPLEX)
        g = torch.cat([torch.cat([a, -b.conj()], -1), torch.cat([b, a.conj()], -1)], -2)
        left, _, right = torch.linalg.svd(g)  # the polar factor of a quaternionic Gaussian is Haar
        return left @ right

    def residual(g: Tensor) -> Tensor:
        form = (g.mT @ j.to(g.device) @ g - j.to(g.device)).abs().amax((-2, -1))
        return torch.maximum(form, _unitary_residual(g))

    return LieGroup(
        f"USp({size})", torch.stack(algebra), sampler=sampler, residual=residual, roots=_symplectic_roots(size)
    )


# --- families -----------------------------------------------------------------------------------------------------


def pseudo_orthogonal(name: str, p: int, q: int, components: Tensor | None, *, special: bool) -> LieGroup:
    """The matrices that preserve eta; of determinant 1 if special, and without `components` the identity component."""
    n, eta, e = p + q, metric(p, q), units(p + q)
    planes = [(i, j) for i in range(n) for j in range(i + 1, n)]
    algebra = [e[j, i] - eta[i] * eta[j] * e[i, j] for i, j in planes]
    basis = torch.stack(algebra) if algebra else torch.zeros(0, n, n, dtype=_REAL)

    def sampler(k: int, generator: torch.Generator | None) -> Tensor:
        parts = [haar(k, size, generator) for size in (p, q) if size]
        connected = components is None
        if special and (connected or len(parts) == 1):
            parts = [unit_determinant(part) for part in parts]
        g = parts[0] if len(parts) == 1 else block_diagonal(*parts)
        g = unit_determinant(g) if special else g
        return g if len(parts) == 1 else g @ bounded_positive(noncompact(basis), k, generator)

    def residual(g: Tensor) -> Tensor:
        form = eta.to(g.device).diag().to(g.dtype)
        miss = (g.mT @ form @ g - form).abs().amax((-2, -1))
        if special:
            miss = torch.maximum(miss, (torch.linalg.det(g) - 1).abs())
        if p and q and components is None:
            miss = torch.where(torch.linalg.det(g[..., :p, :p]) > 0, miss, torch.inf)
        return miss

    return LieGroup(
        name, basis, components=components, sampler=sampler, residual=residual,
        roots=_orthogonal_roots(p, q), is_compact=not (p and q),
    )  # fmt: skip


def _linear(name: str, n: int, basis: Tensor, components: Tensor | None, residual: Predicate) -> LieGroup:
    symmetric = noncompact(basis) if len(basis) else basis
    special = components is None

    def sampler(k: int, generator: torch.Generator | None) -> Tensor:
        g = haar(k, n, generator)
        g = unit_determinant(g) if special else g
        return g @ bounded_positive(symmetric, k, generator) if len(symmetric) else g

    return LieGroup(
        name, basis, components=components, sampler=sampler, residual=residual,
        roots=_linear_roots(n, central=not special), is_compact=False,
    )  # fmt: skip


# --- simple roots -------------------------------------------------------------------------------------------------


def _linear_roots(n: int, *, central: bool = False) -> RootData:
    e = units(n).to(_COMPLEX)
    raising = torch.stack([e[i, i + 1] for i in range(n - 1)]) if n > 1 else torch.zeros(0, n, n, dtype=_COMPLEX)
    return RootData(raising, torch.eye(n, dtype=_COMPLEX)[None][: int(central)])


def _symplectic_roots(size: int) -> RootData:
    m, e = size // 2, units(size).to(_COMPLEX)
    raising = [e[i, i + 1] - e[m + i + 1, m + i] for i in range(m - 1)] + [e[m - 1, size - 1]]
    return RootData(torch.stack(raising), torch.zeros(0, size, size, dtype=_COMPLEX))


def _orthogonal_roots(p: int, q: int) -> RootData:
    """Simple roots e_i - e_(i+1) and e_r (odd) or e_(r-1) + e_r (even), in isotropic vectors v_(+-k), v_0."""
    n = p + q
    r, e = n // 2, units(n).to(_COMPLEX)
    plus, minus = [2 * k for k in range(r)], [2 * k + 1 for k in range(r)]
    raising = [e[plus[i], plus[i + 1]] - e[minus[i + 1], minus[i]] for i in range(r - 1)]
    if n % 2 and r:
        raising.append(2**0.5 * (e[plus[r - 1], n - 1] - e[n - 1, minus[r - 1]]))
    elif r > 1:
        raising.append(e[plus[r - 2], minus[r - 1]] - e[plus[r - 1], minus[r - 2]])
    weights = torch.eye(n, dtype=_COMPLEX)
    for k in range(r):
        pair = torch.tensor([[1, 1], [1j, -1j]], dtype=_COMPLEX) / 2**0.5
        weights[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = pair
    # Unitary diagonal matrix S with S^2 = eta: X -> S^-1 X S carries so(n, C) to so(p, q, C).
    s = torch.where(metric(p, q) > 0, 1.0 + 0j, 1j).to(_COMPLEX)
    basis = s.conj()[:, None] * weights
    central = torch.zeros(0, n, n, dtype=_COMPLEX)
    if n == 2:
        central = (basis @ (e[0, 0] - e[1, 1]) @ basis.mH)[None]
    stacked = torch.stack(raising) if raising else torch.zeros(0, n, n, dtype=_COMPLEX)
    return RootData(basis @ stacked @ basis.mH, central)


# --- checks -------------------------------------------------------------------------------------------------------


def _unitary_residual(g: Tensor) -> Tensor:
    return (g.mH @ g - torch.eye(g.shape[-1], dtype=g.dtype, device=g.device)).abs().amax((-2, -1))


def _with_determinant(residual: Predicate) -> Predicate:
    return lambda g: torch.maximum(residual(g), (torch.linalg.det(g) - 1).abs())


def _arguments(p: int, q: int) -> str:
    return f"{p},{q}" if q else f"{p}"


def _at_least(least: int, name: str, *sizes: int) -> None:
    if not all(type(n) is int and n >= 0 for n in sizes) or sum(sizes) < least:
        raise IntertwineError(f"{name}(n) needs an integer n >= {least}, got {', '.join(map(repr, sizes))}")


def _half(size: int, name: str) -> int:
    if type(size) is not int or size < 2 or size % 2:
        raise IntertwineError(f"{name}(2m) acts on an even number of dimensions, got {size!r}")
    return size // 2
